"""Days as people write them, and days of another calendar, which are asked again."""

from datetime import date

import pytest

from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Question, Unclear, Understood

Lexicons = dict[str, Lexicon]

MOVED = Question(AnswerType.DATE, date(2026, 11, 22), low=date(1950, 1, 1), high=date(2026, 11, 22))
SOLAR_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن",
    "اسفند", "حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو",
    "حوت",
)  # fmt: skip
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    ("language", "reply", "day"),
    [
        ("ar", "الاثنين الماضي", date(2026, 11, 16)),
        ("ar", "5 الشهر الماضي", date(2026, 10, 5)),
        ("ar", "3 مارس السنة الماضية", date(2025, 3, 3)),
        ("uk", "у минулу п'ятницю", date(2026, 11, 20)),
        ("uk", "5 минулого місяця", date(2026, 10, 5)),
        ("uk", "3 березня минулого року", date(2025, 3, 3)),
        ("uk", "на новий рік", date(2026, 1, 1)),
        ("fa", "دوشنبه گذشته", date(2026, 11, 16)),
        ("fa", "3 مارس پارسال", date(2025, 3, 3)),
        ("fa", "پنجم این ماه", date(2026, 11, 5)),
        ("fa", "۳ روز پیش", date(2026, 11, 19)),
    ],
)
def test_last_and_this_count_from_today(
    language: str, reply: str, day: date, lexicons: Lexicons
) -> None:
    reading = understand(MOVED, reply, lexicons, language)
    assert isinstance(reading, Understood)
    assert reading.value == day


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("fa", "۵ ماه پیش"), ("fa", "۲ سال پیش"), ("uk", "5 місяців тому"), ("ar", "قبل 5 اشهر"),
        ("ar", "الأسبوع الماضي"), ("uk", "різдво"), ("ar", "عيد الميلاد"),
    ],
)  # fmt: skip
def test_no_day_is_made_of_months_ago_or_of_a_feast_with_two_dates(
    language: str, reply: str, lexicons: Lexicons
) -> None:
    assert isinstance(understand(MOVED, reply, lexicons, language), Unclear)


@pytest.mark.parametrize("year", [1330, 1357, 1380, 1399, 1400, 1404, 1405])
def test_no_day_of_the_solar_calendar_becomes_another_day(year: int, lexicons: Lexicons) -> None:
    for month in range(1, 13):
        for day in (1, 5, 12, 29, 31):
            short = f"{year % 100:02}"
            written = [
                f"{year}/{month:02}/{day:02}", f"{day}-{month}-{year}", f"{year} {month} {day}",
                f"{year}{month:02}{day:02}", f"{short}/{month}/{day}",
                f"{short}.{month:02}.{day:02}",
                f"{day} {SOLAR_MONTHS[month - 1]}", f"{day} {SOLAR_MONTHS[month + 11]} {year}",
                f"{day} {SOLAR_MONTHS[month - 1]} {short}",
            ]  # fmt: skip
            for reply in written:
                for typed in (reply, reply.translate(PERSIAN_DIGITS)):
                    assert isinstance(understand(MOVED, typed, lexicons, "fa"), Unclear), typed


def test_a_persian_speaker_may_write_our_calendar(lexicons: Lexicons) -> None:
    for reply in ("12-06-2024", "۱۲/۶/۲۰۲۴", "15/3/24"):
        assert isinstance(understand(MOVED, reply, lexicons, "fa"), Understood)
