"""T8: due timers become outbox rows while people are answered, on SQLite.

``python -m bench.sweep [TIMERS] [ROUNDS]``: how many a second, and the p99 of answers that come in
beside the sweep and without it. Medians of the rounds, each on a fresh copy of the same database.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from bench.common import NOON, TYPED, number, pin
from bot.channels.local import LocalCarrier
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.content.revision import Revision
from bot.conversation.open import open_wave
from bot.conversation.service import Conversations
from bot.conversation.tables import OUTBOUND
from bot.jobs.ticker import until_none
from bot.logs import set_up_logs
from bot.message import Channel, InboundMessage
from bot.panel.participants import Enrolment, enrol
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade

ANSWERERS = 1000
ANSWERS_A_SECOND = 50
QUIET_SECONDS = 10.0


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


async def fill(url: str, keys: Keys, revision: Revision, timers: int) -> None:
    """So many first reminders come due a day after noon; the others have not begun to answer."""
    database = open_database(url, keys=keys)
    people = timers + ANSWERERS
    for first in range(0, people, 500):
        await database.transact(enrol_some, revision, first, min(first + 500, people))
    await database.transact(leave_behind)
    await database.aclose()


async def sweep(runtime: Runtime, clock: FastClock, timers: int) -> Swept:
    """Let what is due become rows of the outbox, while people answer."""
    database, conversations = runtime.database, Conversations(runtime)
    quiet = await _answers(conversations, timers, 0, QUIET_SECONDS)
    clock.ahead += timedelta(days=1)
    before = await database.read(_outbox)
    busy = asyncio.create_task(_answers(conversations, timers, len(quiet), None))
    begun, worked = time.perf_counter(), time.process_time()
    await until_none(conversations.fire_due)()
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    busy.cancel()
    beside = await busy
    made = await database.read(_outbox) - before
    return Swept(made / took, worked / made * 1e6, _p99(quiet), _p99(beside))


async def rounds(timers: int, number: int) -> list[Swept]:
    """Fill once, then sweep so often."""
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    lexicons = load_lexicons(Path("locales"))
    revision = library.studies["klantmonitor"].flows["periodic"]
    keys = Keys.from_text(generate_key())
    found = []
    with tempfile.TemporaryDirectory() as folder:
        filled, copied = Path(folder) / "filled.db", Path(folder) / "copied.db"
        upgrade(f"sqlite:///{filled}")
        await fill(f"sqlite:///{filled}", keys, revision, timers)
        for _ in range(number):
            shutil.copyfile(filled, copied)
            clock = FastClock.at(NOON)
            runtime = Runtime(
                Settings.model_construct(), open_database(f"sqlite:///{copied}", keys=keys),
                library, lexicons, {}, LocalCarrier(), clock,
            )  # fmt: skip
            found.append(await sweep(runtime, clock, timers))
            await runtime.database.aclose()
    return found


async def _answers(
    conversations: Conversations, people: int, done: int, seconds: float | None
) -> list[float]:
    """Everybody from this number on answers in turn, at a steady pace, ``done`` answers having been
    given; returns how long each one took.
    """
    times: list[float] = []
    begun = time.perf_counter()
    try:
        while seconds is None or time.perf_counter() - begun < seconds:
            turn, person = divmod(done + len(times), ANSWERERS)
            inbound = InboundMessage(
                Channel.LOCAL, f"S{turn}.{person}", number(people + person), "bot",
                TYPED[turn % len(TYPED)], conversations.runtime.clock(),
            )  # fmt: skip
            asked = time.perf_counter()
            await conversations.receive(inbound)
            times.append(time.perf_counter() - asked)
            await asyncio.sleep(
                max(0.0, begun + len(times) / ANSWERS_A_SECOND - time.perf_counter())
            )
    except asyncio.CancelledError:
        pass
    return times


def _outbox(db: Connection) -> int:
    return db.execute(select(func.count()).where(OUTBOUND.c.purpose == "reminder")).scalar_one()


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)] * 1e3


def _middle(values: Iterator[float]) -> str:
    found = sorted(values)
    return f"{statistics.median(found):.1f} ({found[0]:.1f}-{found[-1]:.1f})"


def main() -> None:
    """Run and print."""
    pin(0)
    set_up_logs("warning")
    timers = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    found = asyncio.run(rounds(timers, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
    rate = statistics.median(one.rate for one in found)
    print(
        f"T8: {rate:.0f} timers/s (must >= 2000), "
        f"{_middle(one.cpu for one in found)} us of processor each; p99 of answers "
        f"{_middle(one.quiet_p99 for one in found)} ms without, "
        f"{_middle(one.busy_p99 for one in found)} ms beside it"
    )


if __name__ == "__main__":
    main()
