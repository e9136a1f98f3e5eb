"""When an invitation or a reminder may leave: decent hours, and not more often than is kind."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from bot.content.study import Reminder, Study
from bot.conversation.sharing import A_TALK, housemate_talks
from bot.conversation.tables import DROPPED, OUTBOUND, RUNS, UNPROMPTED
from bot.engine.flow import RunStatus
from bot.message import DeliveryState
from bot.panel.hours import DecentHours, local_time, own_hours
from bot.panel.openers import SPELL, day_to_open, day_to_remind, may_nudge
from bot.store.statements import Statement

_WAITS = OUTBOUND.c.state == str(DeliveryState.QUEUED)
_OPENERS = Statement(
    select(
        func.min(OUTBOUND.c.not_before).label("at"),
        func.count().filter(~_WAITS).label("left"),
    )
    .select_from(OUTBOUND.outerjoin(RUNS, RUNS.c.id == OUTBOUND.c.run_id))
    .where(
        OUTBOUND.c.participant_id == bindparam("person"),
        or_(
            and_(_WAITS, or_(RUNS.c.id.is_(None), RUNS.c.status == str(RunStatus.WAITING))),
            and_(~_WAITS, OUTBOUND.c.not_before > bindparam("since")),
        ),
        or_(*(OUTBOUND.c.purpose == purpose for purpose in UNPROMPTED)),
        OUTBOUND.c.state != DROPPED,
        OUTBOUND.c.state != str(DeliveryState.FAILED),
    )
    .group_by(OUTBOUND.c.batch)
)


def moment_to_open(db: Connection, study: Study, person: Any, now: datetime) -> datetime:
    """``now``, or when to look again whether an invitation may leave."""
    hours = own_hours(study, person.seed)
    decent = hours.next(now, person.timezone)
    if decent > now:
        return decent
    if housemate_talks(db, person.id, now):
        return now + A_TALK
    return with_room(hours, opener_days(db, person, now), person, now)


def with_room(hours: DecentHours, openers: Collection[date], person: Any, at: datetime) -> datetime:
    """The first decent moment from ``at`` on, on a day on which an invitation keeps the measure.
    Pure.
    """
    while True:
        at = hours.next(at, person.timezone)
        today = _day(at, person)
        day = day_to_open(openers, today)
        if day == today:
            return at
        at = local_time(day, hours.begin, person.timezone)


def reminders_with_room(
    study: Study,
    hours: DecentHours,
    openers: Collection[date],
    person: Any,
    opened_at: datetime,
    next_wave_at: datetime | None,
) -> list[tuple[Reminder, date]]:
    """Those of a wave that nobody answers, beside these openers, each with its day. Pure."""
    sent: list[tuple[Reminder, date]] = []
    next_wave = None if next_wave_at is None else _day(next_wave_at, person)
    for reminder in study.reminders:
        at = hours.next(opened_at + reminder.after, person.timezone)
        said = [*openers, *(on for _, on in sent)]
        while (day := day_to_remind(said, _day(at, person), next_wave)) is not None:
            if day == _day(at, person):
                break
            at = hours.next(local_time(day, hours.begin, person.timezone), person.timezone)
        if day is not None and at < opened_at + study.close:
            sent.append((reminder, day))
    return sent


def has_had_enough(db: Connection, person: Any, now: datetime) -> bool:
    """Whether something unprompted would be one too many today."""
    today = _day(now, person)
    return day_to_open(opener_days(db, person, now), today) > today


def moment_to_remind(
    db: Connection, study: Study, person: Any, timer: str, closes_at: datetime, now: datetime
) -> datetime | None:
    """``now``, a later moment, or ``None``: this reminder is not sent any more.

    Nobody is reminded of a wave that is about to close or of a test run, nor during a pause:
    ``person.study_rests`` tells that of the study.
    """
    if person.is_test or person.status != "active" or person.study_rests:
        return None
    hours = own_hours(study, person.seed)
    when = hours.next(now, person.timezone)
    if when == now and housemate_talks(db, person.id, now):
        when = now + A_TALK
    elif when == now:
        openers, today = opener_days(db, person, now), _day(now, person)
        next_wave = None if person.next_wave_at is None else _day(person.next_wave_at, person)
        if timer == "nudge":
            day = today if may_nudge(openers, today, next_wave) else None
        else:
            day = day_to_remind(openers, today, next_wave)
        if day is None:
            return None
        if day > today:
            when = hours.next(local_time(day, hours.begin, person.timezone), person.timezone)
    return when if when < closes_at else None


def opener_days(db: Connection, person: Any, now: datetime) -> list[date]:
    """The days on which this person was written to unprompted lately, each as often as it was. A
    message counts on the day it left, and one that still waits on the day it may leave: what was
    held back or delayed by an outage is new to the person when it comes.
    """
    since = now - SPELL - timedelta(days=2)
    found = _OPENERS.rows(db, person=person.id, since=since)
    return [_day(row.at if row.left else max(row.at, now), person) for row in found]


def _day(at: datetime, person: Any) -> date:
    return at.astimezone(ZoneInfo(person.timezone)).date()
