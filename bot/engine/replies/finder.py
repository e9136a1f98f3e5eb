"""What the words of a reply point at, and the one choice that is left in the end."""

from decimal import Decimal

from bot.engine.replies import emoji
from bot.engine.replies.echo import Echo
from bot.engine.replies.gather import Number, Piece
from bot.engine.replies.parts import LOUD_MARKS, UNKNOWN, in_row, is_noise, is_scale, place_of
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_HEDGES = (Sense.BOUND, Sense.UNSURE, Sense.OUT_OF, Sense.OUT_OF_BEFORE)


def has_yes_and_no(question: Question) -> bool:
    """Whether "yes" and "no" are choices."""
    return "yes" in question.codes and "no" in question.codes


class Finder:
    """Collects what the pieces of a reply to one question point at."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.positions: dict[int, str] = {}
        self.fits: list[frozenset[int]] = []
        self.denied: list[frozenset[int]] = []
        self.faces: set[int] = set()
        self.strange = False
        self.weak: set[int] = set()
        self.doubt = ""
        self.unknown = False
        self.heard: set[Sense] = set()
        self.echoes: set[Echo] = set()

    def take(self, piece: Piece) -> None:
        """Take in the next piece."""
        if isinstance(piece, Number):
            self._take_number(piece.value)
        elif piece.kind == "emoji":
            self._take_emoji(piece.text)
        elif piece.option is not None and not self._is_yes_or_no(piece):
            if piece.can_be(Sense.FILLER):
                self.weak.add(piece.option)
            else:
                self.positions.setdefault(piece.option, "label")
        elif piece.can_be(Sense.ORDINAL):
            self._take_number(self._place(piece.senses[Sense.ORDINAL]))
        else:
            self._take_words(piece)

    def _place(self, ordinal: Decimal) -> Decimal | None:
        """The place in the row; "the last one" of a scale may be the last answer given."""
        if ordinal < 0 and is_scale(self.question):
            return None
        return in_row(ordinal, len(self.question.codes))

    def _is_yes_or_no(self, item: Item) -> bool:
        return item.can_be(Sense.YES, Sense.NO) and has_yes_and_no(self.question)

    def _take_number(self, value: Decimal | None) -> None:
        place = place_of(value, len(self.question.codes))
        if place is None:
            self.doubt = self.doubt or "no such number"
        else:
            self.positions.setdefault(place, "digit")

    def _take_emoji(self, text: str) -> None:
        faces = [emoji.face(symbol) for symbol in self.question.symbols]
        if emoji.face(text) in faces:
            self.faces.add(faces.index(emoji.face(text)))
        elif text in emoji.YES and has_yes_and_no(self.question):
            self.faces.add(self.question.codes.index("yes"))
        elif text in emoji.NO and has_yes_and_no(self.question):
            self.faces.add(self.question.codes.index("no"))
        elif emoji.is_face(text):
            self.strange = True

    def _take_words(self, item: Item) -> None:
        if item.kind == "mark":
            self._take_mark(item)
        elif self._is_only(item):
            return
        elif item.can_be(Sense.OR, Sense.BUT) or (item.can_be(*_HEDGES) and not self._passes(item)):
            self.doubt = self.doubt or "more than one answer"
        elif item.can_be(Sense.NOT) and not item.can_be(Sense.NO):
            self.denied.append(item.fits)
        elif item.can_be(Sense.YES, Sense.NO):
            self.heard |= {s for s in (Sense.YES, Sense.NO, Sense.NOT) if item.can_be(s)}
            if item.fits and item.can_be(Sense.NO):
                self.fits.append(item.fits)
        elif item.fits and not item.can_be(Sense.FILLER):
            self.fits.append(item.fits)
        elif item.can_be(Sense.GOOD, Sense.BAD):
            self.heard |= {s for s in (Sense.GOOD, Sense.BAD) if item.can_be(s)}
        elif item.can_be(Sense.VERY):
            self.heard.add(Sense.VERY)
        else:
            self._take_unknown(item)

    def _take_unknown(self, item: Item) -> None:
        if item.echo in (Echo.DO, Echo.DO_NOT):
            self.echoes.add(item.echo)
        elif (
            item.common
            or is_noise(item)
            or (item.echo is Echo.WORD and not is_scale(self.question))
        ):
            return
        else:
            self.unknown = True

    def _is_only(self, item: Item) -> bool:
        """Whether a "but" stands before all answers: then it is an "only"."""
        said = self.positions or self.fits or self.faces or self.heard
        return item.can_be(Sense.BUT) and item.can_be(Sense.FILLER) and not said

    def _passes(self, item: Item) -> bool:
        """Whether a hedge is only filler here: "maybe" beside a number, not beside a yes."""
        return is_noise(item) and not (item.can_be(Sense.UNSURE) and has_yes_and_no(self.question))

    def _take_mark(self, mark: Item) -> None:
        is_dash = mark.text == "-" and self.positions and not mark.glued
        if not is_dash and mark.text in LOUD_MARKS:
            self.doubt = self.doubt or f"a {mark.text!r} in it"

    def verdict(self) -> Understood | Unclear:
        """The choice, if all that was taken in points at one and nothing speaks against it."""
        if self.unknown:
            return Unclear(UNKNOWN)
        if has_yes_and_no(self.question):
            self._take_yes_and_no()
        elif Sense.NO in self.heard and Sense.YES not in self.heard:
            self.denied.append(frozenset())
        self._take_fits()
        if self.faces and self.strange and not self.positions:
            self.doubt = self.doubt or "two faces"
        for position in self.faces:
            self.positions.setdefault(position, "emoji")
        if not self.positions and len(self.weak) == 1:
            self.positions[self.weak.pop()] = "label"
        if Sense.VERY in self.heard and set(self.positions.values()) & {"label", "word"}:
            self.doubt = self.doubt or "very what"
        if len(self.positions) > 1:
            self.doubt = self.doubt or "two answers"
        if any(not fit for fit in self.denied):
            self.doubt = self.doubt or "negated"
        if self.doubt:
            return Unclear(self.doubt)
        if not self.positions:
            return Unclear("nothing named" if self.heard else UNKNOWN)
        position, reason = next(iter(self.positions.items()))
        return Understood(self.question.codes[position], reason)

    def _take_fits(self) -> None:
        """Settle the words that are parts of labels."""
        fits = self.fits + [fit for fit in self.denied if fit]
        if not fits:
            return
        common = frozenset.intersection(*fits)
        if len(common) != 1 or (self.positions and not common <= set(self.positions)):
            self.doubt = self.doubt or ("fits several labels" if common else "fits no label")
        else:
            self.positions.setdefault(next(iter(common)), "word")

    def _take_yes_and_no(self) -> None:
        codes = self.question.codes
        heard = self.heard
        denied = [fit for fit in self.denied if not fit]
        self.denied = [fit for fit in self.denied if fit]
        says_no = Sense.NO in heard or Echo.DO_NOT in self.echoes
        says_yes = Sense.YES in heard
        if self.echoes == {Echo.DO} and not says_no:
            says_no = bool(denied) and not says_yes
            says_yes = not says_no
        if says_yes and says_no and Sense.NOT not in heard:
            self.doubt = "yes and no"
        elif says_no or (says_yes and denied):
            if Sense.GOOD in heard and not denied:
                self.doubt = "no, but good"
            self.positions.setdefault(codes.index("no"), "word")
        elif says_yes:
            if Sense.BAD in heard:
                self.doubt = "yes, but bad"
            self.positions.setdefault(codes.index("yes"), "word")
        elif denied:
            self.denied.append(frozenset())
