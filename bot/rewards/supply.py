"""Where a voucher comes from: a stock that was imported, or a seller who is asked for one.

Both go the same four steps under one reference, the payout's:

=========  ==============================  ==================================================
step       stock                           seller (``purchases``, ``bot.channels.seller``)
=========  ==============================  ==================================================
reference  the payout's id                 ``<payout>-<n>``, kept before the first call
hold       a free one is tied              a call, settled by asking when nobody knows
confirm    the entry ``payout:…:given``    a call, then it is imported and tied like any other
cancel     untied, or lost if it was read  a call, as long as it is not bought
=========  ==============================  ==================================================
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.rewards.purchases import order
from bot.rewards.vouchers import take

Supply = Callable[[Connection, Any, datetime], bool]
"""Ties a voucher to a payout (its row, locked); false when none is there now."""


def from_stock(db: Connection, payout: Any, now: datetime) -> bool:
    """One that was imported."""
    return take(db, payout.id, payout.study, payout.cents, payout.currency, now.date())


def from_seller(db: Connection, payout: Any, now: datetime) -> bool:
    """What is left in stock, else one that is ordered now and tied when it comes."""
    if from_stock(db, payout, now):
        return True
    order(db, payout, now)
    return False


SUPPLIES: dict[str, Supply] = {"stock": from_stock, "seller": from_seller}
"""By the word behind ``supply:`` in ``study.yaml``."""
