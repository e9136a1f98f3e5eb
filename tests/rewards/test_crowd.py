"""Money under real concurrency: eight processes, everything that can happen, on both databases.

The whole size (8 x 10,000) is ``python -m bench.money``.
"""

import pytest
from sqlalchemy import Connection, text

from bot.store.keys import generate_key
from tests.rewards.crowd import play


@pytest.mark.parametrize("operations", [200])
def test_eight_processes_at_once_lose_and_double_nothing(
    database_url: str, operations: int
) -> None:
    outcome = play(database_url, generate_key(), 8, operations)

    assert outcome.wrong == []
    assert outcome.looks > 1
    for name in ("earn", "claim", "send", "hear", "order"):
        assert outcome.done[name] > 0, name


def test_a_lost_posting_is_seen(sqlite_url: str) -> None:
    from contextlib import closing

    from bot.store.database import open_database
    from tests.rewards import crowd

    def lose(db: Connection) -> None:
        db.execute(text("DROP TRIGGER postings_keep_DELETE"))
        db.execute(text("DELETE FROM postings WHERE id = (SELECT max(id) FROM postings)"))

    play(sqlite_url, generate_key(), 1, 50)
    with closing(open_database(sqlite_url)) as database:
        database.run(lose)
        assert "I3: an entry does not balance" in database.run(crowd._at_every_step)
