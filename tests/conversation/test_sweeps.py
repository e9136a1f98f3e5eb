"""What the clock finds due is carried out some in each transaction, on both databases."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from bot.channels.local import LocalCarrier
from bot.content.revision import Revision
from bot.conversation.open import Opened, open_wave
from bot.conversation.outbox import BROKEN
from bot.conversation.service import Conversations
from bot.conversation.tables import OUTBOUND, RUNS
from bot.conversation.waves import due_people
from bot.message import Channel
from bot.panel.participants import Enrolment, enrol
from bot.panel.timers import due_timers
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

LATER = NOW + timedelta(days=1, minutes=1)


def clock(database: Database) -> Conversations:
    """A bot a day later, whose senders do not run."""
    return Conversations(
        Runtime(
            Settings.model_construct(), database, CONTENT.library, CONTENT.lexicons, {},
            LocalCarrier(), lambda: LATER,
        )
    )  # fmt: skip


def some_with_an_open_wave(db: Connection, people: int) -> list[str]:
    runs = []
    for number in range(people):
        address = [(Channel.LOCAL, f"{AMINA}{number}")]
        person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", address, NOW.date()), NOW)
        runs.append(str(open_wave(db, PERIODIC, person, "periodic", 1, NOW).run))
    db.execute(update(OUTBOUND).values(state="sent"))
    return runs


def some_enrolled(db: Connection, people: int) -> list[str]:
    found = []
    for number in range(people):
        address = [(Channel.LOCAL, f"{AMINA}{number}")]
        one = Enrolment("klantmonitor", "Amina", "nl", address, NOW.date(), seed=0)
        found.append(enrol(db, one, NOW))
    return found


def reminders(database: Database) -> list[str]:
    return [row.run_id for row in database.run(rows, OUTBOUND) if row.purpose == "reminder"]


async def test_one_timer_that_fails_takes_only_itself_along(database: Database) -> None:
    runs = database.run(some_with_an_open_wave, 30)
    database.run(lambda db: db.execute(update(RUNS).where(RUNS.c.id == runs[3]).values(state="{}")))

    assert await clock(database).fire_due() == 29

    assert sorted(reminders(database)) == sorted(runs[:3] + runs[4:])
    assert database.run(due_timers, LATER) == [], "it holds up nobody who is due behind it"
    (left,) = database.run(due_timers, LATER + BROKEN)
    assert left.run_id == runs[3], "it is tried again"


async def test_a_wave_that_fails_to_open_is_tried_again_and_holds_up_nobody(
    database: Database,
) -> None:
    people = database.run(some_enrolled, 3)

    def broken_for_one(
        db: Connection, revision: Revision, person: str, *rest: Any, **more: Any
    ) -> Opened:
        if person == people[1]:
            raise RuntimeError("broken")
        return open_wave(db, revision, person, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.conversation.waves.open_wave", broken_for_one)
        assert await clock(database).open_due() == 2

    assert database.run(due_people, LATER) == []
    assert database.run(due_people, LATER + BROKEN) == [people[1]]


async def test_many_that_fail_hold_up_nobody_behind_them(database: Database) -> None:
    runs = database.run(some_with_an_open_wave, 101)
    database.run(
        lambda db: db.execute(update(RUNS).where(RUNS.c.id != runs[100]).values(state="{}"))
    )
    bot = clock(database)

    with capture_logs():  # a hundred tracebacks take a minute to draw
        while database.run(due_timers, LATER):
            await bot.fire_due()

    assert reminders(database) == [runs[100]]


async def test_two_clocks_at_once_remind_everybody_once(database: Database) -> None:
    runs = database.run(some_with_an_open_wave, 30)
    bot = clock(database)

    await asyncio.gather(bot.fire_due(), bot.fire_due())

    assert sorted(reminders(database)) == sorted(runs)
