"""The small language in which lexicons write phrases: ``(a|b)`` one of, ``(a|b)?`` or none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import prod
from sys import intern

from bot.engine.replies.tokens import words_of

_MOST_PHRASES = 5000
_BRACKET = re.compile(r"[()]")

Words = tuple[str, ...]
"""A folded phrase, word by word."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place in a pattern: the texts that may stand here without their spaces."""

    texts: tuple[str, ...]
    optional: bool

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where the texts that stand at ``start`` end."""
        if self.optional:
            yield start
        if text.startswith(self.texts, start):  # asked at once, since mostly none does
            for mine in self.texts:
                if text.startswith(mine, start):
                    yield start + len(mine)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern as slots; it is never written out, since a few optional parts make thousands.

    ``tails`` are the last two letters of its phrases, or one where a text of one letter stands
    there.
    """

    slots: tuple[Slot, ...]
    tails: frozenset[str]
    shortest: int
    longest: int

    @property
    def starts(self) -> frozenset[str]:
        """The first two letters of the phrases, or the one of a text of one."""
        starts: set[str] = set()
        for slot in self.slots:
            starts.update(text[:2] for text in slot.texts)
            if not slot.optional:
                break
        return frozenset(starts)

    def matches(self, text: str) -> bool:
        """Whether a folded text without spaces is one of the phrases."""
        if not self.shortest <= len(text) <= self.longest:
            return False
        if text[-2:] not in self.tails and text[-1:] not in self.tails:
            return False
        places = {0}
        for slot in self.slots:
            places = {end for place in places for end in slot.ends(text, place)}
            if not places:
                return False
        return len(text) in places

    def texts(self, most: int) -> Iterator[str]:
        """The phrases without their spaces, the first ``most`` of them."""
        choices = [(*slot.texts, *("",) * slot.optional) for slot in self.slots]
        return islice(map("".join, product(*choices)), most)


def compiled(source: str) -> Pattern:
    """The pattern as slots; raises ``ValueError`` if a bracket is missing."""
    slots: list[Slot] = []
    shortest = longest = 0
    for phrases in parts(source):
        slot = _slot(tuple(dict.fromkeys("".join(written_words(phrase)) for phrase in phrases)))
        if slot.texts:
            slots.append(slot)
            shortest += 0 if slot.optional else min(map(len, slot.texts))
            longest += max(map(len, slot.texts))
    return Pattern(tuple(slots), _tails(slots), max(shortest, 1), longest)


@lru_cache(maxsize=1 << 10)
def _slot(texts: tuple[str, ...]) -> Slot:
    """Kept for a moment: many patterns of a language have the same slots."""
    return Slot(tuple(filter(None, texts)), "" in texts)


def _tails(slots: Sequence[Slot]) -> frozenset[str]:
    tails: set[str] = set()
    for slot in reversed(slots):
        tails.update(intern(text[-2:]) for text in slot.texts)
        if not slot.optional:
            break
    return frozenset(tails)


def expand(source: str) -> list[str]:
    """Every phrase of a pattern; raises ``ValueError`` if there are too many."""
    if not _BRACKET.search(source):  # most have none
        return [" ".join(source.split())]
    return list(dict.fromkeys(" ".join("".join(one).split()) for one in product(*bounded(source))))


def written_out(sources: Iterable[str]) -> list[Words]:
    """Every phrase of some patterns, folded."""
    phrases = (written_words(phrase) for source in sources for phrase in expand(source))
    return [words for words in dict.fromkeys(phrases) if words]


def bounded(source: str) -> list[tuple[str, ...]]:
    """The parts of a pattern; raises ``ValueError`` if they make too many phrases."""
    found = parts(source)
    if prod(map(len, found)) > _MOST_PHRASES:
        raise ValueError(f"more than {_MOST_PHRASES} phrases in {source!r}")
    return found


def words_in(source: str) -> set[str]:
    """The folded words of a pattern, without writing its phrases out: a few parts make thousands.

    A word may be put together from parts, ``(on)?bekend``, but never over a space outside brackets.
    """
    return {
        word
        for bit in _cut(source, " ")
        for phrase in expand(bit)
        for word in written_words(phrase)
    }


def written_words(phrase: str) -> Words:
    """The folded words; letters and digits in one run stay together, as the translator wrote.

    Each word is there once in memory, however many phrases it stands in: they are ten times fewer.
    """
    return tuple(word for run in phrase.split() for word in _words_of_run(run))


@lru_cache(maxsize=1 << 10)
def _words_of_run(run: str) -> Words:
    """Kept for a moment: what stands in a pattern stands in hundreds of its phrases."""
    return tuple(intern(word) for word in words_of(run, _whole(run)))


def _whole(run: str) -> tuple[str, ...]:
    bare = run.replace("'", "").lower()
    return (bare,) if bare.isascii() and bare.isalnum() else ()


def parts(source: str) -> list[tuple[str, ...]]:
    """The parts of a pattern in order, each as what may stand there: nothing, too, if it may be
    left out. Raises ``ValueError`` if a bracket is missing.
    """
    found: list[tuple[str, ...]] = []
    rest = source
    while rest:
        text, opened, rest = rest.partition("(")
        if ")" in text:
            raise ValueError(f"a bracket too many in {source!r}")
        if text:
            found.append((text,))
        if opened:
            end = _closing(rest, source)
            inside, rest = rest[:end], rest[end + 1 :]
            optional = ("",) * rest.startswith("?")
            rest = rest.removeprefix("?")
            phrases = (phrase for choice in _cut(inside, "|") for phrase in expand(choice))
            found.append((*phrases, *optional))
    return found


def _closing(text: str, source: str) -> int:
    """Where the bracket that was opened before the text is closed."""
    depth = 0
    for bracket in _BRACKET.finditer(text):
        if bracket[0] == "(":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return bracket.start()
    raise ValueError(f"a bracket is not closed in {source!r}")


def _cut(text: str, where: str) -> list[str]:
    """The text cut at a character, but not where it stands in an inner bracket."""
    found: list[str] = []
    for bit in text.split(where):
        if found and found[-1].count("(") > found[-1].count(")"):
            found[-1] += where + bit
        else:
            found.append(bit)
    return found
