"""Times in which nobody is asked: of a whole study, or of one participant."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, case, exists, insert, null, or_, select, update

from bot.engine.effects import CRISIS
from bot.panel.participants import PARTICIPANTS
from bot.panel.tables import Pause
from bot.store.columns import UtcTime
from bot.store.statements import Statement

PAUSES = Pause.__table__  # type: ignore[attr-defined] # SQLModel adds it

WRONG_PERSON = "wrong_person"
"""Somebody else has the number: nothing more is asked until the person has one of their own."""

IN_PEACE = frozenset({CRISIS, "operator", WRONG_PERSON})
"""Paused for these, a person gets nothing unprompted, not even what waits already. Whoever is in
despair is left so until a caseworker resumes, in the middle of a wave or between two. Who is paused
since they fell silent is asked once more.
"""

_OPEN = Statement(
    select(PAUSES.c.paused_at).where(
        PAUSES.c.study == bindparam("study"), PAUSES.c.resumed_at.is_(None)
    )
)

_LOOK_AT = case((PARTICIPANTS.c.is_test, null()), else_=bindparam("look_at", type_=UtcTime()))
"""When to look at each participant again: at who only tries a study never."""

STUDY_RESTS = exists(
    select(1).where(PAUSES.c.study == PARTICIPANTS.c.study, PAUSES.c.resumed_at.is_(None))
)
"""For a statement over participants: whether the study of each writes to nobody unprompted."""


def paused_since(db: Connection, study: str) -> datetime | None:
    """Since when a study writes to nobody unprompted; ``None`` while it runs."""
    row = _OPEN.row(db, study=study)
    return None if row is None else row.paused_at


def pause_study(db: Connection, study: str, now: datetime) -> bool:
    """Write to nobody unprompted until the study is resumed; false when it is paused already."""
    if paused_since(db, study) is not None:
        return False
    db.execute(insert(PAUSES), {"study": study, "paused_at": now})
    return True


def resume_study(db: Connection, study: str, now: datetime) -> bool:
    """Ask again: each participant is looked at, and of missed waves only the newest opens."""
    ended = db.execute(
        update(PAUSES)
        .where(PAUSES.c.study == study, PAUSES.c.resumed_at.is_(None))
        .values(resumed_at=now)
    ).rowcount
    if not ended:
        return False
    mine = (PARTICIPANTS.c.study == study, PARTICIPANTS.c.status == "active")
    db.execute(update(PARTICIPANTS).where(*mine).values(next_wave_at=_LOOK_AT), {"look_at": now})
    return True


def pause(
    db: Connection, participant: str, reason: str, restart_at: datetime | None = None
) -> bool:
    """Ask this person nothing more until resumed, but once at ``restart_at``; false: no such one.

    A pause for another reason takes the place of the one before.
    """
    mine = (PARTICIPANTS.c.id == participant, PARTICIPANTS.c.status.in_(("active", "paused")))
    values = {"status": "paused", "paused_for": reason, "next_wave_at": restart_at}
    return bool(db.execute(update(PARTICIPANTS).where(*mine).values(**values)).rowcount)


def pause_until_the_number_is_right(db: Connection, participant: str) -> None:
    """Somebody else has the number. A pause that waits for a caseworker stays as it is: a word from
    that number must not end it.
    """
    mine = PARTICIPANTS.c.id == participant
    asked = or_(PARTICIPANTS.c.status == "active", PARTICIPANTS.c.paused_for == "silent")
    values = {"status": "paused", "paused_for": WRONG_PERSON, "next_wave_at": None}
    db.execute(update(PARTICIPANTS).where(mine, asked).values(**values))


def resume(db: Connection, participant: str, now: datetime, paused_for: str | None = None) -> bool:
    """This person takes part again; false when it was not paused, or not ``paused_for`` this."""
    mine = [PARTICIPANTS.c.id == participant, PARTICIPANTS.c.status == "paused"]
    if paused_for is not None:
        mine.append(PARTICIPANTS.c.paused_for == paused_for)
    values = {"status": "active", "paused_for": None, "next_wave_at": _LOOK_AT}
    resumed = update(PARTICIPANTS).where(*mine).values(**values)
    return bool(db.execute(resumed, {"look_at": now}).rowcount)
