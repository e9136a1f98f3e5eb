"""How many, or how much money, a reply says."""

from collections.abc import Sequence
from decimal import Decimal

from bot.engine.replies.echo import Echo
from bot.engine.replies.gather import Number, Piece, Style, gather
from bot.engine.replies.parts import UNKNOWN, is_article, is_noise, meant
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_CENTS = 100
_NONE = "none"
_HEDGES = (
    Sense.OR, Sense.BOUND, Sense.BUT, Sense.UNSURE, Sense.THROUGH, Sense.OUT_OF, Sense.VERY,
)  # fmt: skip


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
    if _is_bare_half(items, numbers):
        return Unclear("a half of what")
    if cents is not None:
        if not 0 <= cents < _CENTS or len(numbers) > 1:
            return Unclear("two numbers")
        total = (numbers[0].value or Decimal(0)) if numbers else Decimal(0)
        numbers = [Number(total + cents / _CENTS)]
    return _bounded(question, numbers, Decimal(_CENTS))


def _is_bare_half(items: Sequence[Item], numbers: Sequence[Number]) -> bool:
    """Whether a small number with a half in words stands without its "thousand" or "euro"."""
    has_half = any(item.senses.get(Sense.NUMBER, 0) % 1 for item in items)
    has_euro = any(item.can_be(Sense.EURO, Sense.CENT) for item in items)
    return has_half and not has_euro and any((n.value or 0) < _CENTS for n in numbers)


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
    heard: set[str] = set()
    for index, piece in enumerate(pieces):
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if isinstance(piece, Number):
            if not is_article(piece, following):
                found.append(piece)
        elif not piece.can_be(Sense.ABOUT, *nouns) and piece.echo not in (Echo.DO, Echo.WORD):
            is_bullet = piece.text == "-" and index == 0
            heard.add("" if is_bullet else _heard(piece, after_number=bool(found)))
    if _NONE in heard:
        heard.discard(_NONE)
        if found:
            return [], "none and a number"
        found = [Number(Decimal(0))]
    heard.discard("")
    if UNKNOWN in heard:
        return [], UNKNOWN
    return found, min(heard, default="")


def _heard(item: Item, *, after_number: bool) -> str:
    """What a word beside a number does to it: nothing, ``_NONE`` or a reason to refuse it."""
    hedged = item.can_be(*_HEDGES) and (after_number or not is_noise(item))
    for is_so, what in (
        (item.can_be(Sense.NONE), _NONE),
        (hedged, "no exact value"),
        (item.can_be(Sense.NOT), "negated"),
        (is_noise(item) or item.can_be(Sense.YES), ""),
        (item.kind == "mark", f"a {item.text!r} in it"),
        (item.can_be(Sense.NO), "no is no number"),
    ):
        if is_so:
            return what
    return UNKNOWN


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
