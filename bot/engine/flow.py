"""What a researcher wrote, as frozen values: a flow is an ordered row of steps.

Texts are named by key (the msgctxt of the locale files); words live in ``content``.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.engine.expressions import Expression

Code = int | str
"""A choice as data. Digits in a flow file are numbers, everything else is a word."""

Value = int | str | date | tuple[Code, ...] | None
"""An answer. Amounts are cents, many choices a tuple in the flow's order, empty is ``None``."""


class Kind(StrEnum):
    """What a step does."""

    ASK = "ask"
    SAY = "say"
    SET = "set"
    ARM = "arm"
    END = "end"


class AnswerType(StrEnum):
    """What an answer is."""

    CHOICE = "choice"
    CHOICES = "choices"
    PICTURE = "picture"
    YES_NO = "yes_no"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    TEXT = "text"
    LANGUAGE = "language"


class RunStatus(StrEnum):
    """Where a run stands; only ``waiting`` can move."""

    WAITING = "waiting"
    COMPLETED = "completed"
    EXPIRED = "expired"
    STOPPED = "stopped"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer. ``label`` is a text key; ``picture`` a name under ``assets/images``."""

    code: Code
    label: str
    picture: str | None = None
    when: Expression | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a flow; ``name`` is the data column.

    ``text`` and ``sorry`` are text keys. ``low`` and ``high`` bound a number (count), an amount
    (cents) or a date, both included. ``rotation`` is (index, count): the step is reached only in
    waves whose number modulo count is index. ``section`` names the group the step stands in.
    ``break_after`` marks the offer to go on later at the end of a section.
    """

    name: str
    kind: Kind
    text: str | None = None
    type: AnswerType | None = None
    choices: tuple[Choice, ...] = ()
    when: Expression | None = None
    check: Expression | None = None
    confirm: Expression | None = None
    value: Expression | None = None
    arms: tuple[str, ...] = ()
    ends: RunStatus | None = None
    skip: bool = True
    shuffle: bool = False
    picture: str | None = None
    sorry: str | None = None
    low: int | date | None = None
    high: int | date | None = None
    rotation: tuple[int, int] | None = None
    section: str | None = None
    break_after: bool = False
    consent: str | None = None
    topic: str | None = None
    recall: str | None = None
    reverse: bool = False
    special: bool = False
    scale: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Reward:
    """What a completed run earns: whole cents of one currency."""

    cents: int
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Policy:
    """The study's rules that a run needs: delays count from the opening of the wave."""

    reminders: tuple[timedelta, ...] = ()
    nudge: timedelta | None = timedelta(hours=3)
    later: timedelta = timedelta(days=1)
    close: timedelta = timedelta(days=7)
    tries: int = 2
    reward: Reward | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A questionnaire: steps in the order in which they are asked.

    ``invite`` is the step that opens the conversation (choices ``start`` and ``later``).
    ``languages`` are those in which every text of this flow exists; ``language`` is the source's.
    """

    name: str
    study: str
    title: str
    language: str
    steps: tuple[Step, ...]
    invite: Step | None = None
    languages: tuple[str, ...] = ()
    policy: Policy = Policy()

    def position(self, name: str | None) -> int:
        """The index of a step, -1 for the invitation or nothing."""
        for index, step in enumerate(self.steps):
            if step.name == name:
                return index
        return -1

    def step(self, name: str | None) -> Step | None:
        """The step of this name, the invitation included."""
        if self.invite is not None and name == self.invite.name:
            return self.invite
        index = self.position(name)
        return None if index < 0 else self.steps[index]
