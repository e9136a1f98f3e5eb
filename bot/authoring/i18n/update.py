"""Brings the PO files of all languages up to date with the flows and the bot's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.plurals import get_plural

from bot.authoring.i18n.merge import Merged, known_entries, merge
from bot.authoring.i18n.wanted import Wanted, languages_of, translated_into, wanted_texts
from bot.content.catalogues import read_po_file
from bot.content.draft import OWN
from bot.content.languages import is_language
from bot.content.library import USABLE_DESPITE, Library
from bot.content.po import PoFile, write_po
from bot.content.problem import Problem, Severity

HEADER = """\
Project-Id-Version: polsbot
Language: {language}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
"""


@dataclass(frozen=True, slots=True)
class Update:
    """What becomes of one file; ``text`` is ``None`` when it stays as it is."""

    path: Path
    text: str | None
    merged: Merged


class FaultyFilesError(Exception):
    """Some file cannot be read, so that its texts would seem to be gone. ``problems`` say which."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def updates(library: Library) -> list[Update]:
    """What every file becomes; nothing is written. Raises FaultyFilesError."""
    wanted = _all_texts(library)
    targets: dict[str, dict[str, dict[str, Wanted]]] = {}
    for name, texts in wanted.items():
        for language in languages_of(library, name):
            if into := translated_into(texts, language):
                targets.setdefault(language, {})[name] = into
    found: list[Update] = []
    for language, files in sorted(targets.items()):
        found += updates_of(library, language, files)
    return found


def added(library: Library, language: str) -> list[Update]:
    """The files of a language that is begun, or what becomes of them; raises FaultyFilesError."""
    return updates_of(
        library,
        language,
        {
            name: into
            for name, texts in _all_texts(library).items()
            if (into := translated_into(texts, language))
        },
    )


def templates(library: Library) -> dict[str, str]:
    """By name the text of a template: every entry, no translation. Raises FaultyFilesError."""
    return {
        name: write_po(
            PoFile(
                (_what(library, name), "A template: polsbot i18n add makes a language from it."),
                HEADER.format(language=""),
                tuple(text.entry() for text in texts.values()),
            )
        )
        for name, texts in _all_texts(library).items()
    }


def updates_of(
    library: Library, language: str, wanted: dict[str, dict[str, Wanted]]
) -> list[Update]:
    """What the files of one language become; raises FaultyFilesError."""
    folder = _folder(library.locales, language)
    files: dict[str, PoFile] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.po")):
        file, faults = read_po_file(path)
        problems += faults
        if file is not None:
            files[path.stem] = file
    if problems:
        raise FaultyFilesError(problems)
    known = known_entries(files.values())
    names = [*wanted, *(name for name in files if name not in wanted)]
    placed = {key: name for name, texts in wanted.items() for key in texts}
    found = []
    for name in names:
        old = files.get(name)
        elsewhere = frozenset(key for key, place in placed.items() if place != name)
        if name in wanted:
            begun = old or new_file(library, name, language)
            merged = merge(begun, wanted[name], known, elsewhere)
        else:  # no study of this name: whatever moved away leaves it, the rest is not ours
            kept = [one for one in files[name].entries if one.context not in elsewhere]
            merged = Merged(PoFile(files[name].comments, files[name].header, tuple(kept)))
        changed = old is None or merged.file != old
        found.append(
            Update(folder / f"{name}.po", write_po(merged.file) if changed else None, merged)
        )
    return found


def _folder(locales: Path, language: str) -> Path:
    """Where a language stands; other tools write ``pt_BR`` for ``pt-BR``."""
    written = locales / language.replace("-", "_")
    return (written if written.is_dir() else locales / language) / "LC_MESSAGES"


def new_file(library: Library, name: str, language: str) -> PoFile:
    """A file without entries, with a head that says what it is."""
    locale = Locale.parse(language, sep="-") if is_known(language) else None
    spoken = language if locale is None else locale.get_display_name("en")
    header = HEADER.format(language=language.replace("-", "_"))
    if locale is not None:
        plural = get_plural(language.replace("-", "_"))
        header += f"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\n"
    return PoFile(
        (_what(library, name), f"{spoken}. Not yet reviewed by a native speaker."), header
    )


def _what(library: Library, name: str) -> str:
    if name == OWN:
        return "The bot's own words."
    study = library.studies.get(name)
    if study is None:
        return "The words that several studies share."
    return f"The words of {study.title or study.name}."


def is_known(language: str) -> bool:
    """Whether CLDR has a name for it; it has none for ``en-XA``."""
    return is_language(language) and not language.endswith(("-XA", "-XB"))


def write_all(found: list[Update]) -> Iterator[Path]:
    """Write what changed, each file whole or not at all; raises OSError."""
    for update in found:
        if update.text is not None:
            write_whole(update.path, update.text.encode())
            yield update.path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and put it there; its folder is made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _all_texts(library: Library) -> dict[str, dict[str, Wanted]]:
    faults = [one for one in library.problems if _hides_texts(one)]
    if faults:
        raise FaultyFilesError(faults)
    return wanted_texts(library)


def _hides_texts(problem: Problem) -> bool:
    if problem.severity is not Severity.ERROR:
        return False
    return problem.code.startswith("F") and problem.code not in USABLE_DESPITE
