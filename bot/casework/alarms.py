"""When the alarm of a case rings, until somebody accepts the case. A case holds its own clock: it
is a row, so that a restart loses no alarm and two processes never ring twice.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.casework.tables import Case
from bot.store.statements import Statement

CASES = Case.__table__  # type: ignore[attr-defined] # SQLModel adds it

ALARMING = frozenset({"crisis"})
"""Kinds of case that cannot wait until somebody looks at the list."""

SOON, OFTEN, LATER = timedelta(minutes=15), 4, timedelta(hours=1)
"""The first alarms follow each other soon, the others later; they never end by themselves."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_DUE = Statement(
    select(CASES)
    .where(
        CASES.c.alarm_at > bindparam("ever"),  # those that may ring, by their index
        or_(
            CASES.c.alarm_at <= bindparam("now"),
            CASES.c.alarm_at > bindparam("too_far"),
            CASES.c.alarms == 0,
        ),
    )
    .order_by(CASES.c.alarm_at, CASES.c.id)
    .limit(bindparam("most"))
)
_TAKE = Statement(
    update(CASES)
    .where(
        CASES.c.id == bindparam("it"),
        CASES.c.alarm_at.is_not(None),
        CASES.c.alarms == bindparam("seen"),
    )
    .values(alarm_at=bindparam("again"), alarms=bindparam("now_rung"))
)


def due_alarms(db: Connection, now: datetime, most: int = 100) -> list[Any]:
    """Cases whose alarm has to ring now, the longest due first: the first alarm at once. One from
    further ahead than any is set is of a clock that was set back.
    """
    return _DUE.rows(db, ever=_EVER, now=now, too_far=now + LATER, most=most)


def take_alarm(db: Connection, case: Any, now: datetime) -> bool:
    """Take the alarm of a case that was found due, in the transaction that rings it, and set the
    next one; false when it was taken already or somebody has accepted the case.
    """
    rung = case.alarms + 1
    again = now + (SOON if rung <= OFTEN else LATER)
    return _TAKE.run(db, it=case.id, seen=case.alarms, now_rung=rung, again=again) == 1
