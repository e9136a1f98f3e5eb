"""Made-up vouchers, so that whoever tries the bot out sees how one is paid out."""

from datetime import date, datetime

from sqlalchemy import Connection

from bot.content.cards.voucher import BARCODES
from bot.content.library import Library
from bot.conversation.pay import rule_of
from bot.rewards.stock_file import NewVoucher
from bot.rewards.vouchers import add_stock

SHOP = "DEMO (niet echt, not real)"
"""Stands on the picture and in the message: nobody may take it for money."""

_COUNT = 40


def add_samples(db: Connection, library: Library, now: datetime) -> int:
    """Stock up every study that pays with vouchers; returns how many were added."""
    until = date(now.year + 1, 12, 31)
    added = 0
    for place, study in enumerate(library.studies.values(), start=1):
        rule = rule_of(study)
        if rule is None:
            continue
        vouchers = [
            NewVoucher(
                f"DEMO {place}{number:02}", rule.cents, until, "demo",
                rule.currency, BARCODES[number % len(BARCODES)],
            )
            for number in range(_COUNT)
        ]  # fmt: skip
        added += add_stock(db, study.name, SHOP, vouchers, now)
    return added
