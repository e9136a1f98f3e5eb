"""Everything that can happen to money, in any order, beside a model that counts on its fingers.

At every step: the ledger sums to zero (I3), no pot is below zero (I3b), a run earns once (I3c), a
code belongs to one payout (I3d), and what was earned is in pots, in payouts or given (I3e).
"""

import contextlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, select, text

from bot.panel.participants import Enrolment, enrol
from bot.rewards import erasing, ledger, paying, payouts, supply, vouchers
from bot.rewards.ledger import (
    OverdrawnError,
    balance,
    bank_of,
    grant,
    payout_of,
    pot_of,
    reverse,
    spent_on,
    stock_of,
)
from bot.rewards.payouts import PAYOUTS, PayoutState, Rule
from bot.rewards.stock_file import NewVoucher
from bot.rewards.vouchers import LEAST_VALID, VOUCHERS, add_stock, write_off
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from tests.rewards.people import NOW

_NUMBERS = count(1)
_WHICH = st.integers(0, 5)

with_people = precondition(lambda it: it.people)
with_claims = precondition(lambda it: it.claims)


class CrashError(Exception):
    """The process is gone before the commit."""


@dataclass
class Person:
    """What the model knows of somebody."""

    id: str
    pot: int = 0
    runs: dict[str, bool] = field(default_factory=dict)
    is_erased: bool = False


@dataclass
class Claim:
    """What the model knows of a payout."""

    id: str
    owner: Person
    state: PayoutState = PayoutState.RESERVED
    code: str | None = None


def refused(db: Connection, key: str, now: datetime) -> bool:
    """Whether an entry cannot be reversed, since what it gave was taken."""
    try:
        with db.begin_nested():
            reverse(db, key, now)
    except OverdrawnError:
        return True
    return False


class Money(RuleBasedStateMachine):
    """One study of its own in a database that others use too: a ledger cannot be emptied."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        """Nobody has earned anything."""
        super().__init__()
        self.study = f"k{next(_NUMBERS)}"
        self.rule = Rule(self.study, 600)
        self.now = NOW
        self.people: list[Person] = []
        self.claims: list[Claim] = []
        self.stock: dict[str, date] = {}
        self.lost: set[str] = set()
        self.bought = 0
        self.released = 0
        self.crashes = False

    def commit(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run it as a transaction; a process that dies just before the commit runs it again."""
        if self.crashes:
            self.crashes = False
            with contextlib.suppress(CrashError):
                self.database.run(self._dying, function, args)
        return self.database.run(function, *args)

    @staticmethod
    def _dying(db: Connection, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        function(db, *args)
        raise CrashError

    @rule()
    def crash(self) -> None:
        self.crashes = True

    @initialize()
    def begin(self) -> None:
        """Two people who were paid once and earned more: there is something to lose."""
        for who in range(2):
            self.join()
            self.earn(who, [1, 2, 3, 4])
            self.claim(who)
        self.buy(30, 3)
        self.send(0)
        self.hear(0, "sent")
        self.send(1)

    @precondition(lambda it: len(it.people) < 4)
    @rule()
    def join(self) -> None:
        made = self.commit(enrol, Enrolment(self.study, "A", "nl", [], NOW.date()), NOW)
        self.people.append(Person(made))

    @with_people
    @rule(who=_WHICH, runs=st.lists(st.integers(1, 20), min_size=1, max_size=5))
    def earn(self, who: int, runs: list[int]) -> None:
        """Complete questionnaires, perhaps some that were completed already."""
        person = self.people[who % len(self.people)]
        if person.is_erased:
            return  # runs of an erased person are stopped
        for run in runs:
            key = f"{person.id}-{run}"
            made = self.commit(grant, key, person.id, self.study, 200, "EUR", self.now)
            assert made == (key not in person.runs)
            if made:
                person.runs[key] = True
                person.pot += 200

    @with_people
    @rule(who=_WHICH, run=st.integers(1, 20))
    def take_back(self, who: int, run: int) -> None:
        person = self.people[who % len(self.people)]
        key = f"{person.id}-{run}"
        if person.runs.get(key) and person.pot < 200:
            assert self.commit(refused, f"run:{key}:reward", self.now)
            return
        undone = self.commit(reverse, f"run:{key}:reward", self.now)
        assert undone == person.runs.get(key, False)
        if undone:
            person.runs[key] = False
            person.pot -= 200

    @with_people
    @rule(who=_WHICH)
    def claim(self, who: int) -> None:
        person = self.people[who % len(self.people)]
        made = self.commit(payouts.reserve, person.id, self.rule, self.now)
        assert len(made) == person.pot // 600
        person.pot -= 600 * len(made)
        self.claims += [Claim(payout, person) for payout in made]

    @rule(days=st.sampled_from([5, 30, 400]), number=st.integers(1, 3))
    def buy(self, days: int, number: int) -> None:
        until = self.now.date() + timedelta(days=days)
        codes = [f"{self.study}-{len(self.stock) + place}" for place in range(number)]
        new = [NewVoucher(code, 600, until, "b") for code in codes]
        assert self.commit(add_stock, self.study, "HEMA", new, self.now) == number
        assert self.database.run(add_stock, self.study, "HEMA", new, self.now) == 0
        self.stock.update(dict.fromkeys(codes, until))
        self.bought += number

    @with_claims
    @rule(which=_WHICH)
    def send(self, which: int) -> None:
        """Make the message, if there is a voucher."""
        claim = self.claims[which % len(self.claims)]
        made = self.commit(paying.request, claim.id, self.now)
        if claim.state not in payouts.WAITING:
            assert not made
            return
        tied = self._code(claim)
        expired = claim.code is not None and self.stock[claim.code] < self.now.date()
        if claim.code is not None and not expired:
            assert made
            assert tied == claim.code, "the same voucher as before"
        if made:
            claim.state = PayoutState.REQUESTED
        claim.code = tied

    @with_claims
    @rule(which=_WHICH, step=st.sampled_from(["sent", "arrived", "failed"]))
    def hear(self, which: int, step: str) -> None:
        """A message from the provider, at any time and in any order."""
        claim = self.claims[which % len(self.claims)]
        state = PayoutState
        after = {
            "sent": ({state.REQUESTED, state.FAILED}, state.SENT, paying.note_sent),
            "arrived": (
                {state.REQUESTED, state.SENT, state.FAILED}, state.CONFIRMED, paying.note_arrived,
            ),
            "failed": ({state.REQUESTED, state.SENT}, state.FAILED, paying.note_failed),
        }  # fmt: skip
        before, then, function = after[step]
        if claim.state is state.FAILED and claim.code is None:
            return  # its voucher expired meanwhile, so no message of it can still be under way
        assert self.commit(function, claim.id, self.now) == (claim.state in before)
        if claim.state in before:
            claim.state = then

    @with_claims
    @rule(which=_WHICH)
    def cancel(self, which: int) -> None:
        claim = self.claims[which % len(self.claims)]
        done = self.commit(paying.cancel, claim.id, self.now)
        assert done == (claim.state in payouts.WAITING)
        if done:
            claim.state = PayoutState.CANCELLED
            claim.owner.pot += 600
            if claim.code is not None:
                self.lost.add(claim.code)

    @rule(days=st.sampled_from([1, 10, 30]))
    def wait(self, days: int) -> None:
        """Time passes and what expired in stock is written off."""
        self.now += timedelta(days=days)
        tied = {claim.code for claim in self.claims}
        old = {
            code
            for code, until in self.stock.items()
            if until < self.now.date() and code not in tied | self.lost
        }
        self.commit(write_off, self.now.date(), self.now)
        self.lost |= old

    @with_people
    @rule(who=_WHICH)
    def erase(self, who: int) -> None:
        person = self.people[who % len(self.people)]
        self.commit(erasing.forget, person.id, self.study, self.now)
        person.is_erased = True
        self._released(person)

    @with_people
    @rule(who=_WHICH)
    def release(self, who: int) -> None:
        """The clock looks again at what was on its way to somebody who was erased meanwhile."""
        person = self.people[who % len(self.people)]
        if person.is_erased:
            self.commit(erasing.release, person.id, self.study, self.now)
            self._released(person)

    def _released(self, person: Person) -> None:
        for claim in self.claims:
            if claim.owner is person and claim.state in payouts.WAITING:
                claim.state = PayoutState.CANCELLED
                person.pot += 600
                if claim.code is not None:
                    self.lost.add(claim.code)
        self.released += person.pot
        person.pot = 0

    @invariant()
    def the_books_agree(self) -> None:
        self.database.run(self._agree)

    def _agree(self, db: Connection) -> None:
        sums = db.execute(
            text("SELECT entry_id FROM postings GROUP BY entry_id, currency HAVING sum(cents) <> 0")
        ).all()
        assert sums == [], "I3"
        owed = 0
        for person in self.people:
            mine = [claim for claim in self.claims if claim.owner is person]
            waiting = 600 * sum(claim.state in payouts.OPEN for claim in mine)
            assert balance(db, pot_of(person.id)) == person.pot >= 0, "I3b"
            assert balance(db, payout_of(person.id)) == waiting, "I3d"
            owed += person.pot + waiting
        earned = 200 * sum(sum(person.runs.values()) for person in self.people)
        paid = (PayoutState.SENT, PayoutState.CONFIRMED)
        given = 600 * sum(claim.state in paid for claim in self.claims)
        assert -balance(db, spent_on(self.study, "rewards")) == earned, "I3c"
        assert earned == owed + given + self.released, "I3e"
        assert balance(db, spent_on(self.study, "erased")) == self.released
        assert balance(db, bank_of(self.study)) == 600 * self.bought
        assert -balance(db, spent_on(self.study, "lost")) == 600 * len(self.lost)
        left = 600 * (self.bought - len(self.lost)) - given
        assert -balance(db, stock_of(self.study)) == left
        ids = [claim.id for claim in self.claims]
        found = db.execute(select(PAYOUTS.c.id, PAYOUTS.c.state).where(PAYOUTS.c.id.in_(ids)))
        assert {row.id: row.state for row in found} == {one.id: one.state for one in self.claims}
        tied = db.execute(
            select(VOUCHERS.c.payout_id).where(
                VOUCHERS.c.study == self.study, VOUCHERS.c.payout_id.is_not(None)
            )
        ).scalars()
        assert sorted(tied) == sorted(one.id for one in self.claims if one.code), "I3d"

    def _code(self, claim: Claim) -> str | None:
        """The code that is tied to a payout; found by its hash when it was forgotten."""

        def tied(db: Connection) -> str | None:
            for code in self.stock:
                owner = select(VOUCHERS.c.payout_id).where(VOUCHERS.c.code_hash == code)
                if db.execute(owner).scalar() == claim.id:
                    return code
            return None

        return self.database.run(tied)


def play(database: Database, examples: int, steps: int = 50) -> None:
    """Let it happen, so many times so many steps."""

    class Here(Money):
        pass

    Here.database = database
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_money_is_exact_whatever_happens_in_whatever_order(database: Database) -> None:
    play(database, examples=12)


def test_the_expiry_of_the_model_is_that_of_the_stock() -> None:
    assert timedelta(days=5) < LEAST_VALID < timedelta(days=20)


def drop_a_posting(monkeypatch: pytest.MonkeyPatch) -> None:
    original = ledger.moved

    def one_leg(cents: int, currency: str, *, debit: str, credit: str) -> Any:
        return original(cents, currency, debit=debit, credit=credit)[:1]

    monkeypatch.setattr(ledger, "moved", one_leg)
    monkeypatch.setattr(ledger, "_check", lambda *_: None)


def lose_the_unique_key(monkeypatch: pytest.MonkeyPatch) -> None:
    original = ledger.post

    def post(db: Connection, key: str, legs: Any, now: Any) -> bool:
        return original(db, f"{key}:{next(_NUMBERS)}", legs, now)

    monkeypatch.setattr(ledger, "post", post)


def look_away_from_the_pot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_is_taken", lambda _: False)


def pay_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    original = paying._give

    def give(db: Connection, row: Any, now: Any) -> None:
        original(db, row, now)
        original(db, row, now)

    monkeypatch.setattr(paying, "_give", give)


def forget_to_reverse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "reverse", lambda *_: True)


def give_a_new_voucher_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def take(db: Connection, payout: str, study: str, *_: Any) -> bool:
        mine = select(VOUCHERS.c.id).where(VOUCHERS.c.study == study)
        first = mine.order_by(VOUCHERS.c.id).limit(1).scalar_subquery()
        changed = VOUCHERS.update().where(VOUCHERS.c.id == first)
        return bool(db.execute(changed.values(payout_id=payout)).rowcount)

    monkeypatch.setattr(supply, "take", take)


def book_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (vouchers, paying):
        monkeypatch.setattr(room, "lose", lambda *_: True)


@pytest.mark.parametrize(
    "bug",
    [
        drop_a_posting, lose_the_unique_key, look_away_from_the_pot, pay_twice, forget_to_reverse,
        give_a_new_voucher_each_time, book_no_loss,
    ],
)  # fmt: skip
def test_a_planted_bug_is_caught(
    sqlite_url: str,
    keys: Keys,
    monkeypatch: pytest.MonkeyPatch,
    bug: Callable[[pytest.MonkeyPatch], None],
) -> None:
    bug(monkeypatch)
    with (
        closing(open_database(sqlite_url, keys=keys)) as database,
        pytest.raises(Exception),  # noqa: B017 - an invariant of ours or of the database
    ):
        play(database, examples=100)
