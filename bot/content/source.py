"""One YAML file of an author: its lines, its nodes and the problems found in it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.problem import Place, Problem, Severity, problem_at
from bot.content.yaml_nodes import Mapping, Node, Scalar, Sequence, read_nodes
from bot.content.yaml_scan import YamlFault

MAX_BYTES = 256 * 1024
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]"
)

_ODD_INDENT = re.compile("^ *[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]", re.MULTILINE)
_DOCUMENTS = (b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0", b"%PDF")
"""How files of Word, spreadsheets and PDF begin."""


@dataclass(slots=True)
class Source:
    """A file as read. ``root`` is empty when it could not be read; ``problems`` then says why."""

    file: Path
    lines: list[str]
    root: Mapping
    problems: list[Problem] = field(default_factory=list)

    def place(self, node: Node) -> Place:
        """Where a node stands, with its line as excerpt."""
        width = node.width if isinstance(node, Scalar) else 1
        return self.spot(node.line, node.column, width)

    def spot(self, line: int, column: int, width: int = 1) -> Place:
        """A place by numbers, both from 1."""
        known = 0 < line <= len(self.lines)
        excerpt = self.lines[line - 1].rstrip("\r\n") if known else ""
        return Place(self.file, line, column, width, excerpt)

    def report(self, node: Node, code: str, message: str, suggestion: str = "") -> None:
        """Note an error at a node."""
        self.problems.append(problem_at(self.place(node), code, message, suggestion))

    @property
    def usable(self) -> bool:
        """Whether no error was found so far."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


def read_source(path: Path) -> Source:
    """Read a file. Never raises for what it holds."""
    source = Source(path, [], Mapping(1, 1))
    text = _decoded(path, source)
    if text is None:
        return source
    source.lines = text.split("\n")
    blank = _ODD_INDENT.search(text)
    if blank is not None:
        line = text.count("\n", 0, blank.end()) + 1
        spot = source.spot(line, blank.end() - text.rfind("\n", 0, blank.end()) - 1)
        message = "an invisible sign that is no ordinary blank stands before this line"
        hint = "delete what is left of the first word and type blanks"
        source.problems.append(problem_at(spot, "F015", message, hint))
        return source
    forbidden = FORBIDDEN.search(text)
    if forbidden is not None:
        line = text.count("\n", 0, forbidden.start()) + 1
        column = forbidden.start() - text.rfind("\n", 0, forbidden.start())
        spot = source.spot(line, column)
        spelled = f"U+{ord(forbidden[0]):04X}"
        message = f"the invisible character {spelled} is not allowed"
        source.problems.append(
            problem_at(
                spot, "F015", message, "delete it: mark the words around it and type them again"
            )
        )
        return source
    faults: list[YamlFault] = []
    root: Node | None = source.root
    try:
        root = read_nodes(text, faults)
    except YamlFault as last:
        faults.append(last)
    for fault in faults:
        spot = source.spot(fault.line, fault.column)
        source.problems.append(problem_at(spot, fault.code, str(fault), fault.suggestion))
    if isinstance(root, Mapping):
        source.root = root
        _check_texts(source, root)
    else:
        what = "empty" if root is None else "no list of key: value"
        spot = source.spot(1, 1)
        hint = "a flow begins with flow: and its name; `polsbot explain F024` shows a whole one"
        source.problems.append(problem_at(spot, "F010", f"this file is {what}", hint))
    return source


def _decoded(path: Path, source: Source) -> str | None:
    spot = source.spot(1, 1)
    try:
        if path.is_symlink():
            source.problems.append(problem_at(spot, "F013", "this file is a link, not a file"))
            return None
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        source.problems.append(problem_at(spot, "F013", f"this file cannot be opened: {reason}"))
        return None
    if len(raw) > MAX_BYTES:
        message = f"this file is larger than {MAX_BYTES // 1024} kB"
        source.problems.append(problem_at(spot, "F013", message, "split it in several flows"))
        return None
    if raw.startswith(_DOCUMENTS):
        message = "this is a document of another program, not plain text"
        source.problems.append(problem_at(spot, "F015", message, "save it as plain text (UTF-8)"))
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        spot = source.spot(line, error.start - raw.rfind(b"\n", 0, error.start))
        message = "this file is not UTF-8 text"
        source.problems.append(problem_at(spot, "F015", message, "save it as UTF-8"))
        return None


def _check_texts(source: Source, node: Node) -> None:
    """An escape such as ``"\\u0000"`` makes a character that the file itself may not hold."""
    match node:
        case Scalar(text=text):
            forbidden = FORBIDDEN.search(text)
            if forbidden is not None:
                message = f"the invisible character U+{ord(forbidden[0]):04X} is not allowed"
                source.report(node, "F015", message, "remove the escape")
        case Sequence(items=items):
            for item in items:
                _check_texts(source, item)
        case Mapping():
            for key in node.keys.values():
                _check_texts(source, key)
            for value in node.values.values():
                _check_texts(source, value)
