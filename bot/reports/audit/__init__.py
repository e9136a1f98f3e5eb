"""Proving the money: everything that must agree, computed anew from raw rows.

Each rule yields what differs, one sentence each; the first difference is where to look.
"""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES
from bot.reports.audit.book import read_book
from bot.reports.audit.earned import erased, rewards, twice
from bot.reports.audit.entries import overdrawn, reversals, unbalanced
from bot.reports.audit.paid import payouts, purchases, vouchers
from bot.rewards.ledger import pot_of

__all__ = ["differences", "read_book", "remarks"]


def differences(db: Connection) -> Iterator[str]:
    """Everything that does not agree; nothing when the books are right."""
    book = read_book(db)
    yield from unbalanced(book)
    yield from overdrawn(book)
    yield from reversals(book)
    yield from rewards(db, book)
    yield from twice(db, book)
    yield from payouts(db, book)
    yield from vouchers(db, book)
    yield from purchases(db)
    yield from erased(db, book)


def remarks(db: Connection) -> Iterator[str]:
    """What is allowed but worth a look: several who earn at one number."""
    earning = {
        leg.account.removeprefix(pot_of(""))
        for legs in read_book(db).values()
        for leg in legs
        if leg.account.startswith(pot_of(""))
    }
    shared = defaultdict(set)
    found = select(REACHES.c.participant_id, PARTICIPANTS.c.study, ADDRESSES.c.address_hash).where(
        ADDRESSES.c.id == REACHES.c.address_id, PARTICIPANTS.c.id == REACHES.c.participant_id
    )
    for row in db.execute(found):
        if row.participant_id in earning:
            shared[row.study, row.address_hash].add(row.participant_id)
    for (study, _), people in shared.items():
        if len(people) > 1:
            yield f"{', '.join(sorted(people))} earn in {study} at one and the same number."
