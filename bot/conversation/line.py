"""The line before the door: which messages may leave now, and which of them first.

Replies go before what nobody asked for; nothing overtakes an older open message to the same person.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, or_, select

from bot.conversation.tables import OUTBOUND, RUNS, UNPROMPTED
from bot.message import DeliveryState
from bot.panel import participants
from bot.store.statements import Statement

PATIENCE = timedelta(seconds=10)
"""How long the second message of a turn waits for the first one's delivery."""

FEW = 8
"""Answers wait while a claim makes its messages: not long for what nobody asked for."""

_QUEUED, _SENDING = str(DeliveryState.QUEUED), str(DeliveryState.SENDING)
_SENT, _UNCERTAIN = str(DeliveryState.SENT), str(DeliveryState.UNCERTAIN)


def _is(column: Any, *values: str) -> Any:
    """One of these; written out, since a prepared statement has no lists."""
    return or_(*(column == value for value in values))


_PERSON, _ADDRESS = participants.PARTICIPANTS, participants.ADDRESSES
_OLDER = OUTBOUND.alias("older")
_PLACE = func.coalesce(OUTBOUND.c.place, OUTBOUND.c.id * 10)
_OLDER_PLACE = func.coalesce(_OLDER.c.place, _OLDER.c.id * 10)
_SAME_PERSON = or_(
    _OLDER.c.participant_id == OUTBOUND.c.participant_id,
    and_(OUTBOUND.c.participant_id.is_(None), _OLDER.c.address_id == OUTBOUND.c.address_id),
)
_IN_ITS_WAY = exists(
    select(1)
    .offset(0)  # keeps PostgreSQL from comparing every message that waits with every other one
    .where(
        _SAME_PERSON,
        _OLDER_PLACE < _PLACE,
        or_(
            _OLDER.c.state == _SENDING,
            and_(
                _OLDER.c.state == _QUEUED,  # what is held until the morning holds up no reply
                or_(
                    ~_is(_OLDER.c.purpose, *UNPROMPTED),
                    _OLDER.c.not_before <= bindparam("now"),
                ),
            ),
            and_(
                _OLDER.c.batch == OUTBOUND.c.batch,
                _is(_OLDER.c.state, _SENT, _UNCERTAIN),
                _OLDER.c.settled_at > bindparam("patient_since"),
                _OLDER.c.settled_at <= bindparam("now"),  # else the clock was set back
            ),
        ),
    )
)
_NEXT = Statement(
    select(
        OUTBOUND,
        _PERSON.c.first_name,
        _PERSON.c.study,
        _PERSON.c.channel.label("liked"),
        _PERSON.c.timezone,
        _PERSON.c.seed,
        _PERSON.c.paused_for,
        _PERSON.c.listens,
        RUNS.c.revision,
        RUNS.c.status.label("run_status"),
        _ADDRESS.c.channel.label("at_channel"),
        _ADDRESS.c.address,
        _ADDRESS.c.is_alive,
        _ADDRESS.c.opted_out_at,
        _ADDRESS.c.heard_at,
    )
    .select_from(
        OUTBOUND.outerjoin(_PERSON, _PERSON.c.id == OUTBOUND.c.participant_id)
        .outerjoin(RUNS, RUNS.c.id == OUTBOUND.c.run_id)
        .outerjoin(_ADDRESS, _ADDRESS.c.id == OUTBOUND.c.address_id)
    )
    .where(
        OUTBOUND.c.state == _QUEUED,
        OUTBOUND.c.is_unprompted == bindparam("unprompted"),
        OUTBOUND.c.not_before <= bindparam("now"),
        ~_IN_ITS_WAY,
    )
    .order_by(OUTBOUND.c.not_before, OUTBOUND.c.id)  # as its index: never the whole line is sorted
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=OUTBOUND)
)


def next_in_line(db: Connection, now: datetime, most: int) -> list[Any]:
    """Rows of the outbox, locked, with what is known of the person, the run and the address, those
    that may leave longest first: replies, or when none waits a few of what nobody asked for.
    """
    since = now - PATIENCE
    replies = _NEXT.rows(db, unprompted=False, now=now, patient_since=since, most=most)
    few = min(most, FEW)
    return replies or _NEXT.rows(db, unprompted=True, now=now, patient_since=since, most=few)
