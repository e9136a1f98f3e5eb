"""The cases that people take over: opened, accepted by somebody by name, closed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.casework.alarms import ALARMING, CASES


def open_case(db: Connection, participant: str, kind: str, now: datetime) -> None:
    """Open a case, unless one of this kind is open for this participant.

    What rings, rings again when it happens again, though somebody has accepted it.
    """
    values = {"participant_id": participant, "kind": kind, "open_key": kind, "opened_at": now}
    if kind not in ALARMING:
        db.execute(upsert(CASES).on_conflict_do_nothing(), values)
        return
    anew = upsert(CASES).on_conflict_do_update(
        index_elements=["participant_id", "open_key"],
        set_={"alarm_at": now, "alarms": 0, "owner": None, "accepted_at": None},
        where=CASES.c.accepted_at.is_not(None),
    )
    db.execute(anew, values | {"alarm_at": now})


def open_cases(db: Connection) -> list[Any]:
    """Every case that is not closed: first what nobody has accepted, the oldest first."""
    waiting = CASES.c.accepted_at.is_not(None)
    found = select(CASES).where(CASES.c.closed_at.is_(None))
    return list(db.execute(found.order_by(waiting, CASES.c.opened_at, CASES.c.id)))


def find_case(db: Connection, case: int) -> Any:
    """The case of this number; ``None`` if there is none."""
    return db.execute(select(CASES).where(CASES.c.id == case)).first()


def is_open_case(db: Connection, participant: str, kind: str) -> bool:
    """Whether a case of this kind is open for this participant."""
    here = (CASES.c.participant_id == participant, CASES.c.open_key == kind)
    return db.execute(select(CASES.c.id).where(*here)).first() is not None


def was_opened_since(db: Connection, participant: str, kind: str, since: datetime) -> bool:
    """Whether somebody was told of this since then, though the case may be closed by now."""
    here = (CASES.c.participant_id == participant, CASES.c.kind == kind)
    found = select(CASES.c.id).where(*here, CASES.c.opened_at >= since)
    return db.execute(found.limit(1)).first() is not None


def accept(db: Connection, case: int, owner: str, now: datetime) -> bool:
    """Somebody takes an open case over, and its alarm is silent; false when nothing was open."""
    taken = (
        update(CASES)
        .where(CASES.c.id == case, CASES.c.closed_at.is_(None), CASES.c.accepted_at.is_(None))
        .values(owner=owner, accepted_at=now, alarm_at=None)
    )
    return db.execute(taken).rowcount == 1


def close(db: Connection, case: int, now: datetime) -> bool:
    """The concern is dealt with; false when it was closed already. The next one is a new case."""
    closed = (
        update(CASES)
        .where(CASES.c.id == case, CASES.c.closed_at.is_(None))
        .values(closed_at=now, alarm_at=None, open_key=cast(CASES.c.id, String))
    )
    return db.execute(closed).rowcount == 1


def close_kind(db: Connection, participant: str, kind: str, now: datetime) -> None:
    """The open case of this kind is dealt with without a person, if there is one."""
    here = (CASES.c.participant_id == participant, CASES.c.open_key == kind)
    found = db.execute(select(CASES.c.id).where(*here)).scalar()
    if found is not None:
        close(db, found, now)
