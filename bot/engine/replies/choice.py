"""Which one choice a reply names."""

from collections.abc import Sequence
from decimal import Decimal

from bot.engine.replies.finder import Finder, has_yes_and_no
from bot.engine.replies.gather import Number, Piece, Style, gather
from bot.engine.replies.parts import is_article, is_mark, is_scale, meant
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_ALL = Decimal(100)


def read_choice(question: Question, items: Sequence[Item]) -> Understood | Unclear:
    """One choice, said by number, label, part of a label, other words, emoji, yes or no."""
    pieces = meant(gather(items, Style.ONE), takes_no=has_yes_and_no(question))
    if isinstance(pieces, Unclear):
        return pieces
    if has_yes_and_no(question):
        pieces = _wholly(pieces)
    pieces = _at_the_end(_without_denominator(pieces, question), question)
    finder = Finder(question)
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if is_article(piece, following):
            continue
        if is_mark(piece, following) and not has_yes_and_no(question):
            continue
        finder.take(piece)
    return finder.verdict()


def _wholly(pieces: list[Piece]) -> list[Piece]:
    """``100%`` is a yes."""
    found: list[Piece] = []
    for piece in pieces:
        before = found[-1] if found else None
        is_all = isinstance(before, Number) and before.value == _ALL
        if is_all and isinstance(piece, Item) and piece.text == "%":
            found[-1] = Item("phrase", "100%", {Sense.YES: _ALL})
        else:
            found.append(piece)
    return found


def _without_denominator(pieces: list[Piece], question: Question) -> list[Piece]:
    """``4/5`` and ``4 out of 5`` on a scale of five are a 4."""
    for index in range(1, len(pieces) - 1):
        before, between, after = pieces[index - 1 : index + 2]
        if not (
            isinstance(before, Number) and isinstance(after, Number) and isinstance(between, Item)
        ):
            continue
        first, second = (after, before) if between.can_be(Sense.OUT_OF_BEFORE) else (before, after)
        is_share = between.can_be(Sense.OUT_OF, Sense.OUT_OF_BEFORE)
        if is_share and is_scale(question) and second.value == len(question.codes):
            return [*pieces[: index - 1], first, *pieces[index + 2 :]]
    return pieces


def _at_the_end(pieces: list[Piece], question: Question) -> list[Piece]:
    """Without the "very" before the end of a scale: "really extremely bad" is no more than that."""
    ends = {0, len(question.codes) - 1}
    if not is_scale(question):
        return pieces
    return [
        piece
        for index, piece in enumerate(pieces)
        if not (
            isinstance(piece, Item)
            and piece.option is None
            and piece.can_be(Sense.VERY)
            and (end := _after_very(pieces, index)) is not None
            and end.option in ends
        )
    ]


def _after_very(pieces: Sequence[Piece], index: int) -> Item | None:
    for piece in pieces[index + 1 :]:
        if not isinstance(piece, Item):
            return None
        if piece.option is not None or not piece.can_be(Sense.VERY):
            return piece
    return None
