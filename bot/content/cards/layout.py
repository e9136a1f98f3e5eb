"""From a card to a drawing: where everything stands, in units of 1080 across."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from bot.content.cards.card import Card, Cell, Kind
from bot.content.cards.letters import FAMILY, fitting

WIDTH = 1080
_INK, _BAND, _PAPER, _CELL, _LINE = "#1d2a3a", "#23506e", "#ffffff", "#f6f2ea", "#23506e"
_EDGE = 40
_GAP = 24
_ROUND = 28

Pictogram = Callable[[str], str]
"""The shapes of a pictogram by name, 256 units wide."""


def drawing(card: Card, pictogram: Pictogram) -> str:
    """A card as SVG; raises CardError when words do not fit."""
    if card.kind is Kind.PICTURE:
        return _alone(card, pictogram)
    top, height = _question(card)
    if card.kind is Kind.ROW:
        body, bottom = _row(card, pictogram, height)
    else:
        body, bottom = _grid(card, pictogram, height)
    return _sheet(top + body + _hint(card, bottom), bottom + _HINT)


_HINT = 92


def _alone(card: Card, pictogram: Pictogram) -> str:
    size, height = 420, 520
    name = card.cells[0].picture or ""
    return _sheet(_set(pictogram(name), (WIDTH - size) / 2, (height - size) / 2, size), height)


def _question(card: Card) -> tuple[str, float]:
    words, size = fitting(card.question, WIDTH - 2 * _EDGE - 40, range(66, 43, -2), 3)
    line = size * 1.28
    parts = [
        _text(one, WIDTH / 2, 56 + size + place * line, size) for place, one in enumerate(words)
    ]
    return "".join(parts), 56 + line * len(words) + 44


def _row(card: Card, pictogram: Pictogram, top: float) -> tuple[str, float]:
    """Pictures side by side, a big digit and the words under each."""
    count = len(card.cells)
    column = (WIDTH - 2 * _EDGE) / count
    picture = min(190.0, column - 20)
    fits = [fitting(cell.label, column - 12, range(38, 23, -1), 3) for cell in card.cells]
    size = min(size for _, size in fits)
    parts, most = [], 1
    for place, cell in enumerate(_placed(card)):
        middle = _EDGE + column * (place + 0.5)
        if cell.picture:
            parts.append(_set(pictogram(cell.picture), middle - picture / 2, top, picture))
        parts.append(_text(str(cell.number), middle, top + picture + 92, 88))
        words, _ = fitting(cell.label, column - 12, range(size, 23, -1), 3)
        most = max(most, len(words))
        for number, line in enumerate(words):
            y = top + picture + 92 + 30 + size + number * size * 1.25
            parts.append(_text(line, middle, y, size))
    return "".join(parts), top + picture + 92 + 30 + size * (1 + 1.25 * (most - 1)) + 52


def _grid(card: Card, pictogram: Pictogram, top: float) -> tuple[str, float]:
    """Framed pictures, two or three across, the digit in the corner."""
    count = len(card.cells)
    across = 2 if count in (2, 4) else 3
    column = (WIDTH - 2 * _EDGE - (across - 1) * _GAP) / across
    picture = 190 if across == 3 else 250
    size = min(fitting(cell.label, column - 28, range(42, 25, -1), 2)[1] for cell in card.cells)
    laid = [fitting(cell.label, column - 28, range(size, 25, -1), 2)[0] for cell in card.cells]
    most = max(len(words) for words in laid)
    height = 34 + picture + 18 + size * 1.25 * most + 26
    parts = []
    for place, cell in enumerate(card.cells):
        line, nth = divmod(place, across)
        nth = across - 1 - nth if card.is_mirrored else nth
        x = _EDGE + nth * (column + _GAP)
        y = top + line * (height + _GAP)
        parts.append(_framed(card, cell, pictogram, (x, y, column, height), picture))
        for number, words in enumerate(laid[place]):
            parts.append(
                _text(
                    words, x + column / 2, y + 34 + picture + 14 + size * (1 + 1.25 * number), size
                )
            )
    rows = -(-count // across)
    return "".join(parts), top + rows * (height + _GAP) - _GAP + 40


def _framed(
    card: Card,
    cell: Cell,
    pictogram: Pictogram,
    place: tuple[float, float, float, float],
    picture: float,
) -> str:
    x, y, width, height = place
    frame = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{_ROUND}" '
        f'fill="{_CELL}" stroke="{_LINE}" stroke-width="5"/>'
    )
    drawn = ""
    if cell.picture:
        drawn = _set(pictogram(cell.picture), x + (width - picture) / 2, y + 34, picture)
    corner = x + width - 40 if card.is_mirrored else x + 40
    badge = f'<circle cx="{corner:.1f}" cy="{y + 42:.1f}" r="36" fill="{_BAND}"/>'
    return frame + drawn + badge + _text(str(cell.number), corner, y + 60, 50, "#ffffff")


def _hint(card: Card, top: float) -> str:
    words, size = fitting(card.hint, WIDTH - 2 * _EDGE, range(42, 27, -2), 1)
    band = f'<rect x="0" y="{top:.1f}" width="{WIDTH}" height="{_HINT}" fill="{_BAND}"/>'
    return band + _text(words[0], WIDTH / 2, top + _HINT / 2 + size * 0.36, size, "#ffffff")


def _placed(card: Card) -> tuple[Cell, ...]:
    """The cells from left to right: a language that is read from the right begins there."""
    return card.cells[::-1] if card.is_mirrored else card.cells


def _set(shapes: str, x: float, y: float, size: float) -> str:
    """A pictogram in its own frame: what runs over its edge is cut off there."""
    return (
        f'<svg x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'viewBox="0 0 256 256" overflow="hidden">{shapes}</svg>'
    )


def _text(words: str, x: float, y: float, size: int, colour: str = _INK) -> str:
    """A line about its middle. Marks at both ends keep a full stop on its side of Arabic words."""
    if any("\u0590" <= letter <= "\u08ff" for letter in words):
        words = f"\u200f{words}\u200f"
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}">{escape(words)}</text>'
    )


def _sheet(body: str, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{FAMILY}" font-weight="700" '
        f'text-anchor="middle"><rect width="{WIDTH}" height="{height:.0f}" fill="{_PAPER}"/>'
        f"{body}</svg>"
    )
