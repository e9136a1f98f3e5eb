"""``waves:``, ``reminders:`` and how long they last, of study.yaml."""

from datetime import timedelta
from itertools import pairwise

from bot.content.fields import Fields, fields_of
from bot.content.problem import did_you_mean
from bot.content.slips import duration_for
from bot.content.study import Reminder, Wave
from bot.content.yaml_nodes import Mapping, Scalar, Sequence

WAVE_KEYS = ("flow", "after_intake", "every", "from", "times")
REMINDER_KEYS = ("after", "channel")
CHANNELS = ("whatsapp", "sms", "email", "local")


def waves_of(fields: Fields) -> tuple[Wave, ...]:
    group = fields.mapping("waves")
    found: list[Wave] = []
    if group is None:
        return ()
    for name in group.all:
        wave = part_of(group, name, WAVE_KEYS)
        if wave is None:
            continue
        wave.require("flow", "a wave")
        if "every" not in wave:
            for key in ("from", "times"):
                if key in wave:
                    wave.all[key].report("F023", f"`{key}` goes with `every:` only")
        start, earlier = wave.text("from"), [known.name for known in found]
        if start is not None and start not in earlier:
            message = f"no wave `{start[:40]}` stands above this one"
            hint = did_you_mean(start, earlier) or "without `from:` it counts from the intake"
            wave.all["from"].report("F009", message, hint)
        times = wave.integer("times")
        if times is not None and times < 1:
            wave.all["times"].report("F016", "`times` must be 1 or more", "such as 26")
        every, after = _whole_days(wave, "every"), _whole_days(wave, "after_intake")
        if "every" in wave and "after_intake" in wave:
            message = "a wave comes once, `after_intake`, or again and again, `every`"
            wave.all["after_intake"].report("F023", message, "keep one of the two")
        found.append(Wave(name, wave.name("flow") or "", after, every, start, times))
    return tuple(found)


def _whole_days(wave: Fields, key: str) -> timedelta | None:
    """Waves count in days; the hour is that of ``hours:``."""
    length = wave.duration(key) if key == "after_intake" else some_time(wave, key, "14 days")
    if length is not None and length % timedelta(days=1):
        wave.all[key].report("F016", f"`{key}` must be whole days", "such as 14 days, 2 weeks")
    return length


def some_time(fields: Fields, key: str, such_as: str) -> timedelta | None:
    """A time that is longer than none."""
    length = fields.duration(key)
    if length is not None and not length:
        fields.all[key].report("F016", f"`{key}` is no time at all", f"such as {such_as}")
    return length


def reminders_of(fields: Fields) -> tuple[Reminder, ...]:
    field = fields.all.get("reminders")
    if field is None:
        return ()
    if not isinstance(field.value, Sequence):
        hint = "such as reminders: [{after: 1 day}, {after: 3 days}]"
        field.report("F016", "`reminders` must be a list", hint)
        return ()
    found: list[Reminder] = []
    for item in field.value.items:
        if not isinstance(item, Mapping):
            said = item.text if isinstance(item, Scalar) else ""
            hint = f"write {{after: {duration_for(said) or '1 day'}}}"
            field.source.report(item, "F016", "a reminder says after how long", hint)
            continue
        reminder = fields_of(field.source, item)
        reminder.check_keys(REMINDER_KEYS, "a reminder")
        reminder.require("after", "a reminder")
        after = some_time(reminder, "after", "1 day")
        channel = reminder.one_of("channel", (*CHANNELS, "other"))
        if after is not None:
            found.append(Reminder(after, channel))
    if any(later.after <= earlier.after for earlier, later in pairwise(found)):
        field.report("F016", "each reminder must come after the one before it", "put them in order")
    return tuple(found)


def part_of(fields: Fields, key: str, known: tuple[str, ...]) -> Fields | None:
    """The mapping under a key, which may hold these keys."""
    part = fields.mapping(key)
    if part is not None:
        part.check_keys(known, f"`{key}`")
    return part
