"""The process dies at every step in turn and starts again: nothing is lost, nothing comes twice.

One scenario runs with a death after the n-th commit or around the n-th provider call, n = 1, 2, …
until it runs through. Whoever posted a message that was not acknowledged posts it again.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot.conversation.left_behind import mark_abandoned
from bot.conversation.making import LEASE
from bot.conversation.open import open_wave
from bot.conversation.receive import receive
from bot.conversation.send import turn
from bot.conversation.settle import Carried
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, InboundMessage, OutboundMessage, Sent
from bot.panel.participants import Enrolment, enrol
from bot.panel.timers import due_timers
from bot.rewards.ledger import balance, pot_of
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

TYPED = ("ja", "1", "2", "wat?", "3", "4", "5", "1", "2")


class DiedError(BaseException):
    """The process is gone."""


class Machine:
    """A process over a database that outlives it, and a provider that remembers."""

    def __init__(self, database: Database, dies_at: int) -> None:
        self.database = database
        self.steps = count(1)
        self.dies_at = dies_at
        self.now = NOW
        self.delivered: list[OutboundMessage] = []
        self.deaths = 0

    def step(self) -> None:
        """A place where the process can die; it does so once."""
        if next(self.steps) == self.dies_at:
            self.deaths += 1
            raise DiedError

    def commit(self, function: Callable[..., Any], *args: Any) -> Any:
        result = self.database.run(function, *args)
        self.step()
        return result

    def send(self) -> None:
        """What the senders do, one message after the other."""
        self.commit(mark_abandoned, self.now)
        carried: list[Carried] = []
        while taken := self.commit(turn, CONTENT, carried, self.now, 32)[0]:
            carried = []
            for one in taken:
                self.step()  # before the call
                self.delivered.append(one.message)
                self.step()  # after it, before its outcome is written down
                carried.append(Carried(one.row, Sent(f"SM{one.row}")))

    def survive(self, work: Callable[[], None]) -> None:
        """Do it; after a death a new process does it again, when the lease is over."""
        while True:
            try:
                work()
            except DiedError:
                self.now += LEASE * 1.5
            else:
                return

    def hear(self, number: int, text: str) -> None:
        inbound = InboundMessage(Channel.LOCAL, f"L{number}", AMINA, "bot", text, self.now)
        self.commit(receive, CONTENT, inbound, self.now)

    def fire(self) -> None:
        for timer in self.database.run(due_timers, self.now):
            self.commit(fire, CONTENT, timer, self.now)


def enrolled(db: Connection) -> str:
    address = [(Channel.LOCAL, AMINA)]
    return enrol(db, Enrolment("klantmonitor", "Amina", "nl", address, NOW.date()), NOW)


def play(machine: Machine, person: str, typed: tuple[str, ...]) -> None:
    """One wave from its opening to its end."""
    wave = (open_wave, PERIODIC, person, "periodic", 1, machine.now)
    machine.survive(lambda: machine.commit(*wave))
    machine.survive(machine.send)
    machine.now += timedelta(days=1, minutes=1)
    machine.survive(machine.fire)
    machine.survive(machine.send)
    for number, text in enumerate(typed):
        machine.survive(lambda number=number, text=text: machine.hear(number, text))  # type: ignore[misc]
        machine.survive(machine.send)
    machine.survive(machine.send)


@pytest.mark.parametrize("last", ["answer", "stop"])
def test_a_death_at_any_step_loses_nothing_and_repeats_nothing(
    database: Database, last: str
) -> None:
    typed = TYPED if last == "answer" else (*TYPED[:4], "stop")
    for dies_at in count(1):
        person = database.run(clean)
        machine = Machine(database, dies_at)

        play(machine, person, typed)

        inbound = database.run(rows, INBOUND)
        assert [row.provider_id for row in inbound] == [f"L{n}" for n in range(len(typed))]
        tokens = Counter(message.token for message in machine.delivered)
        assert max(tokens.values()) == 1, f"sent twice after a death at step {dies_at}"
        outbound = database.run(rows, OUTBOUND)
        assert {row.state for row in outbound} <= {"sent", "uncertain", "dropped"}
        assert sum(row.state == "uncertain" for row in outbound) <= machine.deaths
        (run,) = database.run(rows, RUNS)
        answers = [row for row in database.run(rows, ANSWERS) if row.reason != "not understood"]
        if last == "answer":
            assert run.status == "completed"
            assert [row.value for row in answers] == [1, 2, 3, 4, 5, 1, 2]
            assert database.run(balance, pot_of(person)) == 200
        else:
            assert run.status == "stopped"
            assert database.run(balance, pot_of(person)) == 0
            assert machine.delivered[-1].token == outbound[-1].token or machine.deaths
        if not machine.deaths:
            assert dies_at > 40, "the scenario has that many steps at least"
            return


def clean(db: Connection) -> str:
    """A fresh database would cost more: empty the tables, the newest first, but for the ledger: it
    cannot be emptied.
    """
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name in TABLES:
            db.execute(table.delete())
    return enrolled(db)


TABLES = {
    "answers", "outbound", "inbound", "timers", "cases", "runs",
    "invitations", "consents", "reaches", "addresses", "participants", "organisations",
}  # fmt: skip
