"""Many processes that do everything that can be done to money, at once, to the same few people.

``python -m bench.money`` runs it at full size.
"""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

from sqlalchemy import Connection, select, text

from bot.channels.seller import Absent, Answer, Offer, Refused, Stage, Unknown
from bot.panel.erase import erase
from bot.panel.participants import PARTICIPANTS, Enrolment, enrol
from bot.reports.audit import differences
from bot.rewards import erasing, paying, purchases
from bot.rewards.ledger import OverdrawnError, grant, reverse
from bot.rewards.payouts import PAYOUTS, Rule, reserve
from bot.rewards.purchases import Call, due_purchases
from bot.rewards.stock_file import NewVoucher
from bot.rewards.supply import from_seller
from bot.rewards.vouchers import add_stock, write_off
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from tests.rewards.people import NOW, UNTIL

STUDY = "crowd"
RULE = Rule(STUDY, 600)
_PEOPLE = 30
_RUNS = 300


class CrashError(Exception):
    """The process is gone before the commit."""


@dataclass(frozen=True)
class Outcome:
    """What came of it: ``looks`` is how often the books were looked at meanwhile, ``wrong`` every
    difference, ``done`` how often each operation changed something.
    """

    seconds: float
    looks: int
    wrong: list[str]
    done: Counter[str]


def play(url: str, key: str, workers: int, operations: int) -> Outcome:
    """So many processes, so many operations each; the books are looked at all the while."""
    start = get_context("forkserver")
    start.set_forkserver_preload([__name__])  # what is slow to load is loaded once
    with closing(open_database(url, keys=Keys.from_text(key))) as database:
        database.run(_enrol)
        told = start.Queue()
        ready = start.Barrier(workers)
        crowd = [
            start.Process(target=_work, args=(url, key, seed, operations, ready, told))
            for seed in range(workers)
        ]
        begun, looks, wrong = time.monotonic(), 0, list[str]()
        try:
            for one in crowd:
                one.start()
            while any(one.is_alive() for one in crowd):
                wrong += database.run(_at_every_step)
                looks += 1
                time.sleep(0.2)
            wrong += [f"a worker ended with {one.exitcode}" for one in crowd if one.exitcode]
        finally:
            for one in crowd:
                one.kill()
                one.join()
        seconds, done = time.monotonic() - begun, Counter[str]()
        for _ in range(workers - sum(bool(one.exitcode) for one in crowd)):
            done += told.get(timeout=10)
        wrong += database.run(_at_every_step)
        wrong += database.run(_at_the_end)
        return Outcome(seconds, looks, wrong, done)


def _enrol(db: Connection) -> None:
    for _ in range(_PEOPLE):
        enrol(db, Enrolment(STUDY, "A", "nl", [], NOW.date()), NOW)


def _at_every_step(db: Connection) -> list[str]:
    """I3 and I3b, each in one statement, so that it sees one moment."""
    rules = {
        "I3: an entry does not balance": (
            "SELECT count(*) FROM (SELECT entry_id FROM postings GROUP BY entry_id, currency "
            "HAVING sum(cents) <> 0) AS it"
        ),
        "I3b: an account of what we owe is below zero": (
            "SELECT count(*) FROM (SELECT account FROM postings WHERE account LIKE 'pot:%' "
            "OR account LIKE 'payout:%' GROUP BY account, currency HAVING sum(cents) < 0) AS it"
        ),
        "I3d: a code belongs to two payouts": (
            "SELECT count(*) FROM (SELECT payout_id FROM vouchers WHERE payout_id IS NOT NULL "
            "GROUP BY payout_id HAVING count(*) > 1) AS it"
        ),
    }
    return [rule for rule, query in rules.items() if db.execute(text(query)).scalar_one()]


def _at_the_end(db: Connection) -> list[str]:
    """Everything else, by `ledger check` and by sums of our own; no runs were made here."""
    wrong = [one for one in differences(db) if not one.startswith("Entry run:")]

    def total(account: str) -> int:
        query = "SELECT coalesce(sum(cents), 0) FROM postings WHERE account LIKE :it"
        return int(db.execute(text(query), {"it": account}).scalar_one())

    def count(key: str) -> int:
        query = "SELECT count(*) FROM entries WHERE key LIKE :it"
        return int(db.execute(text(query), {"it": key}).scalar_one())

    earned = -total("expense:%:rewards")
    runs = count("run:%:reward") - count("run:%:reward:reversed")
    if earned != 200 * runs:
        wrong.append(f"I3c: {runs} runs earned {earned} cents")
    given = 600 * (count("payout:%:given:%") - 2 * count("payout:%:given:%:reversed"))
    owed, released = total("pot:%") + total("payout:%"), total("expense:%:erased")
    if earned != owed + given + released:
        wrong.append(f"I3e: earned {earned}, owed {owed}, given {given}, released {released}")
    if total("%") != 0:
        wrong.append("I3: the ledger is not zero")
    return wrong


class Worker:
    """One process. Each operation is a transaction; some die just before the commit and are done
    again.
    """

    def __init__(self, database: Database, seed: int) -> None:
        """``seed`` draws what is done, to whom."""
        self.database = database
        self.chance = random.Random(seed)
        self.people: list[str] = database.run(
            lambda db: list(db.execute(select(PARTICIPANTS.c.id)).scalars())
        )
        self.done: Counter[str] = Counter()
        self.now = NOW

    def work(self, operations: int) -> None:
        """Do so many."""
        names = ("earn", "claim", "send", "hear", "cancel", "buy", "order", "expire", "take_back",
                 "erase")  # fmt: skip
        often = (30, 12, 18, 22, 4, 1, 12, 1, 3, 0.03)
        for _ in range(operations):
            (name,) = self.chance.choices(names, often)
            self.now += timedelta(minutes=self.chance.randrange(60))
            self.done[name] += bool(getattr(self, name)())

    def commit(self, function: Any, *args: Any) -> Any:
        """A transaction, one in twenty of which dies first."""
        if self.chance.random() < 0.05:
            with contextlib.suppress(CrashError, OverdrawnError):
                self.database.run(_dying, function, args)
        return self.database.run(function, *args)

    def person(self) -> str:
        return self.chance.choice(self.people)

    def payouts(self) -> Iterator[str]:
        """One of somebody's payouts, if there is any."""
        mine = select(PAYOUTS.c.id).where(PAYOUTS.c.participant_id == self.person())
        found = self.database.run(lambda db: list(db.execute(mine).scalars()))
        yield from found and [self.chance.choice(found)]

    def earn(self) -> Any:
        person = self.person()
        return self.commit(_earn, person, f"{person}-{self.chance.randrange(_RUNS)}", self.now)

    def claim(self) -> Any:
        return self.commit(reserve, self.person(), RULE, self.now)

    def send(self) -> Any:
        return any(
            self.commit(paying.request, one, self.now, from_seller) for one in self.payouts()
        )

    def hear(self) -> Any:
        steps = (paying.note_sent, paying.note_arrived, paying.note_failed)
        return any(
            self.commit(_hear, self.chance.choice(steps), one, self.now) for one in self.payouts()
        )

    def cancel(self) -> Any:
        return any(self.commit(paying.cancel, one, self.now) for one in self.payouts())

    def buy(self) -> Any:
        days = self.chance.choice((20, 400))
        until = self.now.date() + timedelta(days=days)
        codes = [f"C{self.chance.randrange(100_000)}" for _ in range(2)]
        new = [NewVoucher(code, 600, until, "b") for code in dict.fromkeys(codes)]
        return self.commit(add_stock, STUDY, "HEMA", new, self.now)

    def order(self) -> Any:
        """One step of whatever is being bought."""
        due = self.database.run(due_purchases, self.now)
        for reference in due[:1]:
            wanted = self.commit(purchases.begin, reference, self.now)
            if wanted is not None:
                self.commit(purchases.note, wanted, self._answer(wanted), self.now)
        return due

    def expire(self) -> Any:
        return self.commit(write_off, self.now.date(), self.now)

    def take_back(self) -> Any:
        key = f"run:{self.person()}-{self.chance.randrange(_RUNS)}:reward"
        with contextlib.suppress(OverdrawnError):
            return self.commit(reverse, key, self.now)

    def erase(self) -> Any:
        return self.commit(_erase, self.person(), self.now)

    def _answer(self, wanted: purchases.Wanted) -> Answer:
        """A seller that did what was asked, and often does not say so."""
        if self.chance.random() < 0.3:
            return Unknown("no answer")
        if wanted.call is Call.CANCEL:
            return Absent()
        if wanted.call is Call.HOLD and self.chance.random() < 0.1:
            return Refused("sold out")
        is_sold = wanted.call is Call.CONFIRM
        stage, code = (Stage.SOLD, f"S{wanted.reference}") if is_sold else (Stage.HELD, None)
        return Offer(stage, wanted.cents, "EUR", "HEMA", UNTIL, "qr", code)


def _dying(db: Connection, function: Any, args: tuple[Any, ...]) -> None:
    function(db, *args)
    raise CrashError


def _earn(db: Connection, person: str, run: str, now: Any) -> bool:
    """As in a conversation: the run of an erased person is stopped."""
    asked = select(PARTICIPANTS.c.status).where(PARTICIPANTS.c.id == person).with_for_update()
    if db.execute(asked).scalar_one() == "erased":
        return False
    return grant(db, run, person, STUDY, 200, "EUR", now)


def _hear(db: Connection, step: Any, payout: str, now: Any) -> Any:
    """A status of a message; one of a voucher that is gone cannot come."""
    tied = text("SELECT 1 FROM vouchers WHERE payout_id = :it")
    if db.execute(tied, {"it": payout}).first() is None:
        return False
    return step(db, payout, now)


def _erase(db: Connection, person: str, now: Any) -> bool:
    erased = erase(db, person, now)
    erasing.forget(db, person, STUDY, now)
    return erased


def _work(url: str, key: str, seed: int, operations: int, ready: Any, told: Any) -> None:
    """One process: it begins when all are there."""
    with closing(open_database(url, keys=Keys.from_text(key))) as database:
        worker = Worker(database, seed)
        ready.wait()
        worker.work(operations)
    told.put(worker.done)
