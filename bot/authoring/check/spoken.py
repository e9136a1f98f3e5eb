"""A flow as one language will say it, whatever its state, with the place of every text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.content.draft import OWN, FlowDraft
from bot.content.helplines import helplines_of
from bot.content.library import Library, offered
from bot.content.problem import Place
from bot.content.revision import Revision
from bot.content.study import Study
from bot.content.texts import Texts
from bot.content.words import SOURCE_LANGUAGE
from bot.engine.flow import AnswerType, Step, Value

_LONG_TEXT = "iets wat iemand zelf heeft getypt"
_LONG_DAY = date(2026, 9, 30)
_LONG_NUMBER = 9999
_LONG_AMOUNT = 999_950


@dataclass(frozen=True, slots=True)
class Spoken:
    """``texts`` says it, ``places`` has the line of a text, ``values`` long likely values."""

    draft: FlowDraft
    study: Study
    language: str
    texts: Texts
    places: dict[str, Place]
    values: dict[str, Value]

    def say(self, key: str) -> str:
        """A text with its placeholders at their longest."""
        return self.texts.say(key, self.language, self.values)

    def place(self, key: str) -> Place:
        """Where a text of this language stands."""
        return self.places.get(key) or self.draft.source.spot(1, 1)


def every_spoken(library: Library) -> Iterator[Spoken]:
    """Every flow in every language of its study, as far as there are texts."""
    for (name, _), draft in library.drafts.items():
        study = library.judged[name]
        named = [one for one in study.languages if f"{OWN}.language.{one}" in _source(library)]
        steps = tuple(offered(step, named) for step in draft.flow.steps)
        whole = replace(draft, flow=replace(draft.flow, steps=steps))
        for language in study.languages:
            spoken = _spoken(library, whole, study, language)
            if spoken is not None:
                yield spoken


def _source(library: Library) -> Mapping[str, str]:
    """The bot's own words: also the name of each language that anything is translated into."""
    return library.own[SOURCE_LANGUAGE]


def _spoken(library: Library, draft: FlowDraft, study: Study, language: str) -> Spoken | None:
    texts: dict[str, str] = {}
    places = {key: word.place for key, word in library.words.items()}
    begun = draft.flow.language == language
    for key, source in draft.texts.items():
        texts[key], places[key] = source.text, source.place  # a gap is told by the I rules
        text = library.catalogues.translate(language, key, source.text)
        entry = library.catalogues.entry(language, key, source.text)
        if source.language != language and text is not None and entry is not None:
            texts[key], places[key] = text, entry.place
            begun = True
    if not begun:
        return None
    flow = replace(draft.flow, languages=(language,))
    revision = Revision(flow, {language: texts}, "", {})
    return Spoken(
        draft,
        study,
        language,
        Texts(library.own, revision),
        places,
        _values(draft, study),
    )


def _values(draft: FlowDraft, study: Study) -> dict[str, Value]:
    cents = 0 if study.reward is None else study.reward.cents
    values: dict[str, Value] = {
        "first_name": "Abdurrahman",
        "sender_name": study.sender_name,
        "pot": 10_450,
        "reward": cents,
        "wave": 26,
        "to_go": 12,
        "desk": study.desk or "Schuldhulp: 14 0123456",
        **helplines_of(study),
    }
    return {**values, **{step.name: _long_answer(step, draft) for step in draft.flow.steps}}


def _long_answer(step: Step, draft: FlowDraft) -> Value:
    if step.choices:
        lengths = {
            choice.code: len(draft.texts[choice.label].text if choice.label in draft.texts else "")
            for choice in step.choices
        }
        return max(lengths, key=lambda code: lengths[code])
    match step.type:
        case AnswerType.AMOUNT:
            return step.high or _LONG_AMOUNT
        case AnswerType.DATE:
            return _LONG_DAY
        case AnswerType.TEXT:
            return _LONG_TEXT
        case _:
            return step.high or _LONG_NUMBER
