"""The outbox: which message leaves next, in what words, and what became of it.

A message is ``queued`` (saved), ``sending`` (claimed by a process under a lease), then ``sent``,
``failed``, ``dropped`` or ``uncertain``: it may have left, nobody told us, and it is never sent
again blindly. Order to one person is kept: nothing overtakes an older open message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import SQLAlchemyError

from bot.content.compose import ComposeError
from bot.content.study import Study
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import queue
from bot.conversation.guards import NOT_ALLOWED, may_write_to, note_abroad
from bot.conversation.letters import NoLetterError, write_letter
from bot.conversation.line import next_in_line
from bot.conversation.orders import forms, load_send
from bot.conversation.revisions import Content
from bot.conversation.sharing import spoke_since
from bot.conversation.speak import speak
from bot.conversation.tables import DROPPED, OUTBOUND, UNPROMPTED
from bot.conversation.templates import opening_form
from bot.conversation.ways import way_to
from bot.engine.effects import Send
from bot.message import Channel, DeliveryState, Form, OutboundMessage, TemplateForm
from bot.panel import participants
from bot.panel.hours import hours_of, own_hours
from bot.panel.pauses import IN_PEACE, paused_since
from bot.panel.routing import Route, Way
from bot.store.errors import StoreError
from bot.store.statements import Statement

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""Longer than any provider call may take."""

WHILE_PAUSED = timedelta(minutes=30)
"""How long an invitation waits before it looks again whether study and person were resumed."""

_ROUNDS = 8
"""How often one claim looks for more where what it found cannot leave: answers wait meanwhile."""

_TOO_LONG = "a text does not fit the channel and was not sent: see `polsbot check`"

BROKEN = timedelta(minutes=10)
BROKEN_AT_MOST = timedelta(days=1)
"""How long a message that breaks our own code is kept for a mended version, and how often tried."""

_CLAIM = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"))
    .values(
        state=str(DeliveryState.SENDING),
        address_id=bindparam("to"),
        channel=bindparam("by"),
        form=bindparam("words"),
        tries=OUTBOUND.c.tries + 1,
        not_before=bindparam("now"),
        leased_until=bindparam("lease"),
    )
)
_HOLD = Statement(
    update(OUTBOUND).where(OUTBOUND.c.id == bindparam("it")).values(not_before=bindparam("at"))
)
_DROP = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"))
    .values(state=DROPPED, code=bindparam("why"), settled_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process alone may send now; ``row`` is its id in the outbox."""

    row: int
    tries: int
    message: OutboundMessage


@dataclass(frozen=True, slots=True)
class _Made:
    """A message as it may leave: by which way, to which address, in which form and its stored
    ``words``; those of the ``rest`` follow behind it. After ``valid_for`` seconds the provider
    throws away what it has not delivered.
    """

    way: Way
    address: str
    form: Form
    words: str
    rest: tuple[str, ...]
    valid_for: int | None = None


def claim(db: Connection, content: Content, now: datetime, most: int = 32) -> list[Claimed]:
    """Take messages that may leave now, composed and under a lease. What cannot leave is dropped
    with its reason.
    """
    claimed, _ = take(db, content, now, most)
    return claimed


def take(db: Connection, content: Content, now: datetime, most: int) -> tuple[list[Claimed], bool]:
    """As ``claim``, and whether behind so many that cannot leave others may stand that can."""
    claimed: list[Claimed] = []
    for _ in range(_ROUNDS):
        found = next_in_line(db, now, most - len(claimed))
        before = len(claimed)
        for row in found:
            taken = _try(db, content, row, now)
            if isinstance(taken, Claimed):
                claimed.append(taken)
            elif isinstance(taken, datetime):
                _HOLD.write(db, it=row.id, at=taken)
            else:
                _DROP.write(db, it=row.id, why=taken, now=now)
        if len(claimed) - before == len(found):
            return claimed, False
        # what cannot leave makes way for what stood behind it
    return claimed, True


def _try(db: Connection, content: Content, row: Any, now: datetime) -> Claimed | str | datetime:
    """As ``_made``, and claimed. A row that breaks our own code waits for a mended version, at most
    a day, and holds up only the person it is for.
    """
    try:
        message = _made(db, content, row, load_send(row.order), now)
    except (SQLAlchemyError, StoreError):
        raise
    except Exception as fault:
        log.exception("a message cannot be made", row=row.id)
        if now - row.created_at < BROKEN_AT_MOST:
            return now + BROKEN
        return f"broken: {type(fault).__name__}"
    if not isinstance(message, _Made):
        return message
    way = message.way
    _queue_rest(db, row, message, now)
    _CLAIM.write(
        db, it=row.id, to=way.id, by=way.channel, words=message.words, now=now, lease=now + LEASE
    )
    leaving = OutboundMessage(
        row.token, Channel(way.channel), message.address, message.form, message.valid_for
    )
    return Claimed(row.id, row.tries + 1, leaving)


def _made(
    db: Connection, content: Content, row: Any, send: Send, now: datetime
) -> _Made | str | datetime:
    """The message as it may leave now, the reason why it must not leave, or the time until which it
    is held. All that can break is done here, before the first write, but for the word of an e-mail,
    which is of no use without it: a row that breaks leaves nothing behind.
    """
    study = content.library.studies.get(row.study or "")
    opening = None
    if send.type is not None and row.run_status == "handed_over":
        return "handed over"  # after a crisis nobody is asked what was asked before it
    if row.purpose in UNPROMPTED:
        held = _held(db, row, study, now)
        if held is not None:
            return held
        opening = opening_form(db, content, row, study, send)
    found, address = way_to(db, content, row, study, now, opening)
    way = found.way
    if way is None:
        return found.reason
    if not may_write_to(content, study, way.channel, address):
        note_abroad(db, row, now)
        return NOT_ALLOWED
    if row.purpose in UNPROMPTED and _has_answered(db, row, now):
        return "answered meanwhile"
    try:
        form, *rest = _forms(db, content, row, send, study, found, opening, now)
    except NoLetterError as error:
        return f"no letter: {error}"
    except ComposeError:  # whose words may be the person's own
        alert_afterwards(db, "text", _TOO_LONG, row=row.id, step=send.step, language=row.language)
        return "does not fit"
    words, *further = (forms().dump_json(one).decode() for one in (form, *rest))
    return _Made(way, address, form, words, tuple(further), _valid_for(row, study, now))


def _queue_rest(db: Connection, row: Any, message: _Made, now: datetime) -> None:
    """One order that makes several messages: the others follow right behind the first."""
    first = row.id * 10 if row.place is None else row.place
    for part, words in enumerate(message.rest, start=1):
        queue(
            db,
            now,
            participant_id=row.participant_id,
            run_id=row.run_id,
            address_id=message.way.id,
            channel=message.way.channel,
            place=first + part,
            batch=row.batch,
            purpose=row.purpose,
            language=row.language,
            order=row.order,
            form=words,
            is_plain=row.is_plain,
            not_before=row.not_before,
        )


def _held(db: Connection, row: Any, study: Study | None, now: datetime) -> str | datetime | None:
    """What keeps back a message that nobody asked for just now."""
    if row.run_status not in (None, "waiting"):
        return "the wave is closed"
    if study is None:
        return None
    if row.paused_for in IN_PEACE or paused_since(db, study.name) is not None:
        return now + WHILE_PAUSED
    hours = own_hours(study, row.seed)  # so that what was held does not leave at ten sharp
    for moment in (now, now + LEASE):  # what is claimed in the last minute leaves after the end
        decent = hours.next(moment, row.timezone)
        if decent > moment:
            return decent
    return None


def _valid_for(row: Any, study: Study | None, now: datetime) -> int | None:
    """What nobody asked for shall not be delivered in the evening by a provider that was slow."""
    if row.purpose not in UNPROMPTED or study is None:
        return None
    return hours_of(study).seconds_left(now, row.timezone)


def _forms(
    db: Connection,
    content: Content,
    row: Any,
    send: Send,
    study: Study | None,
    found: Route,
    opening: TemplateForm | None,
    now: datetime,
) -> tuple[Form, ...]:
    """The messages of a row on this way, once made for this address for ever the same; raises
    ComposeError.
    """
    here, channel = ("", "") if found.way is None else (found.way.id, found.way.channel)
    if found.needs_template and opening is not None:
        return (opening,)
    if row.form is not None and row.address_id == here:
        return (forms().validate_json(row.form),)
    if channel == Channel.EMAIL:
        return (write_letter(db, content, row, study, now),)
    return speak(db, content, row, send, study, Channel.SMS if row.is_plain else Channel(channel))


def _has_answered(db: Connection, row: Any, now: datetime) -> bool:
    """Whether the person spoke since this was queued, on whatever channel: an e-mail is answered
    elsewhere, and so is what failed on its way. What was heard by a clock that ran ahead may be
    older.
    """
    heard = [one.heard_at for one in participants.addresses_of(db, row.participant_id)]
    if not any(at is not None and row.created_at < at <= now for at in heard):
        return False
    return spoke_since(db, row.participant_id, row.created_at)
