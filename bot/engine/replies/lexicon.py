"""The words people type in one language, ready to be looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.engine.replies.patterns import Pattern, Words
from bot.engine.replies.phrases import Phrases
from bot.engine.replies.reading import Command
from bot.engine.replies.senses import Senses


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
    digits; ``prefixes`` are words written onto the next one, ``onto_next`` those that may as well
    stand apart, ``negating`` letters that make a word its opposite; ``calendar`` is another one
    that its speakers use.
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
    onto_next: frozenset[str] = frozenset()
    calendar: str = ""
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
