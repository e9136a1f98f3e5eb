"""What holds for every entry, whatever it is about."""

from collections import Counter
from collections.abc import Iterator

from bot.reports.audit.book import REVERSED, Book
from bot.rewards.ledger import OWED, opposite

KINDS = ("run:", "payout:", "voucher:", "participant:")
ACCOUNTS = (*OWED, "stock:", "bank:", "expense:")


def unbalanced(book: Book) -> Iterator[str]:
    for key, legs in book.items():
        sums: Counter[str] = Counter()
        for leg in legs:
            sums[leg.currency] += leg.cents
        if len(legs) < 2 or any(sums.values()):
            yield f"Entry {key} does not balance: {len(legs)} postings, {dict(sums)} over."


def overdrawn(book: Book) -> Iterator[str]:
    balances: Counter[tuple[str, str]] = Counter()
    for key, legs in book.items():
        for leg in legs:
            balances[leg.account, leg.currency] += leg.cents
        for leg in legs:
            if leg.account.startswith(OWED) and balances[leg.account, leg.currency] < 0:
                yield f"Entry {key} took more from {leg.account} than it held."


def reversals(book: Book) -> Iterator[str]:
    for key, legs in book.items():
        if not key.endswith(REVERSED):
            continue
        undone = book.get(key.removesuffix(REVERSED))
        if undone is None:
            yield f"Entry {key} reverses an entry that is not there."
        elif sorted(legs) != sorted(opposite(undone)):
            yield f"Entry {key} is not the opposite of what it reverses."


def foreign(book: Book) -> Iterator[str]:
    """Every entry is for a row that some rule compares it with, between accounts that are known:
    money that is moved for no reason of ours is in none of the other rules.
    """
    for key, legs in book.items():
        if not key.startswith(KINDS):
            yield f"Entry {key} is for nothing that is known."
        for account in sorted({leg.account for leg in legs}):
            if not account.startswith(ACCOUNTS):
                yield f"Entry {key} has an account that is not known: {account}."
