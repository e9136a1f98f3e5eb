"""Which choices a reply names, where more than one may be."""

from collections.abc import Sequence
from decimal import Decimal

from bot.engine.flow import Code
from bot.engine.replies.echo import Echo
from bot.engine.replies.gather import Number, Piece, Style, gather
from bot.engine.replies.parts import (
    LOUD_MARKS,
    UNKNOWN,
    in_row,
    is_article,
    is_noise,
    meant,
    place_of,
)
from bot.engine.replies.ranges import in_full
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_LIST_MARKS = "+"


def read_choices(question: Question, items: Sequence[Item]) -> Understood | Unclear:
    """Several choices; a tuple of codes in the order shown."""
    pieces = meant(gather(items, Style.LIST), takes_no=False)
    if isinstance(pieces, Unclear):
        return pieces
    pieces = in_full(pieces)
    listed = _Listed(question)
    for index, piece in enumerate(pieces):
        if not is_article(piece, pieces[index + 1] if index + 1 < len(pieces) else None):
            listed.take(piece)
    return listed.verdict()


class _Listed:
    """Collects the choices of a list, one named thing after the other."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.chosen: dict[int, str] = {}
        self.open: int | None = None
        self.fits: list[frozenset[int]] = []
        self.doubt = ""
        self.unknown = False
        self.range_from: int | None = None
        self.through = False

    def take(self, piece: Piece) -> None:
        if isinstance(piece, Number):
            self._close()
            if piece.digits is not None:
                self._take_digits(piece.digits)
            else:
                self._take_number(piece.value)
        elif piece.kind == "emoji":
            return
        elif piece.option is not None:
            self._close()
            self._name(piece.option, "label")
        elif piece.can_be(Sense.ORDINAL):
            self._close()
            self._take_number(in_row(piece.senses[Sense.ORDINAL], len(self.question.codes)))
        else:
            self._take_words(piece)

    def _take_words(self, item: Item) -> None:
        if item.can_be(Sense.THROUGH):
            self._close()
            self.through, self.range_from = True, self.open
        elif self._is_only(item):
            return
        elif (
            item.can_be(Sense.OR, Sense.BUT)
            or (item.can_be(Sense.BOUND) and not item.can_be(Sense.AND))
            or (item.can_be(Sense.OUT_OF) and not is_noise(item) and not self._joins(item))
            or (item.can_be(Sense.UNSURE) and self.chosen)
        ):
            self.doubt = self.doubt or "not a plain list"
        elif item.can_be(Sense.AND) or self._joins(item):
            self._close()
            self.open = None
        elif item.can_be(Sense.ALL, Sense.NONE):
            self._take_all_or_none(item)
        elif item.kind == "mark":
            self._take_mark(item)
        else:
            self._take_plain_words(item)

    def _joins(self, item: Item) -> bool:
        """Whether a stroke stands between two named things, not between digits."""
        by_digit = self.open is not None and self.chosen.get(self.open) == "digit"
        return item.text == "/" and (self.open is not None or bool(self.fits)) and not by_digit

    def _is_only(self, item: Item) -> bool:
        """Whether a "but" stands before all answers: then it is an "only"."""
        said = self.chosen or self.fits
        return item.can_be(Sense.BUT) and item.can_be(Sense.FILLER) and not said

    def _take_all_or_none(self, item: Item) -> None:
        codes, exclusive = self.question.codes, self.question.exclusive
        self._close()
        self.open = None
        if item.can_be(Sense.ALL):
            for position, code in enumerate(codes):
                if code not in exclusive:
                    self.chosen.setdefault(position, "word")
        elif len(exclusive) == 1:
            self.chosen.setdefault(codes.index(next(iter(exclusive))), "word")
        else:
            self.doubt = self.doubt or "negated"

    def _take_mark(self, mark: Item) -> None:
        is_dash = mark.text == "-" and not mark.glued
        if not is_dash and mark.text in LOUD_MARKS and mark.text not in _LIST_MARKS:
            self.doubt = self.doubt or f"a {mark.text!r} in it"

    def _take_plain_words(self, item: Item) -> None:
        if item.can_be(Sense.NOT):
            self.doubt = self.doubt or "negated"
        elif item.fits and not item.can_be(Sense.FILLER):
            self.fits.append(item.fits)
        elif item.common or is_noise(item) or item.echo in (Echo.DO, Echo.WORD):
            return
        elif item.can_be(Sense.YES, Sense.NO, Sense.UNSURE):
            self.doubt = self.doubt or "yes or no is no choice here"
        else:
            self.unknown = True

    def _take_digits(self, digits: str) -> None:
        count = len(self.question.codes)
        run = list(map(int, digits))
        if len(run) == 1 or (count > 9 and not (len(set(run)) == len(run) and 0 not in run)):
            self._take_number(Decimal(digits))
        elif count > 9 or len(set(run)) < len(run):
            self.doubt = self.doubt or "digits run together"
        else:
            for digit in run:
                self.open = None
                self._take_number(Decimal(digit))

    def _take_number(self, value: Decimal | None) -> None:
        place = place_of(value, len(self.question.codes))
        if place is None:
            self.doubt = self.doubt or "no such number"
        else:
            if place == self.open and self.chosen.get(place) != "digit":
                return  # "budget coach 1" says it in both ways
            self.open = None
            if place in self.chosen:
                self.doubt = self.doubt or "the same twice"
            self._name(place, "digit")

    def _name(self, position: int, reason: str) -> None:
        if self.through and self.range_from is not None:
            for between in range(self.range_from + 1, position + 1):
                self.chosen.setdefault(between, reason)
            if position <= self.range_from:
                self.doubt = self.doubt or "a range that runs back"
            self.through, self.range_from, self.open = False, None, None
            return
        apart = self.open is not None and self.open != position
        if apart and "digit" in (reason, self.chosen.get(self.open or 0)):
            self.doubt = self.doubt or "number and label differ"
        self.chosen.setdefault(position, reason)
        self.open = position

    def _close(self) -> None:
        """Settle the label words since the last "and"."""
        if self.fits:
            common = frozenset.intersection(*self.fits)
            self.fits = []
            if len(common) == 1:
                self._name(next(iter(common)), "word")
            else:
                self.doubt = self.doubt or "fits several labels"

    def verdict(self) -> Understood | Unclear:
        self._close()
        if self.unknown:
            return Unclear(UNKNOWN)
        if self.doubt or self.through:
            return Unclear(self.doubt or "half a range")
        if not self.chosen:
            return Unclear(UNKNOWN)
        codes: tuple[Code, ...] = tuple(self.question.codes[p] for p in sorted(self.chosen))
        if len(codes) > 1 and any(code in self.question.exclusive for code in codes):
            return Unclear("cannot go together")
        return Understood(codes, next(iter(self.chosen.values())))
