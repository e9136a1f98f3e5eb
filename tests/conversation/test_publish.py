"""Which revision counts as the last one, on both databases."""

from datetime import timedelta

from bot.conversation.revisions import kept_of, publish
from bot.store.database import Database
from tests.conversation.test_outbox import begin
from tests.conversation.test_receive import CONTENT, NOW

PERIODIC = CONTENT.library.studies["klantmonitor"].flows["periodic"]


def test_what_somebody_was_asked_by_is_kept_without_publishing(database: Database) -> None:
    database.run(begin)

    (kept,) = database.run(kept_of, "klantmonitor", "periodic")

    assert kept.hash == PERIODIC.hash


def test_publishing_twice_changes_nothing_and_going_back_does(database: Database) -> None:
    other = type(PERIODIC)(PERIODIC.flow, PERIODIC.texts, "0" * 64, {})
    day = timedelta(days=1)

    assert database.run(publish, PERIODIC, NOW)
    assert not database.run(publish, PERIODIC, NOW + day)
    assert database.run(publish, other, NOW + 2 * day)
    assert database.run(publish, PERIODIC, NOW + 3 * day)

    kept = database.run(kept_of, "klantmonitor", "periodic")
    assert [one.hash for one in kept] == [PERIODIC.hash, other.hash]
    assert database.run(kept_of, "klantmonitor", "baseline") == []
