"""A fault in an author's file, as a value: where it is, what is wrong, how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from rapidfuzz import fuzz, process

_CLOSE_ENOUGH = 60.0
_MANY = 12


class Severity(StrEnum):
    """An error keeps the file from being used, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file. ``line`` and ``column`` count from 1; ``width`` is that of the caret."""

    file: Path
    line: int = 1
    column: int = 1
    width: int = 1
    excerpt: str = ""

    def at(self, word: str) -> "Place":
        """The same, narrowed to a word of it if that stands on the line from here on."""
        start = self.excerpt.find(word, self.column - 1)
        return self if start < 0 else replace(self, column=start + 1, width=len(word))


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault. ``excerpt`` is the line of the file, ``width`` how much of it the caret marks."""

    file: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    suggestion: str = ""
    excerpt: str = ""
    width: int = 1


def problem_at(
    place: Place,
    code: str,
    message: str,
    suggestion: str = "",
    severity: Severity = Severity.ERROR,
) -> Problem:
    """A problem at a place; the message is one sentence without a full stop."""
    return Problem(
        file=place.file.as_posix(),
        line=place.line,
        column=place.column,
        code=code,
        severity=severity,
        message=message,
        suggestion=suggestion,
        excerpt=place.excerpt,
        width=max(1, place.width),
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion for a misspelled word: the nearest known one, else all of them if few."""
    names = sorted(known)
    best = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    if best is not None:
        return f"did you mean `{best[0]}`?"
    if not names:
        return ""
    if len(names) <= _MANY:
        return "known here: " + ", ".join(names)
    return ""
