"""What a process that died, or a clock that was set back, has left behind in the outbox."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.conversation.making import LEASE
from bot.conversation.tables import OUTBOUND
from bot.message import DeliveryState
from bot.store.statements import Statement

SKEW = timedelta(seconds=5)
"""So far apart the clocks of two processes may be without anything being wrong."""

_ABANDONED = Statement(
    update(OUTBOUND)
    .where(
        OUTBOUND.c.state == str(DeliveryState.SENDING),
        or_(
            OUTBOUND.c.leased_until < bindparam("now"),
            OUTBOUND.c.leased_until > bindparam("too_far"),
        ),
    )
    .values(state=str(DeliveryState.UNCERTAIN), settled_at=bindparam("now"))
)
_FROM_AHEAD = OUTBOUND.c.created_at > bindparam("ahead")
_ANY_FROM_AHEAD = Statement(select(OUTBOUND.c.id).where(_FROM_AHEAD).limit(1))
_NO_MORE_AHEAD = Statement(
    update(OUTBOUND)
    .where(_FROM_AHEAD, OUTBOUND.c.state == str(DeliveryState.QUEUED))
    .values(created_at=bindparam("now"), not_before=bindparam("now"))
)


def put_right(db: Connection, now: datetime) -> None:
    """All of it, at once."""
    mark_abandoned(db, now)
    mend_times(db, now)


def mark_abandoned(db: Connection, now: datetime) -> int:
    """A process died while sending: nobody knows whether the message left. A lease from further
    ahead than one can be given is of a clock that was set back.
    """
    return _ABANDONED.run(db, now=now, too_far=now + 2 * LEASE)


def mend_times(db: Connection, now: datetime) -> int:
    """The clock was set back: what was saved by the other one would wait for it. What has to wait
    for a decent hour is held again when it is looked at.
    """
    ahead = now + SKEW
    if _ANY_FROM_AHEAD.row(db, ahead=ahead) is None:  # nearly always, and told by an index
        return 0
    return _NO_MORE_AHEAD.run(db, now=now, ahead=ahead)
