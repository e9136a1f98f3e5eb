"""Days on which nobody is written to: ``nl-holidays`` or a single date such as ``2026-12-24``.

Public holidays are those of the library ``holidays`` (https://holidays.readthedocs.io), by the
country's two letters.
"""

import re
from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import EntityLoader

_COUNTRY = re.compile(r"([a-z]{2})-holidays")


def is_calendar(name: str) -> bool:
    """Whether study.yaml may name these days."""
    match = _COUNTRY.fullmatch(name)
    if match is None:
        try:
            date.fromisoformat(name)
        except ValueError:
            return False
        return True
    # Asked by its code alone: the days of one country bring those of all others into memory.
    return match[1].upper() in EntityLoader.get_country_codes()


def is_day_off(day: date, name: str) -> bool:
    """Whether a day is one of these."""
    match = _COUNTRY.fullmatch(name)
    if match is None:
        return name == day.isoformat()
    return day in _holidays(match[1].upper(), day.year)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
