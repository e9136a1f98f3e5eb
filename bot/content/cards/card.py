"""What a card shows, as a value: equal cards have equal names and are drawn once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from bot.content.languages import RIGHT_TO_LEFT
from bot.content.pictures import FROM_BALANCE
from bot.content.texts import Texts
from bot.engine.effects import Send, Shown
from bot.engine.flow import AnswerType

_OWN = {"yes": "yes", "no": "no", "unknown": "unknown"}
"""Choices that look the same in every question, unless the author draws them otherwise."""

_IN_ONE_ROW = 6
_IN_A_GRID = 9
_IN_ROWS = 10
_BUTTONS = 3
_POT = (0, 200, 400, 600)


class CardError(ValueError):
    """A card cannot be drawn; the message names the card, the language and the words."""


class Kind(StrEnum):
    """How the choices stand: none, in a row of pictures, in a grid of pictures, line by line."""

    PICTURE = "picture"
    ROW = "row"
    GRID = "grid"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Cell:
    """One choice: its digit, its words, its pictogram. ``is_apart``: it is no step of the scale."""

    number: int
    label: str
    picture: str | None = None
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A card. ``picture`` is that of the question, ``amount`` what the pot holds.

    ``step`` and ``language`` tell people where it comes from; they do not change what is drawn.
    """

    kind: Kind
    cells: tuple[Cell, ...] = ()
    question: str = ""
    hint: str = ""
    picture: str | None = None
    amount: str = ""
    is_mirrored: bool = False
    step: str = field(default="", compare=False)
    language: str = field(default="", compare=False)

    def pictures(self) -> tuple[str, ...]:
        """The names of all its pictograms."""
        own = () if self.picture is None else (self.picture,)
        return own + tuple(cell.picture for cell in self.cells if cell.picture)

    def name(self, pictures: Mapping[str, bytes], look: str) -> str:
        """The same for what looks the same: words, order, pictograms and ``look``, which stands
        for everything about the drawing that is not in the card.
        """
        form = asdict(self)
        del form["step"], form["language"]
        drawn = [hashlib.sha256(pictures[name]).hexdigest() for name in self.pictures()]
        packed = json.dumps([look, form, drawn], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(packed.encode()).hexdigest()

    def fault(self, reason: str) -> CardError:
        """Why this card cannot be drawn, as an error that says which card it is."""
        return CardError(f"card {self.step or '-'} in {self.language or '-'}: {reason}")


def card_of(send: Send, language: str, texts: Texts, pot: int | None = None) -> Card | None:
    """The card of a message, or ``None`` when it has none. ``pot`` is in cents.

    A question gets a card when its author gave it or its choices a picture, and when there are
    more choices than buttons. A question with a value of the person in it is not written on the
    card: such a card could not be drawn ahead.
    """
    if send.type is None:
        return _said(send, language, pot)
    choices = [shown for shown in send.choices if shown.number is not None]
    is_pictured = send.picture is not None or any(shown.picture for shown in choices)
    if not is_pictured and not _BUTTONS < len(choices) <= _IN_ROWS:
        return None
    kind = _kind(send, choices)
    if kind is Kind.PICTURE and send.picture is None:
        return None
    return Card(
        kind=kind,
        cells=() if kind is Kind.PICTURE else _cells(choices, language, texts),
        question=_question(send, language, texts),
        hint=_hint(send, kind, language, texts),
        picture=send.picture,
        is_mirrored=language.split("-")[0] in RIGHT_TO_LEFT,
        step=send.step or "",
        language=language,
    )


def _kind(send: Send, choices: list[Shown]) -> Kind:
    count = len(choices)
    if choices and all(_picture(shown) for shown in choices):
        in_row = send.type not in (AnswerType.CHOICES, AnswerType.PICTURE)
        if in_row and count <= _IN_ONE_ROW:
            return Kind.ROW
        if count <= _IN_A_GRID:
            return Kind.GRID
    return Kind.LINES if _BUTTONS < count <= _IN_ROWS else Kind.PICTURE


def _said(send: Send, language: str, pot: int | None) -> Card | None:
    """A picture by itself, the words are in the message. The pot says what it holds."""
    if send.picture is None:
        return None
    picture, amount = send.picture, ""
    if picture == FROM_BALANCE:
        held = max(pot or 0, 0)
        picture = f"pot-{max(coins for coins in _POT if coins <= held) // 100}"
        amount = f"€ {held // 100}" if held in _POT else ""
    return Card(
        Kind.PICTURE, picture=picture, amount=amount, step=send.step or "", language=language
    )


def _cells(choices: list[Shown], language: str, texts: Texts) -> tuple[Cell, ...]:
    is_scale = sum(isinstance(shown.code, int) for shown in choices) > 2
    return tuple(
        Cell(
            number=shown.number or 0,
            label=texts.say(shown.label, language, {}),
            picture=_picture(shown),
            is_apart=is_scale and isinstance(shown.code, str),
        )
        for shown in choices
    )


def _question(send: Send, language: str, texts: Texts) -> str:
    if send.text is None:
        return ""
    words = texts.raw(send.text.key, language)
    return "" if "{" in words else words


def _hint(send: Send, kind: Kind, language: str, texts: Texts) -> str:
    if send.type is AnswerType.CHOICES:
        return texts.say("polsbot.hint_choices", language, {})
    if kind is not Kind.PICTURE or send.choices:
        return texts.say("polsbot.hint_choice", language, {}) if kind is not Kind.PICTURE else ""
    return texts.say(f"polsbot.hint_{send.type}", language, {})


def _picture(shown: Shown) -> str | None:
    return shown.picture or _OWN.get(str(shown.code))
