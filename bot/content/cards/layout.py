"""From a card to a drawing: the question on top, the choices, what to do at the bottom."""

from dataclasses import replace
from itertools import pairwise

from bot.content.cards.card import Card, CardError, Cell, Kind
from bot.content.cards.letters import Stretch, missing
from bot.content.cards.sheet import (
    BAND,
    EDGE,
    PAPER,
    WIDTH,
    Block,
    Pictogram,
    digit,
    field,
    gap,
    paragraph,
    pictogram,
    sheet,
)
from bot.content.cards.wrap import Room, Words, fit, fit_all

_INSIDE = WIDTH - 2 * EDGE
_GAP = 20
_BETWEEN = 28
"""Between choices side by side: without it five pictures of many people look like one."""

_APART = 36
"""Between words side by side: less would make one sentence of them."""

_FINE = 38
"""From this size on the words under pictures are easily read on a phone."""

_FEW = 3
"""So few choices leave room for a large picture above the question."""

_TWO = 2
"""So few choices, without a picture above them, are large themselves."""


def drawing(card: Card, pictograms: Pictogram) -> str:
    """A card as SVG; raises CardError when words do not fit or a font lacks a letter."""
    if lacking := missing(" ".join(words_of(card))):
        raise card.fault(f"no font has {' '.join(lacking)}")
    try:
        return sheet((*_header(card, pictograms), *_choices(card, pictograms), *_hint(card)))
    except CardError as error:
        raise card.fault(str(error)) from error


def words_of(card: Card) -> tuple[str, ...]:
    """Everything that is written on a card."""
    return (card.question, card.hint, card.amount, *(cell.label for cell in card.cells))


def _header(card: Card, pictograms: Pictogram) -> tuple[Block, ...]:
    if not card.question:
        return () if card.picture is None else (_alone(card, card.picture, pictograms),)
    if card.picture is None:
        words = fit(card.question, Room(_INSIDE - 40, 44, 68, 4, thrift=0.85))
        return gap(44), Block(paragraph(words, WIDTH / 2, 0), words.height), gap(36)
    if card.kind is Kind.PICTURE or len(card.cells) <= _FEW:
        return _picture_above(card, pictograms(card.picture))
    return _picture_beside(card, pictograms(card.picture))


def _alone(card: Card, name: str, pictograms: Pictogram) -> Block:
    """A picture without words; beside the pot, what it holds."""
    size, height = 440.0, 566.0
    if not card.amount:
        at = (WIDTH - size) / 2
        return Block(pictogram(pictograms(name), at, (height - size) / 2, size), height)
    drawn = pictogram(pictograms(name), WIDTH / 2 - size - 10, (height - size) / 2, size)
    words = fit(card.amount, Room(440, 60, 200, 1))
    return Block(drawn + paragraph(words, WIDTH * 0.73, (height - words.height) / 2 + 20), height)


def _picture_above(card: Card, shapes: str) -> tuple[Block, ...]:
    size = 300.0 if card.cells else 420.0
    words = fit(card.question, Room(_INSIDE - 40, 44, 64, 4, thrift=0.85))
    return (
        gap(36),
        Block(pictogram(shapes, (WIDTH - size) / 2, 0, size), size),
        gap(20),
        Block(paragraph(words, WIDTH / 2, 0), words.height),
        gap(28),
    )


def _picture_beside(card: Card, shapes: str) -> tuple[Block, ...]:
    """The picture where reading begins, the question next to it."""
    size = 230.0
    words = fit(card.question, Room(_INSIDE - size - 40, 44, 64, 4, thrift=0.8))
    height = max(size, words.height)
    left = EDGE + 8.0
    middle = (left + size + WIDTH - EDGE) / 2
    if card.is_mirrored:
        left, middle = WIDTH - left - size, WIDTH - middle
    drawn = pictogram(shapes, left, (height - size) / 2, size)
    asked = paragraph(words, middle, (height - words.height) / 2)
    return gap(36), Block(drawn + asked, height), gap(32)


def _choices(card: Card, pictograms: Pictogram) -> tuple[Block, ...]:
    if card.kind is Kind.ROW:
        return _row(card, pictograms)
    if card.kind is Kind.GRID:
        return _grid(card, pictograms)
    if card.kind is Kind.LINES:
        room = Room(_INSIDE - 150, 36, 52, 2, thrift=0.9)
        return (*_lines(card, card.cells, room, pictograms), gap(24))
    return ()


def _row(card: Card, pictograms: Pictogram) -> tuple[Block, ...]:
    """Pictures side by side, a big digit and the words under each; what is no step below them."""
    steps = tuple(cell for cell in card.cells if not cell.is_apart)
    column = _INSIDE / len(steps)
    is_roomy = len(steps) <= _TWO and card.picture is None
    size = min(column - _BETWEEN, 400.0 if is_roomy else 240.0)
    labels = _labels(tuple(cell.label for cell in steps), column)
    parts = []
    for place, (cell, words) in enumerate(zip(steps, labels, strict=True)):
        middle = _mirrored(card, EDGE + column * (place + 0.5))
        parts.append(pictogram(pictograms(cell.picture or ""), middle - size / 2, 0, size))
        parts.append(digit(cell.number, middle, size + 72, 76))
        parts.append(paragraph(words, middle, size + 138))
    height = size + 138 + max(words.height for words in labels)
    apart = tuple(cell for cell in card.cells if cell.is_apart)
    room = Room(_INSIDE - 320, 36, 46, 1)
    return (
        Block("".join(parts), height),
        gap(32),
        *_lines(card, apart, room, pictograms),
        gap(8 if apart else 0),
    )


def _labels(texts: tuple[str, ...], column: float) -> tuple[Words, ...]:
    """The words of a scale in one size: a long one takes room of short neighbours before letters
    become narrow or small.
    """
    largest = 44 if len(texts) > _FEW else 52
    own = Room(column - _BETWEEN, 30, largest, 3, fine=_FINE, thrift=0.9)
    ways = []
    for more in range(0, 2 * _BETWEEN + 1, 8):
        try:
            labels = fit_all(texts, replace(own, width=own.width + more))
        except CardError:
            continue
        if all(_are_apart(one, other, column) for one, other in pairwise(labels)):
            ways.append(labels)
    return max(ways, key=_ease) if ways else fit_all(texts, own)


def _are_apart(one: Words, other: Words, column: float) -> bool:
    return (one.width + other.width) / 2 + _APART <= column


def _ease(labels: tuple[Words, ...]) -> tuple[int, int, int, int]:
    """Large enough, then in wide letters, then in no more than two lines, then large."""
    size = labels[0].size
    lines = max(2, *(len(words.lines) for words in labels))
    narrow = sum(words.stretch is not Stretch.NORMAL for words in labels)
    return min(size, _FINE), -narrow, -lines, size


def _lines(
    card: Card, cells: tuple[Cell, ...], room: Room, pictograms: Pictogram
) -> tuple[Block, ...]:
    """One choice below the other: digit, picture if it has one, words."""
    labels = fit_all(tuple(cell.label for cell in cells), room) if cells else ()
    return tuple(
        _line(card, cell, words, pictograms) for cell, words in zip(cells, labels, strict=True)
    )


def _line(card: Card, cell: Cell, words: Words, pictograms: Pictogram) -> Block:
    picture = 120.0 if cell.picture else 0.0
    height = max(picture + 16, words.height + 24, 104)
    parts = [
        field(EDGE, 0, _INSIDE, height),
        digit(cell.number, _mirrored(card, EDGE + 66), height / 2, 60),
    ]
    if cell.picture:
        at = EDGE + 130
        left = WIDTH - at - picture if card.is_mirrored else at
        parts.append(pictogram(pictograms(cell.picture), left, (height - picture) / 2, picture))
    begin = _mirrored(card, EDGE + 130 + (picture + 20 if picture else 0))
    anchor = "end" if card.is_mirrored else "start"
    parts.append(paragraph(words, begin, (height - words.height) / 2, anchor))
    return Block("".join(parts), height + 14)


def _grid(card: Card, pictograms: Pictogram) -> tuple[Block, ...]:
    """Framed pictures, two or three across, the digit in the corner where reading begins."""
    across = 2 if len(card.cells) in (2, 4) else 3
    column = (_INSIDE - (across - 1) * _GAP) / across
    size = 212.0 if across > 2 else 280.0
    room = Room(column - 24, 32, 46, 2, fine=_FINE, thrift=0.85)
    labels = fit_all(tuple(cell.label for cell in card.cells), room)
    rows = []
    for start in range(0, len(card.cells), across):
        cells = card.cells[start : start + across]
        under = max(words.height for words in labels[start : start + across])
        height = 22 + size + 8 + under + 16
        parts = []
        for place, (cell, words) in enumerate(zip(cells, labels[start:], strict=False)):
            left = EDGE + place * (column + _GAP)
            left = WIDTH - left - column if card.is_mirrored else left
            framed = _framed(card, cell, (column, height, size), pictograms)
            said = paragraph(words, column / 2, height - 16 - (under + words.height) / 2)
            parts.append(f'<g transform="translate({left:.1f} 0)">{framed}{said}</g>')
        rows.append(Block("".join(parts), height + _GAP))
    return (*rows, gap(14))


def _framed(card: Card, cell: Cell, room: tuple[float, float, float], pictograms: Pictogram) -> str:
    """The picture stands a little aside, so that the digit covers nothing of it."""
    width, height, size = room
    aside = -30 if card.is_mirrored else 30
    corner = width - 46 if card.is_mirrored else 46
    drawn = ""
    if cell.picture:
        drawn = pictogram(pictograms(cell.picture), (width - size) / 2 + aside, 22, size)
    return field(0, 0, width, height) + drawn + digit(cell.number, corner, 46, 54)


def _hint(card: Card) -> tuple[Block, ...]:
    if not card.hint:
        return ()
    height = 96.0
    words = fit(card.hint, Room(_INSIDE, 28, 46, 1))
    band = f'<rect width="{WIDTH}" height="{height + 1}" fill="{BAND}"/>'
    said = paragraph(words, WIDTH / 2, (height - words.height) / 2, ink=PAPER)
    return gap(12), Block(band + said, height)


def _mirrored(card: Card, x: float) -> float:
    """A place counted from where reading begins."""
    return WIDTH - x if card.is_mirrored else x
