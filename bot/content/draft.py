"""What is gathered while the files of one flow are read: texts, places, the bank, the pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.content.fields import Field, Fields
from bot.content.problem import Place
from bot.content.source import Source
from bot.engine.flow import Flow

OWN = "polsbot"
"""Text keys of the bot's own words begin with this."""


class TextKind(StrEnum):
    """What a text is for; its limit on each channel follows from it."""

    QUESTION = "question"
    MESSAGE = "message"
    INVITATION = "invitation"
    SORRY = "sorry"
    CHOICE = "choice"


DRAWN = frozenset({"pot"})
"""Pictures that are drawn for one person: the pot as full as it is."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text as the author wrote it; ``key`` is its msgctxt, ``note`` is for the translator."""

    key: str
    text: str
    language: str
    kind: TextKind
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """Scales and items that many flows use; their text keys begin with ``prefix``."""

    prefix: str
    language: str
    source: Source
    scales: dict[str, Fields]
    items: dict[str, Fields]


@dataclass(slots=True)
class Desk:
    """Everything at hand while the steps of one file are read, and what was found so far.

    ``places`` keeps where a key of a step stands: ``("why", "if")``, and with ``""`` its name.
    ``languages`` are the study's.
    ``lacks_bank``: a file of `use:` is missing or broken, which is said there; what is not found
    may stand in it. ``left_out`` are the names of steps with too much wrong to be read.
    """

    language: str
    languages: tuple[str, ...]
    banks: tuple[Bank, ...]
    pictures: frozenset[str]
    texts: dict[str, SourceText] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    lacks_bank: bool = False
    left_out: set[str] = field(default_factory=set)

    def add_text(self, field: Field, suffix: str, text: str, kind: TextKind, note: str) -> str:
        """Remember a text and give its key."""
        key = f"{field.prefix}.{suffix}"
        language = self.language
        for bank in self.banks:
            if field.prefix.startswith(f"{bank.prefix}."):
                language = bank.language
        place = field.source.place(field.value)
        self.texts[key] = SourceText(key, text, language, kind, place, note)
        return key

    def check_picture(self, field: Field, name: str) -> None:
        """Report a picture that is not there; the flow can do without it."""
        if name not in self.pictures and name not in DRAWN:
            message = f"there is no picture `{name}`"
            field.report("F008", message, f"draw {name}.svg under assets/images, or name another")


@dataclass(frozen=True, slots=True)
class FlowDraft:
    """A flow as its file has it, before its translations are looked at, without the steps that
    are ``left_out``.
    """

    flow: Flow
    source: Source
    banks: tuple[Bank, ...]
    texts: Mapping[str, SourceText]
    places: Mapping[tuple[str, str], Place]
    retired: Mapping[str, Place]
    left_out: frozenset[str] = frozenset()
