"""From a full pot to a voucher that arrived: each step is taken once, whoever asks.

::

    reserved ──▶ requested ──▶ sent ──▶ confirmed
       │             │           │          ▲
       │             └─▶ failed ◀┘──────────┘ (it arrived after all)
       ▼                  │  └─▶ requested (certainly not there: once more, the same voucher)
    cancelled ◀───────────┘

``reserved``: the pot was debited, the debt stands in ``payout:<participant>``. ``requested``: a
voucher is tied to it and a message made; while nobody knows whether that left, it stays so.
``sent``: the provider took it over, the debt is paid. ``failed``: it is certain that it did not
arrive, the debt stands again.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from bot.rewards.ledger import (
    balance,
    hold_still,
    is_posted,
    moved,
    payout_of,
    post,
    pot_of,
    reverse,
    stock_of,
)
from bot.rewards.tables import Payout
from bot.rewards.vouchers import VOUCHERS, lose, take
from bot.store.columns import keyed_hash
from bot.store.statements import Statement

PAYOUTS = Payout.__table__  # type: ignore[attr-defined] # SQLModel adds it

NO_STOCK = timedelta(minutes=1)
"""How soon stock is looked for again."""

FIRST_LOOK = timedelta(seconds=1)
"""How soon it is looked whether a message left; from then on in growing steps."""

LAST_LOOK = timedelta(days=3)
"""How long a delivery is waited for: not every handset tells."""

FIRST_WAIT = timedelta(days=1)
LONGEST_WAIT = timedelta(days=16)

PICTURE_LASTS = timedelta(days=1)
"""How long the secret address of a voucher's picture opens after its message was made."""


class PayoutState(StrEnum):
    """How far a payout came."""

    RESERVED = "reserved"
    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING = (PayoutState.RESERVED, PayoutState.FAILED)
"""A message may be made: none is on its way."""

OPEN = (*WAITING, PayoutState.REQUESTED)
"""The debt stands."""


_WAITING_OF = Statement(
    select(PAYOUTS.c.id)
    .where(
        PAYOUTS.c.participant_id == bindparam("participant"),
        or_(*(PAYOUTS.c.state == str(state) for state in WAITING)),
    )
    .order_by(PAYOUTS.c.number)
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A study's rule: a pot that holds so many cents is paid out."""

    study: str
    cents: int
    currency: str = "EUR"


def reserve(db: Connection, participant: str, rule: Rule, now: datetime) -> list[str]:
    """Set aside every full amount that a pot holds; returns the new payouts, mostly none."""
    if balance(db, pot_of(participant), rule.currency) < rule.cents:
        return []
    hold_still(db, participant)
    full = balance(db, pot_of(participant), rule.currency) // rule.cents
    count = select(func.count()).where(PAYOUTS.c.participant_id == participant)
    before = db.execute(count).scalar_one()
    made = []
    for number in range(before + 1, before + 1 + full):
        payout = f"o{secrets.token_hex(8)}"
        row = {
            "id": payout,
            "participant_id": participant,
            "study": rule.study,
            "number": number,
            "cents": rule.cents,
            "currency": rule.currency,
            "state": str(PayoutState.RESERVED),
            "tries": 0,
            "picture_hash": picture_name(db, payout),
            "look_at": now,
            "reserved_at": now,
            "changed_at": now,
        }
        db.execute(insert(PAYOUTS), row)
        legs = moved(
            rule.cents, rule.currency, debit=pot_of(participant), credit=payout_of(participant)
        )
        post(db, f"payout:{payout}:reserved", legs, now)
        made.append(payout)
    return made


def request(db: Connection, payout: str, now: datetime) -> bool:
    """Tie a voucher to a reserved or failed payout, so that a message can carry it; false when
    there is none in stock (it is tried again) or the payout is not at that point.
    """
    row = find(db, payout)
    if row is None or row.state not in WAITING:
        return False
    today = now.date()
    expired = (VOUCHERS.c.payout_id == payout) & (VOUCHERS.c.expires_on < today)
    db.execute(update(VOUCHERS).where(expired).values(payout_id=None))  # of no use to anybody
    has_voucher = db.execute(select(VOUCHERS.c.id).where(VOUCHERS.c.payout_id == payout)).first()
    if not has_voucher and not take(db, payout, row.study, row.cents, row.currency, today):
        put_off(db, payout, now + NO_STOCK)
        return False
    _move(
        db, row, PayoutState.REQUESTED, now, tries=row.tries + 1, look_at=now + FIRST_LOOK,
        requested_at=now, picture_until=now + PICTURE_LASTS,
    )  # fmt: skip
    return True


def note_sent(db: Connection, payout: str, now: datetime) -> bool:
    """The provider took its message over: the debt is paid. False when it was that far already."""
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.FAILED):
        return False
    _move(db, row, PayoutState.SENT, now, look_at=now + FIRST_LOOK)
    _give(db, row, now)
    return True


def note_arrived(db: Connection, payout: str, now: datetime) -> bool:
    """Its message arrived, perhaps after it was thought to be lost."""
    row = find(db, payout)
    coming = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.FAILED)
    if row is None or row.state not in coming:
        return False
    _move(db, row, PayoutState.CONFIRMED, now, look_at=None)
    if row.state != PayoutState.SENT:
        _give(db, row, now)
    return True


def note_failed(db: Connection, payout: str, now: datetime) -> bool:
    """It is certain that its message did not arrive: the debt stands, and is tried again later."""
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.SENT):
        return False
    wait = min(FIRST_WAIT * 2 ** min(max(row.tries - 1, 0), 8), LONGEST_WAIT)
    _move(db, row, PayoutState.FAILED, now, look_at=now + wait)
    if row.state == PayoutState.SENT:
        reverse(db, _given(row.id, _times_given(db, row.id)), now)
    return True


def note_unknown(db: Connection, payout: str, now: datetime) -> None:
    """Nothing new is known of its message: look again, ever more rarely. One that was sent is left
    alone after some days; one of which nobody knows whether it left never is.
    """
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.SENT):
        return
    age = now - row.changed_at
    is_over = row.state == PayoutState.SENT and age > LAST_LOOK
    put_off(db, payout, None if is_over else now + max(FIRST_LOOK, min(age, FIRST_WAIT)))


def cancel(db: Connection, payout: str, now: datetime) -> bool:
    """Put a payout that is reserved or failed back into the pot. A voucher that was tied to it may
    have been read by somebody: it is booked as lost and given to nobody else.
    """
    row = find(db, payout)
    if row is None or row.state not in WAITING:
        return False
    _move(db, row, PayoutState.CANCELLED, now, look_at=None)
    reverse(db, f"payout:{payout}:reserved", now)
    tied = db.execute(select(VOUCHERS).where(VOUCHERS.c.payout_id == payout)).first()
    if tied is not None:
        lose(db, tied, now)
    return True


def find(db: Connection, payout: str) -> Any:
    """The row of a payout, kept still until the transaction ends; ``None`` without one."""
    return db.execute(select(PAYOUTS).where(PAYOUTS.c.id == payout).with_for_update()).first()


def due(db: Connection, now: datetime, most: int = 100) -> list[str]:
    """Payouts at which to look now, the longest due first."""
    found = (
        select(PAYOUTS.c.id)
        .where(PAYOUTS.c.look_at <= now)
        .order_by(PAYOUTS.c.look_at, PAYOUTS.c.id)
        .limit(most)
    )
    return list(db.execute(found).scalars())


def waiting_of(db: Connection, participant: str) -> list[str]:
    """A participant's payouts of which no message is on its way, the oldest first."""
    return [row.id for row in _WAITING_OF.rows(db, participant=participant)]


def put_off(db: Connection, payout: str, until: datetime | None) -> None:
    """Do not look at this payout before then; ``None``: no more."""
    db.execute(update(PAYOUTS).where(PAYOUTS.c.id == payout).values(look_at=until))


def note_told(db: Connection, payout: str, now: datetime) -> bool:
    """The participant is told, once, that the voucher comes later; false when that was done."""
    untold = (PAYOUTS.c.id == payout) & PAYOUTS.c.told_at.is_(None)
    return bool(db.execute(update(PAYOUTS).where(untold).values(told_at=now)).rowcount == 1)


def picture_name(db: Connection, payout: str) -> str:
    """The secret name of a payout's picture; the table alone does not tell it."""
    return keyed_hash(db, payout, "payouts.picture name").hex()[:40]


def rename_pictures(db: Connection) -> None:
    """Find every picture by the name it has with the keys of now."""
    for payout in db.scalars(select(PAYOUTS.c.id)).all():
        name = picture_name(db, payout)
        db.execute(update(PAYOUTS).where(PAYOUTS.c.id == payout).values(picture_hash=name))


def pictured(db: Connection, name: str, now: datetime) -> Any:
    """The payout whose picture has this secret name, while it may be opened, or ``None``."""
    shown = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.CONFIRMED)
    return db.execute(
        select(PAYOUTS).where(
            PAYOUTS.c.picture_hash == name,
            PAYOUTS.c.picture_until >= now,
            PAYOUTS.c.state.in_(shown),
        )
    ).first()


def forget_codes(db: Connection, participant: str) -> None:
    """Erase the codes that a participant was given; amounts and payouts stay."""
    mine = PAYOUTS.c.participant_id == participant
    payouts = select(PAYOUTS.c.id).where(mine)
    db.execute(update(VOUCHERS).where(VOUCHERS.c.payout_id.in_(payouts)).values(code=None))
    db.execute(update(PAYOUTS).where(mine).values(look_at=None, picture_until=None))


def _move(db: Connection, row: Any, state: PayoutState, now: datetime, **values: Any) -> None:
    db.execute(
        update(PAYOUTS)
        .where(PAYOUTS.c.id == row.id)
        .values(state=str(state), changed_at=now, **values)
    )


def _give(db: Connection, row: Any, now: datetime) -> None:
    """Book the debt as paid with a voucher from stock."""
    debit, credit = payout_of(row.participant_id), stock_of(row.study)
    legs = moved(row.cents, row.currency, debit=debit, credit=credit)
    post(db, _given(row.id, _times_given(db, row.id) + 1), legs, now)


def _given(payout: str, time: int) -> str:
    return f"payout:{payout}:given:{time}"


def _times_given(db: Connection, payout: str) -> int:
    """How often it was booked as given; all but perhaps the last were reversed."""
    times = 0
    while is_posted(db, _given(payout, times + 1)):
        times += 1
    return times
