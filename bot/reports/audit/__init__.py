"""Proving the money: everything that must agree, computed anew from raw rows.

Each rule yields what differs, one sentence each; the first difference is where to look.
"""

from collections.abc import Iterator

from sqlalchemy import Connection

from bot.reports.audit.book import read_book
from bot.reports.audit.claimed import claims, codes
from bot.reports.audit.earned import erased, held, rewards, twice
from bot.reports.audit.entries import foreign, overdrawn, reversals, unbalanced
from bot.reports.audit.paid import payouts, purchases, vouchers
from bot.reports.audit.remarks import remarks

__all__ = ["differences", "read_book", "remarks"]


def differences(db: Connection) -> Iterator[str]:
    """Everything that does not agree; nothing when the books are right."""
    book = read_book(db)
    yield from unbalanced(book)
    yield from overdrawn(book)
    yield from reversals(book)
    yield from foreign(book)
    yield from rewards(db, book)
    yield from twice(db, book)
    yield from held(db, book)
    yield from payouts(db, book)
    yield from vouchers(db, book)
    yield from claims(db)
    yield from codes(db)
    yield from purchases(db)
    yield from erased(db, book)
