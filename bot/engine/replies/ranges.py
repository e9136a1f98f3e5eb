"""Ranges of choices that are said in full: "the first three", "from 1 to 3 inclusive"."""

from collections.abc import Sequence
from decimal import Decimal

from bot.engine.replies.gather import Number, Piece
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_THROUGH = Item("phrase", "", {Sense.THROUGH: Decimal(0)})


def in_full(pieces: Sequence[Piece]) -> list[Piece]:
    """The same pieces with such ranges written as ``1 through 3``."""
    found: list[Piece] = []
    for piece in pieces:
        found.append(piece)
        if _is_inclusive(found):
            *before, low, _, high, _ = found
            if before and isinstance(before[-1], Item) and before[-1].can_be(Sense.BOUND):
                del before[-1]
            found = [*before, low, _THROUGH, high]
        elif _is_first_few(found):
            found[-2:] = [Number(Decimal(1)), _THROUGH, found[-1]]
    return found


def _is_inclusive(found: Sequence[Piece]) -> bool:
    if len(found) < 4:
        return False
    low, to, high, inclusive = found[-4:]
    return (
        isinstance(low, Number)
        and isinstance(high, Number)
        and isinstance(to, Item)
        and isinstance(inclusive, Item)
        and (to.can_be(Sense.BOUND) or to.text == "-")
        and inclusive.can_be(Sense.THROUGH)
    )


def _is_first_few(found: Sequence[Piece]) -> bool:
    if len(found) < 2:
        return False
    first, number = found[-2:]
    return (
        isinstance(first, Item)
        and first.senses.get(Sense.ORDINAL) == 1
        and not first.text[0].isdigit()  # "1st" is no number of choices
        and isinstance(number, Number)
        and number.value is not None
        and number.value > 1
    )
