"""Timers are rows: set in the transaction that causes them, fired by a sweep, never cancelled in
time. One whose turn has passed is dropped by the run it wakes.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.panel.tables import Timer
from bot.store.statements import Statement

TIMERS = Timer.__table__  # type: ignore[attr-defined] # SQLModel adds it

ERASURE = "erase"
"""Erases the person of the run, though the run is over."""

_SET = Statement(insert(TIMERS))
_DONE = Statement(
    update(TIMERS)
    .where(TIMERS.c.id == bindparam("it"), TIMERS.c.done_at.is_(None))
    .values(done_at=bindparam("now"))
)
_POSTPONE = Statement(
    update(TIMERS)
    .where(TIMERS.c.id == bindparam("it"), TIMERS.c.done_at.is_(None))
    .values(due_at=bindparam("at"))
)
_DROP = Statement(
    update(TIMERS)
    .where(
        TIMERS.c.run_id == bindparam("it"),
        TIMERS.c.done_at.is_(None),
        TIMERS.c.name != ERASURE,
    )
    .values(done_at=bindparam("now"))
)
_DUE = Statement(
    select(TIMERS)
    .where(TIMERS.c.done_at.is_(None), TIMERS.c.due_at <= bindparam("now"))
    .order_by(TIMERS.c.done_at, TIMERS.c.due_at, TIMERS.c.id)  # as the index: nothing is sorted
    .limit(bindparam("most"))
)


def set_timer(db: Connection, run: str, name: str, turn: int | None, due_at: datetime) -> None:
    """Wake a run at this time; ``turn`` is ``None`` for a timer that outlives every reply."""
    _SET.write(db, run_id=run, name=name, turn=turn, due_at=due_at)


def due_timers(db: Connection, now: datetime, most: int = 100) -> list[Any]:
    """Timers whose time has come, the longest due first."""
    return _DUE.rows(db, now=now, most=most)


def finish_timer(db: Connection, timer: int, now: datetime) -> bool:
    """Take a timer for good, in the transaction that carries it out; false if it was taken."""
    return _DONE.run(db, it=timer, now=now) == 1


def postpone_timer(db: Connection, timer: int, at: datetime) -> None:
    """Not now: it comes due once more then."""
    _POSTPONE.write(db, it=timer, at=at)


def drop_timers(db: Connection, run: str, now: datetime) -> None:
    """The run is over: nothing is due any more but an erasure."""
    _DROP.write(db, it=run, now=now)
