"""The S rules: what a study would do to people over its whole length, looked at before it starts.

Waves and reminders are reckoned in days from the enrolment; hours and holidays only put off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

from bot.authoring.check.spots import node_place, place_of
from bot.content.fields import fields_of
from bot.content.helplines import helplines_of
from bot.content.library import Library
from bot.content.placeholders import placeholders_in
from bot.content.problem import Problem, Severity, problem_at
from bot.content.source import Source
from bot.content.study import Study
from bot.content.templates import has_templates
from bot.conversation.waves import rules_of
from bot.engine.flow import AnswerType, Kind
from bot.message import Channel
from bot.panel.numbers import country_of
from bot.panel.openers import MOST_OPENERS, SPELL
from bot.panel.waves import day_of

MORNING, NIGHT = time(8), time(21)
"""Nobody is written to unprompted before or after."""

_LOOKED_AT = 60
"""So many repetitions of a wave are reckoned: what goes wrong does so early."""

_ANCHOR = date(2026, 1, 5)
_OF_THE_REWARD = frozenset({"pot", "to_go", "reward"})


@dataclass(frozen=True, slots=True)
class _Due:
    """A wave on its day, counted from the enrolment."""

    wave: str
    day: timedelta


def check_studies(library: Library) -> Iterator[Problem]:
    """Every study whose file can be read."""
    for name, source in library.sources.items():
        study = library.studies[name]
        yield from _reminders(study, source)
        yield from _hours(study, source)
        yield from _answers(study, source)
        yield from _openings(study, source, library)
        yield from _stand_ins(study, source)
        yield from _reward(study, source)
        yield from _words_of_a_reward(study, library)
        yield from _schedule(study, source)
        yield from _duty(study, source, library)
        yield from _helplines(study, source)


def _reminders(study: Study, source: Source) -> Iterator[Problem]:
    for index, reminder in enumerate(study.reminders):
        if reminder.after >= study.close:
            place = node_place(source, "reminders", index, "after")
            message = "this reminder comes when the wave is closed already"
            yield problem_at(place, "S001", message, "remind earlier, or set `close:` later")
        others = [one for one in study.channels if one != study.channels[0]]
        wanted = reminder.channel
        if (
            wanted is not None
            and wanted not in study.channels
            and (wanted != "other" or not others)
        ):
            place = node_place(source, "reminders", index, "channel")
            message = f"the study has no channel for `{wanted}`"
            yield problem_at(place, "S007", message, "name it under `channels:` too")


def _hours(study: Study, source: Source) -> Iterator[Problem]:
    hours = study.hours
    if hours.start < MORNING or hours.until > NIGHT:
        key = "from" if hours.start < MORNING else "to"
        message = "unprompted messages would reach people in quiet hours, from 21:00 to 8:00"
        place = node_place(source, "hours", key)
        yield problem_at(place, "S002", message, "stay between 08:00 and 21:00")


def _answers(study: Study, source: Source) -> Iterator[Problem]:
    """An e-mail opens a message on another channel; by itself it cannot be answered."""
    if set(study.channels) == {Channel.EMAIL}:
        message = "an e-mail only invites, and there is no channel on which to answer"
        place = node_place(source, "channels")
        yield problem_at(place, "S012", message, "such as channels: [whatsapp, sms, email]")


def _openings(study: Study, source: Source, library: Library) -> Iterator[Problem]:
    """The first message of a wave stands outside the service window: an approved invitation."""
    if Channel.WHATSAPP not in study.channels:
        return
    for wave in study.waves:
        draft = library.drafts.get((study.name, wave.flow))
        if draft is not None and "invite" not in draft.source.root.values:
            message = f"`{wave.flow}` has no invitation, and WhatsApp lets nothing else open a wave"
            place = node_place(source, "waves", wave.name, "flow")
            yield problem_at(place, "S003", message, f"write `invite:` in {wave.flow}.yaml")


def _stand_ins(study: Study, source: Source) -> Iterator[Problem]:
    """WhatsApp approves no template in some languages; another may open the conversation."""
    if Channel.WHATSAPP not in study.channels:
        return
    for word in fields_of(source, source.root).words("languages"):
        instead = study.stand_in.get(word.text)
        if has_templates(word.text) or (instead is not None and has_templates(instead)):
            continue
        message = f"WhatsApp has no templates in `{word.text}`, so it opens no conversation in it"
        hint = f"as stand_in: {{{word.text}: {study.languages[0]}}}; else the next channel opens it"
        yield problem_at(source.place(word), "S013", message, hint, Severity.WARNING)


def _reward(study: Study, source: Source) -> Iterator[Problem]:
    rule = study.reward
    if rule is None:
        return
    if rule.pay_out_every is None:
        message = "this reward is never paid out"
        place = node_place(source, "reward", "amount")
        yield problem_at(place, "S004", message, "say from which sum on, as pay_out_every: 6 EUR")
        return
    times = [1 if wave.every is None else wave.times for wave in study.waves]
    if times and None not in times:
        most = rule.cents * sum(one for one in times if one is not None)
        if most < rule.pay_out_every:
            message = f"all waves together earn {most / 100:.2f} {rule.currency}, never this much"
            place = node_place(source, "reward", "pay_out_every")
            yield problem_at(place, "S004", message, "pay out earlier, or ask more often")


def _words_of_a_reward(study: Study, library: Library) -> Iterator[Problem]:
    if study.reward is not None:
        return
    for (name, _), draft in library.drafts.items():
        if name != study.name:
            continue
        for text in draft.texts.values():
            said = [word for word, _ in placeholders_in(text.text) if word in _OF_THE_REWARD]
            if said:
                message = f"`{{{said[0]}}}` speaks of a reward, and the study gives none"
                yield problem_at(text.place, "S008", message, "write `reward:` in study.yaml")


def _duty(study: Study, source: Source, library: Library) -> Iterator[Problem]:
    """Free words invite what must reach a person, and nobody would be told."""
    if study.duty:
        if country_of(study.duty) not in study.countries:
            message = "nothing is sent to this number, so no alarm would ring"
            hint = f"a number of {', '.join(study.countries)}, or name its country in `countries:`"
            yield problem_at(node_place(source, "duty"), "S010", message, hint)
        return
    for (name, _), draft in library.drafts.items():
        for step in draft.flow.steps if name == study.name else ():
            if step.kind is Kind.ASK and step.type is AnswerType.TEXT:
                message = "free words may tell of despair, and nobody is on duty to be told"
                hint = "write `duty:` in study.yaml, the number of who is on duty"
                yield problem_at(place_of(draft, step.name, "type"), "S009", message, hint)


def _helplines(study: Study, source: Source) -> Iterator[Problem]:
    if not helplines_of(study):
        country = study.countries[0] if study.countries else "no country"
        key = "countries" if study.countries else "study"
        message = f"nobody can be called in need: no helpline is known in {country}"
        hint = "name a country of helplines.yaml first, or add the numbers of yours there"
        yield problem_at(node_place(source, key), "S011", message, hint)


def _schedule(study: Study, source: Source) -> Iterator[Problem]:
    due = sorted(_due(study), key=lambda one: one.day)
    told: set[str] = set()
    for earlier, later in pairwise(due):
        if later.day - earlier.day < study.close and later.wave not in told:
            told.add(later.wave)
            message = f"`{later.wave}` comes due while `{earlier.wave}` may still be open"
            place = node_place(source, "waves", later.wave)
            hint = f"leave {_days(study.close)} between them, or set `close:` earlier"
            yield problem_at(place, "S005", message, hint)
    if told:
        return  # the openers of waves that overlap are not those that will be sent
    after = (timedelta(), *(reminder.after for reminder in study.reminders))
    openers = sorted(one.day + wait for one in due for wait in after)
    for first in openers:
        inside = [one for one in openers if first <= one < first + SPELL]
        if len(inside) > MOST_OPENERS:
            key = "reminders" if study.reminders else "waves"
            message = f"this makes {len(inside)} unprompted messages in 14 days, at most 3 are kind"
            hint = "fewer reminders, or more days between the waves"
            yield problem_at(node_place(source, key), "S006", message, hint)
            return


def _due(study: Study) -> Iterator[_Due]:
    rules = rules_of(study)
    for rule in rules:
        times = 1 if rule.every is None else min(rule.times or _LOOKED_AT, _LOOKED_AT)
        for number in range(1, times + 1):
            yield _Due(rule.name, day_of(rule, rules, _ANCHOR, number) - _ANCHOR)


def _days(length: timedelta) -> str:
    return f"{length.days} days" if length.days else f"{length.seconds // 3600} hours"
