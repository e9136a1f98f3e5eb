"""``hours:`` of study.yaml: when people may be written to unprompted."""

import re
from datetime import time
from zoneinfo import available_timezones

from bot.content.calendars import is_calendar
from bot.content.fields import Fields
from bot.content.study import Hours

HOURS_KEYS = ("days", "from", "to", "timezone", "not_on")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def hours_of(fields: Fields) -> Hours:
    """The hours of a study, the usual ones where it says nothing."""
    part = fields.mapping("hours")
    if part is None:
        return Hours()
    part.check_keys(HOURS_KEYS, "`hours`")
    usual = Hours()
    zone = part.text("timezone") or usual.timezone
    if zone not in available_timezones():
        part.all["timezone"].report("F016", f"`{zone[:40]}` is no time zone", "Europe/Amsterdam")
    start, until = _clock(part, "from") or usual.start, _clock(part, "to") or usual.until
    if start >= until:
        part.source.report(part.owner, "F016", "`to` must be later than `from`")
    not_on = tuple(word.text for word in part.words("not_on"))
    for word in part.words("not_on"):
        if not is_calendar(word.text):
            message = f"`{word.text[:40]}` names no days"
            part.source.report(word, "F016", message, "such as nl-holidays or 2026-12-24")
    return Hours(_days(part), start, until, zone, not_on if "not_on" in part else usual.not_on)


def _clock(part: Fields, key: str) -> time | None:
    text = part.text(key)
    match = None if text is None else _CLOCK.fullmatch(text)
    if text is not None and match is None:
        part.all[key].report("F016", f"`{key}` must be a time of day", 'such as "10:00"')
    return None if match is None else time(int(match[1]), int(match[2]))


def _days(part: Fields) -> frozenset[int]:
    text = part.text("days")
    if text is None:
        return Hours().days
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        part.all["days"].report("F016", "`days` must be days of the week", "such as mon-sat")
        return Hours().days
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if begin <= end:
        return frozenset(range(begin, end + 1))
    return frozenset({*range(begin, 7), *range(end + 1)})
