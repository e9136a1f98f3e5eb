"""What was held back or delayed counts on the day it reaches a person, on both databases."""

from datetime import UTC, datetime, timedelta

from bot.conversation.forget import end_runs
from bot.conversation.open import open_wave
from bot.conversation.waves import hindrance_by_hand
from bot.panel.pauses import pause_study, resume_study
from bot.store.database import Database
from tests.conversation.test_receive import CONTENT, NOW
from tests.conversation.test_silence import live
from tests.conversation.test_waves import BASELINE, enrolled, send_all, tick

DAY = timedelta(days=1)


def test_no_reminder_comes_on_the_day_of_an_invitation_that_was_held_over_the_weekend(
    database: Database,
) -> None:
    person = database.run(enrolled)
    saturday_night = datetime(2026, 3, 7, 21, tzinfo=UTC)
    database.run(open_wave, BASELINE, person, "baseline", 1, saturday_night)
    assert send_all(database, saturday_night) == []

    said = []
    for minutes in range(0, 180, 30):
        monday = datetime(2026, 3, 9, 9, minutes % 60, tzinfo=UTC) + timedelta(hours=minutes // 60)
        tick(database, monday)
        said += send_all(database, monday)

    assert len(said) == 1
    assert len(live(database, 8, 8)[8]) == 1, "the reminder comes on Tuesday"


def test_after_an_outage_an_invitation_and_its_reminder_do_not_come_together(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    back = NOW + 3 * DAY

    tick(database, back)
    assert len(send_all(database, back)) == 1
    tick(database, back + timedelta(minutes=1))

    assert send_all(database, back + timedelta(minutes=1)) == []


def test_what_a_pause_held_back_leaves_less_room_for_what_comes_after_it(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    database.run(pause_study, "klantmonitor", NOW)
    assert send_all(database, NOW) == []
    database.run(resume_study, "klantmonitor", NOW + 5 * DAY)

    said = live(database, 5, 40)

    assert said[5], "the invitation of the first day"
    for last in said:
        inside = [len(messages) for day, messages in said.items() if last - 14 < day <= last]
        assert sum(inside) <= 3


def test_by_hand_too_nobody_is_written_to_twice_a_day_or_a_fourth_time(database: Database) -> None:
    person = database.run(enrolled)
    study = CONTENT.library.studies["klantmonitor"]

    def hindrance(now: datetime) -> str:
        return database.run(hindrance_by_hand, ("local",), study, "baseline", person, now)

    assert hindrance(NOW) == ""
    tick(database, NOW)
    assert hindrance(NOW) == "open"
    send_all(database, NOW)
    live(database, 1, 6)
    database.run(end_runs, person, NOW + 6 * DAY)

    assert hindrance(NOW + 6 * DAY) == "enough", "written to on the days 0, 1 and 3"
    assert hindrance(NOW + 14 * DAY) == ""
