"""Which wave is due for a participant, and when. Pure: dates in, a date out.

Waves count from the participant's anchor, the later of intake and enrolment, and never from now:
an outage delays a wave but moves none that come after it. Of several that were missed only the
newest is opened, so nobody is flooded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.panel.hours import local_time


@dataclass(frozen=True, slots=True)
class WaveRule:
    """One wave of a study: once ``after`` the anchor, or every so often from another wave on.

    ``times`` is how often a repeated wave comes, ``None`` without end.
    """

    name: str
    flow: str
    after: timedelta | None = None
    every: timedelta | None = None
    start: str | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class DueWave:
    """A wave to open: its rule, which repetition, and from when on (UTC)."""

    rule: WaveRule
    number: int
    at: datetime


def next_wave(
    rules: Sequence[WaveRule],
    anchor: date,
    opened: Collection[tuple[str, int]],
    now: datetime,
    clock: time,
    zone: str,
) -> DueWave | None:
    """The wave that is due, or else the next one to come; ``None`` when all have been.

    ``opened`` are (wave, number) pairs; ``clock`` is the local hour at which waves are due.
    """
    coming = [
        found
        for rule in rules
        if (found := _next_of(rule, rules, anchor, opened, now, clock, zone)) is not None
    ]
    return min(coming, key=lambda wave: wave.at, default=None)


def day_of(rule: WaveRule, rules: Sequence[WaveRule], anchor: date, number: int) -> date:
    """The day on which this repetition is due, whatever has happened so far."""
    if rule.every is None:
        return anchor + (rule.after or timedelta())
    before = next((one for one in rules if one.name == rule.start), None)
    begin = anchor if before is None else day_of(before, rules, anchor, 1)
    return begin + rule.every * number


def _next_of(
    rule: WaveRule,
    rules: Sequence[WaveRule],
    anchor: date,
    opened: Collection[tuple[str, int]],
    now: datetime,
    clock: time,
    zone: str,
) -> DueWave | None:
    last = max((number for name, number in opened if name == rule.name), default=0)
    if rule.every is None:
        if last:
            return None
        return DueWave(rule, 1, local_time(day_of(rule, rules, anchor, 1), clock, zone))
    if rule.start is not None and (rule.start, 1) not in opened:
        return None
    number = last + 1
    at = local_time(day_of(rule, rules, anchor, number), clock, zone)
    while True:
        if rule.times is not None and number > rule.times:
            return None
        following = local_time(day_of(rule, rules, anchor, number + 1), clock, zone)
        if following > now or number == rule.times:
            return DueWave(rule, number, at)
        number, at = number + 1, following
