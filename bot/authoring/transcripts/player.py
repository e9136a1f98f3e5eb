"""Plays a ``*.chat`` file turn by turn and tells where it first goes otherwise than written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.authoring.talk import Talk
from bot.authoring.transcripts.compare import Seen, compare
from bot.authoring.transcripts.lines import (
    Act,
    Fault,
    Happened,
    Kept,
    Line,
    Outcome,
    Said,
    Start,
    Waited,
)
from bot.authoring.transcripts.perform import NoSuchTapError, perform
from bot.authoring.transcripts.reader import LineError, read
from bot.content.library import Library
from bot.content.problem import did_you_mean
from bot.content.study import Study
from bot.engine.effects import Effect
from bot.engine.replies.lexicon import Lexicon
from bot.engine.run import Run
from bot.message import Form

BEGINNING = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday; only ``+`` lines move the time on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One or more acts in one breath, and what the file says came of them."""

    acts: tuple[tuple[int, Start | Act], ...]
    told: tuple[tuple[int, Outcome], ...]


def play(file: Path, library: Library, lexicons: Mapping[str, Lexicon]) -> list[Fault]:
    """Every line that cannot be read, else the first turn that goes otherwise; empty if fine."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return [Fault(file, 1, "this is no text file: save it again as UTF-8")]
    lines: list[tuple[int, Line]] = []
    faults: list[Fault] = []
    for number, line in read(text):
        if isinstance(line, LineError):
            faults.append(Fault(file, number, str(line)))
        else:
            lines.append((number, line))
    if faults:
        return faults
    if not lines:
        return [Fault(file, 1, "nothing is said here; begin with: start nl whatsapp periodic")]
    try:
        _play(list(_turns(lines)), library, lexicons, _study_of(file, library))
    except _OtherwiseError as error:
        return [Fault(file, error.line, str(error))]
    return []


class _OtherwiseError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def _study_of(file: Path, library: Library) -> Study | None:
    """The study whose folder the file stands in; else the first."""
    near = (library.studies.get(folder.name) for folder in file.absolute().parents)
    return next((study for study in near if study), next(iter(library.studies.values()), None))


def _turns(lines: Sequence[tuple[int, Line]]) -> Iterator[Turn]:
    """What a person does before the bot is told of is one turn; time passes in one of its own."""
    acts: list[tuple[int, Start | Act]] = []
    told: list[tuple[int, Outcome]] = []
    for number, line in lines:
        if isinstance(line, Said | Kept | Happened):
            told.append((number, line))
            continue
        alone = isinstance(line, Waited) or (acts and isinstance(acts[-1][1], Start | Waited))
        if acts and (told or alone):
            yield Turn(tuple(acts), tuple(told))
            acts, told = [], []
        acts.append((number, line))
    yield Turn(tuple(acts), tuple(told))


def _play(
    turns: Sequence[Turn],
    library: Library,
    lexicons: Mapping[str, Lexicon],
    study: Study | None,
) -> None:
    (number, start), *_ = turns[0].acts
    if not isinstance(start, Start):
        raise _OtherwiseError(number, "begin with a line such as: start nl whatsapp periodic")
    talk = _talk(number, start, library, lexicons, study)
    for turn in turns:
        forms: list[Form] = []
        effects: list[Effect] = []
        for number, act in turn.acts:
            try:
                for said in perform(talk, act):
                    forms.extend(said)
                    effects.extend(talk.effects)
            except NoSuchTapError as error:
                raise _OtherwiseError(number, str(error)) from None
        _check(turn, Seen(forms, effects, talk.channel))


def _talk(
    number: int,
    start: Start,
    library: Library,
    lexicons: Mapping[str, Lexicon],
    study: Study | None,
) -> Talk:
    if study is None or not study.flows:
        raise _OtherwiseError(number, "there is no flow without faults; see polsbot check")
    name = start.flow or next(iter(study.flows))
    revision = study.flows.get(name)
    if revision is None:
        hint = did_you_mean(name, study.flows) or f"there are {', '.join(study.flows)}"
        raise _OtherwiseError(number, f"there is no flow `{name}` without faults: {hint}")
    offered = revision.flow.languages
    if start.language not in offered:
        hint = f"complete in {', '.join(offered)}" if offered else "see polsbot check"
        raise _OtherwiseError(number, f"`{name}` is not complete in `{start.language}`: {hint}")
    run = Run("r", revision.hash, "p", start.language, wave=start.wave)
    return Talk(library, lexicons, study, revision, start.channel, run, BEGINNING)


def _check(turn: Turn, seen: Seen) -> None:
    """Raise when the turn went otherwise, with both versions of it."""
    marks = list(compare(turn.told, seen))
    wrong = [mark for mark in marks if mark.sign != "="]
    if not wrong:
        return
    last = turn.acts[-1][0]
    line = next((mark.number for mark in wrong if mark.number is not None), last)
    signs = {mark.sign for mark in wrong}
    head = "this did not come" if signs == {"-"} else "it goes otherwise"
    if signs == {"+"}:
        head = "the bot also says this, and no line tells of it"
    acts = [f"    {act}" for _, act in turn.acts]
    rows = [f"  {' ' if mark.sign == '=' else mark.sign} {mark.text}" for mark in marks]
    legend = "  (- as written, + as it went)"
    raise _OtherwiseError(line, "\n".join([head, *acts, *rows, legend]))
