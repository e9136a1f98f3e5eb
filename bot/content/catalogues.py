"""The PO files under ``locales/``, read into memory; no compiled files, no guessing.

An entry is found by its msgctxt, which is the text key. The study's words and the bank's stand in
any file of the language: ``common.po`` or the study's; the one whose msgid is the present source
text wins.
"""

from dataclasses import dataclass, field
from pathlib import Path

from bot.content.languages import is_language
from bot.content.placeholders import placeholders_in, stray_brace
from bot.content.po import PoFile, read_po
from bot.content.problem import Place, Problem, problem_at
from bot.content.source import FORBIDDEN

_PO_MEND = 'each text stands in "quotes", once; a quote inside is written \\"'
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One translation as its file has it."""

    source: str
    text: str
    fuzzy: bool
    place: Place


@dataclass(slots=True)
class Catalogues:
    """All entries: language → text key → entries of that key. ``unread`` are the languages with a
    file that cannot be read: what they lack may stand in it.
    """

    entries: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def entry(self, language: str, key: str, source: str) -> Entry | None:
        """The translation of a text, whatever its state; ``None`` if there is none."""
        found = self.entries.get(language, {}).get(key, [])
        return next(
            (entry for entry in found if entry.source == source), found[0] if found else None
        )

    def translate(self, language: str, key: str, source: str) -> str | None:
        """The translation that may be sent; ``None`` if it is missing or has a fault."""
        entry = self.entry(language, key, source)
        return None if entry is None or fault_of(entry, source) is not None else entry.text


def fault_of(entry: Entry, source: str) -> tuple[str, str] | None:
    """Code and sentence of what keeps a translation from being sent."""
    if not entry.text.strip():
        return "I001", "this text is not translated"
    if entry.fuzzy:
        return "I002", "this translation is marked fuzzy, so it is not sent"
    if entry.source != source:
        return "I004", "the source text has changed since this was translated"
    if stray_brace(entry.text) is not None:
        return "I003", "a { or } stands alone in this translation"
    wanted, found = ({name for name, _ in placeholders_in(text)} for text in (source, entry.text))
    if wanted != found:
        names = ", ".join(f"{{{name}}}" for name in sorted(wanted ^ found))
        return "I003", f"source and translation differ in {names}"
    forbidden = FORBIDDEN.search(entry.text)
    if forbidden is not None:
        return "I006", f"the invisible character U+{ord(forbidden[0]):04X} is not allowed"
    if "\n" in entry.text and "\n" not in source:
        return "I006", "this translation has a line break, its source has none"
    return None


def read_catalogues(locales: Path) -> Catalogues:
    """Every ``<lang>/LC_MESSAGES/*.po`` under a folder; problems are gathered, nothing raises."""
    catalogues = Catalogues()
    for path in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        language = path.parent.parent.name.replace("_", "-")
        if is_language(language):
            _read_file(catalogues, language, path)
    return catalogues


def read_po_file(path: Path) -> tuple[PoFile | None, list[Problem]]:
    """One file as it stands, and what is wrong with it; ``None`` if nothing in it can be used."""

    def fault(line: int, message: str, suggestion: str = "") -> Problem:
        return problem_at(Place(path, line), "I005", message, suggestion)

    try:
        with path.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES or path.is_symlink():
            return None, [fault(1, "this file is too large or a link")]
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return None, [fault(1, f"this file cannot be opened: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, [fault(line, "this file is not UTF-8 text", "save it as UTF-8")]
    file, faults = read_po(text)
    lines = text.split("\n")
    return None if faults else file, [
        problem_at(
            Place(path, one.line, excerpt=lines[one.line - 1].strip()),
            "I005",
            f"this PO file cannot be read: {one.message}",
            _PO_MEND,
        )
        for one in faults
    ]


def _read_file(catalogues: Catalogues, language: str, path: Path) -> None:
    file, problems = read_po_file(path)
    catalogues.problems.extend(problems)
    keys = catalogues.entries.setdefault(language, {})
    if file is None:
        catalogues.unread.add(language)
        return
    for entry in file.entries:
        place = Place(path, entry.line, 1, len(entry.excerpt), entry.excerpt)
        if entry.is_obsolete or not entry.source:
            continue
        if entry.has_plural or not entry.context:
            name = entry.context or entry.source[:40]
            what, mend = (
                ("has plural forms", "write one form that fits all")
                if entry.has_plural
                else ("has no msgctxt", "the tool that saved this file dropped it: undo that")
            )
            catalogues.problems.append(problem_at(place, "I005", f"`{name}` {what}", mend))
            continue
        found = Entry(entry.source, entry.text, entry.is_fuzzy, place)
        keys.setdefault(entry.context, []).append(found)
