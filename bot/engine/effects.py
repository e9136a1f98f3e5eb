"""Orders that follow from an event. Never a finished string, a channel or a time of the clock."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.engine.flow import AnswerType, Code, Reward, RunStatus, Value

CRISIS = "crisis"
"""A cry for help: the case that is opened, why waves pause, and the purpose of what is said."""

LAST_WORDS = frozenset({"farewell", CRISIS})
"""Purposes of what is said also to who has stopped."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text by key, with the values of its placeholders that only the run knows."""

    key: str
    parameters: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice as it will be shown: ``label`` is a text key, ``number`` the digit before it.

    ``number`` is ``None`` for a control (go on, later, skip) that has no digit. ``payload`` is what
    a tap sends back.
    """

    code: Code
    label: str
    payload: str
    number: int | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Say something. ``notices`` come before ``text`` in the same message; with ``type`` it is a
    question that waits for an answer: ``hinted`` with an example of how to answer, ``repeated`` one
    choice a line. ``purpose`` is ``reply``, ``opening``, ``reminder`` (both unprompted: they wait
    for decent hours), ``farewell`` (the one message that a stop allows), ``crisis`` (to who is in
    need: a stop does not hold it back, and nothing that waits) or ``answer`` (to a question that
    the person asks by a command while nothing is open: who stopped is told what they ask for,
    there, and nothing else).
    """

    step: str | None
    text: Text | None
    notices: tuple[Text, ...] = ()
    choices: tuple[Shown, ...] = ()
    type: AnswerType | None = None
    picture: str | None = None
    purpose: str = "reply"
    hinted: bool = False
    repeated: bool = False
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Keep an answer. ``corrects`` is true when an earlier answer of this step stands already."""

    step: str
    value: Value
    typed: str
    reason: str
    shown: tuple[Code, ...] = ()
    corrects: bool = False
    consent: str | None = None
    special: bool = False


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the run after this time; ``turn`` is ``None`` for a timer of the whole run."""

    timer: str
    after: timedelta
    turn: int | None


@dataclass(frozen=True, slots=True)
class Grant:
    """The run is completed and earns its reward, once."""

    reward: Reward


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A person takes over a concern: human, crisis, wrong_person, not_understood or erase."""

    kind: str


@dataclass(frozen=True, slots=True)
class SwitchLanguage:
    """The person wants to go on in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class PreferChannel:
    """The person wants what comes next by this channel: whatsapp or sms."""

    channel: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """No more messages to the address this came from."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """The person asked back after a stop."""


@dataclass(frozen=True, slots=True)
class Erase:
    """The person wants everything we hold about them erased, and has confirmed it."""


@dataclass(frozen=True, slots=True)
class End:
    """The run is over."""

    status: RunStatus


Effect = (
    Send
    | Record
    | SetTimer
    | Grant
    | OpenCase
    | SwitchLanguage
    | PreferChannel
    | OptOut
    | OptIn
    | Erase
    | End
)
