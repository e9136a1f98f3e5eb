"""The phones of this server, and what is done on them: over the same path as a real message."""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.channels.contract import Reaction
from bot.channels.local import LocalCarrier
from bot.channels.twilio import failure_of
from bot.content.revision import Revision
from bot.conversation.effects import DROPPED, OUTBOUND, RUNS
from bot.conversation.outbox import forms
from bot.conversation.service import Conversations
from bot.engine.replies import read_payload
from bot.engine.replies.reading import Tapped
from bot.engine.run import Run
from bot.engine.stored import load_run
from bot.message import Channel, DeliveryState, InboundMessage, Media
from bot.panel.participants import Enrolment, enrol
from bot.panel.timers import TIMERS
from bot.runtime import FastClock
from bot.web.preview.lines import Line, bot_line, lost_line, my_line, note_line
from bot.web.preview.workbench import Act, Workbench

NAME = "Amina"
CHANNELS = {"whatsapp": Channel.LOCAL, "sms": Channel.SMS}
NOT_THERE = {Channel.LOCAL: "63024", Channel.SMS: "30005"}
"""A number that the channel does not know, as the provider would tell it."""

_MOST_PHONES = 200
_MOST_TIMERS = 20
_OPEN = (str(DeliveryState.QUEUED), str(DeliveryState.SENDING))
_LOST = (str(DeliveryState.FAILED), str(DeliveryState.UNCERTAIN), DROPPED)


class StageError(Exception):
    """What was asked cannot be done; the message says why, for people."""


@dataclass
class Phone:
    """One made-up participant with a phone. ``lines`` is the screen, ``acts`` what was done."""

    address: str
    participant: str
    study: str
    revision: Revision
    language: str
    first: Channel
    wave: int = 1
    acts: list[Act] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    _taken: int = 0
    _lost: set[int] = field(default_factory=set)

    @property
    def channel(self) -> Channel:
        """Where the bot spoke last: there the person answers."""
        spoken = (line["channel"] for line in reversed(self.lines) if line["kind"] == "bot")
        return Channel(next(spoken, self.first))

    def take(self, local: LocalCarrier) -> None:
        """Put what has arrived on the screen."""
        messages = local.sent_to(self.address)
        for message in messages[self._taken :]:
            self.lines.append(bot_line(message.channel, message.form))
        self._taken = len(messages)

    def lose(self, row: Any) -> None:
        """Put what did not arrive on the screen, once."""
        if row.id in self._lost:
            return
        self._lost.add(row.id)
        why = _why(row)
        if row.form is None:
            self.lines.append(note_line(f"Not sent: {why}"))
        else:
            form = forms().validate_json(row.form)
            self.lines.append(lost_line(row.channel or "", form, why))


@dataclass
class Stage:
    """Everything the phones share. ``version`` counts how often the files were read again,
    ``broken`` says why they could not be.
    """

    conversations: Conversations
    clock: FastClock
    workbench: Workbench
    phones: dict[str, Phone] = field(default_factory=dict)
    feeds: set[asyncio.Task[None]] = field(default_factory=set)
    version: int = 0
    broken: str = ""

    def revision(self, name: str) -> tuple[str, Revision]:
        """The study and the flow called ``study/flow``; raises StageError."""
        study, _, flow = name.partition("/")
        found = self.conversations.content.library.studies.get(study)
        if found is None or flow not in found.flows:
            raise StageError(f"There is no flow {name[:80]} without faults; see Problems.")
        return study, found.flows[flow]

    def phone(self, address: object) -> Phone:
        """The phone of this address; raises StageError."""
        found = self.phones.get(str(address))
        if found is None:
            raise StageError("This phone is gone: the preview was started again. Press Restart.")
        return found


async def start(stage: Stage, name: str, language: str, channel: str, wave: int = 1) -> Phone:
    """Enrol a made-up participant and open the flow for them; raises StageError."""
    study, revision = stage.revision(name)
    if language not in revision.flow.languages:
        raise StageError(f"{name} is not complete in {language[:10]}; see Problems.")
    first = CHANNELS.get(channel, Channel.LOCAL)
    order = sorted(CHANNELS.values(), key=lambda one: one is not first)
    address = f"phone-{secrets.token_hex(8)}"
    now = stage.clock()
    person = Enrolment(
        study, NAME, language, [(one, address) for one in order], now.date(),
        organisation="demo", is_test=False,
    )  # fmt: skip
    participant = await stage.conversations.runtime.database.transact(enrol, person, now)
    phone = Phone(address, participant, study, revision, language, first, wave)
    while len(stage.phones) >= _MOST_PHONES:
        stage.phones.pop(next(iter(stage.phones)))
    stage.phones[address] = phone
    opened = await stage.conversations.open(revision, participant, revision.flow.name, wave)
    if opened.run is None:
        raise StageError(f"The flow did not open: {opened.reason}.")
    return phone


async def say(stage: Stage, phone: Phone, text: str, payload: str | None = None) -> None:
    """The person types, or taps what has this payload."""
    tapped = None if payload is None else read_payload(payload)
    if isinstance(tapped, Tapped):
        phone.acts.append(("tap", tapped.step, tapped.code))
    else:
        phone.acts.append(("type", text))
    await _send(stage, phone, text, payload=payload, media=())


async def attach(stage: Stage, phone: Phone) -> None:
    """The person sends a photo without words."""
    phone.acts.append(("attach", "photo"))
    media = (Media("https://example.org/photo.jpg", "image/jpeg"),)
    await _send(stage, phone, "", payload=None, media=media)


async def wait(stage: Stage, phone: Phone, hours: int) -> None:
    """Time passes for everybody on this server; what comes due happens now."""
    phone.acts.append(("wait", str(hours)))
    _note(stage, phone, "+1 day" if hours == 24 else f"+{hours} hours")
    stage.clock.ahead += timedelta(hours=hours)
    while await stage.conversations.fire_due():
        pass


async def silence(stage: Stage, phone: Phone) -> str:
    """Nobody replies until the bot says something or the run ends; says what happened."""
    phone.acts.append(("silence",))
    read = stage.conversations.runtime.database.read
    before = await read(_progress, phone.participant)
    for _ in range(_MOST_TIMERS):
        due = await read(_next_due, phone.participant)
        if due is None:
            phone.acts.pop()
            return "Nothing more would happen: no reminder and no closing is due."
        gap = max(due - stage.clock(), timedelta())
        stage.clock.ahead += gap + timedelta(seconds=1)
        _note(stage, phone, f"No reply for {_spoken(gap)}")
        await stage.conversations.fire_due()
        if await read(_progress, phone.participant) != before:
            return ""
    return "Nothing happened for a long while."


def fail_next(stage: Stage, phone: Phone) -> str:
    """The next message does not arrive; returns what is told about it."""
    failure = failure_of(NOT_THERE[phone.channel])
    stage.conversations.runtime.local.fail(failure.code, Reaction(failure.reaction))
    return f"The next message will not arrive ({failure.code}: {failure.meaning})."


async def settled(stage: Stage, phone: Phone) -> Run | None:
    """Wait until nothing is under way to this phone, at most two seconds; returns its run."""
    read = stage.conversations.runtime.database.read
    for _ in range(200):
        if not await read(_under_way, phone.participant, stage.clock()):
            break
        await asyncio.sleep(0.01)
    phone.take(stage.conversations.runtime.local)
    return await read(run_of, phone.participant)


def run_of(db: Connection, participant: str) -> Run | None:
    """The newest run of this participant."""
    row = db.execute(
        select(RUNS.c.state)
        .where(RUNS.c.participant_id == participant)
        .order_by(RUNS.c.started_at.desc(), RUNS.c.id)
    ).first()
    return None if row is None else load_run(row.state)


def lost_of(db: Connection, participant: str) -> list[Any]:
    """Messages to this participant that did not arrive, the oldest first."""
    found = select(OUTBOUND).where(
        OUTBOUND.c.participant_id == participant, OUTBOUND.c.state.in_(_LOST)
    )
    return list(db.execute(found.order_by(OUTBOUND.c.id)))


async def _send(
    stage: Stage, phone: Phone, text: str, *, payload: str | None, media: tuple[Media, ...]
) -> None:
    local = stage.conversations.runtime.local
    phone.take(local)
    phone.lines.append(my_line(text or "📷"))
    local.ring(phone.address)
    inbound = InboundMessage(
        channel=phone.channel,
        provider_id=secrets.token_hex(8),
        sender=phone.address,
        to="preview",
        text=text,
        received_at=stage.clock(),
        payload=payload,
        media=media,
    )
    await stage.conversations.receive(inbound)


def _note(stage: Stage, phone: Phone, text: str) -> None:
    phone.take(stage.conversations.runtime.local)
    phone.lines.append(note_line(text))
    stage.conversations.runtime.local.ring(phone.address)


def _under_way(db: Connection, participant: str, now: datetime) -> bool:
    found = select(OUTBOUND.c.id).where(
        OUTBOUND.c.participant_id == participant,
        OUTBOUND.c.state.in_(_OPEN),
        OUTBOUND.c.not_before <= now,
    )
    return db.execute(found.limit(1)).first() is not None


def _next_due(db: Connection, participant: str) -> datetime | None:
    found = (
        select(TIMERS.c.due_at)
        .join(RUNS, RUNS.c.id == TIMERS.c.run_id)
        .where(RUNS.c.participant_id == participant, TIMERS.c.done_at.is_(None))
        .order_by(TIMERS.c.due_at)
    )
    due: datetime | None = db.execute(found.limit(1)).scalar()
    return due


def _progress(db: Connection, participant: str) -> tuple[int, str]:
    """What changes when the bot says something or the run ends."""
    sent = select(func.count()).where(OUTBOUND.c.participant_id == participant)
    run = run_of(db, participant)
    return int(db.execute(sent).scalar_one()), str(run.status) if run else ""


def _spoken(gap: timedelta) -> str:
    hours = max(1, round(gap.total_seconds() / 3600))
    if hours >= 48 or hours == 24:
        days = round(hours / 24)
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{hours} hour{'' if hours == 1 else 's'}"


def _why(row: Any) -> str:
    if row.state == str(DeliveryState.UNCERTAIN):
        return "nobody knows whether it left; it is never sent again blindly"
    code = str(row.code or "")
    return f"{code}: {failure_of(code).meaning}" if code.isdigit() else code
