"""Emoji that mean the same in every language."""

from bot.engine.replies.reading import Command

SAME_FACE = {
    "😃": "😀", "😄": "😀", "☺": "🙂", "☹": "🙁", "😕": "🙁",
}  # fmt: skip
"""The same face drawn otherwise: drawn -> as we show it."""

YES = frozenset("👍✅✔✓☑")
NO = frozenset("👎❌✖✗✘❎")
COMMANDS = {"🛑": Command.STOP, "🆘": Command.HELP, "❓": Command.HELP, "❔": Command.HELP}


def face(emoji: str) -> str:
    """The face as we show it."""
    return SAME_FACE.get(emoji, emoji)
