"""Problems as text for people, as GitHub annotations, as JSON and as SARIF for machines."""

import json
from collections.abc import Sequence

from bot.content.problem import Problem, Severity
from bot.content.source import FORBIDDEN

FORMATS = ("text", "github", "json", "sarif")
_TAB = "    "
_SHOWN = 120


def render(problems: Sequence[Problem], form: str) -> str:
    """All problems in one of FORMATS, without a last line break; raises KeyError for another."""
    writers = {"text": _text, "github": _github, "json": _json, "sarif": _sarif}
    return writers[form](problems)


def failed(problems: Sequence[Problem]) -> bool:
    """Whether any of them keeps a file from being used."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def _text(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    found = f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"
    summary = "No problems found." if not problems else f"Found {found}."
    return "\n\n".join([*map(_one, problems), summary])


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _one(problem: Problem) -> str:
    """As lines, with nothing of a file in them that would steer a terminal."""
    return "\n".join(FORBIDDEN.sub("\ufffd", line) for line in _lines(problem))


def _lines(problem: Problem) -> list[str]:
    mark = "" if problem.severity is Severity.ERROR else "warning: "
    lines = [f"{problem.code} {mark}{problem.message}"]
    number = str(problem.line)
    margin = " " * len(number)
    lines.append(f"{margin}--> {problem.file}:{problem.line}:{problem.column}")
    if problem.excerpt.strip():
        shown, column = _window(problem)
        caret = "^" * max(1, min(problem.width, len(shown) - column + 1))
        before = "".join("\t" if sign == "\t" else " " for sign in shown[: column - 1])
        lines.append(f"{margin} |")
        lines.append(f"{number} | {shown}".replace("\t", _TAB))
        lines.append(f"{margin} | {before}{caret}".replace("\t", _TAB))
    hint = f"{problem.suggestion}; " if problem.suggestion else ""
    lines.append(f"{margin} = help: {hint}polsbot explain {problem.code}")
    return lines


def _window(problem: Problem) -> tuple[str, int]:
    """The part of a long line around the caret, and the caret's column in it."""
    line, column = problem.excerpt, problem.column
    if len(line) <= _SHOWN:
        return line, min(column, len(line) + 1)
    start = max(0, min(column - 1 - _SHOWN // 2, len(line) - _SHOWN))
    head = "…" if start else ""
    tail = "…" if start + _SHOWN < len(line) else ""
    return f"{head}{line[start : start + _SHOWN]}{tail}", column - start + len(head)


def _github(problems: Sequence[Problem]) -> str:
    return "\n".join(
        f"::{problem.severity} file={_property(problem.file)},line={problem.line},"
        f"col={problem.column},title={problem.code}::{_escaped(_sentence(problem))}"
        for problem in problems
    )


def _sentence(problem: Problem) -> str:
    return f"{problem.message} ({problem.suggestion})" if problem.suggestion else problem.message


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _json(problems: Sequence[Problem]) -> str:
    rows = [
        {
            "code": problem.code,
            "severity": problem.severity,
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.message,
            "suggestion": problem.suggestion,
        }
        for problem in problems
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _sarif(problems: Sequence[Problem]) -> str:
    """Version 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""
    results = [
        {
            "ruleId": problem.code,
            "level": problem.severity,
            "message": {"text": _sentence(problem)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": problem.file},
                        "region": {
                            "startLine": problem.line,
                            "startColumn": problem.column,
                            "endColumn": problem.column + problem.width,
                        },
                    }
                }
            ],
        }
        for problem in problems
    ]
    rules = [{"id": code} for code in sorted({problem.code for problem in problems})]
    driver = {"name": "polsbot check", "rules": rules}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)
