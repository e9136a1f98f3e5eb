"""Words written with stretched letters, on another keyboard, or with a typing mistake."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.engine.replies.fold import by_squeeze, squeeze
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.numbers import glued_number
from bot.engine.replies.options import Options
from bot.engine.replies.roman import romanised
from bot.engine.replies.tokens import Token, said_words

THRICE = re.compile(r"([^\W\d_])\1\1")
EVER = re.compile("")
_VOWELS = re.compile("[aeiouy]")
_SHORTEST, _LONG = 4, 8
_MOST_UNKNOWN = 4
"""More unknown words than this are another message, not a mistyped one."""


def unstretched(
    tokens: Sequence[Token], lexicon: Lexicon, options: Options, least: re.Pattern[str]
) -> list[Token]:
    """The tokens with ``jaaaa`` written ``ja``, in words that ``least`` is found in."""
    return [
        _unstretched(token, lexicon, options) if least.search(token.text) else token
        for token in tokens
    ]


def in_own_script(tokens: Sequence[Token], lexicon: Lexicon, options: Options) -> list[Token]:
    """The tokens with Latin ``dobre`` written in Cyrillic."""
    if not lexicon.roman:
        return list(tokens)
    labels = _roman_words(options.words)
    return [
        token
        if is_known(token, lexicon, options)
        else _renamed(token, labels.get(token.text) or lexicon.roman.get(token.text))
        for token in tokens
    ]


def corrected(
    tokens: Sequence[Token], lexicon: Lexicon, options: Options, words: frozenset[str]
) -> list[Token]:
    """The tokens with the typing mistakes mended that can be meant in one way only.

    A mistyped word becomes one of the options' words or else of ``words``.
    """
    unknown = [token for token in tokens if not is_known(token, lexicon, options)]
    if not unknown or len(unknown) > _MOST_UNKNOWN:
        return list(tokens)
    return [_corrected(t, lexicon, options, words) if t in unknown else t for t in tokens]


def is_known(token: Token, lexicon: Lexicon, options: Options) -> bool:
    """Whether the language or the labels have the word as it is written."""
    word = token.text
    return (
        token.kind != "word"
        or word in lexicon.vocabulary
        or word in options.words
        or glued_number(word, lexicon) is not None
    )


def _unstretched(token: Token, lexicon: Lexicon, options: Options) -> Token:
    if is_known(token, lexicon, options):
        return token
    short = squeeze(token.text)
    return _renamed(token, _squeezed(options.words).get(short) or lexicon.squeezed.get(short))


def _renamed(token: Token, word: str | None) -> Token:
    return token._replace(text=word) if word else token


@lru_cache(maxsize=512)
def _squeezed(words: frozenset[str]) -> dict[str, str]:
    return by_squeeze(words)


@lru_cache(maxsize=512)
def _roman_words(words: frozenset[str]) -> dict[str, str]:
    return {latin: word for word in words for latin in romanised(word)}


def _corrected(token: Token, lexicon: Lexicon, options: Options, words: frozenset[str]) -> Token:
    word = token.text
    meant = (
        _without_vowels(options.words).get(word)
        or _nearest_label(word, options.words)
        or _nearest(word, words)
    )
    if meant is None or not lexicon.same_sense(word, meant):
        return token
    return token._replace(text=meant)


def mistyped_label(tokens: Sequence[Token], lexicon: Lexicon, options: Options) -> int | None:
    """The position of the one label that was typed in full but for one letter, in a word that is
    no word: where several words are as near, the label says which is meant.
    """
    if all(is_known(token, lexicon, options) for token in tokens):
        return None
    written = "".join(said_words(tokens))
    if len(written) < _LONG:
        return None
    near = process.extract(written, options.labels.keys(), scorer=OSA.distance, score_cutoff=2)
    if len({options.labels[label] for label, _, _ in near}) != 1 or near[0][1] > 1:
        return None
    return options.labels[near[0][0]] if lexicon.same_sense(written, near[0][0]) else None


def _nearest(word: str, words: frozenset[str]) -> str | None:
    """The one word that is near enough; one letter changed in a word of four is too much."""
    other = _nearest_label(word, words)
    if other is None or other[0] != word[0]:
        return None
    changed = len(word) == 4 and len(other) == 4 and sorted(word) != sorted(other)
    return None if changed else other


def _nearest_label(word: str, words: frozenset[str]) -> str | None:
    """The one word at distance 1, or 2 for long words; ``None`` if there are several."""
    if len(word) < _SHORTEST:
        return None
    allowed = 2 if len(word) >= _LONG else 1
    by_length = _by_length(words)
    near = [
        other
        for length in range(max(len(word) - allowed, _SHORTEST), len(word) + allowed + 1)
        for other in by_length.get(length, ())
    ]
    found = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=4)
    if not found:
        return None
    best = min(distance for _, distance, _ in found)
    nearest = [other for other, distance, _ in found if distance == best]
    swapped = [other for other in nearest if sorted(other) == sorted(word)]
    nearest = swapped or nearest  # letters in another order, rather than another letter
    if len(nearest) != 1 or (best > 1 and len(nearest[0]) < _LONG):
        return None
    return nearest[0]


@lru_cache(maxsize=512)
def _without_vowels(words: frozenset[str]) -> dict[str, str]:
    """From ``wrk`` to ``work``, where that is one word only."""
    found: dict[str, set[str]] = {}
    for word in words:
        found.setdefault(_VOWELS.sub("", word), set()).add(word)
    return {bare: same.pop() for bare, same in found.items() if len(bare) > 2 and len(same) == 1}


@lru_cache(maxsize=512)
def _by_length(words: frozenset[str]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = {}
    for word in sorted(words):
        found.setdefault(len(word), []).append(word)
    return {length: tuple(same) for length, same in found.items()}
