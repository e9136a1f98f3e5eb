"""How many, or how much money, a reply says."""

from collections.abc import Sequence
from decimal import Decimal

from bot.engine.replies.gather import Number, Piece, Style, gather
from bot.engine.replies.lexicon import Sense
from bot.engine.replies.parts import UNKNOWN, is_article, is_noise, meant
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item

_CENTS = 100


def read_number(question: Question, items: Sequence[Item]) -> Understood | Unclear:
    """A count: one whole number within the question's bounds."""
    pieces = meant(gather(items, Style.GROUPED), takes_no=False)
    if isinstance(pieces, Unclear):
        return pieces
    numbers, refusal = _numbers(pieces, (Sense.COUNTED, Sense.OWED))
    if refusal:
        return Unclear(refusal)
    return _bounded(question, numbers, Decimal(1))


def read_amount(question: Question, items: Sequence[Item]) -> Understood | Unclear:
    """Money in cents within the question's bounds."""
    pieces = meant(gather(items, Style.GROUPED), takes_no=False)
    if isinstance(pieces, Unclear):
        return pieces
    euros, cents = _take_cents(pieces)
    numbers, refusal = _numbers(euros, (Sense.EURO, Sense.OWED))
    if refusal:
        return Unclear(refusal)
    if cents is not None:
        if not 0 <= cents < _CENTS or len(numbers) > 1:
            return Unclear("two numbers")
        total = (numbers[0].value or Decimal(0)) if numbers else Decimal(0)
        numbers = [Number(total + cents / _CENTS)]
    return _bounded(question, numbers, Decimal(_CENTS))


def _take_cents(pieces: Sequence[Piece]) -> tuple[list[Piece], Decimal | None]:
    """``… euro and 50 cent`` without its end, and the cents."""
    for index in range(1, len(pieces)):
        piece, before = pieces[index], pieces[index - 1]
        if isinstance(piece, Item) and piece.can_be(Sense.CENT) and isinstance(before, Number):
            return [*pieces[: index - 1], *pieces[index + 1 :]], before.value
    return list(pieces), None


def _numbers(pieces: Sequence[Piece], nouns: tuple[Sense, ...]) -> tuple[list[Number], str]:
    """The numbers, and why they cannot be taken (or nothing)."""
    found: list[Number] = []
    none = denied = False
    refusal, unknown = "", False
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if isinstance(piece, Number):
            if not is_article(piece, following):
                found.append(piece)
        elif piece.can_be(Sense.ABOUT) or piece.can_be(*nouns):
            continue
        elif piece.can_be(Sense.NONE):
            none = True
        elif piece.kind == "mark" and piece.text == "-" and index == 0 and not _is_glued(following):
            continue
        elif piece.can_be(
            Sense.OR, Sense.BOUND, Sense.BUT, Sense.UNSURE, Sense.THROUGH, Sense.OUT_OF, Sense.VERY
        ) and not (is_noise(piece) and not found):
            refusal = "no exact value"
        elif piece.can_be(Sense.NOT):
            denied = True
        elif is_noise(piece):
            continue
        elif piece.kind == "mark":
            refusal = f"a {piece.text!r} in it"
        elif piece.can_be(Sense.YES):
            continue
        elif piece.can_be(Sense.NO):
            refusal = "no is no number"
        else:
            unknown = True
    if unknown:
        return [], UNKNOWN
    if none and found:
        refusal = "none and a number"
    elif none:
        found = [Number(Decimal(0))]
    if denied:
        refusal = "negated"
    return found, refusal


def _is_glued(piece: Piece | None) -> bool:
    return isinstance(piece, Number) and piece.value is None


def _bounded(question: Question, numbers: Sequence[Number], unit: Decimal) -> Understood | Unclear:
    if not numbers:
        return Unclear(UNKNOWN)
    if len(numbers) > 1:
        return Unclear("two numbers")
    value = numbers[0].value
    if value is None:
        return Unclear("no such number")
    whole = value * unit
    if whole != whole.to_integral_value():
        return Unclear("a broken number")
    count = int(whole)
    if isinstance(question.low, int) and count < question.low:
        return Unclear("too low")
    if isinstance(question.high, int) and count > question.high:
        return Unclear("too high")
    return Understood(count, "digit" if numbers[0].digits is not None else "word")
