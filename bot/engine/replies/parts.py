"""Which part of a reply is the answer: after a correction and before the reasons."""

from collections.abc import Sequence

from bot.engine.replies.gather import Number, Piece
from bot.engine.replies.lexicon import Sense
from bot.engine.replies.reading import Unclear
from bot.engine.replies.scan import Item

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


def is_mark(piece: Piece, following: Piece | None) -> bool:
    """Whether it only announces the number behind it: ``no 3``, ``nr 3``."""
    return isinstance(piece, Item) and piece.can_be(Sense.MARK) and isinstance(following, Number)


def meant(pieces: Sequence[Piece], *, takes_no: bool) -> list[Piece] | Unclear:
    """The pieces that count. ``takes_no``: "no" is an answer here, not a correction."""
    kept = list(pieces)
    for index in range(len(kept) - 1, -1, -1):
        if _corrects(kept, index, takes_no=takes_no) and any(map(_says, kept[index + 1 :])):
            kept = kept[index + 1 :]
            break
        piece = kept[index]
        if (
            isinstance(piece, Item)
            and piece.can_be(Sense.CORRECTION)
            and not piece.can_be(Sense.NOT)
            and not (takes_no and piece.can_be(Sense.YES, Sense.NO))
        ):
            del kept[index]
    for index, piece in enumerate(kept):
        if isinstance(piece, Item) and _explains(piece):
            if any(map(_says, kept[:index])):
                return kept[:index]
            return Unclear(UNKNOWN)
    return kept


def _explains(item: Item) -> bool:
    return item.can_be(Sense.BECAUSE) and not item.can_be(Sense.AGO) and item.option is None


def _corrects(pieces: Sequence[Piece], index: int, *, takes_no: bool) -> bool:
    piece = pieces[index]
    if not isinstance(piece, Item) or piece.option is not None:
        return False
    before = pieces[:index]
    if piece.can_be(Sense.CORRECTION):
        return not piece.can_be(Sense.NOT) or any(map(_says, before))
    if piece.can_be(Sense.BUT):
        return any(isinstance(p, Item) and p.can_be(Sense.NOT) for p in before)
    if takes_no or not piece.can_be(Sense.NO) or piece.can_be(Sense.AND):
        return False
    comma = index + 1 < len(pieces) and isinstance(f := pieces[index + 1], Item) and f.text == ","
    is_plain = " " not in piece.text and not piece.can_be(Sense.NOT)  # "not really good" denies
    return comma or (is_plain and (not before or any(map(_says, before))))


def _says(piece: Piece) -> bool:
    if isinstance(piece, Number):
        return True
    return piece.option is not None or bool(piece.fits) or piece.can_be(
        Sense.YES, Sense.NO, Sense.ORDINAL, Sense.NONE, Sense.MONTH, Sense.RELATIVE
    )  # fmt: skip
