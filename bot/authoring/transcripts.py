"""Conversations as tests: ``*.chat`` files, written and read by researchers.

::

    # why this conversation matters
    start nl whatsapp periodic
    > Hoi Amina! …                  [Ja, ik begin | Nu niet]
    < [Ja, ik begin]                a tap; "old" behind it taps the newest older message with it
    < best wel                      typed
    +1 day
    = stress: 3                     kept by the last reply; nothing behind the colon is empty
    ! opted out whatsapp            anything else that happened

Every message of the bot must stand there, in order; ``…`` is anything, and brackets may be left
out. ``=`` and ``!`` lines are checked where they stand; others need not be told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.authoring.talk import Talk
from bot.content.library import Library
from bot.engine.effects import Effect, End, Grant, OpenCase, OptOut, Record, SwitchLanguage
from bot.engine.replies.lexicon import Lexicon
from bot.engine.run import Run
from bot.message import Button, ButtonsForm, Channel, Form, ListForm, PictureForm, Row, TextForm

BEGINNING = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday; only ``+`` lines move the time on."""

_MESSAGE = re.compile(r"^(?P<text>.*?)\s*(?:\[(?P<taps>[^\]]*)\])?$")
_TAP = re.compile(r"^\[(?P<label>[^\]]+)\](?P<old>\s+old)?$")
_WAIT = re.compile(r"^(?P<number>\d+)\s+(?P<unit>days?|hours?|minutes?)$")
_NUMBERED = re.compile(r"^[1-9]\d? \S")
_SIGNS = ("start", "<", ">", "=", "!", "+")
_UNITS = {"day": "days", "hour": "hours", "minute": "minutes"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line that says something: its sign (``start < > = ! +``) and the rest."""

    number: int
    sign: str
    rest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a conversation went otherwise than written, or a line that cannot be read."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        """As a compiler would say it."""
        return f"{self.file}:{self.line}: {self.message}"


def read(text: str) -> Iterator[Line]:
    """The lines that say something; one with a sign that is not known has the sign ``?``."""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        sign, rest = ("start", line[6:]) if line.startswith("start ") else (line[0], line[1:])
        yield Line(
            number, sign if sign in ("start", "<", ">", "=", "!", "+") else "?", rest.strip()
        )


def play(file: Path, library: Library, lexicons: Mapping[str, Lexicon]) -> Fault | None:
    """Play a file; ``None`` when everything went as written."""
    study = _study_of(file, library)
    player = _Player(file, library, lexicons, study)
    try:
        for line in read(file.read_text(encoding="utf-8")):
            player.take(line)
        player.expect_silence(player.last)
    except _OtherwiseError as fault:
        return Fault(file, fault.line, str(fault))
    return None


def _study_of(file: Path, library: Library) -> str:
    """The study whose folder the file stands in; else the only one."""
    for folder in file.parents:
        if folder.name in library.studies:
            return folder.name
    return next(iter(library.studies), "")


class _OtherwiseError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Player:
    """Plays line by line; ``waiting`` holds messages that no line has told of yet."""

    file: Path
    library: Library
    lexicons: Mapping[str, Lexicon]
    study: str
    talk: Talk | None = None
    waiting: list[Form] = field(default_factory=list)
    shown: list[Form] = field(default_factory=list)
    last: int = 0
    sign: str = ""

    def take(self, line: Line) -> None:
        self.last = line.number
        match line.sign:
            case "start":
                self._start(line)
            case ">":
                self._said(line)
            case "<":
                if self.sign != "<":  # two replies in one breath: what was said comes after both
                    self.expect_silence(line.number)
                self._reply(line)
            case "+":
                self.expect_silence(line.number)
                self._wait(line)
            case "=":
                self._kept(line)
            case "!":
                self._happened(line)
            case _:
                raise _OtherwiseError(
                    line.number, "a line begins with start, <, >, =, !, + or # (a comment)"
                )
        self.sign = line.sign

    def expect_silence(self, number: int) -> None:
        if self.waiting:
            said = describe(self.waiting[0])
            raise _OtherwiseError(
                number, f"the bot also said, and no line tells of it:\n  > {said}"
            )

    def _talk(self, line: Line) -> Talk:
        if self.talk is None:
            raise _OtherwiseError(
                line.number, "write a start line first: start nl whatsapp periodic"
            )
        return self.talk

    def _start(self, line: Line) -> None:
        words = line.rest.split()
        study = self.library.studies.get(self.study)
        if study is None or len(words) not in (2, 3) or words[1] not in ("whatsapp", "sms"):
            raise _OtherwiseError(line.number, "write: start LANGUAGE whatsapp|sms FLOW")
        name = words[2] if len(words) > 2 else next(iter(study.flows), "")
        revision = study.flows.get(name)
        if revision is None:
            raise _OtherwiseError(line.number, f"there is no flow {name} without faults")
        run = Run("r", revision.hash, "p", words[0])
        self.talk = Talk(
            self.library, self.lexicons, study, revision, Channel(words[1]), run, BEGINNING
        )
        self._hear(self.talk.start())

    def _reply(self, line: Line) -> None:
        talk = self._talk(line)
        tap = _TAP.match(line.rest)
        if tap is None:
            self._hear(talk.type(line.rest))
            return
        messages = self.shown[::-1]
        found = [
            (form, one) for form in messages for one in taps(form) if one.title == tap["label"]
        ]
        if tap["old"]:  # the newest message with this label that is not the newest message
            found = [pair for pair in found if pair[0] is not self.shown[-1]]
        if not found:
            raise _OtherwiseError(line.number, f"nothing to tap is called {tap['label']}")
        self._hear(talk.tap(found[0][1].id, found[0][1].title))

    def _wait(self, line: Line) -> None:
        wait = _WAIT.match(line.rest)
        if wait is None:
            raise _OtherwiseError(line.number, "write how long: +1 day, +3 hours, +30 minutes")
        time = timedelta(**{_UNITS[wait["unit"].rstrip("s")]: int(wait["number"])})
        effects: list[Effect] = []
        for forms in self._talk(line).wait(time):
            effects.extend(self._talk(line).effects)
            self._hear(forms)
        self._talk(line).effects = tuple(effects)

    def _hear(self, forms: list[Form]) -> None:
        self.waiting.extend(forms)
        self.shown.extend(forms)

    def _said(self, line: Line) -> None:
        if not self.waiting:
            raise _OtherwiseError(
                line.number, f"the bot said nothing more; expected\n  > {line.rest}"
            )
        form = self.waiting.pop(0)
        wanted = _MESSAGE.match(line.rest)
        text = wanted["text"] if wanted else line.rest
        labels = wanted["taps"] if wanted else None
        fits = _fits(text.removeprefix("(card)").strip(), _words(form)) and (
            labels is None or _fits(_row(labels), _row(" | ".join(labels_of(form))))
        )
        if not fits:
            raise _OtherwiseError(
                line.number, f"expected\n  > {line.rest}\nbut the bot said\n  > {describe(form)}"
            )

    def _kept(self, line: Line) -> None:
        step, _, value = (part.strip() for part in line.rest.partition(":"))
        records = [e for e in self._talk(line).effects if isinstance(e, Record) and e.step == step]
        kept = _written(records[-1].value) if records else None
        if kept != value:
            told = "nothing" if kept is None else f"{step}: {kept}"
            raise _OtherwiseError(line.number, f"expected {line.rest}, but what was kept is {told}")

    def _happened(self, line: Line) -> None:
        happened = list(self._effects(self._talk(line)))
        if " ".join(line.rest.split()) not in happened:
            told = ", ".join(happened) or "nothing"
            raise _OtherwiseError(line.number, f"expected {line.rest}; what happened is {told}")

    def _effects(self, talk: Talk) -> Iterator[str]:
        for effect in talk.effects:
            match effect:
                case Grant(reward=reward):
                    yield f"reward {reward.cents // 100} {reward.currency}"
                case End(status=status):
                    yield str(status).replace("_", " ")
                case OpenCase(kind=kind):
                    yield f"case {kind}"
                case SwitchLanguage(language=language):
                    yield f"language {language}"
                case OptOut():
                    yield f"opted out {talk.channel}"
                case _:
                    pass


def taps(form: Form) -> tuple[Button | Row, ...]:
    """What can be tapped in a message."""
    match form:
        case ButtonsForm(buttons=buttons):
            return buttons
        case ListForm(rows=rows):
            return rows
        case _:
            return ()


def labels_of(form: Form) -> list[str]:
    """The choices of a message: what can be tapped, or the numbered lines of plain words."""
    numbered = [line for line in _words(form).splitlines() if _NUMBERED.match(line)]
    return [tap.title for tap in taps(form)] or numbered


def describe(form: Form) -> str:
    """A message as a line of a file."""
    labels = " | ".join(tap.title for tap in taps(form))
    return " ".join(_words(form).split()) + (f"  [{labels}]" if labels else "")


def _words(form: Form) -> str:
    match form:
        case TextForm(body=body) | PictureForm(body=body):
            return body
        case ButtonsForm(body=body) | ListForm(body=body):
            return body
        case _:
            return ""


def _row(labels: str) -> str:
    return " | ".join(" ".join(label.split()) for label in labels.split("|"))


def _fits(pattern: str, text: str) -> bool:
    """``…`` stands for anything; spaces and line breaks are one space."""
    parts = (re.escape(" ".join(part.split())) for part in pattern.split("…"))
    return re.fullmatch(r"\s*.*?\s*".join(parts), " ".join(text.split()), re.DOTALL) is not None


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
