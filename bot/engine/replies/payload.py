"""What the id of a tapped button or list row says."""

import re

from bot.engine.replies.reading import Command, Commanded, Tapped

_NAME = r"[A-Za-z0-9_-]{1,64}"
_CHOICE = re.compile(rf"({_NAME})\.({_NAME})\.({_NAME})")
_COMMANDS = frozenset(command.value for command in Command)
_COMMAND = re.compile(rf"cmd\.({_NAME})(?:\.({_NAME}))?")


def read_payload(payload: str) -> Tapped | Commanded | None:
    """``run.step.code`` or ``cmd.command[.language]``; ``None`` for what we did not make."""
    if command := _COMMAND.fullmatch(payload):
        name, language = command.groups()
        if name in _COMMANDS and (language is None or name == Command.LANGUAGE):
            return Commanded(Command(name), "payload", language)
        return None
    if choice := _CHOICE.fullmatch(payload):
        return Tapped(*choice.groups())
    return None
