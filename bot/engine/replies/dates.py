"""Which day a reply says. The day stands before the month, as in the Netherlands."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.engine.replies.echo import Echo
from bot.engine.replies.gather import Number, Style, gather
from bot.engine.replies.parts import UNKNOWN, is_noise, meant
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.scan import Item
from bot.engine.replies.senses import Sense
from bot.engine.replies.tokens import Token

_FARTHEST_AGO = 3660
_SOLAR_BEHIND = 621
_SOLAR_OLDEST = 25
"""Years of two digits from here on are of the last solar century."""


def read_date(question: Question, items: Sequence[Item]) -> Understood | Unclear:
    """One day within the bounds; without a year the last one that is not in the future."""
    pieces = meant(gather(items, Style.LIST), takes_no=False)
    if isinstance(pieces, Unclear):
        return pieces
    found = _Found()
    for piece in pieces:
        found.take(piece)
    if found.unknown:
        return Unclear(UNKNOWN)
    if found.doubt:
        return Unclear(found.doubt)
    day = found.day(question.today)
    if day is None:
        return Unclear(UNKNOWN if not found.says else "no exact day")
    if found.weekday is not None and day.isoweekday() != found.weekday:
        return Unclear("weekday and date differ")
    if (isinstance(question.low, date) and day < question.low) or (
        isinstance(question.high, date) and day > question.high
    ):
        return Unclear("out of bounds")
    return Understood(day, "digit" if found.month is None and found.relative is None else "word")


class _Found:
    """What was found of a day."""

    def __init__(self) -> None:
        self.numbers: list[Number] = []
        self.ordinal: int | None = None
        self.month: int | None = None
        self.weekday: int | None = None
        self.relative: int | None = None
        self.months_ago: int | None = None
        self.years_ago: int | None = None
        self.latest = False
        self.days = self.ago = False
        self.unknown = False
        self.doubt = ""

    @property
    def says(self) -> bool:
        """Whether anything about a day was said."""
        return bool(
            self.numbers or self.ordinal or self.month or self.weekday or self.days or self.ago
            or self.relative is not None or self.months_ago is not None
            or self.years_ago is not None
        )  # fmt: skip

    def take(self, piece: Number | Item) -> None:
        if isinstance(piece, Number):
            self.numbers.append(piece)
        elif self._take_calendar(piece):
            return
        elif piece.can_be(Sense.MONTH):
            self.doubt = "two months" if self.month is not None else self.doubt
            self.month = int(piece.senses[Sense.MONTH])
        elif piece.can_be(Sense.RELATIVE):
            self.doubt = "two days" if self.relative is not None else self.doubt
            self.relative = int(piece.senses[Sense.RELATIVE])
        elif piece.can_be(Sense.WEEKDAY):
            self.weekday = int(piece.senses[Sense.WEEKDAY])
        elif piece.can_be(Sense.DAY):
            self.days = True
        elif piece.can_be(Sense.AGO):
            self.ago = True
        elif piece.kind == "mark" and piece.text in "-/.,'":
            return
        elif piece.can_be(
            Sense.OR, Sense.ABOUT, Sense.BOUND, Sense.BUT, Sense.NOT, Sense.THROUGH
        ) and not piece.can_be(Sense.SMALL, Sense.FILLER):
            self.doubt = "no exact day"
        elif not is_noise(piece) and piece.echo not in (Echo.DO, Echo.WORD):
            self.unknown = True

    def _take_calendar(self, item: Item) -> bool:
        """Whether it is a feast, this or last month or year, an ordinal, or a "last"."""
        senses = item.senses
        if Sense.FEAST in senses:
            self._take_feast(int(senses[Sense.FEAST]))
        elif Sense.MONTHS_AGO in senses:
            self.months_ago = int(senses[Sense.MONTHS_AGO])
        elif Sense.YEARS_AGO in senses:
            self.years_ago = int(senses[Sense.YEARS_AGO])
        elif Sense.ORDINAL in senses and Sense.MONTH not in senses:
            self._take_ordinal(item)
        elif Sense.LATEST in senses and not (self.days and Sense.AGO in senses):
            self.latest = True
        else:
            return False
        return True

    def _take_feast(self, month_and_day: int) -> None:
        self.doubt = "two months" if self.month is not None else self.doubt
        self.month, self.ordinal = divmod(month_and_day, 100)

    def _take_ordinal(self, item: Item) -> None:
        if item.senses[Sense.ORDINAL] >= 1:
            self.ordinal = int(item.senses[Sense.ORDINAL])
        elif item.can_be(Sense.LATEST):
            self.latest = True
        elif not is_noise(item):
            self.doubt = "no exact day"

    def day(self, today: date) -> date | None:
        values = [_whole(number) for number in self.numbers]
        if None in values:
            return None
        whole = [value for value in values if value is not None]
        if self.relative is not None:
            return None if whole or self.month else today - timedelta(days=self.relative)
        if self.ago or (self.days and self.month is None):
            if not (self.ago and self.days and len(whole) == 1 and self.month is None):
                return None
            return today - timedelta(days=whole[0]) if whole[0] < _FARTHEST_AGO else None
        if self.ordinal is not None:
            whole.insert(0, self.ordinal)
        if self.latest and self.weekday is not None and not whole and self.month is None:
            return today - timedelta(days=(today.isoweekday() - self.weekday - 1) % 7 + 1)
        if self.years_ago is not None:
            whole.append(today.year - self.years_ago)
        if self.months_ago is not None:
            return self._of_month(whole, today)
        if self.month is not None:
            return self._named(whole, today)
        return self._numbered(whole, today)

    def _of_month(self, whole: list[int], today: date) -> date | None:
        if self.months_ago is None or self.month is not None or len(whole) != 1:
            return None
        years, month = divmod(today.year * 12 + today.month - 1 - self.months_ago, 12)
        return _date(years, month + 1, whole[0], today)

    def _named(self, whole: list[int], today: date) -> date | None:
        if self.month is None or not 1 <= len(whole) <= 2:
            return None
        if len(whole) == 2 and whole[0] > 31:
            whole.reverse()
        return _date(whole[1] if len(whole) == 2 else None, self.month, whole[0], today)

    def _numbered(self, whole: list[int], today: date) -> date | None:
        digits = self.numbers[0].digits if len(self.numbers) == 1 else None
        if digits is not None and len(digits) == 8:
            return _date(int(digits[4:]), int(digits[2:4]), int(digits[:2]), today) or _date(
                int(digits[:4]), int(digits[4:6]), int(digits[6:]), today
            )
        if len(whole) == 3 and whole[0] > 31:
            whole.reverse()
        if not 2 <= len(whole) <= 3:
            return None
        return _date(whole[2] if len(whole) == 3 else None, whole[1], whole[0], today)


def is_of_two_calendars(tokens: Sequence[Token], today: date) -> bool:
    """Whether three short numbers may as well be a day of the Persian solar calendar, which begins
    with the year: 04/08/15 is in 1404 there.
    """
    short = [token.text for token in tokens if token.kind == "digits"]
    if len(short) != 3 or any(len(digits) > 2 for digits in short):
        return False
    year, month, day = map(int, short)
    solar = (today.year - _SOLAR_BEHIND) % 100
    return (year <= solar or year >= _SOLAR_OLDEST) and 1 <= month <= 12 and 1 <= day <= 31


def _whole(number: Number) -> int | None:
    value = number.value
    if value is None or value != value.to_integral_value() or value > Decimal(99_999_999):
        return None
    return int(value)


def _date(year: int | None, month: int, day: int, today: date) -> date | None:
    if year is not None and year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    try:
        if year is not None:
            return date(year, month, day)
        this = date(today.year, month, day) if (month, day) != (2, 29) else _leap_day(today)
        return this if this <= today else date(today.year - 1, month, day)
    except ValueError:
        return None


def _leap_day(today: date) -> date:
    year = today.year
    while True:
        try:
            day = date(year, 2, 29)
        except ValueError:
            year -= 1
            continue
        if day <= today:
            return day
        year -= 1
