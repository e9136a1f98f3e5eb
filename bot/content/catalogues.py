"""The PO files under ``locales/``, read into memory; no compiled files, no guessing.

An entry is found by its msgctxt, which is the text key. The study's words and the bank's stand in
any file of the language: ``common.po`` or the study's; the one whose msgid is the present source
text wins.
"""

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from bot.content.languages import is_language
from bot.content.placeholders import placeholders_in, stray_brace
from bot.content.problem import Place, Problem, problem_at
from bot.content.source import FORBIDDEN

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
    """All entries: language → text key → entries of that key."""

    entries: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
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
    if not entry.text:
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
    return None


def read_catalogues(locales: Path) -> Catalogues:
    """Every ``<lang>/LC_MESSAGES/*.po`` under a folder; problems are gathered, nothing raises."""
    catalogues = Catalogues()
    for path in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        language = path.parent.parent.name.replace("_", "-")
        if is_language(language):
            _read_file(catalogues, language, path)
    return catalogues


def _read_file(catalogues: Catalogues, language: str, path: Path) -> None:
    def report(line: int, message: str, suggestion: str = "") -> None:
        place = Place(path, line)
        catalogues.problems.append(problem_at(place, "I005", message, suggestion))

    try:
        raw = path.read_bytes()[: MAX_BYTES + 1]
        text = raw.decode("utf-8-sig")
    except OSError as error:
        report(1, f"this file cannot be opened: {error.strerror}")
        return
    except UnicodeDecodeError as error:
        report(raw.count(b"\n", 0, error.start) + 1, "this file is not UTF-8 text")
        return
    if len(raw) > MAX_BYTES or path.is_symlink():
        report(1, "this file is too large or a link")
        return
    try:
        catalogue = read_po(StringIO(text), abort_invalid=True)
    except PoFileError as error:
        report(error.lineno + 1, f"this PO file cannot be read: {error.args[0]}")
        return
    except (ValueError, LookupError) as error:
        report(1, f"this PO file cannot be read: {error}", "look at its header")
        return
    lines = text.splitlines()
    keys = catalogues.entries.setdefault(language, {})
    for message in catalogue:
        if not message.id or not message.context:
            continue
        number = message.lineno or 1
        if not isinstance(message.id, str) or not isinstance(message.string, str):
            report(number, f"`{message.context}` has plural forms", "write one form that fits all")
            continue
        excerpt = lines[number - 1] if number <= len(lines) else ""
        place = Place(path, number, 1, len(excerpt), excerpt)
        entry = Entry(message.id, message.string, message.fuzzy, place)
        keys.setdefault(message.context, []).append(entry)
