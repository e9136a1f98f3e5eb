"""A voucher that comes when nobody is talking: WhatsApp takes no free words then.

A template says that it waits, without the code, and has a button; the tap (or any other message)
opens the service window, and the voucher follows. Who is reached by SMS gets the code there.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.content.study import Study
from bot.content.templates import VOUCHER, template_of, values_of
from bot.conversation.effects import enqueue
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.tables import LOST, OUTBOUND
from bot.conversation.templates import is_approved
from bot.conversation.ways import order_of, ways_of
from bot.engine.effects import Send, Shown, Text
from bot.engine.replies.reading import Commanded, Reading, Tapped
from bot.message import Channel
from bot.panel.routing import Route, is_open, route

STEP = "voucher-show"
"""What a tap on the button answers; no step of an author has a hyphen in its name."""

_BATCH = "voucher waits"


def way_now(db: Connection, content: Content, study: Study, person: Any, now: datetime) -> Route:
    """Where this person can be written to now, though they have not just written to us. Not by
    e-mail: it carries no code.
    """
    template = template_of(VOUCHER, content.own, person.language, values_of(study))
    approved = template is not None and is_approved(db, template.name)
    templates = frozenset({str(Channel.WHATSAPP)}) if approved else frozenset()
    order = [one for one in order_of(study.channels, person.channel) if one != Channel.EMAIL]
    return route(ways_of(db, person.id), order, now, purpose="reminder", templates=templates)


def tell(db: Connection, payout: str, scene: Scene, heard_at: datetime | None) -> int:
    """Say that a voucher waits, once for each time that a person falls silent: ``heard_at`` is
    when they last wrote. Returns how many messages wait to be sent.
    """
    told = select(OUTBOUND.c.id).where(
        OUTBOUND.c.participant_id == scene.participant,
        OUTBOUND.c.batch.startswith(_BATCH),
        OUTBOUND.c.state.not_in(LOST),
    )
    if heard_at is not None:
        told = told.where(OUTBOUND.c.created_at > heard_at)
    if db.execute(told.limit(1)).first() is not None:
        return 0
    button = Shown("show", VOUCHER.labels[0], f"{payout}.{STEP}.show")
    send = Send(None, Text(VOUCHER.text), choices=(button,), purpose="reminder")
    batch = f"{_BATCH} {secrets.token_hex(6)}"
    enqueue(db, send, Scene(scene.participant, scene.language, scene.now, batch=batch))
    return 1


def asks_for_it(reading: Reading) -> bool:
    """Whether somebody tapped that the voucher may come."""
    return isinstance(reading, Tapped) and reading.step == STEP


def is_word(reading: Reading, address: Any, now: datetime) -> bool:
    """Whether what waited may follow this message: it asks for it, or it opens the service window
    and is no command. ``address`` is as it was before.
    """
    if asks_for_it(reading):
        return True
    was_closed = address.channel == Channel.WHATSAPP and not is_open(address, now)
    return was_closed and not isinstance(reading, Commanded)
