"""``study.yaml`` as values, and the part of it that a flow takes along as its policy."""

import re
from datetime import timedelta
from itertools import pairwise

import phonenumbers

from bot.content.fields import Fields, fields_of
from bot.content.hours_file import hours_of
from bot.content.languages import is_language
from bot.content.problem import did_you_mean
from bot.content.slips import duration_for
from bot.content.source import Source
from bot.content.study import Reminder, RewardRule, Study, Wave
from bot.content.yaml_nodes import Mapping, Scalar, Sequence
from bot.engine.flow import Policy, Reward

STUDY_KEYS = (
    *("study", "title", "sender_name", "desk", "duty", "languages", "channels", "countries"),
    *("waves", "reminders", "close", "hours", "pause_after", "not_understood", "reward"),
)
WAVE_KEYS = ("flow", "after_intake", "every", "from", "times")
REMINDER_KEYS = ("after", "channel")
REWARD_KEYS = ("when", "amount", "pay_out_every", "most_a_day", "budget", "as", "supply")
UNCLEAR_KEYS = ("tries", "then")
CHANNELS = ("whatsapp", "sms", "email", "local")

NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
_PAUSE = re.compile(r"(\d{1,3}) silent waves?")


def read_study(source: Source) -> Study | None:
    """The study in a file, without its flows; ``None`` if the file cannot be read.

    With problems in ``source`` it is not fit for use.
    """
    if not source.usable:
        return None
    fields = fields_of(source, source.root)
    fields.check_keys(STUDY_KEYS, "a study")
    for key in ("study", "sender_name", "languages", "channels"):
        fields.require(key, "a study")
    folder = source.file.parent.name
    if "study" in fields:
        fields.name_as("study", folder, "folder")
    unclear = _part(fields, "not_understood", UNCLEAR_KEYS)
    tries, then = None, None
    if unclear is not None:
        tries = unclear.integer("tries")
        then = unclear.one_of("then", ("skip",))
        if tries is not None and not 1 <= tries <= 5:
            unclear.all["tries"].report("F016", "`tries` must be 1 to 5", "such as 2")
    return Study(
        name=folder,
        title=fields.text("title") or folder,
        sender_name=fields.text("sender_name") or "",
        desk=fields.text("desk") or "",
        duty=_duty(fields),
        languages=_languages(fields),
        channels=_channels(fields),
        countries=_countries(fields),
        waves=_waves(fields),
        reminders=_reminders(fields),
        close=_some_time(fields, "close", "7 days") or timedelta(days=7),
        hours=hours_of(fields),
        pause_after=_pause(fields),
        tries=2 if tries is None else tries,
        not_understood=then or "skip",
        reward=_reward(fields),
    )


def policy_of(study: Study) -> Policy:
    """The study's rules that a run needs."""
    return Policy(
        reminders=tuple(reminder.after for reminder in study.reminders),
        close=study.close,
        tries=study.tries,
        reward=None if study.reward is None else Reward(study.reward.cents, study.reward.currency),
    )


def _part(fields: Fields, key: str, known: tuple[str, ...]) -> Fields | None:
    part = fields.mapping(key)
    if part is not None:
        part.check_keys(known, f"`{key}`")
    return part


def _languages(fields: Fields) -> tuple[str, ...]:
    words = fields.words("languages")
    for word in words:
        if not is_language(word.text):
            message = f"`{word.text[:20]}` is not a language"
            lower = word.text.lower()
            hint = f"write {lower}" if is_language(lower) else "a code such as nl, en, tr, ar"
            fields.source.report(word, "F016", message, hint)
    return _once(fields, words)


def _channels(fields: Fields) -> tuple[str, ...]:
    words = fields.words("channels")
    for word in words:
        if word.text not in CHANNELS:
            hint = did_you_mean(word.text.lower(), CHANNELS)
            fields.source.report(word, "F016", f"`{word.text[:20]}` is not a channel", hint)
    return _once(fields, words)


def _countries(fields: Fields) -> tuple[str, ...]:
    if "countries" not in fields:
        return ("NL",)
    words = fields.words("countries")
    for word in words:
        if phonenumbers.country_code_for_region(word.text) == 0:
            message = f"`{word.text[:20]}` is not a country"
            upper = word.text.upper()
            known = phonenumbers.country_code_for_region(upper) != 0
            hint = f"write {upper}" if known else "two capital letters, such as NL, BE"
            fields.source.report(word, "F016", message, hint)
    return _once(fields, words)


def _duty(fields: Fields) -> str:
    text = fields.text("duty")
    if text is not None and not NUMBER.fullmatch(text):
        message = f"`{text[:20]}` is not a phone number"
        digits = re.sub(r"[\s().-]", "", text)
        hint = 'with its country in the place of the first 0, such as "+31612345678"'
        hint = f'write "{digits}"' if NUMBER.fullmatch(digits) else hint
        fields.all["duty"].report("F016", message, hint)
    return text or ""


def _once(fields: Fields, words: list[Scalar]) -> tuple[str, ...]:
    seen: list[str] = []
    for word in words:
        if word.text in seen:
            fields.source.report(word, "F011", f"`{word.text}` stands here twice", "remove one")
        else:
            seen.append(word.text)
    return tuple(seen)


def _waves(fields: Fields) -> tuple[Wave, ...]:
    group = fields.mapping("waves")
    found: list[Wave] = []
    if group is None:
        return ()
    for name in group.all:
        wave = _part(group, name, WAVE_KEYS)
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
    length = wave.duration(key) if key == "after_intake" else _some_time(wave, key, "14 days")
    if length is not None and length % timedelta(days=1):
        wave.all[key].report("F016", f"`{key}` must be whole days", "such as 14 days, 2 weeks")
    return length


def _some_time(fields: Fields, key: str, such_as: str) -> timedelta | None:
    """A time that is longer than none."""
    length = fields.duration(key)
    if length is not None and not length:
        fields.all[key].report("F016", f"`{key}` is no time at all", f"such as {such_as}")
    return length


def _reminders(fields: Fields) -> tuple[Reminder, ...]:
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
        after = _some_time(reminder, "after", "1 day")
        channel = reminder.one_of("channel", (*CHANNELS, "other"))
        if after is not None:
            found.append(Reminder(after, channel))
    if any(later.after <= earlier.after for earlier, later in pairwise(found)):
        field.report("F016", "each reminder must come after the one before it", "put them in order")
    return tuple(found)


def _pause(fields: Fields) -> int | None:
    text = fields.text("pause_after")
    match = None if text is None else _PAUSE.fullmatch(text)
    if text is not None and match is None:
        digits = re.match(r"\d{1,3}", text)
        hint = f"write {digits[0] if digits else 3} silent waves"
        fields.all["pause_after"].report("F016", "`pause_after` counts silent waves", hint)
    if match is not None and int(match[1]) < 1:
        fields.all["pause_after"].report(
            "F016", "`pause_after` must be 1 silent wave or more", "such as 3 silent waves"
        )
    return None if match is None else int(match[1])


def _reward(fields: Fields) -> RewardRule | None:
    part = _part(fields, "reward", REWARD_KEYS)
    if part is None:
        return None
    part.require("amount", "a reward")
    part.one_of("when", ("completed",))
    amount, every = part.money("amount"), part.money("pay_out_every")
    most, budget = part.money("most_a_day"), part.money("budget")
    if amount is not None and every is not None:
        if amount[1] != every[1]:
            part.all["pay_out_every"].report(
                "F016", "both sums must be in one currency", f"write {amount[1]}"
            )
        elif every[0] < amount[0]:
            hint = "such as three times the amount"
            part.all["pay_out_every"].report("F016", "this is less than one reward", hint)
    if every is not None and most is not None and (most[1] != every[1] or most[0] < every[0]):
        part.all["most_a_day"].report("F016", "this is less than one payout, or in other money")
    if amount is not None and budget is not None and budget[1] != amount[1]:
        part.all["budget"].report("F016", "the budget must be in the reward's currency")
    if amount is None:
        return None
    if amount[0] == 0:
        part.all["amount"].report("F016", "a reward of nothing is no reward", "leave `reward:` out")
    paid_as = part.one_of("as", ("voucher",)) or "voucher"
    supply = part.one_of("supply", ("stock", "seller")) or "stock"
    return RewardRule(
        amount[0],
        amount[1],
        None if every is None else every[0],
        paid_as,
        None if most is None else most[0],
        None if budget is None else budget[0],
        supply,
    )
