"""Items with their digits and number words brought together as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bot.engine.replies.numbers import Sum, literal
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense


class Style(Enum):
    """How digits with marks between them are taken."""

    LIST = "1,3 is two numbers"
    ONE = "3,5 is one number"
    GROUPED = "3,5 is one number, and so is 1 250"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the reply. ``digits`` as typed, if it was typed in digits; ``value`` is ``None``
    if the digits make no number, or a negative one.
    """

    value: Decimal | None
    digits: str | None = None
    article: bool = False


Piece = Item | Number


def gather(items: Sequence[Item], style: Style) -> list[Piece]:
    """The same row with numbers for runs of digits and number words."""
    pieces: list[Piece] = []
    at = 0
    while at < len(items):
        item = items[at]
        if item.kind == "digits":
            number, at = _digits(items, at, style)
        elif item.can_be(Sense.NUMBER) and item.option is None:
            number, at = _words(items, at, None)
        else:
            pieces.append(item)
            at += 1
            continue
        pieces.append(number)
    return pieces


def _digits(items: Sequence[Item], at: int, style: Style) -> tuple[Number, int]:
    start = at
    negative = (
        start > 0
        and items[start].glued
        and items[start - 1].text == "-"
        and items[start - 1].kind == "mark"
        and (start == 1 or items[start - 2].kind != "digits")
    )
    groups, separators = [items[at].text], []
    at += 1
    while style is not Style.LIST and at < len(items):
        item = items[at]
        following = items[at + 1] if at + 1 < len(items) else None
        if (
            item.kind == "mark" and item.text in ".,'" and item.glued
            and following is not None and following.kind == "digits" and following.glued
        ):  # fmt: skip
            separators.append(item.text)
            groups.append(following.text)
            at += 2
        elif (
            style is Style.GROUPED and item.kind == "digits" and not item.glued
            and len(item.text) == 3 and len(groups[0]) <= 3 and set(separators) <= {" "}
        ):  # fmt: skip
            separators.append(" ")
            groups.append(item.text)
            at += 1
        else:
            break
    value = literal(groups, separators)
    digits = "".join(groups) if not separators else None
    if negative:
        return Number(None), at
    if style is Style.GROUPED and value is not None:
        at = _skip_dash(items, at)
        number, after = _words(items, at, value)
        if after > at:
            return number, after
    return Number(value, digits), at


def _skip_dash(items: Sequence[Item], at: int) -> int:
    """Past the ``,-`` or ``.--`` that stands for no cents."""
    end = at
    if (
        end < len(items)
        and items[end].kind == "mark"
        and items[end].text in ",."
        and items[end].glued
    ):
        end += 1
        dashes = end
        while end < len(items) and items[end].kind == "mark" and items[end].text in "-=":
            end += 1
        if end > dashes:
            return end
    return at


def _words(items: Sequence[Item], at: int, value: Decimal | None) -> tuple[Number, int]:
    """Number words from ``at`` on, with digits between and before: ``5 thousand 300``."""
    total = Sum()
    if value is not None:
        total.add(value)
    end, joined, only = at, "", 0
    while at < len(items):
        item = items[at]
        part: Decimal | None = None
        if item.can_be(Sense.NUMBER) and item.option is None:
            part = item.senses[Sense.NUMBER]
            if value is not None and not only and 1 <= part < 1000:
                break
        elif item.kind == "digits" and only and total.last < Decimal("Infinity"):
            part = Decimal(item.text) if len(item.text) <= 3 else None
        elif only and item.text == "-" and item.glued:
            at += 1
            continue
        elif item.kind == "phrase" and item.can_be(Sense.AND) and not joined:
            joined = item.text
            at += 1
            continue
        if part is None or not total.add(part, joined):
            break
        at += 1
        end, joined, only = at, "", only + 1
    article = only == 1 and items[end - 1].can_be(Sense.ARTICLE) if only else False
    return Number(total.value, article=article), end
