"""What is said: a text key and a language in, the finished words out."""

import unicodedata
from collections.abc import Mapping
from datetime import date

from bot.content import formats
from bot.content.languages import RIGHT_TO_LEFT
from bot.content.placeholders import fill
from bot.content.revision import Revision
from bot.content.words import SOURCE_LANGUAGE
from bot.engine.flow import AnswerType, Step, Value

_MONEY = frozenset({"pot", "reward", "voucher"})
_ISOLATE = "\u2068{}\u2069"


class UnknownTextError(KeyError):
    """No language has this text: a fault of ours, found by the checks before anything is sent."""


class Texts:
    """The words of one revision and the bot's own.

    ``own`` is language → key → text (``library.own``). A text that the wanted language lacks is
    said in the flow's language, then in Dutch: a run never speaks such a language in the first
    place, so this is the last way out, not a feature.
    """

    def __init__(
        self, own: Mapping[str, Mapping[str, str]], revision: Revision | None = None
    ) -> None:
        """Without a revision only the bot's own words can be said."""
        self._own = own
        self._flow = None if revision is None else revision.flow
        self._texts: Mapping[str, Mapping[str, str]] = {} if revision is None else revision.texts
        steps = () if self._flow is None else self._flow.steps
        self._steps: dict[str, Step] = {step.name: step for step in steps}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that can be offered: every text is there."""
        return tuple(self._own) if self._flow is None else self._flow.languages

    def raw(self, key: str, language: str) -> str:
        """The text with its placeholders; raises UnknownTextError."""
        source = SOURCE_LANGUAGE if self._flow is None else self._flow.language
        for spoken in (language, source, SOURCE_LANGUAGE):
            for texts in (self._texts, self._own):
                text = texts.get(spoken, {}).get(key)
                if text is not None:
                    return text
        raise UnknownTextError(key)

    def say(
        self,
        key: str,
        language: str,
        parameters: Mapping[str, Value],
        step: str | None = None,
    ) -> str:
        """The text with every placeholder filled in; raises UnknownTextError.

        ``pot``, ``reward`` and ``voucher`` are cents. An answer of the flow is written as its
        step's type asks for, ``value`` as that of ``step``. What is missing becomes empty.
        """
        text = self.raw(key, language)
        if "{" not in text:
            return text
        return fill(text, lambda name: self.value(name, language, parameters, step))

    def value(
        self,
        name: str,
        language: str,
        parameters: Mapping[str, Value],
        step: str | None = None,
    ) -> str:
        """What one placeholder becomes."""
        owner = self._steps.get((step or "") if name == "value" else name)
        written = self._written(name, parameters.get(name), owner, language)
        mirrored = language.split("-")[0] in RIGHT_TO_LEFT
        return _ISOLATE.format(written) if _turns(written, mirrored=mirrored) else written

    def _written(self, name: str, value: object, step: Step | None, language: str) -> str:
        if value is None:
            return ""
        if isinstance(value, tuple):
            words = tuple(self._written(name, one, step, language) for one in value)
            return formats.together(words, language)
        if step is not None and isinstance(value, int | str):
            for choice in step.choices:
                if choice.code == value:
                    return self.raw(choice.label, language)
        if isinstance(value, date):
            return formats.day(value, language)
        if isinstance(value, int) and not isinstance(value, bool):
            cents = name in _MONEY or (step is not None and step.type is AnswerType.AMOUNT)
            return formats.money(value, language) if cents else formats.number(value, language)
        return str(value)


def _turns(written: str, *, mirrored: bool) -> bool:
    """Whether a value would be mixed up with the text around it: Latin or digits in Arabic text,
    an Arabic name in Dutch text.
    """
    if mirrored or written.isascii():
        return mirrored and bool(written)
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in written)
