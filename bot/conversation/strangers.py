"""Who writes from an address that reaches nobody we know."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.conversation.effects import Scene, enqueue
from bot.conversation.guards import are_strangers_too_many, may_write_to, was_abroad_told
from bot.conversation.revisions import Content
from bot.engine.effects import Send, Text
from bot.engine.replies.reading import Command, Commanded, Reading
from bot.message import InboundMessage
from bot.panel import participants

_GREETING_PAUSE = timedelta(days=1)


def greet(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    address: Any,
    reading: Reading,
    now: datetime,
) -> int:
    """A stranger hears at most once a day how to reach the desk; a stop is obeyed all the same. Of
    those to whom nothing may be sent the first one a day is tried, so that people are told.

    ``address`` has ``id`` and ``opted_out_at``. Returns how many messages wait.
    """
    if isinstance(reading, Commanded) and reading.command is Command.STOP:
        participants.opt_out(db, address.id, now)
        return 0
    if address.opted_out_at is not None and not _asks_back(reading):
        return 0
    if _asks_back(reading):
        participants.opt_in(db, address.id)
    participants.keep_address(db, inbound.channel, inbound.sender, now)  # to be answered at all
    is_allowed = may_write_to(content, None, inbound.channel, inbound.sender)
    if not is_allowed and was_abroad_told(db, None, now):
        return 0
    if are_strangers_too_many(db, now):
        return 0
    if not participants.greet(db, address.id, now, _GREETING_PAUSE):
        return 0
    scene = Scene("", "nl", now, address.id, str(inbound.channel))
    enqueue(db, Send(None, Text("polsbot.unknown_sender")), scene)
    return 1


def _asks_back(reading: Reading) -> bool:
    return isinstance(reading, Commanded) and reading.command is Command.START
