"""The words people type in one language, ready to be looked up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from sys import intern

from bot.engine.replies.fold import fold, squeeze
from bot.engine.replies.patterns import Pattern, Words, compiled, expand, words_in, written_words
from bot.engine.replies.phrases import Phrases, gathered
from bot.engine.replies.reading import Command
from bot.engine.replies.roman import romanised


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
    LATEST = "latest"
    AT = "at"
    NUMBER = "number"
    ORDINAL = "ordinal"
    MONTH = "month"
    WEEKDAY = "weekday"
    RELATIVE = "relative"
    FEAST = "feast"
    MONTHS_AGO = "months_ago"
    YEARS_AGO = "years_ago"


VALUED = (
    Sense.NUMBER, Sense.ORDINAL, Sense.MONTH, Sense.WEEKDAY, Sense.RELATIVE, Sense.FEAST,
    Sense.MONTHS_AGO, Sense.YEARS_AGO,
)  # fmt: skip
LISTED = tuple(sense for sense in Sense if sense not in VALUED)

Senses = Mapping[Sense, Decimal]
"""The senses of one phrase, with a value where the sense has one (else 0)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Words that together refuse messages in any order: what they are ``about``, and a word that
    denies or one that ends (both at once, "don't stop", is no refusal), and only words ``beside``.
    """

    about: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    end: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    def says(self, words: Sequence[str]) -> bool:
        """Whether the words are a refusal of messages and nothing else."""
        said = set(words)
        return (
            bool(said & self.about)
            and bool(said & self.deny) != bool(said & self.end)
            and said <= self.about | self.deny | self.end | self.beside
        )


@dataclass(frozen=True, slots=True)
class Spoken:
    """A lexicon as written: patterns of phrases by meaning (see ``patterns``, ``phrases``)."""

    language: str
    name: str
    commands: Mapping[Command, tuple[str, ...]] = field(default_factory=dict)
    refusal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    crisis: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language_asked: tuple[str, ...] = ("{}",)
    language_refused: tuple[str, ...] = ()
    listed: Mapping[Sense, tuple[str, ...]] = field(default_factory=dict)
    valued: Mapping[Sense, Mapping[Decimal, tuple[str, ...]]] = field(default_factory=dict)
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    negating: tuple[str, ...] = ()
    inflection: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inflection:
    """How a speaker turns the words of a question round: letters ``before`` a stem and those that
    ``deny`` it, ends of ``yes`` (I do), of ``no`` (I do not) and of a ``place`` (in the ...).
    """

    before: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A way to give a command; ``language`` is the one that is asked for."""

    command: Command
    pattern: Pattern
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Crisis:
    """Phrases that count anywhere, those that count only where a sentence ends, and ``harmless``
    ones, within which neither counts ("I die laughing"). ``firsts``: words that begin one.
    """

    anywhere: Phrases
    closing: Phrases
    harmless: Phrases
    firsts: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """One language's words, folded and indexed. Compared by identity, so it can key a cache.

    ``phrases`` maps to senses; ``orders`` are by their first two letters; ``same`` gives for a
    label the patterns of what else people call it, as written: only those of a label that is asked
    are written out; ``stops`` are the words of the stop phrases; ``squeezed`` and ``roman`` lead
    from stretched and from Latin spellings to a word; ``mixed`` are the words of letters and
    digits; ``prefixes`` are words written onto the next one, ``negating`` letters that make a word
    its opposite.
    """

    language: str
    name: str
    phrases: Mapping[Words, Senses]
    orders: Mapping[str, tuple[Order, ...]]
    refusal: Refusal
    crisis: Crisis
    same: tuple[tuple[Words, tuple[str, ...]], ...]
    vocabulary: frozenset[str]
    stops: frozenset[str]
    squeezed: Mapping[str, str]
    roman: Mapping[str, str]
    mixed: frozenset[str]
    prefixes: tuple[str, ...]
    negating: tuple[str, ...]
    longest: int
    heads: frozenset[str] = frozenset()
    ands: frozenset[str] = frozenset()
    inflection: Inflection = Inflection()

    def same_sense(self, word: str, other: str) -> bool:
        """Whether two like words do not differ in letters that make a word its opposite."""
        return all(word.count(letters) == other.count(letters) for letters in self.negating)

    def order(self, text: str) -> Order | None:
        """The command that a folded text without spaces gives, written together or apart."""
        for start in (text[:2], text[:1]):
            for order in self.orders.get(start, ()):
                if order.pattern.matches(text):
                    return order
        return None


def build(spoken: Spoken) -> Lexicon:
    """Expand, fold and index a lexicon."""
    phrases = _phrases(spoken)
    same = tuple(
        (words, patterns)
        for label, patterns in spoken.same.items()
        for words in written_out((label,))
    )
    orders = _orders(spoken)
    crisis = _crisis(spoken)
    vocabulary = frozenset(
        word
        for found in (
            phrases,
            crisis.anywhere.written(),
            crisis.closing.written(),
            crisis.harmless.written(),
            map(words_in, _patterns_in_no_index(spoken)),
        )
        for words in found
        for word in words
    )
    by_start: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        for start in order.pattern.starts:
            by_start[start].append(order)
    return Lexicon(
        language=spoken.language,
        name=spoken.name,
        phrases=phrases,
        orders={start: tuple(found) for start, found in by_start.items()},
        refusal=Refusal(**{part: _loose(patterns) for part, patterns in spoken.refusal.items()}),
        crisis=crisis,
        same=same,
        vocabulary=vocabulary,
        stops=_loose(spoken.commands.get(Command.STOP, ())),
        squeezed=by_squeeze(vocabulary),
        roman={latin: word for word in sorted(vocabulary) for latin in romanised(word)},
        mixed=frozenset(w for w in vocabulary if not w.isalpha() and not w.isdigit()),
        prefixes=tuple(map(fold, spoken.prefixes)),
        negating=tuple(map(fold, spoken.negating)),
        longest=max(map(len, phrases), default=1),
        heads=frozenset(words[0] for words in phrases),
        ands=frozenset(
            words[0] for words, senses in phrases.items() if Sense.AND in senses and len(words) == 1
        ),
        inflection=Inflection(
            **{part: tuple(map(fold, ends)) for part, ends in spoken.inflection.items()}
        ),
    )


def by_squeeze(words: Iterable[str]) -> dict[str, str]:
    """From a word with every letter once to the longest of the words it may be."""
    return {
        intern(squeeze(word)): word for word in sorted(words, key=lambda word: (len(word), word))
    }


def _phrases(spoken: Spoken) -> dict[Words, Senses]:
    """Hundreds of phrases have the same senses; they share them."""
    phrases: dict[Words, dict[Sense, Decimal]] = defaultdict(dict)
    for sense, patterns in spoken.listed.items():
        for words in written_out(patterns):
            phrases[words].setdefault(sense, Decimal(0))
    for sense, values in spoken.valued.items():
        for value, patterns in values.items():
            for words in written_out(patterns):
                phrases[words].setdefault(sense, value)
    shared: dict[tuple[tuple[Sense, Decimal], ...], Senses] = {}
    return {
        words: shared.setdefault(tuple(senses.items()), senses) for words, senses in phrases.items()
    }


def _patterns_in_no_index(spoken: Spoken) -> Iterator[str]:
    """Patterns whose phrases are nowhere written out."""
    for patterns in (*spoken.same.values(), *spoken.commands.values(), *spoken.languages.values()):
        yield from patterns
    for frame in (*spoken.language_asked, *spoken.language_refused):
        yield frame.replace("{}", "")
    yield from spoken.known


def _orders(spoken: Spoken) -> list[Order]:
    orders = []
    for frames, is_asked in ((spoken.language_refused, False), (spoken.language_asked, True)):
        for frame in frames:
            for code, names in spoken.languages.items():
                pattern = compiled(frame.replace("{}", f"({'|'.join(names)})"))
                orders.append(Order(Command.LANGUAGE, pattern, code if is_asked else None))
    for command, sources in spoken.commands.items():
        orders += [Order(command, compiled(source)) for source in sources]
    return orders


def _crisis(spoken: Spoken) -> Crisis:
    closing = gathered(source for source in spoken.crisis if source.endswith("."))
    anywhere = gathered(source for source in spoken.crisis if not source.endswith("."))
    firsts = anywhere.firsts | closing.firsts
    return Crisis(anywhere, closing, gathered(spoken.harmless), firsts)


def _loose(patterns: Iterable[str]) -> frozenset[str]:
    return frozenset(word for pattern in patterns for word in words_in(pattern))


def written_out(sources: Iterable[str]) -> list[Words]:
    """Every phrase of some patterns, folded."""
    phrases = (written_words(phrase) for source in sources for phrase in expand(source))
    return [words for words in dict.fromkeys(phrases) if words]
