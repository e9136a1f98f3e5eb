"""The small language in which lexicons write phrases: ``(a|b)`` one of, ``(a|b)?`` or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from sys import intern

from bot.engine.replies.tokens import words_of

_MOST_PHRASES = 5000

Words = tuple[str, ...]
"""A folded phrase, word by word."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """A place in a pattern: the texts that may stand here without their spaces, by first letter."""

    texts: dict[str, tuple[str, ...]]
    optional: bool

    def ends(self, text: str, start: int) -> Iterator[int]:
        """Where the texts that stand at ``start`` end."""
        if self.optional:
            yield start
        for mine in self.texts.get(text[start : start + 1], ()):
            if text.startswith(mine, start):
                yield start + len(mine)


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern as slots; it is never written out, since a few optional parts make thousands.

    ``starts`` and ``tails`` are the first and last two letters of its phrases, or one letter where
    a text of one letter stands there.
    """

    slots: tuple[Slot, ...]
    words: frozenset[str]
    starts: frozenset[str]
    tails: frozenset[str]
    shortest: int
    longest: int

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
        choices = [
            (*(text for texts in slot.texts.values() for text in texts), *("",) * slot.optional)
            for slot in self.slots
        ]
        return islice(map("".join, product(*choices)), most)


def compiled(source: str) -> Pattern:
    """The pattern as slots; raises ``ValueError`` if a bracket is missing."""
    slots: list[Slot] = []
    words: set[str] = set()
    starts: set[str] = set()
    shortest = longest = 0
    for phrases, optional in _parts(source):
        runs = [run for phrase in phrases if (run := written_words(phrase))]
        texts = ["".join(run) for run in runs]
        if not texts:
            continue
        if all(slot.optional for slot in slots):
            starts.update(text[:2] for text in texts)
        by_first: dict[str, tuple[str, ...]] = {}
        for text in dict.fromkeys(texts):
            by_first[text[0]] = (*by_first.get(text[0], ()), text)
        slots.append(Slot(by_first, optional or len(texts) < len(phrases)))
        words.update(word for run in runs for word in run)
        shortest += 0 if slots[-1].optional else min(map(len, texts))
        longest += max(map(len, texts))
    return Pattern(
        tuple(slots), frozenset(words), frozenset(starts), _tails(slots), max(shortest, 1), longest
    )


def _tails(slots: Sequence[Slot]) -> frozenset[str]:
    tails: set[str] = set()
    for slot in reversed(slots):
        tails.update(intern(text[-2:]) for texts in slot.texts.values() for text in texts)
        if not slot.optional:
            break
    return frozenset(tails)


def expand(source: str) -> list[str]:
    """Every phrase of a pattern; raises ``ValueError`` if there are too many."""
    heads = [""]
    for phrases, optional in _parts(source):
        heads = [head + tail for head in heads for tail in (*phrases, *([""] if optional else ()))]
        if len(heads) > _MOST_PHRASES:
            raise ValueError(f"more than {_MOST_PHRASES} phrases in {source!r}")
    return list(dict.fromkeys(" ".join(head.split()) for head in heads))


def written_words(phrase: str) -> Words:
    """The folded words; letters and digits in one run stay together, as the translator wrote.

    Each word is there once in memory, however many phrases it stands in: they are ten times fewer.
    """
    return tuple(word for run in phrase.split() for word in _words_of_run(run))


@lru_cache(maxsize=1 << 14)
def _words_of_run(run: str) -> Words:
    """Kept for speed: what stands in a pattern stands in hundreds of its phrases."""
    return tuple(intern(word) for word in words_of(run, _whole(run)))


def _whole(run: str) -> tuple[str, ...]:
    bare = run.replace("'", "").lower()
    return (bare,) if bare.isascii() and bare.isalnum() else ()


def _parts(source: str) -> Iterator[tuple[Sequence[str], bool]]:
    """The parts of a pattern in order, each as its alternatives and whether it may be left out."""
    rest = source
    while rest:
        text, opened, rest = rest.partition("(")
        if ")" in text:
            raise ValueError(f"a bracket too many in {source!r}")
        if text:
            yield (text,), False
        if not opened:
            return
        end = _closing(rest, source)
        inside, rest = rest[:end], rest[end + 1 :]
        optional = rest.startswith("?")
        rest = rest.removeprefix("?")
        yield [phrase for choice in _choices(inside) for phrase in expand(choice)], optional


def _closing(text: str, source: str) -> int:
    depth = 0
    for index, character in enumerate(text):
        if character == ")" and depth == 0:
            return index
        depth += {"(": 1, ")": -1}.get(character, 0)
    raise ValueError(f"a bracket is not closed in {source!r}")


def _choices(inside: str) -> list[str]:
    """The text cut at the bars that stand in no inner bracket."""
    found, depth = [""], 0
    for character in inside:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return found
