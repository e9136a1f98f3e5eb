"""What waits: the numbers by which an operator sees that something is stuck."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.casework.alarms import CASES
from bot.conversation.tables import OUTBOUND
from bot.message import DeliveryState
from bot.panel.timers import TIMERS


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts, and ``oldest_seconds``: how long the message that waits longest could have left."""

    queued: int
    oldest_seconds: float
    sending: int
    uncertain: int
    timers_due: int
    open_cases: int


def backlog(db: Connection, now: datetime) -> Backlog:
    """Look at what is open now; a message held until decent hours or a retry does not wait."""
    queued, oldest = db.execute(
        select(func.count(), func.min(OUTBOUND.c.not_before)).where(
            OUTBOUND.c.state == str(DeliveryState.QUEUED), OUTBOUND.c.not_before <= now
        )
    ).one()
    return Backlog(
        queued=queued,
        oldest_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        sending=_in_state(db, DeliveryState.SENDING),
        uncertain=_in_state(db, DeliveryState.UNCERTAIN),
        timers_due=db.execute(
            select(func.count()).where(TIMERS.c.done_at.is_(None), TIMERS.c.due_at <= now)
        ).scalar_one(),
        open_cases=db.execute(select(func.count()).where(CASES.c.closed_at.is_(None))).scalar_one(),
    )


def _in_state(db: Connection, state: DeliveryState) -> int:
    found: int = db.execute(select(func.count()).where(OUTBOUND.c.state == str(state))).scalar_one()
    return found
