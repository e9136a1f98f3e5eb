"""The double-entry ledger: entries that balance, each there once; balances are computed."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.rewards.tables import Entry, Posting
from bot.store.statements import Statement

ENTRIES = Entry.__table__  # type: ignore[attr-defined] # SQLModel adds it
POSTINGS = Posting.__table__  # type: ignore[attr-defined] # SQLModel adds it

_BALANCE = Statement(
    select(func.coalesce(func.sum(POSTINGS.c.cents), 0).label("cents")).where(
        POSTINGS.c.account == bindparam("it"), POSTINGS.c.currency == bindparam("currency")
    )
)


def pot_of(participant: str) -> str:
    """The account that holds what a participant has earned and not been paid."""
    return f"pot:{participant}"


def grant(
    db: Connection, run: str, participant: str, study: str, cents: int, currency: str, now: datetime
) -> None:
    """Put a run's reward into the pot; a second call for the same run changes nothing."""
    made = db.execute(
        upsert(ENTRIES).on_conflict_do_nothing().returning(ENTRIES.c.id),
        {"key": f"run:{run}:reward", "at": now},
    ).scalar()
    if made is None:
        return
    legs = ((pot_of(participant), cents), (f"expense:{study}:rewards", -cents))
    db.execute(
        insert(POSTINGS),
        [
            {"entry_id": made, "account": account, "cents": amount, "currency": currency}
            for account, amount in legs
        ],
    )


def balance(db: Connection, account: str, currency: str = "EUR") -> int:
    """What lies in an account, in cents."""
    return int(_BALANCE.row(db, it=account, currency=currency).cents)
