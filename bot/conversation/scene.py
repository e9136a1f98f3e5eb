"""Where in the world an event happened, for those who write down what follows from it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.effects import Send


@dataclass(frozen=True, slots=True)
class Scene:
    """For whom and where an event happened.

    ``address`` is where the person spoke or is asked, ``None`` when routing has to find it;
    ``run`` is ``None`` outside a run; ``batch`` ties together what one event makes us say.
    """

    participant: str
    language: str
    now: datetime
    address: str | None = None
    channel: str | None = None
    run: str | None = None
    study: str = ""
    revision: str = ""
    is_test: bool = False
    batch: str = field(default_factory=lambda: secrets.token_hex(6))


Say = Callable[[Connection, Send, Scene], bool]
"""Saves a message that leaves at once, and says so; else it is for the line."""
