"""The double-entry ledger: entries that balance, each there once; balances are computed.

Accounts are colon paths. Each arrow is an entry, from the account that is debited (−) to the one
that is credited (+); together they lead from what a questionnaire costs to what was paid for it::

    expense:<study>:rewards ─earned→ pot:<participant> ─reserved→ payout:<participant>
    payout:<participant> ─given→ stock:<study> ─bought→ bank:<study>
    expense:<study>:lost ─expired→ stock:<study>
    pot:<participant> ─erased→ expense:<study>:erased

What a participant has earned and not been given is the sum of ``pot`` and ``payout``; the face
value of the vouchers at hand is what ``stock`` lacks. Nothing is ever changed, only reversed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.rewards.tables import Entry, Posting
from bot.store.statements import Statement

ENTRIES = Entry.__table__  # type: ignore[attr-defined] # SQLModel adds it
POSTINGS = Posting.__table__  # type: ignore[attr-defined] # SQLModel adds it

OWED = ("pot:", "payout:")
"""Accounts of what we owe to somebody: never below zero."""

_ENTER = Statement(upsert(ENTRIES).on_conflict_do_nothing().returning(ENTRIES.c.id))
_POST = Statement(insert(POSTINGS))
_BALANCE = Statement(
    select(func.coalesce(func.sum(POSTINGS.c.cents), 0).label("cents")).where(
        POSTINGS.c.account == bindparam("it"), POSTINGS.c.currency == bindparam("currency")
    )
)


class LedgerError(Exception):
    """An entry that must not be written: it does not balance, or takes what is not there."""


class OverdrawnError(LedgerError):
    """More would be taken from a pot or a payout than it holds."""


@dataclass(frozen=True, slots=True, order=True)
class Leg:
    """So many whole ``cents`` into (+, credit) or out of (−, debit) an account."""

    account: str
    cents: int
    currency: str


def pot_of(participant: str) -> str:
    """The account that holds what a participant has earned and is not being paid."""
    return f"pot:{participant}"


def payout_of(participant: str) -> str:
    """The account that holds what is on its way to a participant and has not arrived."""
    return f"payout:{participant}"


def stock_of(study: str) -> str:
    """The account of the vouchers that a study has bought and not given."""
    return f"stock:{study}"


def bank_of(study: str) -> str:
    """The account of what a study's vouchers were paid with."""
    return f"bank:{study}"


def spent_on(study: str, what: str) -> str:
    """The account of what a study costs: ``rewards`` earned, vouchers ``lost``."""
    return f"expense:{study}:{what}"


def moved(cents: int, currency: str, *, debit: str, credit: str) -> tuple[Leg, Leg]:
    """The two legs of an amount."""
    return Leg(credit, cents, currency), Leg(debit, -cents, currency)


def grant(
    db: Connection, run: str, participant: str, study: str, cents: int, currency: str, now: datetime
) -> bool:
    """Put a run's reward into the pot; a second call for the same run changes nothing (false)."""
    legs = moved(cents, currency, debit=spent_on(study, "rewards"), credit=pot_of(participant))
    return post(db, f"run:{run}:reward", legs, now)


def post(db: Connection, key: str, legs: Iterable[Leg], now: datetime) -> bool:
    """Write an entry; false, and nothing changed, when one with this key is there.

    Raises LedgerError when it does not balance, or when this key says something else already, and
    OverdrawnError when it takes more from a pot or a payout than it holds: then the whole
    transaction must be given up.
    """
    legs = tuple(legs)
    _check(key, legs)
    taken = sorted({(leg.account, leg.currency) for leg in legs if _is_taken(leg)})
    for account, _ in taken:
        _lock(db, account)
    entry = _ENTER.row(db, key=key, at=now)
    if entry is None:
        if sorted(legs_of(db, key)) != sorted(legs):
            raise LedgerError(f"{key} is there already, and says something else.")
        return False
    rows = [
        {"entry_id": entry.id, "account": leg.account, "cents": leg.cents, "currency": leg.currency}
        for leg in legs
    ]
    _POST.run_many(db, rows)
    for account, currency in taken:
        if balance(db, account, currency) < 0:
            raise OverdrawnError(f"{key} takes more from {account} than it holds.")
    return True


def reverse(db: Connection, key: str, now: datetime) -> bool:
    """Undo an entry by its opposite, once; false when there is none or it is undone already.

    Raises OverdrawnError when what it gave has been taken since.
    """
    legs = legs_of(db, key)
    return bool(legs) and post(db, f"{key}:reversed", opposite(legs), now)


def is_posted(db: Connection, key: str) -> bool:
    """Whether an entry with this key is there."""
    return db.execute(select(ENTRIES.c.id).where(ENTRIES.c.key == key)).first() is not None


def opposite(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """The same legs the other way."""
    return tuple(Leg(leg.account, -leg.cents, leg.currency) for leg in legs)


def legs_of(db: Connection, key: str) -> tuple[Leg, ...]:
    """The legs of an entry; none when it is not there."""
    found = db.execute(
        select(POSTINGS.c.account, POSTINGS.c.cents, POSTINGS.c.currency)
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id)
        .where(ENTRIES.c.key == key)
        .order_by(POSTINGS.c.id)
    )
    return tuple(Leg(row.account, row.cents, row.currency) for row in found)


def balance(db: Connection, account: str, currency: str = "EUR") -> int:
    """What lies in an account, in cents."""
    return int(_BALANCE.row(db, it=account, currency=currency).cents)


def held(db: Connection, participant: str, currency: str = "EUR") -> int:
    """What a participant has earned and not been given yet, in cents."""
    accounts = pot_of(participant), payout_of(participant)
    return sum(balance(db, account, currency) for account in accounts)


def pots(db: Connection, currency: str = "EUR") -> dict[str, int]:
    """Every participant whose pot is not empty, with what it holds, in cents."""
    total = func.sum(POSTINGS.c.cents)
    found = (
        select(POSTINGS.c.account, total.label("cents"))
        .where(POSTINGS.c.account.startswith(pot_of("")), POSTINGS.c.currency == currency)
        .group_by(POSTINGS.c.account)
        .having(total != 0)
    )
    return {row.account.removeprefix(pot_of("")): int(row.cents) for row in db.execute(found)}


def hold_still(db: Connection, participant: str) -> None:
    """Let nobody else take from this pot until the transaction ends."""
    _lock(db, pot_of(participant))


def _check(key: str, legs: tuple[Leg, ...]) -> None:
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        if type(leg.cents) is not int or leg.cents == 0:
            raise LedgerError(f"{key}: {leg.cents!r} is not an amount in whole cents.")
        sums[leg.currency] += leg.cents
    if len(legs) < 2 or any(sums.values()):
        raise LedgerError(f"{key} does not balance: {dict(sums)}.")


def _is_taken(leg: Leg) -> bool:
    return leg.cents < 0 and leg.account.startswith(OWED)


def _lock(db: Connection, account: str) -> None:
    """One transaction at a time takes from an account. SQLite has one writer anyway."""
    if db.dialect.name == "postgresql":
        statement = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 0))")
        db.execute(statement, {"account": account})
