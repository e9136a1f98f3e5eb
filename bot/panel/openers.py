"""How often a person may be written to unprompted: one opener a day, three in 14 days. Pure.

An opener is an invitation or a reminder. Days are those of the person's own calendar, so that a
second or an hour of the clock moves nothing. Reminders give way to the invitations that are due.
"""

from collections.abc import Collection
from datetime import date, timedelta

MOST_OPENERS = 3
SPELL = timedelta(days=14)


def day_to_open(openers: Collection[date], today: date) -> date:
    """The first day from today on at which an invitation keeps the measure."""
    day = today
    while day in openers or not _has_room(openers, day):
        day += timedelta(days=1)
    return day


def day_to_remind(openers: Collection[date], today: date, next_wave: date | None) -> date | None:
    """Today, the day after when something was said today already, or ``None``: not any more."""
    if today in openers:
        return today + timedelta(days=1)
    return today if may_nudge(openers, today, next_wave) else None


def may_nudge(openers: Collection[date], today: date, next_wave: date | None) -> bool:
    """Whether one more today leaves room for the wave of ``next_wave``; it may be the second of
    the day, for someone who went silent in the middle.
    """
    if not _has_room(openers, today):
        return False
    return next_wave is None or _has_room([*openers, today], max(next_wave, today))


def _has_room(openers: Collection[date], day: date) -> bool:
    return sum(day - SPELL < one <= day for one in openers) < MOST_OPENERS
