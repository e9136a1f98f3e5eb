"""A person whom WhatsApp tells us by a number, by an id that hides it, or by both."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.receive import Received, receive
from bot.conversation.scene import Scene
from bot.conversation.settle import settle_sent
from bot.conversation.tables import ANSWERS
from bot.conversation.ways import other_way
from bot.message import Channel, InboundMessage, Sent
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES, Enrolment, enrol
from bot.panel.routing import Way, route
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, begin, message, rows

HIDDEN = "NL.9Z"
DAY = timedelta(days=1)


def hears(database: Database, inbound: InboundMessage, after: timedelta = timedelta()) -> Received:
    told = replace(inbound, received_at=inbound.received_at + after)
    return database.run(receive, CONTENT, told, NOW + after)


def both(text: str, number: int) -> InboundMessage:
    return replace(message(text, number), alias=HIDDEN)


def hidden(text: str, number: int) -> InboundMessage:
    return message(text, number, sender=HIDDEN)


def stops(db: Connection) -> dict[str, bool]:
    return {
        row.address: row.opted_out_at is not None for row in db.execute(select(ADDRESSES)).all()
    }


def test_who_hides_the_number_in_the_middle_goes_on_with_the_questions(database: Database) -> None:
    database.run(begin)
    hears(database, both("ja", 0))
    hears(database, both("3", 1))

    hears(database, hidden("4", 2))

    kept = [(row.step, row.value) for row in database.run(rows, ANSWERS)]
    assert kept == [("stress", 3), ("calm", 4)]


def test_a_person_is_known_again_by_a_new_id_after_a_day(database: Database) -> None:
    database.run(begin)
    hears(database, message("ja", 0))
    hears(database, both("3", 1), 2 * DAY)

    hears(database, hidden("4", 2), 2 * DAY)

    assert [row.step for row in database.run(rows, ANSWERS)] == ["stress", "calm"]


def test_a_stop_holds_under_an_id_that_is_heard_of_later(database: Database) -> None:
    database.run(begin)
    hears(database, message("stop", 0))

    hears(database, both("hallo", 1), 2 * DAY)

    assert database.run(stops) == {AMINA: True, HIDDEN: True}


def test_a_stop_under_the_id_holds_for_the_number_too(database: Database) -> None:
    database.run(begin)
    hears(database, both("ja", 0))

    hears(database, hidden("stop", 1))

    assert database.run(stops) == {AMINA: True, HIDDEN: True}


def test_who_stopped_under_the_id_is_not_written_to_by_a_number_heard_of_later(
    database: Database,
) -> None:
    def hidden_only(db: Connection) -> None:
        ways = [(Channel.WHATSAPP, HIDDEN)]
        enrol(db, Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date()), NOW)

    database.run(hidden_only)
    hears(database, hidden("stop", 0))

    hears(database, both("hulp", 1), DAY)

    assert database.run(stops) == {AMINA: True, HIDDEN: True}


def test_everybody_who_shares_a_phone_is_reached_by_its_id(database: Database) -> None:
    def household(db: Connection) -> None:
        for name in ("Amina", "Bilal"):
            person = Enrolment("klantmonitor", name, "nl", [(Channel.WHATSAPP, AMINA)], NOW.date())
            enrol(db, person, NOW)

    database.run(household)

    hears(database, both("hallo", 0))

    assert len(database.run(lambda db: db.execute(select(REACHES)).all())) == 4


def test_of_a_stranger_no_second_address_is_kept(database: Database) -> None:
    hears(database, both("hallo", 0))

    assert set(database.run(stops)) == {AMINA}


def test_the_other_channel_of_a_reminder_is_not_the_same_one_by_its_id(database: Database) -> None:
    def enrolled(db: Connection) -> Any:
        ways = [(Channel.WHATSAPP, AMINA), (Channel.SMS, AMINA)]
        person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date()), NOW)
        run = open_wave(db, PERIODIC, person, "periodic", 1, NOW).run
        row = db.execute(select(PARTICIPANTS).where(PARTICIPANTS.c.id == person)).one()
        return row, Scene(person, "nl", NOW, run=run)

    person, scene = database.run(enrolled)
    hears(database, both("ja", 0))
    for one in database.run(claim, CONTENT, NOW):
        database.run(settle_sent, one.row, Sent("SM1"), NOW)

    study = CONTENT.library.studies["klantmonitor"]
    way = database.run(other_way, CONTENT, study, person, scene, "other", None)

    assert way is not None
    assert way.channel == "sms"


def test_a_message_goes_to_the_address_whose_window_is_open() -> None:
    number = Way("number", "whatsapp", True, None, NOW - 2 * DAY)
    hidden_one = Way("id", "whatsapp", True, None, NOW)

    found = route([number, hidden_one], ["whatsapp"], NOW, templates=frozenset({"whatsapp"}))

    assert (found.way, found.needs_template) == (hidden_one, False)
