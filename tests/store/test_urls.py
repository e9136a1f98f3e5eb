"""Which databases are ours."""

import pytest

from bot.store.database import database_url, open_database
from bot.store.errors import StoreError


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "no options"),
        ("sqlite:////no/such/folder/x.db", "Make the folder"),
        ("mysql://localhost/x", "postgresql://"),
        ("postgresql+asyncpg://localhost/x", "postgresql://"),
        ("polsbot.db", "sqlite:///"),
        ("", "sqlite:///"),
    ],
)
def test_what_is_no_database_of_ours_is_refused_with_the_mend(url: str, mend: str) -> None:
    with pytest.raises(StoreError, match=mend):
        open_database(url)


def test_both_spellings_of_postgresql_are_read() -> None:
    for spelling in ("postgres", "postgresql", "postgresql+psycopg"):
        assert database_url(f"{spelling}://h/x").drivername == "postgresql+psycopg"
