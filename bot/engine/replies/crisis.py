"""Whether a message, anywhere in it, has words of despair or danger. High recall, from data."""

from collections.abc import Sequence

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.tokens import Token

_ENDS = frozenset(".!?;,")


def has_crisis(tokens: Sequence[Token], lexicons: Sequence[Lexicon]) -> bool:
    """Whether a crisis phrase of any language stands in the message."""
    words: list[str] = []
    ends: set[int] = set()
    for token in tokens:
        if token.kind in ("word", "digits"):
            words.append(token.text)
        elif token.text in _ENDS or token.kind == "emoji":
            ends.add(len(words))
    ends.add(len(words))
    return any(_stands(lexicon, words, ends) for lexicon in lexicons)


def _stands(lexicon: Lexicon, words: list[str], ends: set[int]) -> bool:
    crisis = lexicon.crisis
    for prefix in lexicon.prefixes:  # "and I want to die" in one word
        words = [_without(prefix, word, crisis.firsts) for word in words]
    for start, word in enumerate(words):
        if word in crisis.firsts:
            for end in range(start + 1, min(len(words), start + crisis.longest) + 1):
                phrase = tuple(words[start:end])
                if phrase in crisis.anywhere or (end in ends and phrase in crisis.closing):
                    return True
    return False


def _without(prefix: str, word: str, firsts: frozenset[str]) -> str:
    rest = word.removeprefix(prefix)
    return rest if word not in firsts and rest in firsts else word
