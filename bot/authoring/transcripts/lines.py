"""The lines of a ``*.chat`` file as values; ``str`` gives one as it stands in the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.message import Channel

ATTACHED = ("photo", "voice", "video", "file")
CHANNELS = (Channel.WHATSAPP, Channel.SMS)
HAPPENINGS = (
    "reward 2 EUR",
    "completed",
    "expired",
    "stopped",
    "handed over",
    "case human",
    "language en",
    "channel sms",
    "opted out whatsapp",
    "opted in",
    "erased",
)
"""Of each kind one, as a ``!`` line writes it."""

_MINUTES = {"day": 24 * 60, "hour": 60, "minute": 1}
_COLUMN = 45


@dataclass(frozen=True, slots=True)
class Start:
    """The wave is opened. ``flow`` is ``None`` for the first of the study; ``again`` when the
    person fell silent and is asked once more.
    """

    language: str
    channel: Channel
    flow: str | None = None
    wave: int = 1
    again: bool = False

    def __str__(self) -> str:
        """As a line of the file."""
        wave = "" if self.wave == 1 else f" wave {self.wave}"
        flow = f" {self.flow}" if self.flow else ""
        return f"start {self.language} {self.channel}{flow}{wave}{' again' if self.again else ''}"


@dataclass(frozen=True, slots=True)
class Typed:
    """The person types."""

    text: str

    def __str__(self) -> str:
        """As a line of the file."""
        return f"< {self.text}"


@dataclass(frozen=True, slots=True)
class Tapped:
    """The person taps what is called so; ``old`` in a message before the newest."""

    title: str
    old: bool = False

    def __str__(self) -> str:
        """As a line of the file."""
        return f"< [{self.title}]{' old' if self.old else ''}"


@dataclass(frozen=True, slots=True)
class Attached:
    """The person sends one of ``ATTACHED``, without words."""

    kind: str

    def __str__(self) -> str:
        """As a line of the file."""
        return f"< ({self.kind})"


@dataclass(frozen=True, slots=True)
class Waited:
    """Time passes, in whole minutes."""

    time: timedelta

    def __str__(self) -> str:
        """As a line of the file."""
        minutes = int(self.time.total_seconds()) // 60
        unit, size = next((unit, size) for unit, size in _MINUTES.items() if minutes % size == 0)
        return f"+{minutes // size} {unit}{'' if minutes == size else 's'}"


@dataclass(frozen=True, slots=True)
class Said:
    """The bot says something. ``titles`` is ``None`` when the file does not tell what is shown."""

    text: str
    titles: tuple[str, ...] | None = None

    def __str__(self) -> str:
        """As a line of the file."""
        text = f"> {self.text}"
        return text if self.titles is None else f"{text:<{_COLUMN}}  [{' | '.join(self.titles)}]"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer is kept; an empty ``value`` is no answer."""

    step: str
    value: str

    def __str__(self) -> str:
        """As a line of the file."""
        return f"= {self.step}: {self.value}".rstrip()


@dataclass(frozen=True, slots=True)
class Happened:
    """Something else happens, one of ``HAPPENINGS``."""

    what: str

    def __str__(self) -> str:
        """As a line of the file."""
        return f"! {self.what}"


Act = Typed | Tapped | Attached | Waited
"""What the person does, or the time."""
Outcome = Said | Kept | Happened
Line = Start | Act | Outcome


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A line that cannot be read, or where a conversation went otherwise than written."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        """As a compiler would say it."""
        return f"{self.file}:{self.line}: {self.message}"


def write(lines: Iterable[Line], why: str) -> str:
    """A file that ``read`` gives back; ``why`` is its first comment."""
    return "\n".join([f"# {' '.join(why.split())}", *map(str, lines)]) + "\n"
