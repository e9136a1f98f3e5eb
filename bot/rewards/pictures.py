"""The secret address of a voucher's picture, and how long it opens."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.store.columns import keyed_hash

PICTURE_LASTS = timedelta(days=1)
"""How long the secret address of a voucher's picture opens after its message was made."""


def picture_name(db: Connection, payout: str) -> str:
    """The secret name of a payout's picture; the table alone does not tell it."""
    return keyed_hash(db, payout, "payouts.picture name").hex()[:40]
