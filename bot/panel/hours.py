"""Decent hours: when an unprompted message may reach a person. Pure; local time decides.

Arithmetic is done on the wall clock of the person's zone and made UTC once, so both days a year on
which the clock is set are right.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.content.calendars import is_day_off
from bot.content.study import Study

SPREAD = timedelta(hours=2)
"""Those who come due on a day are spread over so much of its beginning, at most half of it."""

_LONGEST_SEARCH = 400


@dataclass(frozen=True, slots=True)
class DecentHours:
    """``days`` counts from Monday = 0; from ``start`` until before ``until``; ``not_on`` names
    calendars (``nl-holidays``) or dates (``2026-12-24``). What waits for the next day comes at
    ``own``, a time in it that differs between people; ``None``: at ``start``.
    """

    days: frozenset[int]
    start: time
    until: time
    not_on: tuple[str, ...] = ()
    own: time | None = None

    @property
    def begin(self) -> time:
        """When a new day begins for whom these hours are."""
        return self.own or self.start

    def allow(self, at: datetime, zone: str) -> bool:
        """Whether an unprompted message may leave at this moment."""
        local = at.astimezone(ZoneInfo(zone))
        return self._allows_day(local.date()) and self.start <= local.time() < self.until

    def next(self, at: datetime, zone: str) -> datetime:
        """The first moment from ``at`` on that is allowed, in UTC.

        Hours that never allow anything (no day left) give a moment far ahead: nothing is sent.
        """
        if self.allow(at, zone):
            return at
        local = at.astimezone(ZoneInfo(zone))
        first = local.date() if local.time() < self.start else local.date() + timedelta(days=1)
        for ahead in range(_LONGEST_SEARCH):
            day = first + timedelta(days=ahead)
            if self._allows_day(day):
                return local_time(day, self.begin, zone)
        return at + timedelta(days=_LONGEST_SEARCH)

    def seconds_left(self, at: datetime, zone: str) -> int:
        """How long the hours of this day go on from ``at``, which is in them."""
        day = at.astimezone(ZoneInfo(zone)).date()
        return int((local_time(day, self.until, zone) - at).total_seconds())

    def _allows_day(self, day: date) -> bool:
        return day.weekday() in self.days and not any(is_day_off(day, name) for name in self.not_on)


def local_time(day: date, clock: time, zone: str) -> datetime:
    """This hour on the wall clock of that day, in UTC. An hour that does not exist is later."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def hours_of(study: Study) -> DecentHours:
    """When a study may write unprompted."""
    hours = study.hours
    return DecentHours(hours.days, hours.start, hours.until, hours.not_on)


def own_hours(study: Study, seed: int) -> DecentHours:
    """The same hours for one participant, whose day begins at a second of their own: not everybody
    is written to at ten sharp.
    """
    hours = study.hours
    first, last = (_seconds(one) for one in (hours.start, hours.until))
    spread = min(int(SPREAD.total_seconds()), (last - first) // 2)
    minute, second = divmod(first + seed % max(spread, 1), 60)
    own = time(minute // 60, minute % 60, second)
    return DecentHours(hours.days, hours.start, hours.until, hours.not_on, own)


def last_begin(study: Study) -> time:
    """When the day has begun for everybody: the latest of all own hours."""
    return own_hours(study, -1).begin


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
