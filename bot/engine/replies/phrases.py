"""Phrases that are looked for anywhere in a message. ``..`` in one stands for up to three other
words; so does ``~``, and what stands at its two sides may come in either order.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.engine.replies.patterns import Words, expand, written_words

_GAP = " .. "
_EITHER = " ~ "
_MOST_BETWEEN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Phrases without a gap, and how long those are that begin with a word."""

    phrases: frozenset[Words] = frozenset()
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def ends(self, words: Sequence[str], start: int) -> Iterator[int]:
        """Where phrases that begin at ``start`` end."""
        for length in self.lengths.get(words[start], ()):
            end = start + length
            if end <= len(words) and tuple(words[start:end]) in self.phrases:
                yield end


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases that are looked for: ``whole`` ones, and those with gaps as their parts in order, by
    each word that may begin them.
    """

    whole: Part = Part()
    gapped: Mapping[str, tuple[tuple[Part, ...], ...]] = field(default_factory=dict)

    @property
    def firsts(self) -> frozenset[str]:
        """The words that begin one."""
        return frozenset(self.whole.lengths) | self.gapped.keys()

    def ends(self, words: Sequence[str], start: int, stops: Container[int]) -> Iterator[int]:
        """Where phrases that begin at ``start`` end. No gap runs over one of the ``stops``, the
        places where a sentence ends.
        """
        yield from self.whole.ends(words, start)
        for first, *others in self.gapped.get(words[start], ()):
            places = set(first.ends(words, start))
            for part in others:
                places = {
                    end
                    for place in places
                    for begin in _after_gap(place, words, stops)
                    for end in part.ends(words, begin)
                }
            yield from places

    def written(self) -> Iterator[Words]:
        """Every phrase, or part of one, word by word."""
        yield from self.whole.phrases
        for parts in {parts for same in self.gapped.values() for parts in same}:
            for part in parts:
                yield from part.phrases


def gathered(sources: Iterable[str]) -> Phrases:
    """The phrases of some patterns; raises ``ValueError`` as ``expand`` does."""
    whole: set[Words] = set()
    gapped: dict[str, list[tuple[Part, ...]]] = defaultdict(list)
    for source in (order for written in sources for order in _orders(written)):
        parts = [_phrases(part) for part in source.split(_GAP)]
        if len(parts) == 1:
            whole |= parts[0]
            continue
        indexed = tuple(map(_part, parts))
        for first in indexed[0].lengths:
            gapped[first].append(indexed)
    return Phrases(_part(whole), {first: tuple(same) for first, same in gapped.items()})


def _orders(source: str) -> Iterator[str]:
    first, either, second = source.partition(_EITHER)
    yield f"{first}{_GAP}{second}" if either else source
    if either:
        yield f"{second}{_GAP}{first}"


def _phrases(source: str) -> set[Words]:
    return set(filter(None, map(written_words, expand(source))))


def _part(phrases: Iterable[Words]) -> Part:
    lengths: dict[str, set[int]] = defaultdict(set)
    kept = frozenset(phrases)
    for words in kept:
        lengths[words[0]].add(len(words))
    return Part(kept, {first: tuple(sorted(found)) for first, found in lengths.items()})


def _after_gap(place: int, words: Sequence[str], stops: Container[int]) -> Iterator[int]:
    for begin in range(place, min(len(words), place + _MOST_BETWEEN + 1)):
        if begin in stops:
            return
        yield begin
