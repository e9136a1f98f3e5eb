"""What became of a message: the answer to our call, and what the provider tells later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.channels.contract import Failure, Reaction
from bot.conversation.reactions import LATER, SOON, put_off, react, tell_people, undelivered
from bot.conversation.tables import OUTBOUND
from bot.engine.effects import CRISIS
from bot.message import RANK, DeliveryState, DeliveryStatus, Sent
from bot.store.statements import Statement

HALTED = timedelta(minutes=10)
"""How long a message waits when our own set-up is wrong: people are told, nothing is lost."""

_LONGEST_RETRY = 300
"""Seconds between two tries of what may go at any moment, once it has failed often."""

_MOST_TRIES = {Reaction.RETRY: 300, Reaction.HALT: 150, Reaction.LATER: 6}
"""After so many a message is given up: about a day of no connection or of a wrong set-up, which
somebody has to see; half a day of a phone or a mailbox that takes nothing.
"""

_BY_ID = Statement(select(OUTBOUND).where(OUTBOUND.c.id == bindparam("it")).with_for_update())
_BY_TOKEN = Statement(select(OUTBOUND).where(OUTBOUND.c.token == bindparam("it")).with_for_update())
_SETTLE = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"))
    .values(
        state=bindparam("new"),
        provider_id=bindparam("provider"),
        code=bindparam("why"),
        settled_at=bindparam("now"),
        leased_until=None,
    )
)
_SENT = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"), OUTBOUND.c.state == str(DeliveryState.SENDING))
    .values(
        state=bindparam("state"),
        provider_id=bindparam("provider"),
        settled_at=bindparam("now"),
        leased_until=None,
    )
)
"""What nearly always happens, in one statement."""

_AGAIN = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"), OUTBOUND.c.state == str(DeliveryState.SENDING))
    .values(
        state=str(DeliveryState.QUEUED),
        not_before=bindparam("at"),
        code=bindparam("why"),
        leased_until=None,
    )
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message of the outbox that was handed over, and what the carrier said to it."""

    row: int
    fate: Sent | Failure


def settle(db: Connection, carried: Carried, now: datetime) -> None:
    """Write down what became of a message."""
    if isinstance(carried.fate, Failure):
        settle_failed(db, carried.row, carried.fate, now)
    else:
        settle_sent(db, carried.row, carried.fate, now)


def settle_sent(db: Connection, row: int, sent: Sent, now: datetime) -> None:
    """The provider took it over. A status that came first is not undone."""
    if _SENT.run(db, it=row, provider=sent.provider_id, state=str(sent.state), now=now):
        return
    it = _BY_ID.row(db, it=row)
    if it is not None:
        _forward(db, it, sent.state, sent.provider_id, None, now)


def settle_failed(db: Connection, row: int, failure: Failure, now: datetime) -> None:
    """The provider did not take it over, or nobody knows."""
    it = _BY_ID.row(db, it=row)
    if it is None or it.state != str(DeliveryState.SENDING):
        return
    tell_people(db, it, failure, now)
    if failure.reaction is Reaction.ASK:
        _forward(db, it, DeliveryState.UNCERTAIN, None, failure.code, now)
        put_off(db, it, failure, now)
    elif it.tries < _MOST_TRIES.get(failure.reaction, 0):
        _AGAIN.write(db, it=row, at=now + _wait(it, failure), why=failure.code)
        put_off(db, it, failure, now)
    else:
        _forward(db, it, DeliveryState.FAILED, None, failure.code, now)
        react(db, it, failure, now)


def _wait(row: Any, failure: Failure) -> timedelta:
    if row.purpose == CRISIS and failure.reaction is not Reaction.RETRY:
        return SOON
    if failure.reaction is Reaction.HALT:
        return HALTED
    if failure.reaction is Reaction.LATER:
        return LATER
    return timedelta(seconds=failure.retry_after or min(2**row.tries, _LONGEST_RETRY))


def note_status(
    db: Connection, status: DeliveryStatus, failure: Failure | None, now: datetime
) -> str:
    """What the provider tells of a message: ``moved``, ``known`` or ``foreign``.

    States only move forward, in whatever order they come. ``failure`` goes with a failed one. What
    a provider still queues it has taken over: for us it is sent.
    """
    row = _BY_TOKEN.row(db, it=status.token)
    if row is None:
        return "foreign"
    state = max(status.state, DeliveryState.SENT, key=RANK.__getitem__)
    if not _forward(db, row, state, status.provider_id, status.code, now):
        return "known"
    if failure is not None and status.state is DeliveryState.FAILED:
        tell_people(db, row, failure, now)
        undelivered(db, row, failure, now)
    return "moved"


def _forward(
    db: Connection,
    row: Any,
    state: DeliveryState,
    provider_id: str | None,
    code: str | None,
    now: datetime,
) -> bool:
    """Move a message forward, never back; false when it was that far already."""
    known = RANK.get(row.state)
    if known is None or RANK[state] <= known:
        return False
    _SETTLE.write(
        db,
        it=row.id,
        new=str(state),
        provider=provider_id or row.provider_id,
        why=code,
        now=now,
    )
    return True
