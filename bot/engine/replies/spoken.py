"""A lexicon as its translators write it, and how it becomes one in which words are looked up."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.engine.replies.fold import by_squeeze, fold
from bot.engine.replies.lexicon import Crisis, Inflection, Lexicon, Order, Refusal
from bot.engine.replies.patterns import Words, compiled, words_in, written_out
from bot.engine.replies.phrases import gathered
from bot.engine.replies.reading import Command
from bot.engine.replies.roman import romanised
from bot.engine.replies.senses import Sense, Senses


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
    onto_next: tuple[str, ...] = ()
    calendar: str = ""
    negating: tuple[str, ...] = ()
    inflection: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
        onto_next=frozenset(map(fold, spoken.onto_next)),
        calendar=spoken.calendar,
        inflection=Inflection(
            **{part: tuple(map(fold, ends)) for part, ends in spoken.inflection.items()}
        ),
    )


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
