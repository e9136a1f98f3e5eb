"""A row of the outbox made into a message: by which way, to which address, in which words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.content.compose import ComposeError
from bot.content.study import Study
from bot.conversation.alerts import alert_afterwards
from bot.conversation.guards import NOT_ALLOWED, may_write_to, note_abroad
from bot.conversation.letters import NoLetterError, write_letter
from bot.conversation.orders import forms
from bot.conversation.revisions import Content
from bot.conversation.sharing import spoke_since
from bot.conversation.speak import speak
from bot.conversation.tables import UNPROMPTED
from bot.conversation.templates import opening_form
from bot.conversation.ways import way_to
from bot.engine.effects import Send
from bot.message import Channel, Form, TemplateForm
from bot.panel import participants
from bot.panel.hours import hours_of, own_hours
from bot.panel.pauses import IN_PEACE, paused_since
from bot.panel.routing import Route, Way

LEASE = timedelta(seconds=60)
"""Longer than any provider call may take."""

WHILE_PAUSED = timedelta(minutes=30)
"""How long an invitation waits before it looks again whether study and person were resumed."""

_TOO_LONG = "a text does not fit the channel and was not sent: see `polsbot check`"


@dataclass(frozen=True, slots=True)
class Made:
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


def make(
    db: Connection, content: Content, row: Any, send: Send, now: datetime
) -> Made | str | datetime:
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
    return Made(way, address, form, words, tuple(further), _valid_for(row, study, now))


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
