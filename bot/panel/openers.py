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
    while not _fits(openers, day):
        day += timedelta(days=1)
    return day


def day_to_remind(openers: Collection[date], today: date, next_wave: date | None) -> date | None:
    """Today, the day after when something was said today already, or ``None``: not any more.

    A reminder that would leave no room for the wave of ``next_wave`` is not sent.
    """
    if today in openers:
        return today + timedelta(days=1)
    if not _fits(openers, today):
        return None
    if next_wave is not None and not _fits([*openers, today], max(next_wave, today), today):
        return None
    return today


def _fits(openers: Collection[date], day: date, known: date | None = None) -> bool:
    """Whether one more on this day keeps the measure; ``known`` may stand on the day itself."""
    lately = [one for one in openers if day - SPELL < one <= day]
    return len(lately) < MOST_OPENERS and (day not in lately or day == known)
