"""The ledger as a file for beancount, an accountant's tool: a second opinion on every sum.

Beancount counts the other way round (what we have and spend is positive), and its accounts are
written like ``Liabilities:Pot:P0a1b`` (https://beancount.github.io/docs/beancount_language_syntax.html).
The file ends with what our own sums say, which ``bean-check`` then verifies.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, timedelta

from sqlalchemy import Connection, func, select

from bot.rewards.ledger import ENTRIES, POSTINGS

_KINDS = {
    "pot": "Liabilities:Pot",
    "payout": "Liabilities:Payout",
    "stock": "Assets:Stock",
    "bank": "Assets:Bank",
    "expense": "Expenses",
}


def beancount(db: Connection, title: str = "Rewards") -> str:
    """The whole ledger as one file."""
    entries = _entries(db)
    if not entries:
        return f'option "title" "{title}"\n'
    lines = [f'option "title" "{title}"']
    currencies = sorted({currency for _, _, legs in entries for _, _, currency in legs})
    lines += [f'option "operating_currency" "{currency}"' for currency in currencies]
    first, last = min(day for day, _, _ in entries), max(day for day, _, _ in entries)
    lines += ["", *(f"{first} open {account}" for account in _accounts(entries))]
    for day, key, legs in entries:
        lines += ["", f'{day} * "{key}"']
        lines += [f"  {account_of(account)}  {_amount(-cents)} {currency}"
                  for account, cents, currency in legs]  # fmt: skip
    lines += ["", *_assertions(db, last + timedelta(days=1))]
    return "\n".join(lines) + "\n"


def account_of(account: str) -> str:
    """Our account as beancount writes it; each part begins with a capital or a digit."""
    kind, *rest = account.split(":")
    parts = [part.replace("_", "-") for part in rest]
    return ":".join((_KINDS[kind], *(part[:1].upper() + part[1:] for part in parts)))


def _entries(db: Connection) -> list[tuple[date, str, list[tuple[str, int, str]]]]:
    found = (
        select(ENTRIES.c.key, ENTRIES.c.at, POSTINGS)
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id)
        .order_by(ENTRIES.c.id, POSTINGS.c.id)
    )
    entries: dict[str, tuple[date, str, list[tuple[str, int, str]]]] = {}
    for row in db.execute(found):
        day = row.at.astimezone(UTC).date()
        entry = entries.setdefault(row.key, (day, row.key, []))
        entry[2].append((row.account, row.cents, row.currency))
    return list(entries.values())


def _accounts(entries: list[tuple[date, str, list[tuple[str, int, str]]]]) -> list[str]:
    return sorted({account_of(account) for _, _, legs in entries for account, _, _ in legs})


def _assertions(db: Connection, day: date) -> Iterator[str]:
    """What the database sums up to, account by account."""
    total = func.sum(POSTINGS.c.cents).label("cents")
    found = select(POSTINGS.c.account, POSTINGS.c.currency, total).group_by(
        POSTINGS.c.account, POSTINGS.c.currency
    )
    sums: Counter[tuple[str, str]] = Counter()
    for row in db.execute(found):
        sums[account_of(row.account), row.currency] -= int(row.cents)
    for (account, currency), cents in sorted(sums.items()):
        yield f"{day} balance {account}  {_amount(cents)} {currency}"


def _amount(cents: int) -> str:
    """Cents as a decimal number, without ever being a float."""
    euros, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{euros}.{rest:02}"
