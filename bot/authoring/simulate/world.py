"""The real code on a clock of its own: minutes pass, messages leave, made-up people reply.

WhatsApp is played on the local channel, which says everything in the same form.
"""

import heapq
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from bot.authoring.simulate.behaviour import Behaviour, Person, Reply, awake
from bot.authoring.simulate.figures import Figures, Watch
from bot.authoring.simulate.reckoning import reckon
from bot.channels.contract import Failure, Reaction
from bot.content.sms import parts_of
from bot.content.study import Study
from bot.conversation.orders import load_send
from bot.conversation.outbox import Claimed, claim
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND, UNPROMPTED
from bot.conversation.timers import fire
from bot.conversation.waves import due_people, open_due_wave
from bot.message import Channel, DeliveryState, InboundMessage, Sent, TextForm
from bot.panel.hours import hours_of, local_time
from bot.panel.participants import ADDRESSES, PARTICIPANTS, Enrolment, enrol
from bot.panel.timers import TIMERS, due_timers
from bot.store.database import Database, open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from bot.store.statements import Statement

_MOST = 1000
_ROOM = 8 * 2**30
"""Bytes that have to be free in memory: a study of thousands grows for years of waves."""
_PLAYED = {Channel.LOCAL: Channel.WHATSAPP}
_DEAD = Failure("30005", Reaction.DEAD, "simulated: the number is gone")
_MINUTE = timedelta(minutes=1)

_TIMER = Statement(select(func.min(TIMERS.c.due_at).label("at")).where(TIMERS.c.done_at.is_(None)))
_WAVE = Statement(
    select(func.min(PARTICIPANTS.c.next_wave_at).label("at")).where(
        PARTICIPANTS.c.next_wave_at.is_not(None)
    )
)
_WAITING = Statement(
    select(func.min(OUTBOUND.c.not_before).label("at")).where(
        OUTBOUND.c.state == str(DeliveryState.QUEUED),
        OUTBOUND.c.is_unprompted == bindparam("unprompted"),
    )
)

_LEFT = Statement(
    select(
        OUTBOUND.c.participant_id,
        OUTBOUND.c.run_id,
        OUTBOUND.c.purpose,
        OUTBOUND.c.place,
        OUTBOUND.c.order,
        ADDRESSES.c.opted_out_at,
    )
    .join(ADDRESSES, ADDRESSES.c.id == OUTBOUND.c.address_id)
    .where(OUTBOUND.c.id == bindparam("it"))
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which participants (numbers ``first`` to before ``last``) take part in how many waves.

    They enrol one after the other, at the hour of ``begin``, over ``enrolling`` days.
    """

    study: str
    first: int
    last: int
    waves: int
    begin: datetime
    enrolling: int = 30
    seed: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)


def simulate(content: Content, scenario: Scenario, told: Callable[[float], None]) -> Figures:
    """Play it from the first enrolment until the last wave is closed; ``told`` hears how far."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        url = f"sqlite:///{Path(folder) / 'simulated.db'}"
        upgrade(url)
        database = open_database(url, keys=Keys.from_text(generate_key()))
        try:
            world = World(database, content, scenario)
            world.live(told)
            database.run(reckon, world.study, world.figures, world.end)
        finally:
            database.close()
    world.figures.seconds = time.monotonic() - began
    return world.figures


def _memory() -> str | None:
    """Where a file needs no disk: what is played is kept for nobody."""
    shared = Path("/dev/shm")  # noqa: S108 - the folder in it is ours alone
    has_room = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > _ROOM
    return str(shared) if has_room else None


def shortened(content: Content, scenario: Scenario) -> Content:
    """The same content with so many repetitions of the study's waves."""
    library = content.library
    study = library.studies[scenario.study]
    waves = tuple(
        replace(wave, times=min(scenario.waves, wave.times or scenario.waves))
        if wave.every
        else wave
        for wave in study.waves
    )
    studies = {**library.studies, study.name: replace(study, waves=waves)}
    return Content(replace(library, studies=studies), content.lexicons)


class World:
    """One database, its people, and what they are about to say."""

    def __init__(self, database: Database, content: Content, scenario: Scenario) -> None:
        self._database = database
        self._content = shortened(content, scenario)
        self._scenario = scenario
        self.study: Study = self._content.library.studies[scenario.study]
        self.figures = Figures(participants=scenario.last - scenario.first)
        self._watch = Watch(self.figures, hours_of(self.study), self.study.hours.timezone)
        self._people: dict[str, Person] = {}
        self._coming: list[tuple[datetime, int, InboundMessage]] = []
        self._enrolling = deque(map(self._enrols_at, range(scenario.first, scenario.last)))
        self._numbers = count(1)
        self._consents = self._asking_for_consent()
        lengths = [(wave.every or timedelta()) * (wave.times or 0) for wave in self.study.waves]
        length = max(lengths, default=timedelta())
        last = self._enrolling[-1] if self._enrolling else scenario.begin
        self.end = last + length + self.study.close + timedelta(days=7)
        self.figures.days = (self.end - scenario.begin).days

    def live(self, told: Callable[[float], None]) -> None:
        """Minute by minute; those in which nothing is due are passed over."""
        now = self._scenario.begin
        whole = self.end - now
        while True:
            due = self._database.run(self._next)
            if due is None or due > self.end:
                return
            now = max(now, due)
            self._database.run(self._minute, now)
            told(1 - (self.end - now) / whole)

    def _enrols_at(self, number: int) -> datetime:
        everybody = max(1, self._scenario.last - self._scenario.first)
        place = (number - self._scenario.first) * self._scenario.enrolling // everybody
        zone = self.study.hours.timezone
        day = self._scenario.begin.astimezone(ZoneInfo(zone)).date() + timedelta(days=place)
        return local_time(day, self._scenario.begin.astimezone(ZoneInfo(zone)).time(), zone)

    def _next(self, db: Connection) -> datetime | None:
        """When something is to happen."""
        moments = [_TIMER.row(db).at, _WAVE.row(db).at]
        moments += [_WAITING.row(db, unprompted=one).at for one in (False, True)]
        moments += [self._coming[0][0]] if self._coming else []
        moments += [self._enrolling[0]] if self._enrolling else []
        return min((at for at in moments if at is not None), default=None)

    def _minute(self, db: Connection, now: datetime) -> None:
        """What the clock does, then what people say in the minute after."""
        while self._enrolling and self._enrolling[0] <= now:
            self._enrolling.popleft()
            self._enrol(db, self._scenario.first + len(self._people), now)
        for timer in due_timers(db, now, _MOST):
            fire(db, self._content, timer, now)
        for participant in due_people(db, now, _MOST):
            open_due_wave(db, self._content, participant, now)
        self._send(db, now)
        while self._coming and self._coming[0][0] < now + _MINUTE:
            at, _, inbound = heapq.heappop(self._coming)
            waiting = receive(db, self._content, inbound, at).waiting
            self.figures.received += 1
            if waiting:
                self._send(db, at)

    def _enrol(self, db: Connection, number: int, now: datetime) -> None:
        languages = self.study.languages
        language = languages[number % len(languages)]
        person = Person(f"{self._scenario.seed}.{number}", self._scenario.behaviour, language)
        addresses = [(Channel.SMS, f"+316{10_000_000 + number}")]
        if not person.is_on_sms:
            addresses.insert(0, (Channel.LOCAL, f"phone-{number}"))
        enrolment = Enrolment(
            self.study.name, "Amina", language, addresses, now.date(),
            timezone=self.study.hours.timezone, seed=person.seed,
        )  # fmt: skip
        participant = enrol(db, enrolment, now)
        self._people[participant] = person

    def _send(self, db: Connection, now: datetime) -> None:
        """Carry what may leave, and let people hear it."""
        while taken := claim(db, self._content, now):
            for one in taken:
                self._carry(db, one, now)

    def _carry(self, db: Connection, one: Claimed, now: datetime) -> None:
        row = _LEFT.row(db, it=one.row)
        person = self._people[row.participant_id]
        channel = _PLAYED.get(one.message.channel, one.message.channel)
        self.figures.messages[f"{channel} {row.purpose}"] += 1
        self.figures.minutes[int(now.timestamp() // 60)] += 1
        if one.message.channel is Channel.SMS and isinstance(one.message.form, TextForm):
            self.figures.segments += parts_of(one.message.form.body)
        if person.is_gone():
            settle_failed(db, one.row, _DEAD, now)
            return
        self._watch.saw(row, now)
        settle_sent(db, one.row, Sent(f"sim-{one.row}", DeliveryState.DELIVERED), now)
        if row.place is not None:
            return  # a further part of one message
        send = load_send(row.order)
        is_consent = send.step in self._consents
        reply: Reply | None = None
        if row.purpose in UNPROMPTED:
            reply = person.hears_opener(row.run_id, send, is_consent)
        elif send.type is not None:
            reply = person.hears_question(send, is_consent)
        if reply is not None:
            self._will_say(one, reply, now)

    def _will_say(self, one: Claimed, reply: Reply, now: datetime) -> None:
        at = awake(now + reply.after, self.study.hours.timezone)
        number = next(self._numbers)
        inbound = InboundMessage(
            one.message.channel, f"sim-{number}", one.message.to, "bot", reply.text, at,
            payload=reply.payload,
        )  # fmt: skip
        heapq.heappush(self._coming, (at, number, inbound))

    def _asking_for_consent(self) -> frozenset[str]:
        return frozenset(
            step.name
            for revision in self.study.flows.values()
            for step in revision.flow.steps
            if step.consent
        )


def first_morning(study: Study) -> datetime:
    """The first decent hour of a Monday, on the study's own clock."""
    return local_time(
        datetime(2027, 1, 4, tzinfo=UTC).date(), study.hours.start, study.hours.timezone
    )
