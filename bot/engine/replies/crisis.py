"""Whether a message, anywhere in it, has words of despair or danger. High recall, from data."""

from collections.abc import Sequence

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.tokens import Token

_ENDS = frozenset(".!?;,\n")


def has_crisis(tokens: Sequence[Token], lexicons: Sequence[Lexicon]) -> bool:
    """Whether a crisis phrase of any language stands in the message."""
    rows = [t for t in tokens if t.kind in ("word", "digits") or t.text in _ENDS]
    for at, token in enumerate(rows):
        for lexicon in lexicons:
            for phrase in lexicon.crisis.get(token.text, ()):
                if _stands(phrase, rows, at):
                    return True
    return False


def _stands(phrase: tuple[str, ...], rows: Sequence[Token], at: int) -> bool:
    """Whether the phrase begins here; marks between its words do not matter."""
    index = at
    for word in phrase:
        if word == ".":
            return index >= len(rows) or rows[index].text in _ENDS
        while index < len(rows) and rows[index].text in _ENDS and index > at:
            index += 1
        if index >= len(rows) or rows[index].text != word:
            return False
        index += 1
    return True
