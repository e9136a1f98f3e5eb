"""The names of time zones, such as Europe/Amsterdam."""

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Kept: they are found by a walk through hundreds of files."""
    return frozenset(available_timezones())
