"""What one message from a person does, in one transaction: from its row to the queued reply."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversation import aliases, late, listening
from bot.conversation.alarms import accepted_by_reply
from bot.conversation.alerts import alert_afterwards
from bot.conversation.apart import apart
from bot.conversation.demo import demo_in, start_demo
from bot.conversation.effects import apply, enqueue
from bot.conversation.endings import note_ending
from bot.conversation.erasing import fulfil, on_shared_phone, wish_in
from bot.conversation.guards import TOO_FAST, Pace, pace_of
from bot.conversation.open import Came
from bot.conversation.pay import pay, pay_late
from bot.conversation.reading import name_of, read
from bot.conversation.reply_words import recognise
from bot.conversation.revisions import Content
from bot.conversation.runs import run_at, save_run
from bot.conversation.scene import Scene
from bot.conversation.sharing import housemates_spared
from bot.conversation.strangers import greet
from bot.conversation.tables import INBOUND
from bot.engine.advance import advance
from bot.engine.effects import Effect, Grant, OptOut, Send, Text
from bot.engine.events import Replied
from bot.engine.flow import RunStatus
from bot.engine.outside import respond
from bot.engine.replies.reading import Command, Reading, Tapped
from bot.engine.run import Run
from bot.engine.stored import load_run
from bot.message import Channel, InboundMessage
from bot.panel import participants
from bot.panel.pauses import resume
from bot.store.statements import Statement

_OBEYED_IN_A_LOOP = (f"command {Command.STOP}", f"command {Command.CRISIS}")
"""Carried out each time, though not answered each time; anything else would ask in silence."""

_HEARD_LATELY = timedelta(minutes=1)
"""The service window may be taken to have opened this much too early, never too late."""

_ARRIVED = Statement(
    upsert(INBOUND).on_conflict_do_nothing(index_elements=["channel", "provider_id"])
)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message: ``duplicate``, ``stranger``, ``loop`` (one too many that answers
    nothing) or ``handled``, and what now waits.
    """

    outcome: str
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class _Address:
    """What is known of the address a message came from."""

    id: str
    channel: Channel
    is_alive: bool
    heard_at: datetime | None
    opted_out_at: datetime | None


def receive(db: Connection, content: Content, inbound: InboundMessage, now: datetime) -> Received:
    """Handle one message from a person. A message that is known already changes nothing.

    Raises StaleError when another process changed the run in between: then it is run again.
    """
    inbound = recognise(db, content, inbound, now)
    tapped, _, _ = (inbound.payload or "").partition(".")
    row = run_at(db, inbound.channel, inbound.sender, tapped, now)
    run = None if row is None else load_run(row.state)
    address = _address(db, inbound, row, now)
    reading = read(db, content, inbound, row, run)
    wish = wish_in(db, content, inbound, address.id, row, run, reading, now)
    name = wish.name if wish is not None else name_of(reading, inbound.text, run)
    people = [] if row is not None else _people(db, inbound, address)
    arrived = _ARRIVED.run(
        db,
        channel=str(inbound.channel),
        provider_id=inbound.provider_id,
        address_id=address.id,
        run_id=None if row is None else row.id,
        text=inbound.text if row is not None or people else None,  # a stranger's are nobody's
        reading=name,
        received_at=inbound.received_at,
    )
    if not arrived:
        return Received("duplicate")
    heard = _note_heard(db, inbound, address, now)
    if accepted_by_reply(db, content, inbound, address.id, now):
        return Received("handled", 1)
    demo = demo_in(content.library, inbound.text)
    if demo is not None and address.opted_out_at is None:
        at = Came(address.id, str(inbound.channel))
        if start_demo(db, content.library, demo, at, now) is not None:
            return Received("handled", 1)
    pace = pace_of(db, address.id, name, now)
    if pace is not Pace.STEADY and name not in _OBEYED_IN_A_LOOP:
        return Received("loop", _ask_to_wait(db, address, row, people, pace, now))
    if row is not None and run is not None and wish is None:
        scene, effects = _in_run(db, content, inbound, row, run, reading, now)
    elif row is None and not people:
        return Received("stranger", greet(db, content, inbound, address, reading, now))
    elif wish is None:
        scene, effects = _outside(content, inbound, people[0], address.id, reading, now)
    else:
        people = people or participants.people_at(db, address.id)
        last = people[0].id if row is None else row.participant_id
        here = Scene(last, "", now, address.id, str(inbound.channel))
        scene, effects = fulfil(db, wish, people, here)
    effects = housemates_spared(db, effects, scene)
    is_quiet = pace is not Pace.STEADY
    effects = _unsaid(effects) if is_quiet else _fit_to_say(inbound, address, effects)
    waiting = apply(db, effects, scene)
    if any(isinstance(effect, Grant) for effect in effects):
        waiting += apart(db, partial(pay, db, content, scene))
    elif wish is None and late.is_word(reading, address, heard):
        waiting += apart(db, partial(pay_late, db, content, scene, reading))
    return Received("handled", waiting)


def _address(db: Connection, inbound: InboundMessage, row: Any, now: datetime) -> _Address:
    """The address that ``row``, the run spoken to there, was found by; or it is looked for."""
    if row is not None:  # nearly always: one statement has found both
        return _Address(
            row.address_id, inbound.channel, row.is_alive, row.heard_at, row.opted_out_at
        )
    known = participants.find_address(db, inbound.channel, inbound.sender)
    if known is None:  # who was erased stays known by the hash alone
        known = participants.keep_address(db, inbound.channel, inbound.sender, now)
    return _Address(known.id, inbound.channel, known.is_alive, known.heard_at, known.opted_out_at)


def _note_heard(
    db: Connection, inbound: InboundMessage, address: _Address, now: datetime
) -> datetime:
    """Note that somebody wrote from there, and under which other address; returns when."""
    heard = min(now, inbound.received_at)  # one that was missed may be days old
    silence = heard - (address.heard_at or datetime.min.replace(tzinfo=UTC))
    if silence > _HEARD_LATELY or not address.is_alive:
        participants.heard_from(db, address.id, heard)
    if inbound.alias is not None and silence > aliases.AGAIN:
        aliases.learn(db, inbound, address)
    return heard


def _people(db: Connection, inbound: InboundMessage, address: _Address) -> list[Any]:
    """Whom a message without a run may come from; none: a stranger."""
    return participants.people_at(db, address.id) or aliases.by_alias(db, inbound)


def _in_run(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    row: Any,
    run: Run,
    reading: Reading,
    now: datetime,
) -> tuple[Scene, tuple[Effect, ...]]:
    """What the run that is spoken to here makes of a message."""
    scene = Scene(
        participant=row.participant_id,
        language=run.language,
        now=now,
        address=row.address_id,
        channel=str(inbound.channel),
        run=row.id,
        study=row.study,
        revision=row.revision,
        is_test=row.is_test,
    )
    if isinstance(reading, Tapped) and reading.step == listening.STEP:
        return scene, listening.chosen(db, content, row, run, reading)
    if late.asks_for_it(reading):
        return scene, ()
    event = Replied(inbound.provider_id, reading, inbound.text, str(inbound.channel))
    return _move(db, content, row, run, event, scene)


def _outside(
    content: Content,
    inbound: InboundMessage,
    person: Any,
    address: str,
    reading: Reading,
    now: datetime,
) -> tuple[Scene, tuple[Effect, ...]]:
    """What is said to a participant of whom nothing is asked."""
    scene = Scene(
        participant=person.id,
        language=person.language,
        now=now,
        address=address,
        channel=str(inbound.channel),
        study=person.study,
        is_test=person.is_test,
    )
    if late.asks_for_it(reading):
        return scene, ()
    return scene, respond(reading, None, content.library.own)


def _move(
    db: Connection, content: Content, row: Any, run: Run, event: Replied, scene: Scene
) -> tuple[Scene, tuple[Effect, ...]]:
    """The run moves on and is kept; returns the scene in the language that is spoken now."""
    flow = content.revision(db, row.revision).flow
    after, effects = advance(flow, run, event)
    if after != run:
        save_run(db, row, after, scene.now)
    if run.status is RunStatus.WAITING:
        note_ending(db, flow, row.invitation_id, after, effects)
    if row.paused_for == "silent" and after.status is not RunStatus.HANDED_OVER:
        resume(db, row.participant_id, scene.now)
    if scene.language != after.language:
        scene = replace(scene, language=after.language)
    effects = on_shared_phone(db, run, after, effects, scene)
    return scene, listening.offered(db, content, row, effects, scene)


def _fit_to_say(
    inbound: InboundMessage, address: _Address, effects: tuple[Effect, ...]
) -> tuple[Effect, ...]:
    """Where the carrier has answered itself, ours would be the second message; and who said stop
    twice was told goodbye already.
    """
    said_goodbye = address.opted_out_at is not None and OptOut() in effects
    if inbound.keyword is None and not said_goodbye:
        return effects
    return _unsaid(effects)


def _ask_to_wait(
    db: Connection, address: _Address, row: Any, people: list[Any], pace: Pace, now: datetime
) -> int:
    """Say once that it went too fast, so that a person does not wait for us, and tell people of it;
    returns how many messages wait. Strangers were told enough.
    """
    if pace is not Pace.TOO_MUCH or (row is None and not people):
        return 0
    language = people[0].language if row is None else load_run(row.state).language
    scene = Scene("", language, now, address.id, str(address.channel), batch=TOO_FAST)
    enqueue(db, Send(None, Text("polsbot.too_fast")), scene)
    alert_afterwards(
        db, "loop", "too many messages that answer nothing; no more is said", address_id=address.id
    )
    return 1


def _unsaid(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """What is done without a word."""
    return tuple(effect for effect in effects if not isinstance(effect, Send))
