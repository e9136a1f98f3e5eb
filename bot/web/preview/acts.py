"""What is done on a phone, over the same path as a real message."""

import asyncio
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.channels.contract import Reaction
from bot.channels.twilio import failure_of
from bot.content.revision import Revision
from bot.content.study import Study
from bot.conversation.midway import come_so_far, days_before
from bot.conversation.open import open_wave
from bot.conversation.revisions import Content
from bot.conversation.waves import open_due_wave
from bot.engine.replies import read_payload
from bot.engine.replies.reading import Tapped
from bot.engine.run import Run
from bot.message import Channel, InboundMessage, Media
from bot.panel.participants import Enrolment, enrol, expect_no_wave
from bot.web.preview.lines import Line, my_line, passed_line, silence_line
from bot.web.preview.rows import held_until, next_due, progress, run_of, under_way
from bot.web.preview.stage import CHANNELS, Phone, Stage, StageError

NAME = "Amina"
NOT_THERE = {Channel.LOCAL: "63024", Channel.SMS: "30005"}
"""A number that the channel does not know, as the provider would tell it."""

_MOST_PHONES = 200
_MOST_TIMERS = 20


async def start(stage: Stage, name: str, language: str, channel: str, wave: int = 1) -> Phone:
    """Enrol a made-up participant and open the flow for them, at the next decent hour; raises
    StageError.
    """
    study, revision = stage.revision(name)
    if language not in revision.flow.languages:
        raise StageError(f"{name} is not complete in {language[:10]}; see Problems.")
    first = CHANNELS.get(channel, Channel.LOCAL)
    order = sorted(CHANNELS.values(), key=lambda one: one is not first)
    # As WhatsApp hides a number: nobody's, and of a country that the study may write to.
    country = next(iter(stage.conversations.content.library.studies[study].countries), "NL")
    address = f"{country}.{secrets.token_hex(8)}"
    now = stage.clock()
    person = Enrolment(
        study, NAME, language, [(one, address) for one in order], now.date(),
        organisation="demo", is_test=False,
    )  # fmt: skip
    rules = stage.conversations.content.library.studies[study]
    named = next((one.name for one in rules.waves if one.flow == revision.flow.name), None)
    opening = _Opening(rules, revision, named or revision.flow.name, wave)
    participant = await stage.conversations.runtime.database.transact(
        _begin, stage.conversations.content, person, opening, now
    )
    phone = Phone(address, participant, study, revision, language, first, wave, person.timezone)
    while len(stage.phones) >= _MOST_PHONES:
        stage.phones.pop(next(iter(stage.phones)))
    stage.phones[address] = phone
    stage.conversations.senders.ring()
    with phone.waiting():  # in the night or on a Sunday the invitation would be waited for
        await _let_arrive(stage, phone)
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
    _note(stage, phone, passed_line(hours))
    stage.clock.ahead += timedelta(hours=hours)
    while await stage.conversations.fire_due() or await stage.conversations.open_due():
        pass
    stage.conversations.senders.ring()


async def silence(stage: Stage, phone: Phone) -> str:
    """Nobody replies until the bot says something or the run ends; says what happened."""
    phone.acts.append(("silence",))
    read = stage.conversations.runtime.database.read
    before = await read(progress, phone.participant)
    phone.take(stage.conversations.runtime.local)
    begun = stage.clock()
    for _ in range(_MOST_TIMERS):
        due = await read(next_due, phone.participant)
        if due is None:
            phone.acts.pop()
            return "Nothing more would happen: no reminder and no closing is due."
        stage.clock.ahead += max(due - stage.clock(), timedelta()) + timedelta(seconds=1)
        with phone.waiting():  # what comes of it stands below the words about the time
            await stage.conversations.fire_due()
            if await read(progress, phone.participant) == before:
                continue
            hours = max(1, round((stage.clock() - begun) / timedelta(hours=1)))
            _note(stage, phone, silence_line(hours))
            await _let_arrive(stage, phone)  # still on the quiet: nothing is told to wait
        stage.conversations.runtime.local.ring(phone.address)
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
        if not await read(under_way, phone.participant, stage.clock()):
            break
        await asyncio.sleep(0.01)
    phone.take(stage.conversations.runtime.local)
    return await read(run_of, phone.participant)


@dataclass(frozen=True, slots=True)
class _Opening:
    """Which wave to open. What comes after it in the study opens by itself."""

    study: Study
    revision: Revision
    wave: str
    number: int


def _begin(
    db: Connection, content: Content, person: Enrolment, opening: _Opening, now: datetime
) -> str:
    before = days_before(opening.study, opening.wave, opening.number)
    joined = now - (before or timedelta())
    day = joined.astimezone(ZoneInfo(person.timezone)).date()
    participant = enrol(db, replace(person, intake_on=day), joined)
    if before is None:
        expect_no_wave(db, participant)
    else:
        come_so_far(db, opening.study, participant, opening.wave, opening.number, now)
    opened = open_wave(db, opening.revision, participant, opening.wave, opening.number, now)
    if opened.run is None:
        raise StageError(f"The flow did not open: {opened.reason}.")
    if before is not None:
        open_due_wave(db, content, participant, now)  # notes when the one after it is due
    return participant


async def _let_arrive(stage: Stage, phone: Phone) -> None:
    """Go on to decent hours, if that is what a message waits for."""
    await settled(stage, phone)
    read = stage.conversations.runtime.database.read
    until = await read(held_until, phone.participant, stage.clock())
    if until is not None:
        stage.clock.ahead += until - stage.clock() + timedelta(seconds=1)
        stage.conversations.senders.ring()


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


def _note(stage: Stage, phone: Phone, line: Line) -> None:
    phone.take(stage.conversations.runtime.local)
    phone.lines.append(line)
    stage.conversations.runtime.local.ring(phone.address)
