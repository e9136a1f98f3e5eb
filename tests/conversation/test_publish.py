"""Which revision counts as the last one, on both databases."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, update

from bot.conversation.open import open_wave
from bot.conversation.revisions import kept_of, publish
from bot.conversation.tables import RUNS
from bot.engine.flow import Reward
from bot.panel.participants import PARTICIPANTS
from bot.store.database import Database
from tests.conversation.test_outbox import begin
from tests.conversation.test_receive import CONTENT, NOW, rows

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


def test_who_speaks_a_language_with_a_gap_stays_on_the_last_complete_revision(
    database: Database,
) -> None:
    flow = replace(PERIODIC.flow, languages=("nl", "en"))
    with_gap = replace(PERIODIC, flow=flow, hash="0" * 64)

    def open_in(db: Connection, language: str, number: int) -> None:
        db.execute(update(RUNS).values(status="expired"))
        db.execute(update(PARTICIPANTS).values(language=language))
        (person,) = rows(db, PARTICIPANTS)
        asked = with_gap, person.id, "periodic", number, NOW
        assert open_wave(db, *asked, languages=("nl", "en", "tr", "so")).run

    database.run(begin)
    for number, language in enumerate(("tr", "en", "so"), start=2):
        database.run(open_in, language, number)

    asked_by = {row.wave: row.revision for row in database.run(rows, RUNS)}
    assert asked_by == {1: PERIODIC.hash, 2: PERIODIC.hash, 3: with_gap.hash, 4: with_gap.hash}


def test_the_last_complete_revision_goes_by_the_rules_of_today(database: Database) -> None:
    """What people are told that they get is the study's, so what they get is so too."""
    policy = replace(PERIODIC.flow.policy, reward=Reward(300, "EUR"))
    flow = replace(PERIODIC.flow, languages=("nl",), policy=policy)
    with_gap = replace(PERIODIC, flow=flow, hash="0" * 64)

    def open_in_turkish(db: Connection, number: int) -> None:
        db.execute(update(RUNS).values(status="expired"))
        db.execute(update(PARTICIPANTS).values(language="tr"))
        (person,) = rows(db, PARTICIPANTS)
        asked = with_gap, person.id, "periodic", number, NOW + timedelta(days=14 * number)
        assert open_wave(db, *asked, languages=("nl", "tr")).run

    database.run(begin)
    for number in (2, 3):
        database.run(open_in_turkish, number)

    kept = {one.hash: one for one in database.run(kept_of, "klantmonitor", "periodic")}
    asked_by = {row.wave: kept[row.revision] for row in database.run(rows, RUNS)}
    assert asked_by[2].flow.policy == policy
    assert asked_by[2].texts == PERIODIC.texts
    assert asked_by[3].hash == asked_by[2].hash
    assert next(iter(kept)) == PERIODIC.hash
