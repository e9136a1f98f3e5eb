"""B rules: wording that is hard for people who read little. Hints, since only people can judge."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from bot.authoring.check.spoken import Spoken, every_spoken
from bot.authoring.check.spots import place_of
from bot.content.draft import FlowDraft, TextKind
from bot.content.fields import Fields, fields_of
from bot.content.library import Library
from bot.content.problem import Place, Problem, Severity, problem_at
from bot.content.source import read_source
from bot.engine.flow import AnswerType, Kind, Step

FILE = Path(__file__).with_name("wording.yaml")

MOST_QUESTIONS = 7
"""In one go; people who give up stop after nine (https://doi.org/10.1089/tmj.2017.0022)."""
MOST_WORDS = 10
"""In a sentence, in Dutch at level A2; kept to in the other languages too."""

_SENTENCE = re.compile(r"[^.!?؟…\n]+(?:[.!?؟…](?!\s|$)[^.!?؟…\n]*)*[.!?؟…]*")
_ASKS = ("?", "؟")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Wording:
    """What to look for in one language; ``better`` is what to say for each of the hard words."""

    hard: re.Pattern[str]
    better: tuple[str, ...]
    two: re.Pattern[str]
    agree: re.Pattern[str]


def check_wording(library: Library) -> Iterator[Problem]:
    """Every text in every language; the order of the questions once a flow."""
    for draft in library.drafts.values():
        yield from _too_many(draft)
        yield from _no_way_out(draft)
    for spoken in every_spoken(library):
        yield from _texts(spoken)
        for step in spoken.draft.flow.steps:
            yield from _pictures_alone(spoken, step)
            yield from _agreeing(spoken, step)


def _too_many(draft: FlowDraft) -> Iterator[Problem]:
    """Questions in a row without the offer of a break. What comes before the first section (the
    language, the consent) is not counted, nor what only some are asked; of those that take turns
    one is.
    """
    steps = draft.flow.steps
    first = next((place for place, step in enumerate(steps) if step.section is not None), 0)
    count, turns = 0, set[int]()
    for step in steps[first:]:
        is_other_turn = step.rotation is not None and step.rotation[1] in turns
        is_counted = step.kind is Kind.ASK and step.consent is None and step.when is None
        if is_counted and step.type is not AnswerType.LANGUAGE and not is_other_turn:
            count += 1
            turns |= {step.rotation[1]} if step.rotation is not None else set()
            if count == MOST_QUESTIONS + 1:
                message = f"`{step.name}` is question {count} without a break"
                hint = "ask less, or group the questions with `section:`; a break is offered then"
                yield _warning(place_of(draft, step.name, ""), "B001", message, hint)
        if step.break_after:
            count = 0


def _no_way_out(draft: FlowDraft) -> Iterator[Problem]:
    for step in draft.flow.steps:
        if step.special and step.type is not None and not step.skip:
            message = f"`{step.name}` is sensitive and cannot be skipped"
            yield _warning(
                place_of(draft, step.name, "skip"), "B005", message, "leave `skip: false` out"
            )


def _texts(spoken: Spoken) -> Iterator[Problem]:
    wording = _wording_of(spoken)
    for key, source in spoken.draft.texts.items():
        text, place = spoken.texts.raw(key, spoken.language), spoken.place(key)
        if wording is not None and (found := wording.hard.search(text)):
            better = wording.better[(found.lastindex or 1) - 1]
            yield _warning(place.at(found[0]), "B004", f"many do not know `{found[0]}`", better)
        if source.kind is TextKind.CHOICE:
            continue
        yield from _two_questions(text, place, wording)
        for sentence in sentences(text):
            count = sum(any(map(str.isalnum, word)) for word in sentence.split())
            if count > MOST_WORDS:
                message = f"a sentence of {count} words, {MOST_WORDS} can be read at once"
                yield _warning(place.at(sentence.split()[0]), "B003", message, "make two of it")


def _two_questions(text: str, place: Place, wording: Wording | None) -> Iterator[Problem]:
    said = sentences(text)
    asking = [sentence.endswith(_ASKS) for sentence in said]
    mark = next((one for one in _ASKS if one in text), "?")
    second = wording.two.search(text) if wording is not None and any(asking) else None
    if second is not None:
        yield _warning(
            place.at(second[0]), "B002", "this asks two things", "ask one, then the next"
        )
    elif any(one and following for one, following in pairwise(asking)):
        yield _warning(place.at(mark), "B002", "this asks two things", "ask one, then the next")


def _pictures_alone(spoken: Spoken, step: Step) -> Iterator[Problem]:
    for number, choice in enumerate(step.choices, 1):
        label = spoken.texts.raw(choice.label, spoken.language)
        says_nothing = not any(map(str.isalnum, label)) or label.strip() == str(number)
        if choice.picture is not None and says_nothing:
            message = f"only the picture says what `{label}` of `{step.name}` means"
            hint = "say it in a word: on SMS there is no picture, and not all see the same in it"
            yield _warning(spoken.place(choice.label), "B006", message, hint)


def _agreeing(spoken: Spoken, step: Step) -> Iterator[Problem]:
    wording = _wording_of(spoken)
    if wording is None:
        return
    labels = [(one.label, spoken.texts.raw(one.label, spoken.language)) for one in step.choices]
    found = [(key, hit) for key, label in labels if (hit := wording.agree.search(label))]
    if len(found) > 1:
        key, hit = found[0]
        message = f"`{step.name}` asks whether people agree, and many agree with anything"
        yield _warning(
            spoken.place(key).at(hit[0]),
            "B007",
            message,
            "name the thing: never … always, bad … good",
        )


def sentences(text: str) -> list[str]:
    """Each with the marks that end it. A point within a number or a word ends none."""
    return [one.strip() for one in _SENTENCE.findall(text) if one.strip()]


@lru_cache(maxsize=1)
def wordings() -> Mapping[str, Wording]:
    """Language → what to look for."""
    source = read_source(FILE)
    fields = fields_of(source, source.root)
    return {
        language: _wording(below)
        for language in fields.all
        if (below := fields.mapping(language)) is not None
    }


def _wording_of(spoken: Spoken) -> Wording | None:
    return wordings().get(spoken.language.split("-")[0])


def _wording(fields: Fields) -> Wording:
    hard = fields.mapping("hard")
    words = {} if hard is None else {word: hard.text(word) or "" for word in hard.all}
    return Wording(
        hard=re.compile("|".join(rf"\b({word})\w*" for word in words), re.IGNORECASE),
        better=tuple(f"say: {better}" for better in words.values()),
        two=_any_of([word.text for word in fields.words("two")]),
        agree=_any_of([word.text for word in fields.words("agree")]),
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE) if patterns else _NEVER


def _warning(place: Place, code: str, message: str, hint: str) -> Problem:
    return problem_at(place, code, message, hint, Severity.WARNING)
