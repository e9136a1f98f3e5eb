"""A town of people over a small Twilio: they answer by signed webhooks, which are lost, late or
doubled as in life. It keeps by itself what was said and heard.
"""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from tests.campaign.study import QUESTIONS
from tests.fakes.twilio import ACCOUNT, FakeTwilio, sign

OURS = "+3197010200000"
PUBLIC = "https://bot.example"
HERE = ZoneInfo("Europe/Amsterdam")
TROUBLES: tuple[Any, ...] = ("lost", "reset", "junk", (503, 20500), (429, 20429))


@dataclass
class TownClock:
    """``true`` is what everybody else's clocks say; the file makes those of the bot ``skew`` wrong.
    ``steps`` are the moments (monotonic) at which the bot's clock jumped.
    """

    file: Path
    ahead: float
    skew: float = 0.0
    steps: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._write()

    def true(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.ahead, UTC)

    def shown(self) -> datetime:
        """What the bot believes."""
        return self.true() + timedelta(seconds=self.skew)

    def go_to(self, moment: datetime) -> None:
        """Time passes in one jump."""
        self.ahead += (moment - self.true()).total_seconds()
        self._write()

    def go_on(self, some: timedelta) -> None:
        self.go_to(self.true() + some)

    def set_wrong(self, seconds: float) -> None:
        """Somebody sets the wall clock of the bot's machine."""
        self.skew = seconds
        self._write()

    def _write(self) -> None:
        part = self.file.with_suffix(".part")
        part.write_text(repr(self.ahead + self.skew))
        part.replace(self.file)
        self.steps.append(time.monotonic())


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that Twilio took: when by the bot's clock, and by one that never jumps."""

    token: str
    to: str
    body: str
    shown: datetime
    moment: float


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody sent, ``to_token`` being the message that made them; ``known_at`` is when the
    bot said that it has it (monotonic).
    """

    sid: str
    number: str
    text: str
    to_token: str


@dataclass
class Dweller:
    """Somebody of the town. ``answers_at`` is after which opener of a wave they begin, drawn anew
    for each wave; who ``stops_after`` so many answers in all says stop instead of the next one.
    """

    number: str
    chance: Random
    stops_after: int | None
    given: int = 0
    openers: int = 0
    answers_at: int | None = 0
    is_stopped: bool = False
    answered: set[str] = field(default_factory=set)

    def hears(self, body: str) -> str | None:
        """What they say to it."""
        if self.is_stopped:
            return None
        if question := re.search(r"Vraag (\d)", body):
            if question[1] in self.answered:
                return None  # asked again: the answer is under way
            if self.stops_after is not None and self.given >= self.stops_after:
                self.is_stopped = True
                return "stop"
            self.answered.add(question[1])
            self.given += 1
            return str(self.chance.randint(1, QUESTIONS))
        if "Doe je mee" in body:
            if self.openers == 0:
                self.answers_at = self.chance.choice((0, 0, 0, 1, 2, None))
                self.answered = set()
            self.openers += 1
            return "ja" if self.answers_at == self.openers - 1 else None
        return None

    def wave_is_over(self) -> None:
        """The next opener is that of a new wave."""
        self.openers = 0


class Town(FakeTwilio):
    """``trouble`` is the share of sends that go wrong on the way; ``bot`` is where it listens."""

    def __init__(self, clock: TownClock, people: int, seed: int, trouble: float = 0.08) -> None:
        super().__init__()
        self.clock = clock
        self.bot = ""
        self.trouble = trouble
        self.chance = Random(f"town {seed}")
        self.people = {
            number: Dweller(
                number,
                Random(f"{seed} {number}"),
                self.chance.randint(0, 9) if self.chance.random() < 0.15 else None,
            )
            for number in (f"+3161000{place:04d}" for place in range(people))
        }
        self.heard: list[Heard] = []
        self.said: list[Said] = []
        self.known_at: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        self._under_way: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None
        self._moved_at = time.monotonic()

    async def start(self) -> None:
        await super().start()
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        assert self._http is not None
        await self._http.close()
        await super().close()

    def quiet_for(self) -> float:
        """Seconds since anything was sent or said."""
        return 0.0 if self._under_way else time.monotonic() - self._moved_at

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if self.chance.random() < self.trouble:
            self.script.append(step := self.chance.choice(TROUBLES))
            self.counts[f"send: {step}"] += 1
        before = len(self.messages)
        try:
            return await super()._create(request)
        finally:
            for message in self.messages[before:]:
                self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        token = message["StatusCallback"].rsplit("/", 1)[-1]
        heard = Heard(token, message["To"], message["Body"], self.clock.shown(), time.monotonic())
        self.heard.append(heard)
        self._do(self._tell_state(message))
        if (text := self.people[heard.to].hears(heard.body)) is not None:
            self._do(self._say(heard, text))

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        self._moved_at = time.monotonic()
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._moved_at = time.monotonic()
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            raise task.exception()  # type: ignore[misc]

    async def _tell_state(self, message: dict[str, Any]) -> None:
        """Delivered, told once, twice or never."""
        for _ in range(self.chance.choice((0, 1, 1, 1, 2))):
            await asyncio.sleep(self.chance.uniform(0, 0.1))
            form = {
                "MessageSid": message["sid"], "AccountSid": ACCOUNT, "To": message["To"],
                "MessageStatus": "delivered",
            }  # fmt: skip
            await self._post(message["StatusCallback"].removeprefix(PUBLIC), form)

    async def _say(self, heard: Heard, text: str) -> None:
        fate = self.chance.choices(("once", "at once", "late", "lost"), (80, 7, 6, 7))[0]
        # Who answers has read: a second, where the list and its whole seconds must tell the order.
        await asyncio.sleep(1.05 if fate == "lost" else self.chance.uniform(0.02, 0.3))
        said = Said(f"SM{len(self.said):032x}", heard.to, text, heard.token)
        self.said.append(said)
        self.counts[f"webhook {fate}"] += 1
        self.received.append(
            {
                "sid": said.sid, "from": said.number, "to": OURS, "body": text,
                "direction": "inbound", "num_media": "0", "status": "received",
                "date_sent": format_datetime(self.clock.true()),
            }
        )  # fmt: skip
        form = {
            "MessageSid": said.sid, "SmsSid": said.sid, "AccountSid": ACCOUNT, "NumMedia": "0",
            "From": said.number, "To": OURS, "Body": text, "NumSegments": "1",
        }  # fmt: skip
        if fate == "lost":
            return
        if fate == "at once":
            await asyncio.gather(*(self._deliver(said, form) for _ in range(4)))
            return
        await self._deliver(said, form)
        if fate == "late":
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))
            await self._deliver(said, form)

    async def _deliver(self, said: Said, form: dict[str, str]) -> None:
        """As Twilio with two retries; then it gives up."""
        for wait in (0.1, 0.4, 0.0):
            if await self._post("/twilio/messages", form):
                self.known_at.setdefault(said.sid, time.monotonic())
                return
            await asyncio.sleep(wait)
        self.counts["webhook given up"] += 1

    async def _post(self, path: str, form: dict[str, str]) -> bool:
        assert self._http is not None
        headers = {"X-Twilio-Signature": sign(PUBLIC + path, form)}
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._http.post(self.bot + path, data=form, headers=headers) as answer:
                self.counts[f"webhook {answer.status}"] += 1
                return answer.status == 200
        self.counts["webhook without answer"] += 1
        return False
