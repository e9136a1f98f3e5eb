"""Numbers, money and dates as words of a language, with digits that everybody can read.

Digits are Latin in every language (keypads have them, cards show them). CLDR writes no-break
spaces and direction marks; one of them would turn a whole SMS from 160 characters into 70, so they
become blanks or nothing.
"""

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u200e": None, "\u200f": None})


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """CLDR's data for a language; English is British, an unknown language Dutch."""
    code = language.split("-")[0]
    try:
        return Locale.parse("en_GB" if code == "en" else code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("nl")


@lru_cache(maxsize=4096)
def number(value: int, language: str) -> str:
    """A whole number."""
    return format_decimal(value, locale=locale_of(language)).translate(_PLAIN)


@lru_cache(maxsize=4096)
def money(cents: int, language: str) -> str:
    """An amount without its currency, which the text names: 4, or 4,50."""
    euros, rest = divmod(abs(cents), 100)
    pattern = "#,##0" if rest == 0 else "#,##0.00"
    locale = locale_of(language)
    amount = format_decimal(euros + rest / 100, format=pattern, locale=locale).translate(_PLAIN)
    return f"-{amount}" if cents < 0 else amount


@lru_cache(maxsize=1024)
def day(value: date, language: str) -> str:
    """A date with the month as a word: 31 december 2025."""
    return format_date(value, "d MMMM y", locale=locale_of(language)).translate(_PLAIN)


def together(words: tuple[str, ...], language: str) -> str:
    """Several words as one: a, b en c."""
    return format_list(words, locale=locale_of(language)).translate(_PLAIN)
