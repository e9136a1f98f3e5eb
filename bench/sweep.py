"""T8: due timers become outbox rows while people are answered, on SQLite.

``python -m bench.sweep [TIMERS]``: how many a second, and what the sweep does to the p99 of answers
that come in beside it, beside the p99 without a sweep.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from bench.common import number, pin
from bench.ours import NOON
from bot.channels.local import LocalCarrier
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.content.revision import Revision
from bot.conversation.effects import OUTBOUND
from bot.conversation.open import open_wave
from bot.conversation.service import Conversations
from bot.jobs.ticker import until_none
from bot.logs import set_up_logs
from bot.message import Channel, InboundMessage
from bot.panel.participants import Enrolment, enrol
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade

ANSWERERS = 200
ANSWERS_A_SECOND = 50


@dataclass(frozen=True, slots=True)
class Swept:
    """Timers a second, the processor's microseconds for each (the answers beside them included),
    and the p99 of an answer (ms) without and beside the sweep.
    """

    rate: float
    cpu: float
    quiet_p99: float
    busy_p99: float


def enrol_some(db: Connection, revision: Revision, first: int, last: int) -> None:
    """People with an open wave."""
    for person in range(first, last):
        address = [(Channel.LOCAL, number(person))]
        one = enrol(db, Enrolment("klantmonitor", "Someone", "nl", address, NOON.date()), NOON)
        open_wave(db, revision, one, "periodic", 1, NOON)


def leave_behind(db: Connection) -> None:
    """The invitations went out yesterday."""
    db.execute(
        update(OUTBOUND).values(state="delivered", settled_at=NOON, channel="local", form="")
    )


async def sweep(timers: int) -> Swept:
    """Let so many first reminders come due at once."""
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    revision = library.studies["klantmonitor"].flows["periodic"]
    clock = FastClock.at(NOON)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/sweep.db"
        upgrade(url)
        database = open_database(url, keys=Keys.from_text(generate_key()))
        runtime = Runtime(
            Settings.model_construct(), database, library, load_lexicons(Path("locales")), {},
            LocalCarrier(), clock,
        )  # fmt: skip
        conversations = Conversations(runtime)
        people = timers + ANSWERERS
        for first in range(0, people, 500):
            last = min(first + 500, people)
            await database.transact(enrol_some, revision, first, last)
        await database.transact(leave_behind)
        quiet = asyncio.create_task(_answers(conversations, timers, 2.0))
        times = await quiet
        clock.ahead += timedelta(days=1)
        before = await database.read(_outbox)
        busy = asyncio.create_task(_answers(conversations, timers, None))
        begun, worked = time.perf_counter(), time.process_time()
        await until_none(conversations.fire_due)()
        took, worked = time.perf_counter() - begun, time.process_time() - worked
        busy.cancel()
        others = await asyncio.gather(busy, return_exceptions=True)
        assert isinstance(others[0], list)
        made = await database.read(_outbox) - before
        await database.aclose()
    return Swept(made / took, worked / made * 1e6, _p99(times), _p99(others[0]))


async def _answers(conversations: Conversations, first: int, seconds: float | None) -> list[float]:
    """People answer one after the other, at a steady pace; returns how long each one took."""
    times: list[float] = []
    begun = time.perf_counter()
    try:
        while seconds is None or time.perf_counter() - begun < seconds:
            turn = len(times)
            inbound = InboundMessage(
                Channel.LOCAL, f"S{seconds}{turn}", number(first + turn % ANSWERERS), "bot",
                "hm xq zvk", conversations.runtime.clock(),
            )  # fmt: skip
            asked = time.perf_counter()
            await conversations.receive(inbound)
            times.append(time.perf_counter() - asked)
            await asyncio.sleep(
                max(0.0, begun + (turn + 1) / ANSWERS_A_SECOND - time.perf_counter())
            )
    except asyncio.CancelledError:
        pass
    return times


def _outbox(db: Connection) -> int:
    return db.execute(select(func.count()).where(OUTBOUND.c.purpose == "reminder")).scalar_one()


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] * 1e3


def main() -> None:
    """Run and print."""
    pin(0)
    set_up_logs("warning")
    found = asyncio.run(sweep(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
    print(
        f"T8: {found.rate:.0f} timers/s (must >= 2000), {found.cpu:.0f} us of processor each; "
        f"p99 of answers {found.quiet_p99:.1f} ms without, {found.busy_p99:.1f} ms beside it"
    )


if __name__ == "__main__":
    main()
