"""The whole ledger as it was written, and how rules compare it with the rows it is about."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, select

from bot.rewards.ledger import ENTRIES, POSTINGS
from bot.rewards.ledger import Leg as Posted

REVERSED = ":reversed"

Book = dict[str, tuple[Posted, ...]]
"""Every entry by its key, in the order in which they were written."""


def read_book(db: Connection) -> Book:
    """The whole ledger."""
    book: dict[str, list[Posted]] = {
        row.key: [] for row in db.execute(select(ENTRIES.c.key).order_by(ENTRIES.c.id))
    }
    legs = (
        select(ENTRIES.c.key, POSTINGS.c.account, POSTINGS.c.cents, POSTINGS.c.currency)
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id)
        .order_by(POSTINGS.c.id)
    )
    for row in db.execute(legs):
        book[row.key].append(Posted(row.account, row.cents, row.currency))
    return {key: tuple(legs) for key, legs in book.items()}


def balances_of(book: Book) -> Counter[tuple[str, str]]:
    balances: Counter[tuple[str, str]] = Counter()
    for legs in book.values():
        for leg in legs:
            balances[leg.account, leg.currency] += leg.cents
    return balances


def compared(prefix: str, book: Book, expected: Book) -> Iterator[str]:
    """Entries that should be there and are not, or say something else, or should not be there."""
    for key, legs in expected.items():
        if key not in book:
            yield f"Entry {key} is missing."
        elif sorted(book[key]) != sorted(legs):
            yield f"Entry {key} says something else than its row."
    for key in book:
        if key.startswith(prefix) and key not in expected and not _undoes(key, expected):
            yield f"Entry {key} has no row that it is for."


def _undoes(key: str, expected: Book) -> bool:
    """A reward may be taken back by hand."""
    return key.startswith("run:") and key.removesuffix(REVERSED) in expected
