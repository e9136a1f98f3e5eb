"""What a typed reply means: a value only if a careful clerk would be sure, else ask again."""

from collections.abc import Mapping
from functools import lru_cache

from bot.engine.replies.answers import foreign_answer, leading_answer, own_answer, whole_label
from bot.engine.replies.asked import ONE_CHOICE, Asked, ask
from bot.engine.replies.fold import is_invisible, strip_ends
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.mistakes import mistyped
from bot.engine.replies.orders import (
    crisis,
    named_channel,
    named_language,
    stretched_command,
    whole_command,
)
from bot.engine.replies.parts import UNKNOWN
from bot.engine.replies.reading import Question, Reading, Unclear, Understood

_LONGEST_ANSWER = 200
"""Letters; what is longer answers no closed question."""
_MOST_TOKENS = 40


def understand(
    question: Question | None, reply: str, lexicons: Mapping[str, Lexicon], language: str
) -> Reading:
    """The value, the command or the doubt in a reply; never raises, whatever was typed.

    ``question`` is ``None`` when none is open: then only commands are understood. ``language`` is
    the one the person is spoken to in; its words come first, then those of all other lexicons.
    """
    typed = strip_ends(reply)
    if lexicons and question is not None and (place := _bare_digit(question, typed)) is not None:
        return Understood(question.codes[place], "digit")
    if is_invisible(typed):
        return Unclear("nothing typed")
    asked = ask(question, typed, lexicons, language)
    return Unclear("no lexicon") if asked is None else _reading(asked)


def _reading(asked: Asked) -> Reading:
    """The first that it can be, from the surest to the least sure."""
    return (
        whole_label(asked)
        or named_language(asked)
        or named_channel(asked)
        or whole_command(asked)
        or crisis(asked)
        or _too_long(asked)
        or stretched_command(asked, asked.lexicons[:1])
        or own_answer(asked)
        or stretched_command(asked, asked.others)
        or foreign_answer(asked)
        or mistyped(asked)
        or leading_answer(asked)
        or _text_or_unclear(asked, UNKNOWN)
    )


def _bare_digit(question: Question, typed: str) -> int | None:
    """The place of the choice in the commonest reply, one plain digit; ``None`` for all else.

    Where labels begin with digits themselves, a digit may mean a label: that is read with care.
    """
    if question.type not in ONE_CHOICE or not "1" <= typed <= "9" or typed[1:]:
        return None
    place = int(typed) - 1
    in_labels = any(map(_have_digits, question.labels.values()))
    return place if place < len(question.codes) and not in_labels else None


@lru_cache(maxsize=512)  # the labels of a language at a question: few, and asked of each digit
def _have_digits(labels: tuple[str, ...]) -> bool:
    return any(label[:1].isdigit() for label in labels)


def _too_long(asked: Asked) -> Reading | None:
    if len(asked.typed) <= _LONGEST_ANSWER and len(asked.tokens) <= _MOST_TOKENS:
        return None
    return _text_or_unclear(asked, "too long")


def _text_or_unclear(asked: Asked, reason: str) -> Understood | Unclear:
    return Understood(asked.typed, "word") if asked.is_text else Unclear(reason)
