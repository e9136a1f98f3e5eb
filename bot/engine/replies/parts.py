"""Which part of a reply is the answer: after a correction and before the reasons."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from bot.engine.replies.gather import Number, Piece
from bot.engine.replies.reading import Question, Unclear
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

UNKNOWN = "words not known"
"""The reason that lets another language have a try."""

_NOISE = (
    Sense.FILLER, Sense.POLITE, Sense.ABOUT, Sense.MARK, Sense.ARTICLE, Sense.AND, Sense.SMALL,
)  # fmt: skip
LOUD_MARKS = "-%<>=$£^/+"
"""Marks that change what the words beside them say."""


def is_noise(item: Item) -> bool:
    """Whether the item adds nothing to the answer beside it."""
    if item.kind == "mark":
        return item.text not in LOUD_MARKS
    return item.kind == "emoji" or (item.can_be(*_NOISE) and not item.can_be(Sense.VERY))


def is_article(piece: Piece, following: Piece | None) -> bool:
    """Whether a "one" is only the article of what follows."""
    if not isinstance(piece, Number) or not piece.article or following is None:
        return False
    return isinstance(following, Number) or following.option is not None or bool(following.fits)


def is_scale(question: Question) -> bool:
    """Whether the choices are the numbers of a scale."""
    return all(isinstance(code, int) for code in question.codes)


def in_row(ordinal: Decimal, count: int) -> Decimal | None:
    """The place of an ordinal in a row of so many: below 0 from the end, a half the middle."""
    if ordinal < 0:
        return count + 1 + ordinal
    if ordinal < 1:
        return (count + 1) * ordinal
    return ordinal


def place_of(number: Decimal | None, count: int) -> int | None:
    """Where the choice with this number stands among so many, from 0; ``None`` where none does."""
    if number is None or number != number.to_integral_value() or not 1 <= number <= count:
        return None
    return int(number) - 1


def is_mark(piece: Piece, following: Piece | None) -> bool:
    """Whether it only announces the number behind it: ``no 3``, ``nr 3``."""
    return isinstance(piece, Item) and piece.can_be(Sense.MARK) and isinstance(following, Number)


def meant(pieces: Sequence[Piece], *, takes_no: bool) -> list[Piece] | Unclear:
    """The pieces that count. ``takes_no``: "no" is an answer here, not a correction."""
    kept = _only_or_either(pieces)
    for index in range(len(kept) - 1, -1, -1):
        if _corrects(kept, index, takes_no=takes_no) and any(map(_says, kept[index + 1 :])):
            kept = kept[index + 1 :]
            break
        piece = kept[index]
        if (
            isinstance(piece, Item)
            and piece.can_be(Sense.CORRECTION)
            and not piece.can_be(Sense.NOT, Sense.VERY)
            and not (takes_no and piece.can_be(Sense.YES, Sense.NO))
        ):
            del kept[index]
    for index, piece in enumerate(kept):
        if isinstance(piece, Item) and _explains(piece):
            if any(map(_says, kept[:index])):
                return kept[:index]
            return Unclear(UNKNOWN)
    return kept


def _only_or_either(pieces: Sequence[Piece]) -> list[Piece]:
    """Without a "but" that is an "only" at the end, and an "or" that needs a second one."""
    kept = list(pieces)
    words = [piece for piece in kept if isinstance(piece, Number) or piece.kind != "mark"]
    if len(words) > 1 and isinstance(last := words[-1], Item) and _is_loose(last, Sense.BUT):
        kept.remove(last)
    said = Counter(
        piece.text for piece in kept if isinstance(piece, Item) and _is_loose(piece, Sense.OR)
    )
    return [piece for piece in kept if isinstance(piece, Number) or said[piece.text] != 1]


def _is_loose(item: Item, sense: Sense) -> bool:
    return item.can_be(sense) and item.can_be(Sense.FILLER) and item.option is None


def _explains(item: Item) -> bool:
    return item.can_be(Sense.BECAUSE) and not item.can_be(Sense.AGO) and item.option is None


def _corrects(pieces: Sequence[Piece], index: int, *, takes_no: bool) -> bool:
    piece = pieces[index]
    if not isinstance(piece, Item) or piece.option is not None:
        return False
    before = pieces[:index]
    following = pieces[index + 1] if index + 1 < len(pieces) else None
    if piece.can_be(Sense.NONE) and before and isinstance(before[-1], Number):
        return isinstance(following, Number)  # "four, nah, five"
    if piece.can_be(Sense.CORRECTION) and piece.can_be(Sense.VERY):
        return isinstance(following, Number)  # "a couple, so 2"
    if piece.can_be(Sense.CORRECTION):
        return not piece.can_be(Sense.NOT) or any(map(_says, before))
    if piece.can_be(Sense.BUT):
        return any(isinstance(p, Item) and p.can_be(Sense.NOT) for p in before)
    if takes_no or not piece.can_be(Sense.NO) or piece.can_be(Sense.AND):
        return False
    comma = isinstance(following, Item) and following.text == ","
    is_plain = " " not in piece.text and not piece.can_be(Sense.NOT)  # "not really good" denies
    return comma or (is_plain and (not before or any(map(_says, before))))


def _says(piece: Piece) -> bool:
    if isinstance(piece, Number):
        return True
    return piece.option is not None or bool(piece.fits) or piece.can_be(
        Sense.YES, Sense.NO, Sense.ORDINAL, Sense.NONE, Sense.MONTH, Sense.RELATIVE
    )  # fmt: skip
