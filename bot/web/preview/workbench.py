"""What the authors' tools do for the phone; handed in, as the two rooms do not know each other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.library import Library
from bot.content.problem import Problem
from bot.conversation.revisions import Content
from bot.engine.replies.lexicon import Lexicon

Act = tuple[str, ...]
"""What was done on a phone: ``("type", text)``, ``("tap", step, code)``, ``("attach", kind)``,
``("wait", hours)`` or ``("silence",)``: no reply until the bot says something.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation to be kept as a test. ``name`` is checked: letters, digits and ``_``."""

    study: str
    flow: str
    language: str
    channel: str
    wave: int
    acts: Sequence[Act]
    name: str
    why: str


class KeepError(Exception):
    """A conversation cannot be kept as a test; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """The tools. ``folders`` are watched for changed files.

    ``load`` reads the files again; raises LexiconError. ``check`` takes seconds; like ``load`` it
    is called in a thread. ``keep`` writes a test and returns its file; raises KeepError. ``draw``
    makes the pictures that are missing. ``is_shared``: others in the network see the phone, so
    they may look and try, but keep nothing.
    """

    folders: Sequence[Path]
    load: Callable[[], tuple[Library, Mapping[str, Lexicon]]]
    check: Callable[[], list[Problem]]
    keep: Callable[[Told], Path]
    draw: Callable[[Content], Awaitable[int]]
    is_shared: bool = False
