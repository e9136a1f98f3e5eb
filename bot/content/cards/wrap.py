"""Where lines break and how large words can be: few lines, of nearly the same width."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.content.cards.card import CardError
from bot.content.cards.letters import Stretch, width_of

LINE = 1.28
"""From one line to the next, as a multiple of the size: room for marks above and below."""

_TIED = re.compile(
    r"(?<=\d) (?=\d)|(?<=[€$£]) (?=\d)|(?<=\d) (?=[€$£])|(?<=\w) (?=[-–] )"
    r"|(?<=^[^\W\d_]) |(?<=\s[^\W\d_]) "
)
"""The spaces within 20 000 and € 5, before a dash and after a word of one letter: no line breaks
there.
"""

_SENTENCE = (".", "?", "!", "؟", ":")
_WORTH = 0.85
"""A break after a sentence counts as a line that is so much narrower."""


@dataclass(frozen=True, slots=True)
class Room:
    """The place for words: its width and the sizes of letters in pixels, the most lines.

    Below the size ``fine``, letters become narrower before they become smaller. ``thrift`` below 1
    gives up so much of the size for a line less, but nothing below ``fine``.
    """

    width: float
    smallest: int
    largest: int
    lines: int
    fine: int = 0
    thrift: float = 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of words in one size and stretch."""

    lines: tuple[str, ...]
    size: int
    stretch: Stretch = Stretch.NORMAL

    @property
    def width(self) -> float:
        """Of the widest line."""
        return max(width_of(line, self.stretch) for line in self.lines) * self.size

    @property
    def height(self) -> float:
        """Of all lines."""
        return len(self.lines) * self.size * LINE


def fit(words: str, room: Room) -> Words:
    """The words as large as their room allows; raises CardError when it is too small."""
    return fit_all((words,), room)[0]


def fit_all(texts: tuple[str, ...], room: Room) -> tuple[Words, ...]:
    """Words that belong together, all as large as those that need most room allow; raises
    CardError when that is too small.
    """
    ways = [_ways(text, room) for text in texts]
    sizes = [_best(one, room) for one in ways]
    size = min(sizes, default=room.largest)
    if size < room.smallest:
        worst = texts[sizes.index(size)]
        raise CardError(f"`{worst}` does not fit: use fewer or shorter words")
    enough = max(size * room.thrift, min(size, room.fine or room.smallest))
    chosen = [next(way for way in one if way.size >= enough) for one in ways]
    shared = min([size, *(way.size for way in chosen)])
    return tuple(Words(way.lines, shared, way.stretch) for way in chosen)


def balanced(words: str, count: int, stretch: Stretch = Stretch.NORMAL) -> tuple[str, ...]:
    """At most so many lines, the widest as narrow as can be; a sentence likes a line of its own."""
    tokens = tuple(_TIED.sub("\u00a0", words).split(" "))
    return _broken(tokens, min(count, len(tokens)), stretch)[1]


@lru_cache(maxsize=20_000)
def _ways(words: str, room: Room) -> tuple[Words, ...]:
    """Wide letters first, in one line, in two …: the size each allows."""
    ways = []
    for stretch in Stretch:
        for count in range(1, room.lines + 1):
            lines = balanced(words, count, stretch)
            widest = max(width_of(line, stretch) for line in lines)
            size = min(room.largest, int(room.width / widest)) if widest else room.largest
            ways.append(Words(lines, size, stretch))
    return tuple(ways)


def _best(ways: tuple[Words, ...], room: Room) -> int:
    """The largest size in the widest letters that are large enough."""
    sizes = (max(way.size for way in ways if way.stretch is stretch) for stretch in Stretch)
    best = 0
    for size in sizes:
        best = max(best, size)
        if best >= room.fine:
            break
    return best


def _broken(tokens: tuple[str, ...], count: int, stretch: Stretch) -> tuple[float, tuple[str, ...]]:
    """The best lines and how wide they count."""
    if count <= 1:
        whole = " ".join(tokens)
        return width_of(whole, stretch), (whole,)
    breaks = (
        _broken_at(tokens, place, count, stretch) for place in range(1, len(tokens) - count + 2)
    )
    return min(breaks, key=lambda found: found[0])


def _broken_at(
    tokens: tuple[str, ...], place: int, count: int, stretch: Stretch
) -> tuple[float, tuple[str, ...]]:
    line = " ".join(tokens[:place])
    rest, lines = _broken(tokens[place:], count - 1, stretch)
    widest = max(width_of(line, stretch), rest)
    return widest * (_WORTH if line.endswith(_SENTENCE) else 1), (line, *lines)
