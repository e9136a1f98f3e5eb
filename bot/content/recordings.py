"""Questions that somebody read aloud: ``assets/audio/<lang>/<study>/<flow>.<step>.ogg``.

Beside them lies ``recordings.json``: for each file a digest of its sound and of the words it was
made for. Words that changed make a recording outdated, and an outdated one is never offered; new
sound under the same name counts as made for the words of today.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.texts import Texts, UnknownTextError
from bot.engine.flow import Flow, Kind, Step

if TYPE_CHECKING:
    from bot.content.draft import FlowDraft
    from bot.content.library import Library

INDEX = "recordings.json"
LARGEST = 16 * 1024 * 1024
"""WhatsApp takes 16 MB of sound: https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""
_HEAD = 64


class State(StrEnum):
    """Whether a recording can be offered; ``new`` is not in the index yet."""

    SOUND = "sound"
    NEW = "new"
    OUTDATED = "outdated"
    MISSING = "missing"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of one question. ``fault`` says why it cannot be sent."""

    language: str
    study: str
    name: str
    path: Path
    fault: str = ""
    sound: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of one step in one language as it stands today; ``words`` is their digest."""

    language: str
    step: Step
    path: Path
    state: State
    words: str = ""
    fault: str = ""
