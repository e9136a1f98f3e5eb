"""The question that was shown and what a reply to it was taken to mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.engine.flow import AnswerType, Code, Value


class Command(StrEnum):
    """What a person can always say, at every step and without one."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    SKIP = "skip"
    BACK = "back"
    LANGUAGE = "language"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    HUMAN = "human"
    BALANCE = "balance"
    MY_DATA = "my_data"
    ERASE = "erase"
    WRONG_PERSON = "wrong_person"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Question:
    """What the person sees: choices in the order shown, labels per language in the same order.

    ``low`` and ``high`` are legal ends, both included: a count, cents, or a date. ``symbols`` are
    the emoji before each label. ``today`` is the local date of the person. ``ask`` is the question
    itself by language, since people answer with its words.
    """

    type: AnswerType
    today: date
    codes: tuple[Code, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    exclusive: frozenset[Code] = frozenset()
    low: int | date | None = None
    high: int | date | None = None
    ask: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """A value of the question's type; ``language`` is the one the reply was in, if it was another.

    ``reason`` is one of: digit, label, word, typo, emoji, payload, other language.
    """

    value: Value
    reason: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command; ``language`` is the one asked for, or ``None`` for the menu of languages."""

    command: Command
    reason: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not sure enough to write down a value. ``reason`` is for people who improve the lexicons."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button or list row of ours: it answers the question it was made for and no other."""

    run: str
    step: str
    code: str


Reading = Understood | Commanded | Unclear | Tapped
