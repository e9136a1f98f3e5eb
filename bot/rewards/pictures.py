"""The secret address of a voucher's picture, and how long it opens."""

from datetime import timedelta

from sqlalchemy import Connection, select, update

from bot.rewards.tables import Payout
from bot.store.columns import keyed_hash

_PAYOUTS = Payout.__table__  # type: ignore[attr-defined] # SQLModel adds it

PICTURE_LASTS = timedelta(days=1)
"""How long the secret address of a voucher's picture opens after its message was made."""


def picture_name(db: Connection, payout: str) -> str:
    """The secret name of a payout's picture; the table alone does not tell it."""
    return keyed_hash(db, payout, "payouts.picture name").hex()[:40]


def rename_pictures(db: Connection) -> None:
    """Find every picture by the name it has with the keys of now."""
    for payout in db.scalars(select(_PAYOUTS.c.id)).all():
        name = picture_name(db, payout)
        db.execute(update(_PAYOUTS).where(_PAYOUTS.c.id == payout).values(picture_hash=name))
