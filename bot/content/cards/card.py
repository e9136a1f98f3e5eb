"""What a card shows, as a value: equal cards have equal names and are drawn once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.content.languages import RIGHT_TO_LEFT
from bot.content.texts import Texts
from bot.engine.effects import Send, Shown
from bot.engine.flow import AnswerType

LAYOUT = 1
"""Raise it when the same card would look otherwise."""

_UNKNOWN = "unknown"
_IN_ONE_ROW = 6
_COINS = (0, 200, 400, 600)


class CardError(ValueError):
    """A card cannot be drawn; the message names the card, the language and the words."""


class Kind(StrEnum):
    """How a card is laid out."""

    PICTURE = "picture"
    ROW = "row"
    GRID = "grid"


@dataclass(frozen=True, slots=True)
class Cell:
    """One choice: its digit, its words, its pictogram."""

    number: int
    label: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class Card:
    """A card. ``question`` and ``hint`` are empty on a picture that stands alone."""

    kind: Kind
    cells: tuple[Cell, ...]
    question: str = ""
    hint: str = ""
    is_mirrored: bool = False

    def name(self, pictures: Mapping[str, bytes]) -> str:
        """The same for what looks the same: words, order, pictograms and layout count."""
        drawn = [hashlib.sha256(pictures[c.picture]).hexdigest() for c in self.cells if c.picture]
        form = json.dumps([LAYOUT, asdict(self), drawn], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(form.encode()).hexdigest()


def card_of(send: Send, language: str, texts: Texts, pot: int | None = None) -> Card | None:
    """The card of a message, or ``None`` when it has none. ``pot`` is in cents.

    Words with a person's name in them are never on a card: those messages show a picture alone.
    """
    choices = [shown for shown in send.choices if shown.number is not None]
    pictured = [_picture(shown) for shown in choices]
    if send.type is None or len(choices) < 3 or pictured.count(None) > 1:
        picture = _pot(pot) if send.picture == "pot" else send.picture
        if picture is None:
            return None
        return Card(Kind.PICTURE, (Cell(0, "", picture),))
    cells = tuple(
        Cell(shown.number or 0, texts.say(shown.label, language, {}), picture)
        for shown, picture in zip(choices, pictured, strict=True)
    )
    many = send.type is AnswerType.CHOICES
    is_scale = not many and send.type is not AnswerType.PICTURE and len(cells) <= _IN_ONE_ROW
    question = texts.say(send.text.key, language, {}) if send.text else ""
    return Card(
        kind=Kind.ROW if is_scale else Kind.GRID,
        cells=cells,
        question=question,
        hint=texts.say(f"polsbot.hint_choice{'s' if many else ''}", language, {}),
        is_mirrored=language.split("-")[0] in RIGHT_TO_LEFT,
    )


def _picture(shown: Shown) -> str | None:
    return shown.picture or (_UNKNOWN if shown.code == _UNKNOWN else None)


def _pot(cents: int | None) -> str:
    """The jar as full as it is: it is emptied at each full voucher."""
    held = 0 if cents is None else cents
    full = max(coin for coin in _COINS if coin <= max(held, 0)) if held < 600 else 600
    return f"pot-{full // 100}"
