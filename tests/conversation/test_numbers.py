"""Numbers change hands and come back to life, on both databases."""

from bot.conversation.effects import OUTBOUND
from bot.conversation.waves import open_due_wave
from bot.message import Channel
from bot.panel.participants import ADDRESSES, Enrolment, bury, enrol
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, begin, hear, rows
from tests.conversation.test_waves import enrolled, send_all


def test_who_writes_from_an_address_where_nobody_could_be_reached_is_answered(
    database: Database,
) -> None:
    database.run(begin)
    (address,) = database.run(rows, ADDRESSES)
    database.run(bury, address.id)

    hear(database, "ja")

    assert send_all(database, NOW)
    assert [row.is_alive for row in database.run(rows, ADDRESSES)] == [True]


def test_it_is_answered_also_when_it_died_within_the_minute(database: Database) -> None:
    database.run(begin)
    hear(database, "ja")
    (address,) = database.run(rows, ADDRESSES)
    database.run(bury, address.id)

    hear(database, "3", start=1)

    assert send_all(database, NOW)
    assert {row.state for row in database.run(rows, OUTBOUND)[1:]} == {"delivered"}


def test_a_number_that_was_dead_is_alive_for_whoever_is_enrolled_with_it(
    database: Database,
) -> None:
    database.run(enrolled)
    (address,) = database.run(rows, ADDRESSES)
    database.run(bury, address.id)
    person = Enrolment("klantmonitor", "Bo", "nl", [(Channel.LOCAL, AMINA)], NOW.date(), seed=0)

    bo = database.run(enrol, person, NOW)

    assert database.run(open_due_wave, CONTENT, bo, NOW) == "opened"
