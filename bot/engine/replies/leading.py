"""An answer among words that nobody knows: "no, I don't dare to", "I work at the supermarket"."""

from collections.abc import Sequence

from bot.engine.replies.echo import Echo
from bot.engine.replies.parts import LOUD_MARKS, is_noise, is_scale
from bot.engine.replies.reading import Question, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense

_MOST = 8
_AGAINST = (Sense.UNSURE, Sense.CORRECTION, Sense.OUT_OF)
_AGAINST_YES = (Sense.NO, Sense.NOT, Sense.BAD, Sense.BOUND)
_AGAINST_NO = (Sense.YES, Sense.GOOD)


def read_leading(question: Question, items: Sequence[Item]) -> Understood | None:
    """The answer of such a reply in the session's own language, or none."""
    words = [item for item in items if item.kind == "phrase"]
    if question.symbols:
        return _with_its_reason(question, items)
    if is_scale(question):
        return None
    if not 1 < len(words) <= _MOST or any(_is_loud(item) for item in items):
        return None
    if "yes" in question.codes and "no" in question.codes:
        return _yes_or_no(items)
    return _with_its_place(question, words)


def _is_loud(item: Item) -> bool:
    if item.kind == "phrase":
        return False
    return item.kind == "digits" or (
        item.kind == "mark" and (item.text == "?" or item.text in LOUD_MARKS)
    )


def _yes_or_no(items: Sequence[Item]) -> Understood | None:
    """A yes or a no that stands first and is contradicted by nothing that is known."""
    first, rest = items[0], items[1:]
    if first.echo is Echo.DO_NOT or (first.can_be(Sense.NOT) and rest[0].echo is Echo.DO):
        return Understood("no", "word")
    is_yes, is_no = first.can_be(Sense.YES), first.can_be(Sense.NO)
    if is_yes == is_no:
        return None
    is_said_alone = rest[0].kind == "mark" or (
        first.can_be(Sense.MARK) and rest[0].can_be(Sense.FILLER, Sense.POLITE)
    )
    if first.can_be(Sense.NOT, Sense.MARK) and not is_said_alone:
        return None  # "no money", "nie mam" deny what follows
    against = _AGAINST_YES if is_yes else _AGAINST_NO
    if any(item.can_be(Sense.BUT, Sense.OR) for item in rest):
        return None
    if any(item.can_be(*_AGAINST, *against) and not is_noise(item) for item in rest):
        return None
    return Understood("yes" if is_yes else "no", "word")


def _with_its_reason(question: Question, items: Sequence[Item]) -> Understood | None:
    """A mood that is said in full, and after a comma what is so about it: "bad, I am up at 4 every
    night". A number that comes first there may be another answer.
    """
    end = next((at for at, item in enumerate(items) if item.kind == "mark"), 0)
    said, rest = items[:end], items[end + 1 :]
    named = {item.option for item in said if item.option is not None}
    if len(named) != 1 or items[end].text not in ",.;:!" or len(rest) > _MOST:
        return None
    if any(item.option is None and not is_noise(item) for item in said):
        return None
    unknown = [item for item in rest if item.kind == "phrase" and not item.senses]
    against = (*_AGAINST, Sense.NO, Sense.YES, Sense.BUT, Sense.OR, Sense.ORDINAL, Sense.VERY)
    if not unknown or rest[0].kind == "digits" or rest[0].can_be(Sense.NUMBER):
        return None
    if any(item.option is not None or item.fits or item.can_be(*against) for item in rest):
        return None
    return Understood(question.codes[named.pop() or 0], "label")


def _with_its_place(question: Question, words: Sequence[Item]) -> Understood | None:
    """One choice that is said in full, and where: "I work in a restaurant"."""
    named = {item.option for item in words if item.option is not None}
    others = [item for item in words if item.option is None]
    is_placed = any(item.can_be(Sense.AT) or item.echo is Echo.PLACE for item in others)
    if len(named) != 1 or not is_placed or any(item.fits for item in others):
        return None
    if any(item.senses and not is_noise(item) and not item.can_be(Sense.AT) for item in others):
        return None
    return Understood(question.codes[min(named)], "word")
