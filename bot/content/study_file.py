"""``study.yaml`` as values, and the part of it that a flow takes along as its policy."""

import re
from datetime import timedelta

import phonenumbers

from bot.content.fields import Fields, fields_of
from bot.content.hours_file import hours_of
from bot.content.languages import is_language
from bot.content.problem import did_you_mean
from bot.content.source import Source
from bot.content.study import RewardRule, Study
from bot.content.waves_file import CHANNELS, part_of, reminders_of, some_time, waves_of
from bot.content.yaml_nodes import Scalar
from bot.engine.flow import Policy, Reward

STUDY_KEYS = (
    *("study", "title", "sender_name", "desk", "duty", "languages", "stand_in", "channels"),
    "countries",
    *("waves", "reminders", "close", "hours", "pause_after", "not_understood", "reward"),
)
REWARD_KEYS = ("when", "amount", "pay_out_every", "most_a_day", "budget", "as", "supply")
UNCLEAR_KEYS = ("tries", "then")

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
    unclear = part_of(fields, "not_understood", UNCLEAR_KEYS)
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
        stand_in=_stand_in(fields),
        waves=waves_of(fields),
        reminders=reminders_of(fields),
        close=some_time(fields, "close", "7 days") or timedelta(days=7),
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


def _languages(fields: Fields) -> tuple[str, ...]:
    words = fields.words("languages")
    for word in words:
        if not is_language(word.text):
            message = f"`{word.text[:20]}` is not a language"
            lower = word.text.lower()
            hint = f"write {lower}" if is_language(lower) else "a code such as nl, en, tr, ar"
            fields.source.report(word, "F016", message, hint)
    return _once(fields, words)


def _stand_in(fields: Fields) -> dict[str, str]:
    """Both are languages of the study, and none stands in for itself."""
    part = fields.mapping("stand_in")
    if part is None:
        return {}
    known = [word.text for word in fields.words("languages")]
    for language in part.all:
        if language not in known:
            message = f"`{language[:20]}` is not a language of the study"
            part.source.report(
                part.all[language].key, "F009", message, did_you_mean(language, known)
            )
        part.one_of(language, [one for one in known if one != language])
    return {language: part.text(language) or "" for language in part.all}


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
    part = part_of(fields, "reward", REWARD_KEYS)
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
        hint = f"such as {every[0] / 10:.2f} {every[1]}, ten payouts".replace(".00 ", " ")
        message = "this is less than one payout, or in other money"
        part.all["most_a_day"].report("F016", message, hint)
    if amount is not None and budget is not None and budget[1] != amount[1]:
        hint = f"such as 1000 {amount[1]}"
        part.all["budget"].report("F016", "the budget must be in the reward's currency", hint)
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
