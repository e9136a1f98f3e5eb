"""Participants to pay, without a conversation."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection

from bot.panel.participants import Enrolment, enrol
from bot.rewards.ledger import grant
from bot.rewards.payouts import Rule, reserve
from bot.rewards.stock_file import NewVoucher
from bot.rewards.vouchers import add_stock

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
RULE = Rule("k", 600)
UNTIL = date(2027, 12, 31)


def person(db: Connection, cents: int = 0) -> str:
    """Somebody with so much in the pot."""
    made = enrol(db, Enrolment("k", "A", "nl", [], NOW.date()), NOW)
    if cents:
        grant(db, f"r-{made}", made, "k", cents, "EUR", NOW)
    return made


def full(db: Connection) -> str:
    """A reserved payout of somebody new."""
    return reserve(db, person(db, 600), RULE, NOW)[0]


def stocked(db: Connection, *codes: str, until: date = UNTIL, cents: int = 600) -> int:
    """Vouchers in stock."""
    vouchers = [NewVoucher(code, cents, until, "b1") for code in codes]
    return add_stock(db, "k", "HEMA", vouchers, NOW)
