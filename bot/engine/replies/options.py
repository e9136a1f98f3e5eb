"""What can be said for each choice in one language: labels, parts of them, synonyms."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.patterns import Words, written_out
from bot.engine.replies.senses import Sense
from bot.engine.replies.tokens import words_of


@dataclass(frozen=True, slots=True)
class Options:
    """``whole`` maps phrases that say a choice in full to its position, ``parts`` single label
    words to the positions of the labels they stand in. ``common`` words stand in most labels.
    ``labels`` are written without spaces, as they are and with the number of their row before.
    """

    whole: Mapping[Words, int]
    parts: Mapping[str, frozenset[int]]
    common: frozenset[str]
    labels: Mapping[str, int]
    words: frozenset[str]
    longest: int
    asked: frozenset[str] = frozenset()

    def fitting(self, word: str, lexicon: Lexicon) -> frozenset[int]:
        """The labels a word, or a word akin to it, stands in."""
        exact = self.parts.get(word, frozenset[int]())
        near = [
            positions
            for part, positions in self.parts.items()
            if akin(word, part) and lexicon.same_sense(word, part)
        ]
        return exact.union(*near)

    def is_common(self, word: str) -> bool:
        """Whether the word says nothing, since most labels have it."""
        return word in self.common or any(akin(word, other) for other in self.common)


def akin(word: str, other: str) -> bool:
    """Whether two words share their stem or one ends a compound of the other."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if len(short) < 4:
        return False
    if long.endswith(short) and (len(short) >= 5 or len(long) - len(short) <= 2):
        return True
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(short, long, strict=False))
    )
    return shared >= 4 and shared * 3 >= len(short) * 2


@lru_cache(maxsize=512)
def options_of(labels: tuple[str, ...], lexicon: Lexicon, ask: str = "") -> Options:
    """The options of a question with these labels, as this lexicon's speakers say them. ``asked``
    are the words of the question itself and what else people call them.
    """
    written = [words_of(label, lexicon.mixed, lexicon.onto_next) for label in labels]
    common = _common(written)
    parts: dict[str, set[int]] = {}
    for position, words in enumerate(written):
        for word in words:
            if word not in common and not _is_small(word, lexicon):
                parts.setdefault(word, set()).add(position)
    whole = _unique(
        [(words, position) for position, words in enumerate(written)],
        [
            (core, position)
            for position, words in enumerate(written)
            for core in _cores(words, common, lexicon)
        ],
    )
    plain = {"".join(words): position for position, words in enumerate(written)}
    numbered = {f"{position + 1}{label}": position for label, position in plain.items()}
    options = Options(
        whole=whole,
        parts={word: frozenset(found) for word, found in parts.items()},
        common=common,
        labels=numbered | plain,
        words=frozenset(word for words in written for word in words),
        longest=max(map(len, whole), default=1),
    )
    synonyms = [
        (phrase, found)
        for key, others in lexicon.same
        if (found := _position(key, options)) is not None
        for phrase in written_out(others)
    ]
    whole = _unique(synonyms) | whole
    spoken = options.words | {word for phrase in whole for word in phrase}
    longest = max(map(len, whole), default=1)
    asked = _asked(words_of(ask, lexicon.mixed, lexicon.onto_next), lexicon)
    return Options(whole, options.parts, common, options.labels, spoken, longest, asked)


def _asked(words: Words, lexicon: Lexicon) -> frozenset[str]:
    idle = (Sense.SMALL, Sense.ARTICLE, Sense.FILLER, Sense.POLITE, Sense.VERY, Sense.NUMBER)
    said = {word for word in words if len(word) > 2 and not _is_small(word, lexicon, idle)}
    for key, others in lexicon.same:
        if len(key) == 1 and key[0] in said:
            said |= {other[0] for other in written_out(others) if len(other) == 1}
    return frozenset(said)


def _common(written: list[Words]) -> frozenset[str]:
    counts = Counter(
        word
        for word in {word for words in written for word in words}
        for words in written
        if any(akin(word, other) for other in words)
    )
    return frozenset(w for w, n in counts.items() if n * 2 > len(written) and len(written) > 2)


def _cores(words: Words, common: frozenset[str], lexicon: Lexicon) -> list[Words]:
    """A label without what all labels have, with and without its small words.

    Digits alone are none: the 5 of "up to 5,000" is also the number of the fifth row.
    """
    core = tuple(word for word in words if word not in common)
    bare = tuple(
        word for word in core if not _is_small(word, lexicon, (Sense.SMALL, Sense.ARTICLE))
    )
    return [
        c
        for c in (core, bare)
        if c and c != words and not _only_no(c, lexicon) and not all(map(str.isdigit, c))
    ]


def _only_no(core: Words, lexicon: Lexicon) -> bool:
    """``no`` of "No stress" is a no; ``none`` and ``geen`` are an answer."""
    senses = lexicon.phrases.get(core, {})
    return Sense.NONE not in senses and (Sense.NO in senses or Sense.NOT in senses)


def _is_small(
    word: str, lexicon: Lexicon, small: tuple[Sense, ...] = (Sense.SMALL, Sense.ARTICLE, Sense.VERY)
) -> bool:
    return any(sense in lexicon.phrases.get((word,), {}) for sense in small)


def _unique(*rows: list[tuple[Words, int]]) -> dict[Words, int]:
    """First rows win; within a row a phrase that says two choices says none."""
    found: dict[Words, int] = {}
    for row in rows:
        fresh: dict[Words, set[int]] = {}
        for words, position in row:
            if words and words not in found:
                fresh.setdefault(words, set()).add(position)
        found |= {words: p.pop() for words, p in fresh.items() if len(p) == 1}
    return found


def _position(key: Words, options: Options) -> int | None:
    if key in options.whole:
        return options.whole[key]
    if not all(word in options.parts for word in key):
        return None
    fitting = frozenset.intersection(*(options.parts[word] for word in key))
    return next(iter(fitting)) if len(fitting) == 1 else None
