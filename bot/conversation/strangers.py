"""Who writes from an address that reaches nobody we know."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import enqueue
from bot.conversation.guards import are_strangers_too_many, may_write_to, was_abroad_told
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.tables import OUTBOUND
from bot.engine.effects import CRISIS, Send, Text
from bot.engine.replies.reading import Command, Commanded, Reading
from bot.message import InboundMessage
from bot.panel import participants
from bot.store.statements import Statement

_GREETING_PAUSE = timedelta(days=1)
_CRISIS_PAUSE = timedelta(minutes=10)

_TOLD = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.address_id == bindparam("address"),
        OUTBOUND.c.created_at > bindparam("since"),
        OUTBOUND.c.purpose == CRISIS,
    )
    .limit(1)
)


def greet(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    address: Any,
    reading: Reading,
    now: datetime,
) -> int:
    """A stranger hears at most once a day how to reach the desk; a stop is obeyed all the same, and
    a cry for help is answered with whom to call. Of those to whom nothing may be sent the first one
    a day is tried, so that people are told.

    ``address`` has ``id`` and ``opted_out_at``. Returns how many messages wait.
    """
    if _is(reading, Command.STOP):
        participants.opt_out(db, address.id, now)
        return 0
    if _is(reading, Command.CRISIS):
        return _answer_in_crisis(db, inbound, address, now)
    if address.opted_out_at is not None and not _is(reading, Command.START):
        return 0
    if _is(reading, Command.START):
        participants.opt_in(db, address.id)
    participants.keep_address(db, inbound.channel, inbound.sender, now)  # to be answered at all
    is_allowed = may_write_to(content, None, inbound.channel, inbound.sender)
    if not is_allowed and was_abroad_told(db, None, now):
        return 0
    if are_strangers_too_many(db, now):
        return 0
    if not participants.greet(db, address.id, now, _GREETING_PAUSE):
        return 0
    enqueue(db, Send(None, Text("polsbot.unknown_sender")), _scene(inbound, address, now))
    return 1


def _answer_in_crisis(db: Connection, inbound: InboundMessage, address: Any, now: datetime) -> int:
    """Whom to call, also when greeted today or after a stop, though not each time."""
    if _TOLD.row(db, address=address.id, since=now - _CRISIS_PAUSE) is not None:
        return 0
    participants.keep_address(db, inbound.channel, inbound.sender, now)
    send = Send(None, Text("polsbot.crisis"), purpose=CRISIS)
    enqueue(db, send, _scene(inbound, address, now))
    alert_afterwards(db, "crisis", "somebody unknown cries for help", address_id=address.id)
    return 1


def _scene(inbound: InboundMessage, address: Any, now: datetime) -> Scene:
    return Scene("", "nl", now, address.id, str(inbound.channel))


def _is(reading: Reading, command: Command) -> bool:
    return isinstance(reading, Commanded) and reading.command is command
