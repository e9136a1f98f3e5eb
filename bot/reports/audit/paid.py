"""What was paid out: payouts, vouchers and purchases, against their entries and each other."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from bot.panel.participants import PARTICIPANTS
from bot.reports.audit.book import REVERSED, Book, balances_of, compared
from bot.rewards.codes import BARE
from bot.rewards.ledger import bank_of, moved, opposite, payout_of, pot_of, spent_on, stock_of
from bot.rewards.payouts import OPEN, PAYOUTS, PayoutState
from bot.rewards.purchases import CLOSED, PURCHASES, PurchaseState
from bot.rewards.vouchers import VOUCHERS

PAID = (PayoutState.SENT, PayoutState.CONFIRMED)


def payouts(db: Connection, book: Book) -> Iterator[str]:
    """The entries of every payout are those of its state, and what is open is what is owed."""
    expected: Book = {}
    owed: Counter[tuple[str, str]] = Counter()
    times = defaultdict(list)
    for key in book:
        if ":given:" in key:
            times[key.split(":")[1]].append(key)
    whose = select(PAYOUTS, PARTICIPANTS.c.study.label("of_study")).join(
        PARTICIPANTS, PARTICIPANTS.c.id == PAYOUTS.c.participant_id
    )
    for row in db.execute(whose.order_by(PAYOUTS.c.reserved_at, PAYOUTS.c.id)):
        pot, payout = pot_of(row.participant_id), payout_of(row.participant_id)
        key = f"payout:{row.id}:reserved"
        expected[key] = moved(row.cents, row.currency, debit=pot, credit=payout)
        if row.state == PayoutState.CANCELLED:
            expected[key + REVERSED] = opposite(expected[key])
        if row.state in OPEN:
            owed[payout, row.currency] += row.cents
        given = moved(row.cents, row.currency, debit=payout, credit=stock_of(row.study))
        standing = 0
        for time in times[row.id]:
            expected[time] = opposite(given) if time.endswith(REVERSED) else given
            standing += -1 if time.endswith(REVERSED) else 1
        if row.study != row.of_study:
            yield f"Payout {row.id} of {row.participant_id} is paid by another study."
        if standing != (row.state in PAID):
            yield f"Payout {row.id} is {row.state} and was given {standing} times."
    yield from compared("payout:", book, expected)
    for account, cents in balances_of(book).items():
        if account[0].startswith(payout_of("")) and cents != owed[account]:
            yield f"{account[0]} holds {cents} cents, its open payouts are {owed[account]}."


def vouchers(db: Connection, book: Book) -> Iterator[str]:
    """Every voucher was bought, and what is left is what stock says."""
    left: Counter[tuple[str, str]] = Counter()
    expected: Book = {}
    states = {row.id: row.state for row in db.execute(select(PAYOUTS.c.id, PAYOUTS.c.state))}
    for row in db.execute(select(*BARE).order_by(VOUCHERS.c.id)):
        stock, key = stock_of(row.study), f"voucher:{row.id}:bought"
        expected[key] = moved(row.cents, row.currency, debit=stock, credit=bank_of(row.study))
        if row.lost_at is not None:
            withdrawn, lost = key + REVERSED, f"voucher:{row.id}:lost"
            if withdrawn in book:
                expected[withdrawn] = opposite(expected[key])
            else:
                cost = spent_on(row.study, "lost")
                expected[lost] = moved(row.cents, row.currency, debit=cost, credit=stock)
        if row.lost_at is None and states.get(row.payout_id or "") not in PAID:
            left[stock, row.currency] += row.cents
    yield from compared("voucher:", book, expected)
    balances = balances_of(book)
    for account in {*left, *(one for one in balances if one[0].startswith(stock_of("")))}:
        if -balances.get(account, 0) != left[account]:
            yield (
                f"{account[0]} says {-balances.get(account, 0)} cents are left, "
                f"the vouchers say {left[account]}."
            )


def purchases(db: Connection) -> Iterator[str]:
    """Whatever was bought is kept as a voucher, and nobody is bought two at once."""
    batches = {(row.study, row.batch) for row in db.execute(select(*BARE))}
    under_way: Counter[str] = Counter()
    for row in db.execute(select(PURCHASES).order_by(PURCHASES.c.made_at, PURCHASES.c.reference)):
        is_kept = (row.study, row.reference) in batches
        if row.state == PurchaseState.BOUGHT and not is_kept:
            yield f"Purchase {row.reference} is bought and its voucher is not kept."
        elif row.state != PurchaseState.BOUGHT and is_kept:
            yield f"Purchase {row.reference} is {row.state} and its voucher is kept."
        under_way[row.payout_id] += row.state not in CLOSED
    for payout, count in under_way.items():
        if count > 1:
            yield f"Payout {payout} is buying {count} vouchers at once."
