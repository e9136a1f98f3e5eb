"""Scores reply understanding on a corpus of replies with the reading a careful clerk would give."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from bot.authoring.corpus import Corpus, CorpusError, Row, load_corpus
from bot.engine.flow import Value
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Reading, Unclear, Understood

MIN_RIGHT = 0.99
"""The share of rows that must be right; no value may be wrong, no stop missed or false."""


class Outcome(StrEnum):
    """How a reading compares with what is expected, from best to worst."""

    RIGHT = "right"
    RE_ASK = "needless re-ask"
    OTHER_COMMAND = "other command"
    WRONG_VALUE = "wrong value"
    FALSE_STOP = "false stop"
    MISSED_STOP = "missed stop"


@dataclass(frozen=True, slots=True)
class Scored:
    """A row, what was read instead or as well, and why."""

    row: Row
    got: str
    reason: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Score:
    """All rows of one file, scored. Those ``without_lexicon`` are languages of rows that were read
    with the words of all others.
    """

    path: Path
    rows: tuple[Scored, ...]
    without_lexicon: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many rows came out so."""
        return sum(scored.outcome is outcome for scored in self.rows)

    @property
    def misses(self) -> tuple[Scored, ...]:
        """The rows that are not right."""
        return tuple(scored for scored in self.rows if scored.outcome is not Outcome.RIGHT)

    @property
    def is_good(self) -> bool:
        """Whether the bar is met."""
        fatal = (Outcome.WRONG_VALUE, Outcome.FALSE_STOP, Outcome.MISSED_STOP)
        right = self.count(Outcome.RIGHT)
        return right >= MIN_RIGHT * len(self.rows) and not any(map(self.count, fatal))


def score(path: Path, lexicons: Mapping[str, Lexicon]) -> Score:
    """Read every row of a corpus; raises ``CorpusError`` if the file is not one, or if there are
    no words to read it with.
    """
    if not lexicons:
        raise CorpusError("there is no lexicon: give the folder that has them with --locales")
    corpus = load_corpus(path)
    unknown = dict.fromkeys(row.language for row in corpus.rows if row.language not in lexicons)
    return Score(path, tuple(_scored(corpus, lexicons)), tuple(unknown))


def print_score(score: Score) -> str:
    """The score for people: per language, per type, and every miss with its reason."""
    lines = [f"{score.path.name}: {len(score.rows)} replies"]
    total = len(score.rows) or 1
    for outcome in Outcome:
        number = score.count(outcome)
        lines.append(f"  {outcome.value:<16} {number:>5}  {100 * number / total:5.1f} %")
    if score.without_lexicon:
        lines.append(f"  no lexicon for {', '.join(score.without_lexicon)}: read with all others")
    lines += _table("language", [(s.row.language, s.outcome) for s in score.rows])
    lines += _table("type", [(s.row.type, s.outcome) for s in score.rows])
    if score.misses:
        lines += ["", "misses"]
    for miss in sorted(score.misses, key=lambda s: list(Outcome).index(s.outcome), reverse=True):
        row = miss.row
        reply = "(media)" if row.reply is None else json.dumps(row.reply[:80], ensure_ascii=False)
        lines.append(
            f"  {score.path.name}:{row.line}: {miss.outcome.value}: {row.language} {row.question} "
            f"{reply} is {row.expect}, read as {miss.got} ({miss.reason})"
        )
    return "\n".join(lines)


def score_json(score: Score) -> str:
    """The score for machines."""
    counts = {outcome.value: score.count(outcome) for outcome in Outcome}
    misses = [asdict(miss) for miss in score.misses]
    found: dict[str, object] = {
        "file": score.path.name,
        "rows": len(score.rows),
        "good": score.is_good,
    }
    found |= {"without_lexicon": score.without_lexicon, "counts": counts, "misses": misses}
    return json.dumps(found, ensure_ascii=False, indent=1)


def _table(title: str, rows: Sequence[tuple[str, Outcome]]) -> list[str]:
    lines = ["", f"  {title:<12} rows  right  " + "  ".join(o.value for o in list(Outcome)[1:])]
    for key in dict.fromkeys(key for key, _ in rows):
        counts = Counter(outcome for other, outcome in rows if other == key)
        cells = [f"{counts[o]:>{len(o.value)}}" for o in list(Outcome)[1:]]
        lines.append(
            f"  {key:<12} {counts.total():>4}  {counts[Outcome.RIGHT]:>5}  " + "  ".join(cells)
        )
    return lines


def _scored(corpus: Corpus, lexicons: Mapping[str, Lexicon]) -> Iterator[Scored]:
    for row in corpus.rows:
        reading: Reading = Unclear("media")
        if row.reply is not None:
            question = corpus.questions[row.question]
            reading = understand(question, row.reply, lexicons, row.language)
        got = _said(reading)
        yield Scored(row, got, getattr(reading, "reason", ""), _outcome(row.expect, got, reading))


def _said(reading: Reading) -> str:
    match reading:
        case Understood(value=value):
            return _written(value)
        case Commanded(command=Command.CRISIS):
            return "human"
        case Commanded(command=Command.LANGUAGE, language=str(language)):
            return f"language:{language}"
        case Commanded(command=command):
            return command.value
        case _:
            return "unclear"


def _written(value: Value) -> str:
    if isinstance(value, tuple):
        return " ".join(sorted(map(str, value)))
    return value.isoformat() if isinstance(value, date) else str(value)


def _outcome(expected: str, got: str, reading: Reading) -> Outcome:
    if expected == got:
        return Outcome.RIGHT
    if expected == Command.STOP:
        return Outcome.MISSED_STOP
    if got == Command.STOP:
        return Outcome.FALSE_STOP
    if isinstance(reading, Commanded):
        return Outcome.OTHER_COMMAND
    return Outcome.RE_ASK if isinstance(reading, Unclear) else Outcome.WRONG_VALUE
