"""Emoji that mean the same in every language."""

from bot.engine.replies.reading import Command

SAME_FACE = {
    "😃": "😀", "😄": "😀", "☺": "🙂", "☹": "🙁", "😕": "🙁",
}  # fmt: skip
"""The same face drawn otherwise: drawn -> as we show it."""

YES = frozenset("👍✅✔✓☑")
NO = frozenset("👎❌✖✗✘❎")
_FACES = frozenset(map(chr, (*range(0x1F600, 0x1F645), *range(0x1F910, 0x1F930), 0x1F970, 0x1F97A)))
COMMANDS = {"🛑": Command.STOP, "🆘": Command.HELP, "❓": Command.HELP, "❔": Command.HELP}


def is_face(emoji: str) -> bool:
    """Whether the emoji is a face with a mood, ours or another."""
    return emoji[:1] in _FACES


def face(emoji: str) -> str:
    """The face as we show it."""
    return SAME_FACE.get(emoji, emoji)
