"""The days of a campaign: what passes, what falls upon the machines, and when it is quiet again."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

import aiohttp

from bot.conversation.reconcile import NEXT_LOOK
from bot.jobs.ticker import EVERY
from bot.store.database import Database
from tests.campaign.machines import PARTS, Machines
from tests.campaign.reckoning import Left, left_to_do
from tests.campaign.town import HERE, Town

log = logging.getLogger(__name__)

FIRST = date(2027, 3, 15)
"""A Monday. The clocks of Europe go forward on the 28th."""

A_LOOK = NEXT_LOOK + timedelta(seconds=1)
"""So far one jump goes that lets the provider's list be looked at once more."""


class Campaign:
    """One campaign: days pass, faults fall, and at the end it is quiet."""

    def __init__(self, town: Town, bot: Machines, database: Database, seed: int) -> None:
        self.town = town
        self.bot = bot
        self.database = database
        self.chance = Random(f"faults {seed}")
        self._away: set[str] = set()

    async def run(self, days: int) -> None:
        """From the first morning; days on which nothing can be due are passed over."""
        for wave in range(0, days, 14):
            for person in self.town.people.values():
                person.wave_is_over()
            for after in (0, 1, 3, 7):
                if wave + after < days:
                    began = time.monotonic()
                    day = FIRST + timedelta(days=wave + after)
                    await self.day(day)
                    log.warning("%s took %.1f s", day, time.monotonic() - began)
        await self.night(FIRST + timedelta(days=wave + 10))

    async def day(self, day: date) -> None:
        """Past noon everybody's day has begun: three faults at random moments, then evening."""
        self.town.clock.go_to(datetime(day.year, day.month, day.day, 9, 59, 50, tzinfo=HERE))
        await self.until_up()
        self.town.clock.go_to(datetime(day.year, day.month, day.day, 12, 5, tzinfo=HERE))
        faults = [self.fault(self.chance.uniform(0.1, 2.0)) for _ in range(3)]
        await asyncio.gather(*faults)
        await self.quiet()
        self.town.clock.go_to(datetime(day.year, day.month, day.day, 19, 30, tzinfo=HERE))
        await self.quiet()

    async def night(self, until: date) -> None:
        """All is well again; nothing more may be under way at the end."""
        moment = datetime(until.year, until.month, until.day, 12, tzinfo=HERE)
        self.town.clock.go_to(moment)
        self.town.trouble = 0.0
        await self.quiet()
        for _ in range(2):
            self.town.clock.go_on(timedelta(minutes=6))
            await self.quiet()

    async def fault(self, after: float) -> None:
        await asyncio.sleep(after)
        name = self.chance.choice(tuple(PARTS))
        seconds = self.chance.uniform(0.3, 2.0)
        faults: tuple[Callable[[], Awaitable[None]], ...] = (
            lambda: self._kill(name),
            lambda: self._kill(name),
            lambda: self.bot.freeze(name, seconds),
            self._flush,
            lambda: self._replace(seconds),
            lambda: self._stop_database(seconds),
            lambda: self._wrong_clock(seconds),
        )
        await self.chance.choice(faults)()

    async def _kill(self, name: str) -> None:
        self.bot.kill(name)

    async def _flush(self) -> None:
        with contextlib.suppress(Exception):  # it may be away just now
            await asyncio.to_thread(self.bot.redis.flush)
            self.bot.befell["FLUSHALL"] += 1

    async def _replace(self, seconds: float) -> None:
        with self._only_once("Valkey") as mine:
            if mine:
                self.bot.befell["empty new Valkey"] += 1
                await self.bot.redis.replace(seconds)

    async def _stop_database(self, seconds: float) -> None:
        with self._only_once("PostgreSQL") as mine:
            if mine:
                await self.bot.stop_database(seconds)

    async def _wrong_clock(self, seconds: float) -> None:
        with self._only_once("clock") as mine:
            if mine:
                self.bot.befell["clock"] += 1
                self.town.clock.set_wrong(self.chance.choice((-3600, 3600)))
                await asyncio.sleep(seconds)
                self.town.clock.set_wrong(0)

    @contextlib.contextmanager
    def _only_once(self, what: str) -> Iterator[bool]:
        """Whether this fault may fall: not while the same one is there already."""
        if what in self._away:
            yield False
            return
        self._away.add(what)
        yield True
        self._away.discard(what)

    async def until_up(self) -> None:
        """The web answers that it can serve, and everybody runs a while."""
        until = time.monotonic() + 120
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < until:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    ready = 0
                    for place in range(len(PARTS)):
                        url = f"http://127.0.0.1:{self.bot.port + place}/readyz"
                        async with http.get(url) as answer:
                            ready += answer.status == 200
                    if ready == len(PARTS):
                        return
                await asyncio.sleep(0.05)
        raise AssertionError("The processes do not come up; see their logs.")

    async def quiet(self) -> None:
        """Wait until nobody says anything any more and every message has its end.

        The minutes that a doubt or another try takes pass at once.
        """
        await self.until_up()
        left: Left | None = None
        until = time.monotonic() + 180
        while time.monotonic() < until:
            if self.town.quiet_for() > 0.3:
                left = await self.database.read(left_to_do, self.town)
                if not left and self.town.quiet_for() > 0.3:
                    return
                if left.takes_minutes and not left.is_at_work:
                    self.town.clock.go_on(A_LOOK)
                    await asyncio.sleep(EVERY)
            await asyncio.sleep(0.1)
        raise AssertionError(f"It never gets quiet: {left} after {self.bot.befell}")
