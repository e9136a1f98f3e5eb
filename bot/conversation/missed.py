"""What people sent and no webhook told us of: found in the provider's list and handled like the
rest.

Twilio calls us a few times within seconds and then no more. So every few minutes its list is read
from a little before the last look. What is known already has no effect, in whatever order list and
webhook come. A message that the conversation has moved past is kept but not taken for an answer to
a question that it never was about.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversation.receive import Received, receive
from bot.conversation.revisions import Content
from bot.conversation.tables import INBOUND, RUNS, InboundLook
from bot.engine.replies import understand
from bot.engine.replies.reading import Command, Commanded
from bot.message import InboundMessage
from bot.panel import participants

LOOKS = InboundLook.__table__  # type: ignore[attr-defined] # SQLModel adds it

EVERY = timedelta(minutes=5)
"""Between two looks, of all processes together."""

GRACE = timedelta(minutes=1)
"""So long a webhook may still be under way; it knows more than the list: what was tapped."""

OVERLAP = timedelta(minutes=15)
"""So much of the time before is read again: a list may be late as well."""

FURTHEST = timedelta(days=30)
"""How far back an outage is made good."""

_WHOLE = timedelta(seconds=1)
"""The list tells whole seconds: what it dates 10:05:01 may have been sent just before 10:05:02."""

_INBOUND = "inbound"
_OVERTAKEN = "overtaken"
_ALWAYS = frozenset(
    {Command.STOP, Command.WRONG_PERSON, Command.CRISIS, Command.HUMAN, Command.ERASE}
)
"""What still counts when the conversation has moved on, unless the person came back since."""


def begin_look(db: Connection, now: datetime) -> datetime | None:
    """Since when to read the list; ``None`` when no look is due. The next is put off at once, so
    that no other process looks as well.

    The very first time nothing is read: what came before this installation was not sent to it.
    """
    last = db.execute(select(LOOKS).where(LOOKS.c.name == _INBOUND)).first()
    if last is None:
        db.execute(
            upsert(LOOKS).on_conflict_do_nothing(),
            {"name": _INBOUND, "reached": now, "due_at": now + EVERY},
        )
        return None
    if now < last.due_at <= now + 2 * EVERY:  # later than that: the clock was set back
        return None
    looked = (
        update(LOOKS)
        .where(LOOKS.c.name == _INBOUND, LOOKS.c.due_at == last.due_at)
        .values(due_at=now + EVERY)
        .returning(LOOKS.c.reached)
    )
    reached: datetime | None = db.execute(looked).scalar()
    if reached is None:
        return None
    return max(reached - OVERLAP, now - FURTHEST)


def end_look(db: Connection, reached: datetime) -> None:
    """Everything up to then was handled."""
    db.execute(
        update(LOOKS)
        .where(LOOKS.c.name == _INBOUND, LOOKS.c.reached < reached)
        .values(reached=reached)
    )


def catch_up(
    db: Connection, content: Content, inbound: InboundMessage, listed: Sequence[str], now: datetime
) -> Received:
    """Handle a message of the list: as ``receive``, or ``overtaken`` when it comes too late.

    ``listed`` are the provider's ids of what the list tells of the same person, in its order.
    """
    known = select(INBOUND.c.id).where(
        INBOUND.c.channel == str(inbound.channel), INBOUND.c.provider_id == inbound.provider_id
    )
    if db.execute(known).first() is not None:
        return Received("duplicate")
    address = participants.find_address(db, inbound.channel, inbound.sender)
    if address is None or not _is_overtaken(db, content, inbound, listed, address.id, now):
        return receive(db, content, inbound, now)
    db.execute(
        upsert(INBOUND).on_conflict_do_nothing(),
        {
            "channel": str(inbound.channel),
            "provider_id": inbound.provider_id,
            "address_id": address.id,
            "text": inbound.text if participants.people_at(db, address.id) else None,
            "reading": _OVERTAKEN,
            "received_at": inbound.received_at,
        },
    )
    return Received(_OVERTAKEN)


def _is_overtaken(
    db: Connection,
    content: Content,
    inbound: InboundMessage,
    listed: Sequence[str],
    address: str,
    now: datetime,
) -> bool:
    """Whether it is not about what is asked there now: the person has answered or said something
    else since, on whatever channel, or was asked something new.

    What came first is told by the order of the list where both are in it: the clock that our rows
    were stamped by may have been set. A row from the future was, and says nothing.
    """
    place = listed.index(inbound.provider_id)
    came_later = or_(
        INBOUND.c.provider_id.in_(listed[place + 1 :]),
        and_(
            INBOUND.c.provider_id.not_in(listed[:place]),
            INBOUND.c.received_at > inbound.received_at,
            INBOUND.c.received_at <= now,
        ),
    )
    reaches, mine = participants.REACHES, participants.REACHES.alias("mine")
    theirs = (
        select(reaches.c.address_id)
        .join(mine, mine.c.participant_id == reaches.c.participant_id)
        .where(mine.c.address_id == address)
    )
    at_them = or_(INBOUND.c.address_id == address, INBOUND.c.address_id.in_(theirs))
    later = select(INBOUND.c.reading).where(at_them, came_later)
    since = [reading for reading in db.execute(later).scalars() if _moves(reading)]
    reading = understand(None, inbound.text, content.lexicons, "nl")
    if isinstance(reading, Commanded) and reading.command in _ALWAYS:
        return f"command {Command.START}" in since
    return bool(since) or _was_asked_anew(db, inbound, address, now)


def _moves(reading: str) -> bool:
    """An unclear reply has left the question open."""
    return not reading.startswith(("unclear", _OVERTAKEN))


def _was_asked_anew(db: Connection, inbound: InboundMessage, address: str, now: datetime) -> bool:
    began = (
        select(RUNS.c.id)
        .join(participants.REACHES, participants.REACHES.c.participant_id == RUNS.c.participant_id)
        .where(
            participants.REACHES.c.address_id == address,
            RUNS.c.started_at >= inbound.received_at + _WHOLE,
            RUNS.c.started_at <= now,
        )
    )
    return db.execute(began).first() is not None
