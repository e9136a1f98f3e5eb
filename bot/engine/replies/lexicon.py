"""The words people type in one language, ready to be looked up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import product

from bot.engine.replies.fold import squeeze
from bot.engine.replies.reading import Command
from bot.engine.replies.roman import romanised
from bot.engine.replies.tokens import words_of

Words = tuple[str, ...]
"""A folded phrase, word by word."""


class Sense(StrEnum):
    """What a phrase can be within an answer; the lexicon files explain each under the same name."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    GOOD = "good"
    BAD = "bad"
    NOT = "not"
    OR = "or"
    AND = "and"
    BUT = "but"
    THROUGH = "through"
    OUT_OF = "out_of"
    OUT_OF_BEFORE = "out_of_before"
    ABOUT = "about"
    BOUND = "bound"
    CORRECTION = "correction"
    BECAUSE = "because"
    FILLER = "filler"
    POLITE = "polite"
    MARK = "mark"
    ARTICLE = "article"
    SMALL = "small"
    VERY = "very"
    NONE = "none"
    ALL = "all"
    COUNTED = "counted"
    OWED = "owed"
    EURO = "euro"
    CENT = "cent"
    DAY = "day"
    AGO = "ago"
    NUMBER = "number"
    ORDINAL = "ordinal"
    MONTH = "month"
    WEEKDAY = "weekday"
    RELATIVE = "relative"


VALUED = (Sense.NUMBER, Sense.ORDINAL, Sense.MONTH, Sense.WEEKDAY, Sense.RELATIVE)
LISTED = tuple(sense for sense in Sense if sense not in VALUED)

Senses = Mapping[Sense, Decimal]
"""The senses of one phrase, with a value where the sense has one (else 0)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A lexicon as written: patterns of phrases by meaning.

    In a pattern ``(a|b)`` is one of several and ``(a|b)?`` may be left out.
    """

    language: str
    name: str
    commands: Mapping[Command, tuple[str, ...]] = field(default_factory=dict)
    crisis: tuple[str, ...] = ()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language_asked: tuple[str, ...] = ("{}",)
    language_refused: tuple[str, ...] = ()
    listed: Mapping[Sense, tuple[str, ...]] = field(default_factory=dict)
    valued: Mapping[Sense, Mapping[Decimal, tuple[str, ...]]] = field(default_factory=dict)
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """One language's words, folded and indexed. Compared by identity, so it can key a cache.

    ``phrases`` maps to senses; ``commands`` is keyed by the phrase without its spaces, since people
    write them together or apart; ``crisis`` is keyed by first word and a phrase that ends in a full
    stop counts only at the end of a sentence; ``same`` gives for a label what else people call it;
    ``prefixes`` are words written onto the next one.
    """

    language: str
    name: str
    phrases: Mapping[Words, Senses]
    commands: Mapping[str, tuple[Command, str | None]]
    crisis: Mapping[str, tuple[Words, ...]]
    same: tuple[tuple[Words, tuple[Words, ...]], ...]
    vocabulary: frozenset[str]
    squeezed: Mapping[str, str]
    roman: Mapping[str, str]
    mixed: frozenset[str]
    prefixes: tuple[str, ...]
    longest: int


def build(spoken: Spoken) -> Lexicon:
    """Expand, fold and index a lexicon."""
    phrases: dict[Words, dict[Sense, Decimal]] = defaultdict(dict)
    for sense, patterns in spoken.listed.items():
        for words in _all_words(patterns):
            phrases[words].setdefault(sense, Decimal(0))
    for sense, values in spoken.valued.items():
        for value, patterns in values.items():
            for words in _all_words(patterns):
                phrases[words].setdefault(sense, value)
    same = tuple(
        (words, tuple(_all_words(patterns)))
        for label, patterns in spoken.same.items()
        for words in _all_words((label,))
    )
    commands = _commands(spoken)
    crisis: dict[str, list[Words]] = defaultdict(list)
    for pattern in spoken.crisis:
        for words in _all_words((pattern,)):
            crisis[words[0]].append((*words, ".") if pattern.endswith(".") else words)
    vocabulary = {word for words in phrases for word in words}
    vocabulary |= {word for _, others in same for words in others for word in words}
    vocabulary |= {word for found in crisis.values() for words in found for word in words}
    vocabulary |= {word for words in commands for word in words}
    vocabulary |= {word for words in _all_words(spoken.known) for word in words}
    vocabulary.discard(".")
    squeezed: dict[str, str] = {}
    for word in sorted(vocabulary):
        squeezed[squeeze(word)] = "" if squeeze(word) in squeezed else word
    return Lexicon(
        language=spoken.language,
        name=spoken.name,
        phrases=dict(phrases),
        commands={"".join(words): meaning for words, meaning in commands.items()},
        crisis={first: tuple(found) for first, found in crisis.items()},
        same=same,
        vocabulary=frozenset(vocabulary),
        squeezed=squeezed,
        roman=_roman(vocabulary),
        mixed=frozenset(w for w in vocabulary if not w.isalpha() and not w.isdigit()),
        prefixes=spoken.prefixes,
        longest=max(map(len, phrases), default=1),
    )


def expand(pattern: str) -> list[str]:
    """Every phrase a pattern stands for: ``(a|b) (c)? d`` is a c d, a d, b c d, b d."""
    parts: list[list[str]] = []
    rest = pattern
    while rest:
        text, opened, rest = rest.partition("(")
        parts.append([text])
        if not opened:
            break
        inside, closed, rest = rest.partition(")")
        if not closed or "(" in inside:
            raise ValueError(f"a bracket is not closed in {pattern!r}")
        choices = inside.split("|")
        if rest.startswith("?"):
            choices.append("")
            rest = rest[1:]
        parts.append(choices)
    return [" ".join("".join(chosen).split()) for chosen in product(*parts)]


def _all_words(patterns: Iterable[str]) -> list[Words]:
    found: dict[Words, None] = {}
    for pattern in patterns:
        for phrase in expand(pattern):
            words = tuple(word for run in phrase.split() for word in _whole(run))
            if words:
                found[words] = None
    return list(found)


def _roman(vocabulary: Iterable[str]) -> dict[str, str]:
    return {latin: word for word in sorted(vocabulary) for latin in romanised(word)}


def _whole(run: str) -> Words:
    """The words of one run; letters and digits stay together as the translator wrote them."""
    bare = run.replace("'", "")
    whole = (bare.lower(),) if bare.isascii() and bare.isalnum() else ()
    return words_of(run, whole)


def _commands(spoken: Spoken) -> dict[Words, tuple[Command, str | None]]:
    found: dict[Words, tuple[Command, str | None]] = {}
    for code, names in spoken.languages.items():
        for frames, target in ((spoken.language_refused, None), (spoken.language_asked, code)):
            for frame in frames:
                for words in _all_words(frame.replace("{}", name) for name in names):
                    found.setdefault(words, (Command.LANGUAGE, target))
    for command, patterns in spoken.commands.items():
        for words in _all_words(patterns):
            found.setdefault(words, (command, None))
    return found
