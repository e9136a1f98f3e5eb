"""Proving the money: everything that must agree, computed anew from raw rows.

Each rule yields what differs, one sentence each; the first difference is where to look.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bot.content.revision import load_revision
from bot.conversation.effects import INVITATIONS, RUNS
from bot.conversation.revisions import REVISIONS
from bot.engine.flow import Reward
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES
from bot.rewards.ledger import (
    ENTRIES,
    OWED,
    POSTINGS,
    bank_of,
    moved,
    opposite,
    payout_of,
    pot_of,
    spent_on,
    stock_of,
)
from bot.rewards.ledger import Leg as Posted
from bot.rewards.payouts import OPEN, PAYOUTS, PayoutState
from bot.rewards.vouchers import VOUCHERS

EARNING = ("completed", "handed_over")
"""How a run ends that earns its reward: a cry for help costs nobody anything."""

PAID = (PayoutState.SENT, PayoutState.CONFIRMED)
_REVERSED = ":reversed"

Book = dict[str, tuple[Posted, ...]]
"""Every entry by its key, in the order in which they were written."""


def differences(db: Connection) -> Iterator[str]:
    """Everything that does not agree; nothing when the books are right."""
    book = read_book(db)
    yield from _unbalanced(book)
    yield from _overdrawn(book)
    yield from _reversals(book)
    yield from _rewards(db, book)
    yield from _twice(db, book)
    yield from _payouts(db, book)
    yield from _vouchers(db, book)
    yield from _erased(db, book)


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


def _unbalanced(book: Book) -> Iterator[str]:
    for key, legs in book.items():
        sums: Counter[str] = Counter()
        for leg in legs:
            sums[leg.currency] += leg.cents
        if len(legs) < 2 or any(sums.values()):
            yield f"Entry {key} does not balance: {len(legs)} postings, {dict(sums)} over."


def _overdrawn(book: Book) -> Iterator[str]:
    balances: Counter[tuple[str, str]] = Counter()
    for key, legs in book.items():
        for leg in legs:
            balances[leg.account, leg.currency] += leg.cents
        for leg in legs:
            if leg.account.startswith(OWED) and balances[leg.account, leg.currency] < 0:
                yield f"Entry {key} took more from {leg.account} than it held."


def _reversals(book: Book) -> Iterator[str]:
    for key, legs in book.items():
        if not key.endswith(_REVERSED):
            continue
        undone = book.get(key.removesuffix(_REVERSED))
        if undone is None:
            yield f"Entry {key} reverses an entry that is not there."
        elif sorted(legs) != sorted(opposite(undone)):
            yield f"Entry {key} is not the opposite of what it reverses."


def _rewards(db: Connection, book: Book) -> Iterator[str]:
    """Every completed live run has earned its reward, and nothing else has."""
    rewards = _rewards_of_revisions(db)
    runs = select(RUNS, PARTICIPANTS.c.is_test).join(
        PARTICIPANTS, PARTICIPANTS.c.id == RUNS.c.participant_id
    )
    expected: Book = {}
    for run in db.execute(runs.order_by(RUNS.c.started_at, RUNS.c.id)):
        reward = rewards.get(run.revision)
        if run.status not in EARNING or run.is_test or reward is None:
            continue
        expected[f"run:{run.id}:reward"] = moved(
            reward.cents, reward.currency,
            debit=spent_on(run.study, "rewards"), credit=pot_of(run.participant_id),
        )  # fmt: skip
    yield from _compared("run:", book, expected)


def _rewards_of_revisions(db: Connection) -> dict[str, Reward | None]:
    documents = db.execute(select(REVISIONS.c.hash, REVISIONS.c.document))
    return {row.hash: load_revision(row.document).flow.policy.reward for row in documents}


def _twice(db: Connection, book: Book) -> Iterator[str]:
    """Nobody earns twice with one invitation (participant, study, wave, number)."""
    same = INVITATIONS.c.id == RUNS.c.invitation_id
    asked = select(RUNS.c.id.label("run"), INVITATIONS).join(INVITATIONS, same)
    earned: dict[Any, str] = {}
    for row in db.execute(asked.order_by(RUNS.c.started_at, RUNS.c.id)):
        key = f"run:{row.run}:reward"
        if key not in book or key + _REVERSED in book:
            continue
        wave = (row.participant_id, row.study, row.wave, row.number)
        if wave in earned:
            yield f"Runs {earned[wave]} and {row.run} of {row.participant_id} earned for one wave."
        earned[wave] = row.run


def _payouts(db: Connection, book: Book) -> Iterator[str]:
    """The entries of every payout are those of its state, and what is open is what is owed."""
    expected: Book = {}
    owed: Counter[tuple[str, str]] = Counter()
    times = defaultdict(list)
    for key in book:
        if ":given:" in key:
            times[key.split(":")[1]].append(key)
    for row in db.execute(select(PAYOUTS).order_by(PAYOUTS.c.reserved_at, PAYOUTS.c.id)):
        pot, payout = pot_of(row.participant_id), payout_of(row.participant_id)
        key = f"payout:{row.id}:reserved"
        expected[key] = moved(row.cents, row.currency, debit=pot, credit=payout)
        if row.state == PayoutState.CANCELLED:
            expected[key + _REVERSED] = opposite(expected[key])
        if row.state in OPEN:
            owed[payout, row.currency] += row.cents
        given = moved(row.cents, row.currency, debit=payout, credit=stock_of(row.study))
        standing = 0
        for time in times[row.id]:
            expected[time] = opposite(given) if time.endswith(_REVERSED) else given
            standing += -1 if time.endswith(_REVERSED) else 1
        if standing != (row.state in PAID):
            yield f"Payout {row.id} is {row.state} and was given {standing} times."
    yield from _compared("payout:", book, expected)
    for account, cents in _balances(book).items():
        if account[0].startswith(payout_of("")) and cents != owed[account]:
            yield f"{account[0]} holds {cents} cents, its open payouts are {owed[account]}."


def _vouchers(db: Connection, book: Book) -> Iterator[str]:
    """Every voucher was bought, given to at most one, and what is left is what stock says."""
    left: Counter[tuple[str, str]] = Counter()
    expected: Book = {}
    payouts = {row.id: row for row in db.execute(select(PAYOUTS))}
    has_voucher = set()
    for row in db.execute(select(VOUCHERS).order_by(VOUCHERS.c.id)):
        stock, key = stock_of(row.study), f"voucher:{row.id}:bought"
        expected[key] = moved(row.cents, row.currency, debit=stock, credit=bank_of(row.study))
        if row.lost_at is not None:
            withdrawn, lost = key + _REVERSED, f"voucher:{row.id}:lost"
            if withdrawn in book:
                expected[withdrawn] = opposite(expected[key])
            else:
                cost = spent_on(row.study, "lost")
                expected[lost] = moved(row.cents, row.currency, debit=cost, credit=stock)
        payout = payouts.get(row.payout_id or "")
        if payout is not None:
            has_voucher.add(payout.id)
            promised = (payout.study, payout.cents, payout.currency)
            if promised != (row.study, row.cents, row.currency):
                yield f"Voucher {row.id} is not of the value or study of payout {payout.id}."
        if row.lost_at is None and (payout is None or payout.state not in PAID):
            left[stock, row.currency] += row.cents
    for payout in payouts.values():
        if payout.state in (*PAID, PayoutState.REQUESTED) and payout.id not in has_voucher:
            yield f"Payout {payout.id} is {payout.state} without a voucher."
    yield from _compared("voucher:", book, expected)
    balances = _balances(book)
    for account in {*left, *(one for one in balances if one[0].startswith(stock_of("")))}:
        if -balances.get(account, 0) != left[account]:
            yield (
                f"{account[0]} says {-balances.get(account, 0)} cents are left, "
                f"the vouchers say {left[account]}."
            )


def _erased(db: Connection, book: Book) -> Iterator[str]:
    """An erased person is owed no more than what is on its way, and nobody else was released."""
    erased = {
        row.id: row.study
        for row in db.execute(select(PARTICIPANTS).where(PARTICIPANTS.c.status == "erased"))
    }
    for key, legs in book.items():
        if not key.startswith("participant:"):
            continue
        person = key.split(":")[1]
        account = spent_on(erased.get(person, ""), "erased")
        freed = sum(leg.cents for leg in legs if leg.account == account)
        currency = legs[0].currency if legs else ""
        released = moved(freed, currency, debit=pot_of(person), credit=account)
        if person not in erased:
            yield f"Entry {key} releases what is owed to somebody who was not erased."
        elif freed <= 0 or sorted(legs) != sorted(released):
            yield f"Entry {key} does not release a pot."
    for (account, _), cents in _balances(book).items():
        if cents and account.startswith(pot_of("")) and account.removeprefix(pot_of("")) in erased:
            yield f"{account} holds {cents} cents of somebody who was erased."


def _compared(prefix: str, book: Book, expected: Book) -> Iterator[str]:
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
    return key.startswith("run:") and key.removesuffix(_REVERSED) in expected


def _balances(book: Book) -> Counter[tuple[str, str]]:
    balances: Counter[tuple[str, str]] = Counter()
    for legs in book.values():
        for leg in legs:
            balances[leg.account, leg.currency] += leg.cents
    return balances
