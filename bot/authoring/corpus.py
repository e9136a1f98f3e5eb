"""A corpus: questions, and what people typed to them with the reading of a careful clerk (YAML)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.engine.flow import AnswerType
from bot.engine.replies.reading import Command, Question

_TYPES = {kind.value: kind for kind in AnswerType} | {"scale": AnswerType.CHOICE}
_ALIASES = {"data": str(Command.MY_DATA)}
"""Other names that corpora have for a command."""


class CorpusError(Exception):
    """The file is no corpus of replies; the message says where."""


@dataclass(frozen=True, slots=True)
class Row:
    """One reply of the corpus; ``reply`` is ``None`` for media, ``line`` counts from 1."""

    line: int
    language: str
    question: str
    type: str
    category: str
    reply: str | None
    expect: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The questions by name, and the rows in the order of the file."""

    questions: Mapping[str, Question]
    rows: tuple[Row, ...]


def load_corpus(path: Path) -> Corpus:
    """The corpus in a file; raises ``CorpusError`` if it is none."""
    top = _mapping(_yaml(path), path.name)
    if missing := [key for key in ("today", "questions", "rows") if key not in top]:
        raise CorpusError(f"{path.name}: a corpus needs {', '.join(missing)}")
    today = _date(top["today"], f"{path.name}: today")
    specs = _mapping(top["questions"], f"{path.name}: questions")
    questions = {
        str(name): _question(_mapping(spec, where), today, where)
        for name, spec in specs.items()
        for where in (f"{path.name}: question {name}",)
    }
    types = {str(name): str(spec["type"]) for name, spec in specs.items()}
    rows = tuple(_rows(top["rows"], types, path.name))
    if not rows:
        raise CorpusError(f"{path.name}: there are no rows to score")
    return Corpus(questions, rows)


def _yaml(path: Path) -> Any:
    if not path.is_file():
        raise CorpusError(f"there is no file {path}")
    try:
        return YAML().load(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path.name} is not UTF-8 text: save it as UTF-8") from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or str(error)
        raise CorpusError(f"{path.name}{line}: this is no YAML: {said}") from error


def _mapping(found: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise CorpusError(f"{where}: here stand names with values, like `name: value`")
    return found


def _list(found: Any, where: str) -> list[Any]:
    if found is None or isinstance(found, list):
        return found or []
    raise CorpusError(f"{where} is no list")


def _date(found: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(found))
    except ValueError as error:
        raise CorpusError(f'{where} is {found}: write a date like "2026-11-22"') from error


def _question(spec: Mapping[str, Any], today: date, where: str) -> Question:
    kind = _TYPES.get(str(spec.get("type")))
    if kind is None:
        types = ", ".join(_TYPES)
        raise CorpusError(f"{where}: the type is {spec.get('type')}, and can be {types}")

    def bound(key: str) -> int | date | None:
        value = spec.get(key)
        if value is None or isinstance(value, int):
            return value
        return _date(value, f"{where}: {key}")

    labels = _mapping(spec.get("labels") or {}, f"{where}: labels")
    ask = _mapping(spec.get("ask") or {}, f"{where}: ask")
    return Question(
        type=kind,
        today=today,
        codes=tuple(_list(spec.get("codes"), f"{where}: codes")),
        labels={
            language: tuple(map(str, _list(some, f"{where}: labels: {language}")))
            for language, some in labels.items()
        },
        symbols=tuple(_list(spec.get("symbols"), f"{where}: symbols")),
        exclusive=frozenset(_list(spec.get("exclusive"), f"{where}: exclusive")),
        low=bound("min"),
        high=bound("max"),
        ask={language: str(text) for language, text in ask.items()},
    )


def _rows(rows: Any, types: Mapping[str, str], name: str) -> Iterator[Row]:
    for at, raw in enumerate(_list(rows, f"{name}: rows")):
        line = rows.lc.item(at)[0] + 1
        where = f"{name}:{line}"
        row = _mapping(raw, where)
        keys = ("lang", "q", "cat", "reply", "expect")
        if missing := [key for key in keys if row.get(key) is None]:
            raise CorpusError(f"{where}: the row needs {', '.join(missing)}")
        question = str(row["q"])
        if question not in types:
            raise CorpusError(f"{where}: there is no question {question}")
        yield Row(
            line=line,
            language=str(row["lang"]),
            question=question,
            type=types[question],
            category=str(row["cat"]),
            reply=_reply(row["reply"], where),
            expect=_expected(row["expect"]),
        )


def _reply(found: Any, where: str) -> str | None:
    if isinstance(found, str | Mapping):
        return found if isinstance(found, str) else None
    raise CorpusError(f'{where}: the reply is {found}: write it in quotes, "{found}"')


def _expected(expect: Any) -> str:
    if isinstance(expect, list):
        return " ".join(sorted(map(str, expect)))
    return _ALIASES.get(str(expect), str(expect))
