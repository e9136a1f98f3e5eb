"""The outbox: which message leaves next, and under whose lease.

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

from bot.conversation.effects import queue
from bot.conversation.line import next_in_line
from bot.conversation.making import LEASE, Made, make
from bot.conversation.orders import load_send
from bot.conversation.revisions import Content
from bot.conversation.tables import DROPPED, OUTBOUND
from bot.message import Channel, DeliveryState, OutboundMessage
from bot.store.errors import StoreError
from bot.store.statements import Statement

log = structlog.get_logger()

_ROUNDS = 8
"""How often one claim looks for more where what it found cannot leave: answers wait meanwhile."""

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
    """As ``make``, and claimed. A row that breaks our own code waits for a mended version, at most
    a day, and holds up only the person it is for.
    """
    try:
        message = make(db, content, row, load_send(row.order), now)
    except (SQLAlchemyError, StoreError):
        raise
    except Exception as fault:
        log.exception("a message cannot be made", row=row.id)
        if now - row.created_at < BROKEN_AT_MOST:
            return now + BROKEN
        return f"broken: {type(fault).__name__}"
    if not isinstance(message, Made):
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


def _queue_rest(db: Connection, row: Any, message: Made, now: datetime) -> None:
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
