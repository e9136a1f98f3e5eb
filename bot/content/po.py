"""PO files as values: read with the line of every fault, written so that equal means equal bytes.

Babel reads and writes the format too, but it forgets ``#| msgid`` and the head of a file, folds
notes and guesses a header; a translator's file must come back as it was, but for what changed.
The form is gettext's: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

FUZZY = "fuzzy"
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr\[\d+\]|msgstr)\s*(.*)")
_REFERENCE = re.compile("\u2068[^\u2069]*\u2069(?::\\d+)?|\\S+")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class PoEntry:
    """One text and its translation. ``comments`` (``#``) are the translator's, ``notes`` (``#.``)
    ours; ``previous`` is the source that a fuzzy ``text`` was made for; ``line`` and
    ``excerpt`` are those of the msgid.
    """

    context: str
    source: str
    text: str = ""
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    previous: str | None = None
    is_obsolete: bool = False
    has_plural: bool = field(default=False, compare=False)
    line: int = field(default=0, compare=False)
    excerpt: str = field(default="", compare=False)

    @property
    def is_fuzzy(self) -> bool:
        """Whether somebody must look before it may be sent."""
        return FUZZY in self.flags


@dataclass(frozen=True, slots=True)
class PoFile:
    """A file: the comments at its head, the header's lines as one text, the entries."""

    comments: tuple[str, ...] = ()
    header: str = ""
    entries: tuple[PoEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class PoFault:
    """Why a line cannot be read; ``line`` counts from 1."""

    line: int
    message: str


def read_po(text: str) -> tuple[PoFile, list[PoFault]]:
    """A file and every fault in it; any line ends will do."""
    reader = _Reader()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        reader.take(number, line.strip())
    reader.finish()
    file = PoFile(reader.head, reader.header, tuple(reader.entries))
    return file, [*reader.faults, *_twice(file)]


def write_po(file: PoFile) -> str:
    """The text of a file, ``\\n`` at the end of every line; nothing is folded."""
    head = PoEntry("", "", file.header, file.comments)
    return "\n".join("\n".join(_lines(entry)) + "\n" for entry in (head, *file.entries))


class _Reader:
    def __init__(self) -> None:
        self.head: tuple[str, ...] = ()
        self.header = ""
        self.entries: list[PoEntry] = []
        self.faults: list[PoFault] = []
        self._clear()

    def _clear(self) -> None:
        self._parts: dict[str, list[str]] = {}
        self._marks: dict[str, list[str]] = {".": [], ":": [], ",": [], "": []}
        self._open: list[str] | None = None
        self._line = 0
        self._excerpt = ""
        self._is_obsolete = False

    def take(self, number: int, line: str) -> None:
        """One line; what is wrong with it becomes a fault."""
        if not line:
            return
        if line.startswith("#~"):
            line = line[2:].lstrip()
            self._message(number, line, obsolete=True)
        elif line.startswith("#|"):
            self._message(number, f"| {line[2:].lstrip()}")
        elif line.startswith("#"):
            self._comment(line)
        else:
            self._message(number, line)

    def finish(self) -> None:
        """Close the entry that is being read."""
        parts, marks = self._parts, self._marks
        source = "".join(parts.get("msgid", ()))
        context = "".join(parts.get("msgctxt", ()))
        if "msgid" in parts and not any(key.startswith("msgstr") for key in parts):
            self._fault(self._line, "this msgid has no msgstr")
        elif "msgid" not in parts and parts.keys() - {"| msgid", "| msgctxt"}:
            self._fault(self._line, "this entry has no msgid")
        elif "msgid" in parts and not source and not context:
            self.head, self.header = tuple(marks[""]), "".join(parts.get("msgstr", ()))
        elif "msgid" in parts:
            previous = parts.get("| msgid")
            self.entries.append(
                PoEntry(
                    context,
                    source,
                    "".join(parts.get("msgstr", ())),
                    tuple(marks[""]),
                    tuple(marks["."]),
                    tuple(marks[":"]),
                    tuple(marks[","]),
                    None if previous is None else "".join(previous),
                    self._is_obsolete,
                    "msgid_plural" in parts,
                    self._line,
                    self._excerpt,
                )
            )
        self._clear()

    def _message(self, number: int, line: str, *, obsolete: bool = False) -> None:
        mark = ""
        if line.startswith("|"):
            mark, line = "| ", line[1:].lstrip()
        if not line.startswith('"'):
            match = _KEYWORD.fullmatch(line)
            if match is None:
                self._fault(number, "this line is neither a comment nor a text in quotes")
                return
            self._begin(number, mark + match[1], line, obsolete=obsolete)
            line = match[2]
        string = _STRING.fullmatch(line)
        if string is None:
            self._fault(number, "this text has no quotes around it, or a quote inside it")
        elif self._open is None:
            self._fault(number, "this text belongs to no msgid or msgstr")
        else:
            for letter in _ESCAPE.findall(string[1]):
                if letter not in _PLAIN:
                    told = f"\\{letter} means nothing: write \\\\ for a backslash"
                    self._fault(number, told)
            self._open.append(_ESCAPE.sub(lambda one: _PLAIN.get(one[1], one[1]), string[1]))

    def _begin(self, number: int, key: str, line: str, *, obsolete: bool) -> None:
        has_text = any(part.startswith("msgstr") for part in self._parts)
        if has_text and not key.startswith("msgstr"):
            self.finish()
        if key in self._parts:
            self._fault(number, f"there are two {key} in one entry")
        if key == "msgid" or not self._line:
            self._line, self._excerpt = number, line
        self._is_obsolete = obsolete
        self._open = self._parts[key] = []

    def _comment(self, line: str) -> None:
        if "msgid" in self._parts:
            self.finish()
        kind = line[1:2]
        match kind:
            case ":":
                self._marks[kind] += _REFERENCE.findall(line[2:])
            case ",":
                self._marks[kind] += [flag for one in line[2:].split(",") if (flag := one.strip())]
            case ".":
                self._marks[kind] += [note] if (note := line[2:].strip()) else []
            case _:
                self._marks[""].append(line[1:].strip())

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(PoFault(line, message))


def _twice(file: PoFile) -> Iterator[PoFault]:
    seen: dict[str, int] = {}
    for entry in file.entries:
        if entry.is_obsolete:
            continue
        if entry.context in seen:
            first = seen[entry.context]
            yield PoFault(entry.line, f"`{entry.context}` stands here twice (line {first})")
        elif entry.context:
            seen[entry.context] = entry.line


def _lines(entry: PoEntry) -> Iterator[str]:
    mark = "#~ " if entry.is_obsolete else ""
    yield from (f"# {comment}".rstrip() for comment in entry.comments)
    yield from (f"#. {note}" for note in entry.notes)
    yield from (f"#: {reference}" for reference in entry.references)
    if entry.flags:
        yield "#, " + ", ".join(entry.flags)
    if entry.previous is not None:
        yield from _quoted("#~| " if mark else "#| ", "msgid", entry.previous)
    if entry.context:
        yield from _quoted(mark, "msgctxt", entry.context)
    yield from _quoted(mark, "msgid", entry.source)
    yield from _quoted(mark, "msgstr", entry.text)


def _quoted(mark: str, keyword: str, text: str) -> Iterable[str]:
    parts = re.findall(r"[^\n]*\n|[^\n]+", text)
    quoted = [f'"{part.translate(_ESCAPED)}"' for part in parts]
    if len(quoted) < 2:
        return [f"{mark}{keyword} {''.join(quoted) or chr(34) * 2}"]
    return [f'{mark}{keyword} ""', *(f"{mark}{part}" for part in quoted)]
