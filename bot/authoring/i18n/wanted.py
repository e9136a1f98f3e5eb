"""Every text that is to be translated, with what a translator needs to know about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content import limits
from bot.content.draft import OWN, FlowDraft, SourceText, TextKind
from bot.content.library import Library
from bot.content.placeholders import placeholders_in
from bot.content.po import PoEntry
from bot.content.words import FILE, SOURCE_LANGUAGE
from bot.engine.flow import AnswerType, Choice, Step

_HOME = FILE.parents[2]
_WHAT = {
    TextKind.QUESTION: "Question",
    TextKind.MESSAGE: "Message",
    TextKind.SORRY: "Said after a reply that was not understood",
    TextKind.INVITATION: "Invitation",
}
_SEEN = "Others may see it on the screen, so nothing about money, debts or health."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source text. ``limit`` is in characters, after filling in; ``reference`` is file:line."""

    key: str
    source: str
    language: str
    notes: tuple[str, ...]
    reference: str
    limit: int | None = None

    def entry(self) -> PoEntry:
        """The entry of a PO file, without its translation."""
        flags = [] if self.limit is None else [f"max-length:{self.limit}"]
        if any(placeholders_in(self.source)):
            flags.append("python-brace-format")
        return PoEntry(
            self.key,
            self.source,
            notes=self.notes,
            references=(self.reference,),
            flags=tuple(flags),
        )


def wanted_texts(library: Library) -> dict[str, dict[str, Wanted]]:
    """Texts by PO file (its name without ending) and key, in the order of the files.

    A study's own texts and those of the banks that only it uses stand in its file; what several
    studies use stands in the file of its folder: ``common``. The bot's words are ``polsbot``.
    """
    users: dict[str, set[str]] = {}
    sources: dict[str, SourceText] = {}
    for (study, _), draft in library.drafts.items():
        for key, text in draft.texts.items():
            sources[key] = text
            users.setdefault(key, set()).add(study)
    uses = _uses(library)
    found: dict[str, dict[str, Wanted]] = {OWN: _words(library)}
    for text in sorted(sources.values(), key=_order(library)):
        studies = users[text.key]
        name = next(iter(studies)) if len(studies) == 1 else text.key.split(".")[0]
        found.setdefault(name, {})[text.key] = _wanted(text, uses.get(text.key, []))
    return found


def languages_of(library: Library, name: str) -> set[str]:
    """The languages that a PO file of this name is wanted in: its studies' and those it is in."""
    files = library.locales.glob(f"*/LC_MESSAGES/{name}.po")
    here = {path.parent.parent.name.replace("_", "-") for path in files}
    studies = library.studies.values()
    near = [one for one in studies if name not in library.studies or one.name == name]
    return here | {language for study in near for language in study.languages}


def _words(library: Library) -> dict[str, Wanted]:
    return {
        word.key: Wanted(
            word.key,
            word.text,
            SOURCE_LANGUAGE,
            (word.note, *(() if word.limit is None else (f"At most {word.limit} characters.",))),
            _reference(word.place.file, word.place.line, _HOME),
            word.limit,
        )
        for word in library.words.values()
        if not word.same
    }


@dataclass(frozen=True, slots=True)
class _Use:
    """One place where a text is said: a choice of a step, or the text of the step."""

    step: Step
    choice: tuple[int, Choice] | None = None


def _uses(library: Library) -> dict[str, list[_Use]]:
    uses: dict[str, list[_Use]] = {}
    for draft in library.drafts.values():
        for step in _steps(draft):
            for key in (step.text, step.sorry):
                if key is not None:
                    uses.setdefault(key, []).append(_Use(step))
            for number, choice in enumerate(step.choices, 1):
                uses.setdefault(choice.label, []).append(_Use(step, (number, choice)))
    return uses


def _steps(draft: FlowDraft) -> Iterator[Step]:
    if draft.flow.invite is not None:
        yield draft.flow.invite
    yield from draft.flow.steps


def _wanted(text: SourceText, uses: list[_Use]) -> Wanted:
    form = _choice if text.kind is TextKind.CHOICE else _body
    what, limit = form(text, uses)
    notes = (what, *((_SEEN,) if text.kind is TextKind.INVITATION else ()), text.note)
    home = text.place.file.resolve().parents[2]
    reference = _reference(text.place.file, text.place.line, home)
    notes = tuple(note for note in notes if note)
    return Wanted(text.key, text.text, text.language, notes, reference, limit)


def _body(text: SourceText, uses: list[_Use]) -> tuple[str, int]:
    """What it is and what WhatsApp carries: less with a picture, buttons or a list."""
    rich = any(use.step.picture or use.step.choices for use in uses)
    limit = limits.INTERACTIVE_BODY if rich else limits.TEXT_BODY
    return f"{_WHAT[text.kind]}: at most {limit} characters, fewer are better.", limit


def _choice(text: SourceText, uses: list[_Use]) -> tuple[str, int]:
    """A label must fit wherever it is used: as a button, and as a list row behind our digit."""
    rooms = [room for use in uses for room in _rooms(use)]
    what, limit = min(rooms, key=lambda room: room[1], default=("Button", limits.BUTTON_TITLE))
    note = f"{what}: at most {limit} characters"
    note += ", we add the digit." if what == "List row" else "."
    steps = list(dict.fromkeys(use.step.name for use in uses if use.step.scale))
    if steps and ".scales." in text.key:
        note += f" Answers, lowest to highest, of: {', '.join(steps)}."
    return note, limit


def _rooms(use: _Use) -> Iterator[tuple[str, int]]:
    step = use.step
    most = len(step.choices) + step.skip
    fewest = sum(choice.when is None for choice in step.choices) + step.skip
    if fewest <= limits.BUTTONS and step.type is not AnswerType.CHOICES:
        yield "Button", limits.BUTTON_TITLE
    if most > limits.BUTTONS and use.choice is not None:
        yield "List row", limits.ROW_TITLE - len(f"{use.choice[0]} ")


def _reference(file: Path, line: int, home: Path) -> str:
    path = file.resolve()
    name = path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name
    shown = f"\u2068{name}\u2069" if " " in name else name  # as gettext does
    return f"{shown}:{line}"


def _order(library: Library) -> "_Place":
    files: dict[Path, int] = {}
    for draft in library.drafts.values():
        for bank in draft.banks:
            files.setdefault(bank.source.file, len(files))
    for draft in library.drafts.values():
        files.setdefault(draft.source.file, len(files))
    return _Place(files)


@dataclass(frozen=True, slots=True)
class _Place:
    """Sorts texts by where they stand: banks as they are used, then flows."""

    files: dict[Path, int]

    def __call__(self, text: SourceText) -> tuple[int, int, int]:
        return self.files[text.place.file], text.place.line, text.place.column


def translated_into(texts: dict[str, Wanted], language: str) -> dict[str, Wanted]:
    """Those that are not written in this language already."""
    return {key: text for key, text in texts.items() if text.language != language}
