"""``hours:`` of study.yaml: when people may be written to unprompted."""

import re
from datetime import time

from bot.content.calendars import is_calendar
from bot.content.fields import Fields
from bot.content.slips import clock_for, days_for, zone_for
from bot.content.study import Hours
from bot.content.yaml_nodes import Scalar
from bot.content.zones import zones

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
    if zone not in zones():
        hint = f"write {zone_for(zone) or 'a name such as Europe/Amsterdam'}"
        part.all["timezone"].report("F016", f"`{zone[:40]}` is no time zone", hint)
    start, until = _clock(part, "from") or usual.start, _clock(part, "to") or usual.until
    if start >= until:
        field = part.all.get("to") or part.all["from"]
        hint = 'such as from: "10:00", to: "19:00"'
        field.report("F016", "`to` must be later than `from`", hint)
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
        hint = f"""write {clock_for(text) or 'hours and minutes such as "10:00"'}"""
        part.all[key].report("F016", f"`{key}` must be a time of day", hint)
    return None if match is None else time(int(match[1]), int(match[2]))


def _days(part: Fields) -> frozenset[int]:
    if "days" in part and not isinstance(part.all["days"].value, Scalar):
        part.all["days"].report("F016", "`days` goes from a day to a day", "such as mon-sat")
        return Hours().days
    text = part.text("days")
    if text is None:
        return Hours().days
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        meant = days_for(text)
        known = set(meant.split("-")) <= set(DAYS) and meant.count("-") < 2
        hint = f"write {meant}" if known else "such as mon-sat, or sat"
        part.all["days"].report("F016", "`days` must be days of the week", hint)
        return Hours().days
    begin, end = DAYS.index(first), DAYS.index(last or first)
    if begin <= end:
        return frozenset(range(begin, end + 1))
    return frozenset({*range(begin, 7), *range(end + 1)})
