"""What the preview reads of its participants; it writes through the rooms below only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from bot.conversation.tables import DROPPED, OUTBOUND, RUNS
from bot.engine.run import Run
from bot.engine.stored import load_run
from bot.message import DeliveryState
from bot.panel.timers import TIMERS

_QUEUED = str(DeliveryState.QUEUED)
_LOST = (str(DeliveryState.FAILED), str(DeliveryState.UNCERTAIN), DROPPED)


def run_of(db: Connection, participant: str) -> Run | None:
    """The newest run of this participant."""
    row = db.execute(
        select(RUNS.c.state)
        .where(RUNS.c.participant_id == participant)
        .order_by(RUNS.c.started_at.desc(), RUNS.c.id)
    ).first()
    return None if row is None else load_run(row.state)


def lost_of(db: Connection, participant: str, now: datetime) -> list[Any]:
    """Messages to this participant that did not arrive or are held, the oldest first."""
    found = select(OUTBOUND).where(
        OUTBOUND.c.participant_id == participant,
        or_(
            OUTBOUND.c.state.in_(_LOST),
            and_(OUTBOUND.c.state == _QUEUED, OUTBOUND.c.not_before > now),
        ),
    )
    return list(db.execute(found.order_by(OUTBOUND.c.id)))


def under_way(db: Connection, participant: str, now: datetime) -> bool:
    """Whether something leaves for this participant right now."""
    found = select(OUTBOUND.c.id).where(
        OUTBOUND.c.participant_id == participant,
        or_(
            OUTBOUND.c.state == str(DeliveryState.SENDING),
            and_(OUTBOUND.c.state == _QUEUED, OUTBOUND.c.not_before <= now),
        ),
    )
    return db.execute(found.limit(1)).first() is not None


def next_due(db: Connection, participant: str) -> datetime | None:
    """When the next timer of this participant goes off."""
    found = (
        select(TIMERS.c.due_at)
        .join(RUNS, RUNS.c.id == TIMERS.c.run_id)
        .where(RUNS.c.participant_id == participant, TIMERS.c.done_at.is_(None))
        .order_by(TIMERS.c.due_at)
    )
    due: datetime | None = db.execute(found.limit(1)).scalar()
    return due


def held_until(db: Connection, participant: str, now: datetime) -> datetime | None:
    """When the first message that is held may leave."""
    found = select(func.min(OUTBOUND.c.not_before)).where(
        OUTBOUND.c.participant_id == participant,
        OUTBOUND.c.state == _QUEUED,
        OUTBOUND.c.not_before > now,
    )
    until: datetime | None = db.execute(found).scalar()
    return until


def progress(db: Connection, participant: str) -> tuple[int, str]:
    """What changes when the bot says something or the run ends."""
    sent = select(func.count()).where(OUTBOUND.c.participant_id == participant)
    run = run_of(db, participant)
    return int(db.execute(sent).scalar_one()), str(run.status) if run else ""
