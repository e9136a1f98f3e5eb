"""Numbers in digits and in words, up to millions; the words come from the lexicon."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.senses import Sense

_MULTIPLIERS = frozenset(map(Decimal, (100, 1000, 100_000, 1_000_000)))
_HUNDRED = Decimal(100)


def literal(groups: Sequence[str], separators: Sequence[str]) -> Decimal | None:
    """The number written ``groups[0] separators[0] groups[1] …``; ``None`` if it is malformed.

    Exactly three digits after a separator are thousands, one or two are decimals.
    """
    if any(len(group) > 12 for group in groups):
        return None
    if not separators:
        return Decimal(groups[0])
    head, tail, last = groups[:-1], groups[-1], separators[-1]
    before = separators[:-1]
    if len(tail) == 3:
        head, tail, before = groups, "", separators
    elif len(tail) > 2 or last not in ".," or last in before:
        return None
    if len(set(before)) > 1 or not _is_grouped(head):
        return None
    return Decimal("".join(head) + ("." + tail if tail else ""))


def _is_grouped(groups: Sequence[str]) -> bool:
    if len(groups) == 1:
        return True
    first = groups[0]
    return len(first) <= 3 and not first.startswith("0") and all(len(g) == 3 for g in groups[1:])


class Sum:
    """Adds up number words one by one, as long as they make one number."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.group = Decimal(0)
        self.last = Decimal("Infinity")
        self.unit = Decimal(0)
        self.started = False

    @property
    def value(self) -> Decimal:
        """The number so far."""
        return self.total + self.group

    def add(self, value: Decimal, joined: str = "") -> bool:
        """Take in the next word if it continues the number; ``joined`` is the "and" before it."""
        if not self.started:
            taken = True
            if value >= 1000:
                self.group = value % 1000
                self.total = value - self.group
                self.unit = value if value in _MULTIPLIERS else Decimal(0)
                self.last = self.unit or Decimal(1000)
            else:
                self.group = value
        elif value in _MULTIPLIERS:
            taken = self._multiply(value)
        else:
            taken = self._append(value, joined)
        self.started = self.started or taken
        return taken

    def _multiply(self, value: Decimal) -> bool:
        if value == _HUNDRED:
            if not 0 < self.group < 100:
                return False
            self.group *= 100
            return True
        if value >= self.last or (self.group == 0 and self.total == 0):
            return False
        if self.group == 0:
            return False
        self.total, self.group, self.last = self.total + self.group * value, Decimal(0), value
        self.unit = value
        return True

    def _append(self, value: Decimal, joined: str) -> bool:
        if value == 0 or self.value == 0 or value >= self.last:
            return False
        if value < 1 and self.total and self.group == 0:
            return self._append_share(value)
        if value < 1:
            taken = self.group == self.group.to_integral_value()
        elif value >= 100 or value != value.to_integral_value():
            taken = self.group == 0
        else:
            taken = self._fits_below_hundred(value, joined)
        if taken:
            self.group += value
        return taken

    def _append_share(self, value: Decimal) -> bool:
        """A half after a thousand is half of that thousand: "two thousand and a half"."""
        self.total += value * self.unit
        taken, self.unit, self.last = self.unit > 0, Decimal(0), Decimal(0)
        return taken

    def _fits_below_hundred(self, value: Decimal, joined: str) -> bool:
        below = self.group % 100
        if below == 0:
            return True
        if value < 10:
            return below >= 10 and below % 10 == 0
        if value < 20:
            return below in (60, 80)  # soixante-dix, quatre-vingt-dix
        return bool(joined) and below < 10 and value % 10 == 0  # vijf-en-twintig


@lru_cache(maxsize=4096)
def glued_number(word: str, lexicon: Lexicon) -> Decimal | None:
    """The number in words written as one (``vijfentwintigduizend``, ``yirmibeş``)."""
    if not 4 <= len(word) <= 60:
        return None
    parts = _split(word, 0, lexicon)
    if parts is None or len(parts) < 2 or Sense.NUMBER not in lexicon.phrases[(parts[0],)]:
        return None
    total, joined = Sum(), ""
    for part in parts:
        senses = lexicon.phrases[(part,)]
        if Sense.NUMBER not in senses:
            joined = part
        elif total.add(senses[Sense.NUMBER], joined):
            joined = ""
        else:
            return None
    return total.value if total.started and not joined else None


def _split(word: str, depth: int, lexicon: Lexicon) -> list[str] | None:
    """Number words and "and" that make up the word, longest first."""
    if not word:
        return []
    if depth > 10:
        return None
    for end in range(len(word), 0, -1):
        senses = lexicon.phrases.get((word[:end],))
        if senses and (
            Sense.NUMBER in senses
            or ((Sense.AND in senses and end > 1) or word[:end] in lexicon.prefixes)
        ):
            rest = _split(word[end:], depth + 1, lexicon)
            if rest is not None:
                return [word[:end], *rest]
    return None
