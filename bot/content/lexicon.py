"""Reads ``locales/<lang>/lexicon.yaml`` into lexicons; faults are told with their line."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.patterns import bounded, parts
from bot.engine.replies.phrases import gathered
from bot.engine.replies.reading import Command
from bot.engine.replies.senses import LISTED, VALUED
from bot.engine.replies.spoken import Spoken, build

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads these long lists ten times faster than what reads the flows; every scalar is taken
as it is written, so that the versions of YAML make no difference here.
"""


@dataclass(frozen=True, slots=True)
class LexiconProblem:
    """A fault in a lexicon file; ``line`` counts from 1."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class LexiconError(Exception):
    """Some lexicon cannot be used. ``problems`` has every fault of every file, ``whole`` the
    lexicons that have none, by language.
    """

    def __init__(
        self, problems: list[LexiconProblem], whole: Mapping[str, Lexicon] | None = None
    ) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
        self.whole = dict(whole or {})


def load_lexicons(folder: Path) -> dict[str, Lexicon]:
    """All lexicons under ``folder/<lang>/lexicon.yaml`` by language; raises ``LexiconError``.

    Of a file that says what it said before, it is the same lexicon.
    """
    problems: list[LexiconProblem] = []
    lexicons: dict[str, Lexicon] = {}
    for path in sorted(folder.glob("*/lexicon.yaml")):
        lexicon, faults = _read(path.parent.name, path.read_bytes())
        problems += [LexiconProblem(path, line, message) for line, message in faults]
        if lexicon is not None:
            lexicons[lexicon.language] = lexicon
    if problems:
        raise LexiconError(problems, lexicons)
    return lexicons


Fault = tuple[int, str]
"""The line, from 1, and what is wrong there."""


@lru_cache(maxsize=16)
def _read(language: str, content: bytes) -> tuple[Lexicon | None, tuple[Fault, ...]]:
    """What a file of this language says, or its faults. Kept, because all of them take seconds to
    build, and who works on the texts saves one file and looks at it with all the others.
    """
    try:
        root = yaml.compose(content.decode(), Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, ((line, "this is not UTF-8 text: save it as UTF-8"),)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        return None, ((mark.line + 1 if mark else 1, f"this is no YAML: {said}"),)
    reader = _Reader(language, [])
    spoken = reader.spoken(root)
    return None if reader.faults else build(spoken), tuple(reader.faults)


@dataclass(slots=True)
class _Reader:
    """Walks one file's nodes; every scalar is a word, so ``no`` and ``on`` need no quotes."""

    language: str
    faults: list[Fault]
    onto_next: tuple[str, ...] = ()

    def spoken(self, root: Node | None) -> Spoken:
        top = dict(self._pairs(root))
        self.onto_next = self._patterns(top.pop("onto_next", None))
        valued = {
            sense: self._valued(top.pop(sense.value)) for sense in VALUED if sense.value in top
        }
        listed = {
            sense: self._patterns(top.pop(sense.value)) for sense in LISTED if sense.value in top
        }
        commands = {}
        for name, node in self._pairs(top.pop("commands", None)):
            if name in {command.value for command in Command}:
                commands[Command(name)] = self._patterns(node, parts)
            else:
                self._fault(node, f"{name!r} is no command")
        spoken = Spoken(
            language=self._word(top.pop("language", None), "language"),
            name=self._word(top.pop("name", None), "name"),
            commands=commands,
            refusal=self._parts(
                top.pop("refusal", None), ("about", "deny", "end", "beside"), "a refusal"
            ),
            crisis=self._patterns(top.pop("crisis", None), _gathered),
            harmless=self._patterns(top.pop("harmless", None), _gathered),
            languages=self._lists(top.pop("languages", None)),
            language_asked=self._patterns(top.pop("language_asked", None), parts),
            language_refused=self._patterns(top.pop("language_refused", None), parts),
            listed=listed,
            valued=valued,
            same=self._lists(top.pop("same", None)),
            known=self._patterns(top.pop("known", None)),
            prefixes=self._patterns(top.pop("prefixes", None)),
            onto_next=self.onto_next,
            calendar=self._calendar(top.pop("calendar", None)),
            negating=self._patterns(top.pop("negating", None)),
            inflection=self._parts(
                top.pop("inflection", None),
                ("before", "deny", "yes", "no", "place"),
                "an inflection",
            ),
        )
        for key, node in top.items():
            self._fault(node, f"{key!r} is no part of a lexicon")
        if spoken.language and spoken.language != self.language:
            self._fault(root, f"language is {spoken.language!r}, the folder says {self.language!r}")
        return spoken

    def _parts(
        self, node: Node | None, known: tuple[str, ...], what: str
    ) -> dict[str, tuple[str, ...]]:
        found = self._lists(node)
        for part in found.keys() - set(known):
            self._fault(node, f"{part!r} is no part of {what}")
        return found

    def _calendar(self, node: Node | None) -> str:
        name = "" if node is None else self._word(node, "calendar")
        if name not in ("", "solar"):
            self._fault(node, f"{name!r} is no calendar known here, write solar")
        return name

    def _word(self, node: Node | None, key: str) -> str:
        if isinstance(node, ScalarNode):
            return str(node.value)
        self._fault(node, f"{key!r} is missing")
        return ""

    def _pairs(self, node: Node | None) -> Iterator[tuple[str, Node]]:
        if node is None:
            return
        if not isinstance(node, MappingNode):
            self._fault(node, "here must be a map, `key: value`")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                self._fault(key, f"{name!r} stands here twice")
            seen.add(name)
            yield name, value

    def _lists(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        return {key: self._patterns(value) for key, value in self._pairs(node)}

    def _valued(self, node: Node) -> dict[Decimal, tuple[str, ...]]:
        found: dict[Decimal, tuple[str, ...]] = {}
        for key, value in self._pairs(node):
            try:
                found[Decimal(key)] = self._patterns(value)
            except InvalidOperation:
                self._fault(value, f"{key!r} must be a number")
        return found

    def _patterns(
        self, node: Node | None, check: Callable[[str], object] = bounded
    ) -> tuple[str, ...]:
        if node is None:
            return ()
        items = node.value if isinstance(node, SequenceNode) else [node]
        found = []
        for item in items:
            if not isinstance(item, ScalarNode):
                self._fault(item, "here must be words")
                continue
            try:
                check(item.value)
            except ValueError as error:
                self._fault(item, str(error))
            found.append(_joined(item.value, self.onto_next))
        return tuple(found)

    def _fault(self, node: Node | None, message: str) -> None:
        line = node.start_mark.line + 1 if node is not None else 1
        self.faults.append((line, message))


def _gathered(source: str) -> object:
    """Raises ``ValueError`` if it is no phrase."""
    return gathered((source,))


def _joined(source: str, onto_next: tuple[str, ...]) -> str:
    """The pattern with these words written onto the next one."""
    for word in onto_next:
        source = re.sub(rf"(?<!\w)({word}) (?=\w)", r"\1", source)
    return source
