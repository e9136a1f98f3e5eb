"""Facts that happen to a run, in the past tense."""

from dataclasses import dataclass

from bot.engine.replies.reading import Reading


@dataclass(frozen=True, slots=True)
class Started:
    """The wave was opened for this participant. ``invited`` is false when the person came first
    (a QR code, a keyword, the preview): then the first question follows at once. ``again`` is true
    for someone who fell silent and is asked, this once, whether to come back.
    """

    invited: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class Replied:
    """The person sent something. ``message`` is the id of the inbound row it came in."""

    message: str
    reading: Reading
    typed: str
    channel: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A timer of the run went off. It was set in ``turn`` and is stale if the run moved on."""

    timer: str
    turn: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The wave is closed; partial answers stay."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Something outside ends the run: opted out elsewhere, wrong person, erased, by an operator."""

    reason: str


Event = Started | Replied | TimedOut | Expired | Interrupted
