"""Whether a message, anywhere in it, has words of despair or danger. High recall, from data."""

from collections.abc import Sequence

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.tokens import Token

_ENDS = frozenset(".!?;,")
_FARTHEST = 8
"""Words before a crisis phrase among which a harmless one around it may begin."""


def has_crisis(tokens: Sequence[Token], lexicons: Sequence[Lexicon]) -> bool:
    """Whether a crisis phrase of any language stands in the message."""
    words: list[str] = []
    ends: set[int] = set()
    for token in tokens:
        if token.is_said:
            words.append(token.text)
        elif token.text in _ENDS or token.kind == "emoji":
            ends.add(len(words))
    ends.add(len(words))
    return any(_stands(lexicon, words, ends) for lexicon in lexicons)


def _stands(lexicon: Lexicon, words: Sequence[str], ends: set[int]) -> bool:
    bare = list(words)
    for prefix in lexicon.prefixes:  # "and I want to die" in one word
        bare = [_without(prefix, word, lexicon.crisis.firsts) for word in bare]
    return _is_said(lexicon, words, ends) or (bare != words and _is_said(lexicon, bare, ends))


def _is_said(lexicon: Lexicon, words: Sequence[str], ends: set[int]) -> bool:
    crisis = lexicon.crisis
    for start, word in enumerate(words):
        if word not in crisis.firsts:
            continue
        found = set(crisis.anywhere.ends(words, start, ends))
        found.update(end for end in crisis.closing.ends(words, start, ends) if end in ends)
        if any(not _is_harmless(lexicon, words, ends, start, end) for end in found):
            return True
    return False


def _is_harmless(
    lexicon: Lexicon, words: Sequence[str], ends: set[int], start: int, end: int
) -> bool:
    """Whether the end of what stands from ``start`` to ``end`` is a part of a harmless phrase, as
    of "I don't want to live" in "live in Utrecht".
    """
    return any(
        last >= end
        for begin in range(max(0, start - _FARTHEST), end)
        for last in lexicon.crisis.harmless.ends(words, begin, ends)
    )


def _without(prefix: str, word: str, firsts: frozenset[str]) -> str:
    rest = word.removeprefix(prefix)
    return rest if word not in firsts and rest in firsts else word
