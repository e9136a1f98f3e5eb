"""Words that mean two things: in a lexicon, or in the labels of a question. For authors to mend."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.engine.replies.lexicon import Lexicon, Order
from bot.engine.replies.options import options_of
from bot.engine.replies.patterns import written_out
from bot.engine.replies.reading import Command
from bot.engine.replies.senses import Sense
from bot.engine.replies.tokens import words_of

_MOST_TEXTS = 200
"""Phrases of one pattern that are looked at; longer patterns repeat themselves."""
_NAMES = (Command.LANGUAGE, Command.WHATSAPP, Command.SMS)
"""Commands that are the name of what is wanted: as a label it is the same wish."""
_ANSWERS = (Sense.YES, Sense.NO, Sense.NUMBER, Sense.ORDINAL, Sense.ALL, Sense.RELATIVE)


@dataclass(frozen=True, slots=True)
class Clash:
    """A phrase of one language (folded) and the two things it means there. One that ``hides_stop``
    would take a person's stop for an answer.
    """

    language: str
    phrase: str
    message: str
    hides_stop: bool = False

    def __str__(self) -> str:
        return f"{self.language}: {self.phrase!r} {self.message}"


@lru_cache(maxsize=16)
def lexicon_clashes(lexicon: Lexicon) -> tuple[Clash, ...]:
    """Phrases that give two commands, or are a command and an answer, or both yes and no. Kept: to
    look through all languages takes seconds, and while flows are written they stay as they are.
    """
    return tuple(dict.fromkeys(_lexicon_clashes(lexicon)))


def label_clashes(
    labels: Mapping[str, Sequence[str]], lexicons: Mapping[str, Lexicon]
) -> list[Clash]:
    """Labels of one question that are a command, equal each other, or say yes or no crosswise."""
    found = []
    for language, shown in labels.items():
        if (lexicon := lexicons.get(language)) is not None:
            found += list(_label_clashes(tuple(shown), lexicon))
    return found


def _lexicon_clashes(lexicon: Lexicon) -> Iterator[Clash]:
    for order in _orders(lexicon):
        for text in order.pattern.texts(_MOST_TEXTS):
            first = lexicon.order(text)
            if first is not None and first.command is not order.command:
                yield Clash(
                    lexicon.language,
                    text,
                    f"means {first.command} and {order.command}; {first.command} wins",
                )
    for words, senses in lexicon.phrases.items():
        phrase = " ".join(words)
        if Sense.YES in senses and Sense.NO in senses:
            yield Clash(lexicon.language, phrase, "is both yes and no")
        answers = [sense for sense in _ANSWERS if sense in senses]
        order_found = lexicon.order("".join(words)) if answers else None
        if order_found is not None and order_found.command is Command.STOP:
            yield Clash(lexicon.language, phrase, f"means stop and {answers[0]}; stop wins")


def _orders(lexicon: Lexicon) -> list[Order]:
    every = [order for orders in lexicon.orders.values() for order in orders]
    return list(dict.fromkeys(every))


def _label_clashes(labels: tuple[str, ...], lexicon: Lexicon) -> Iterator[Clash]:
    seen: dict[str, str] = {}
    for label in labels:
        text = "".join(words_of(label, lexicon.mixed))
        if text in seen:
            yield Clash(lexicon.language, label, f"cannot be told from {seen[text]!r}")
        seen[text] = label
        order = lexicon.order(text)
        if order is not None and order.command not in _NAMES:
            means = f"also means {order.command}; the label wins"
            yield Clash(lexicon.language, label, means, order.command is Command.STOP)
    whole = options_of(labels, lexicon).whole
    for key, others in lexicon.same:
        if (mine := whole.get(key)) is None:
            continue
        for words in written_out(others):
            if (found := whole.get(words, mine)) != mine:
                message = f"is said to mean {' '.join(key)!r}, but fits {labels[found]!r}"
                yield Clash(lexicon.language, " ".join(words), message)
