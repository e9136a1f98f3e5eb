"""Numbers change hands and come back to life, on both databases."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.casework.alarms import CASES
from bot.conversation.forget import forget
from bot.conversation.tables import INBOUND, OUTBOUND
from bot.conversation.waves import open_due_wave
from bot.message import Channel
from bot.panel.participants import (
    ADDRESSES,
    PARTICIPANTS,
    Enrolment,
    addresses_of,
    bury,
    enrol,
    keep_address,
    link,
    unlink,
)
from bot.panel.pauses import pause
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, begin, hear, rows
from tests.conversation.test_waves import CONSENT, enrolled, send_all, tick
from tests.conversation.test_waves import hear as hear_local

DAY = timedelta(days=1)
NEW = "+31612345699"


def the_number_dies(database: Database) -> None:
    (address,) = database.run(rows, ADDRESSES)
    database.run(bury, address.id)


def test_who_writes_from_an_address_where_nobody_could_be_reached_is_answered(
    database: Database,
) -> None:
    database.run(begin)
    the_number_dies(database)

    hear(database, "ja")

    assert send_all(database, NOW)
    assert [row.is_alive for row in database.run(rows, ADDRESSES)] == [True]


def test_it_is_answered_also_when_it_died_within_the_minute(database: Database) -> None:
    database.run(begin)
    hear(database, "ja")
    the_number_dies(database)

    hear(database, "3", start=1)

    assert send_all(database, NOW)
    assert {row.state for row in database.run(rows, OUTBOUND)[1:]} == {"delivered"}


def test_a_number_that_was_dead_is_alive_for_whoever_is_enrolled_with_it(
    database: Database,
) -> None:
    database.run(enrolled)
    the_number_dies(database)
    person = Enrolment("klantmonitor", "Bo", "nl", [(Channel.LOCAL, AMINA)], NOW.date(), seed=0)

    bo = database.run(enrol, person, NOW)

    assert database.run(open_due_wave, CONTENT, bo, NOW) == "opened"


def standing(database: Database) -> tuple[str, str | None]:
    (person,) = database.run(rows, PARTICIPANTS)
    return person.status, person.paused_for


def test_after_a_wrong_person_nothing_is_asked_until_the_number_is_right(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    send_all(database, NOW)

    hear_local(database, ("verkeerde persoon",), NOW)
    send_all(database, NOW)

    assert standing(database) == ("paused", "wrong_person")
    assert [row.kind for row in database.run(rows, CASES)] == ["wrong_person"]
    for days in range(1, 40):
        tick(database, NOW + DAY * days)
        assert send_all(database, NOW + DAY * days) == []


def test_a_wrong_person_outside_a_wave_is_one_too_and_start_takes_it_back(
    database: Database,
) -> None:
    database.run(enrolled)
    hear_local(database, ("verkeerde persoon",), NOW)
    assert standing(database) == ("paused", "wrong_person")

    hear_local(database, ("start",), NOW, start=5)

    assert standing(database) == ("active", None)
    tick(database, NOW + DAY)
    assert any("Hoi Amina!" in said for said in send_all(database, NOW + DAY))


def change_number(db: Connection, person: str) -> None:
    for old in addresses_of(db, person):
        unlink(db, person, old.id)
    link(db, person, keep_address(db, Channel.LOCAL, NEW, NOW).id)


def test_who_has_the_old_number_now_is_a_stranger_there(database: Database) -> None:
    person = database.run(enrolled)
    tick(database, NOW)
    hear_local(database, CONSENT, NOW)
    send_all(database, NOW)
    database.run(change_number, person)
    answers = len(database.run(rows, INBOUND))

    hear_local(database, ("5",), NOW, start=90)
    (said,) = send_all(database, NOW)

    assert "Amina" not in said
    assert database.run(rows, INBOUND)[answers].text is None, "a stranger's words are nobody's"


def test_erasing_takes_along_what_was_said_on_a_number_of_before(database: Database) -> None:
    person = database.run(enrolled)
    tick(database, NOW)
    hear_local(database, CONSENT, NOW)
    send_all(database, NOW)
    database.run(change_number, person)

    database.run(forget, person, NOW)

    assert {row.text for row in database.run(rows, INBOUND)} == {None}
    assert {row.address for row in database.run(rows, ADDRESSES)} == {None}


def test_a_wrong_person_and_a_start_do_not_end_the_peace_after_a_crisis(database: Database) -> None:
    person = database.run(enrolled)
    database.run(pause, person, "crisis")

    hear_local(database, ("verkeerde persoon", "start"), NOW)

    assert standing(database) == ("paused", "crisis")


def who_is_asked(database: Database) -> dict[str, tuple[str, str | None]]:
    found = database.run(rows, PARTICIPANTS)
    return {row.first_name: (row.status, row.paused_for) for row in found}


def bilal_is_asked_on_aminas_phone(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear_local(database, CONSENT, NOW)
    bilal = Enrolment("klantmonitor", "Bilal", "nl", [(Channel.LOCAL, AMINA)], NOW.date(), seed=0)
    database.run(enrol, bilal, NOW)
    tick(database, NOW + DAY * 9)
    send_all(database, NOW + DAY * 9)


def test_a_wrong_person_on_a_shared_phone_leaves_the_housemate_who_answers_there(
    database: Database,
) -> None:
    bilal_is_asked_on_aminas_phone(database)

    hear_local(database, ("verkeerd nummer",), NOW + DAY * 9, start=50)

    (said,) = send_all(database, NOW + DAY * 9)
    assert said == "Sorry. Bilal krijgt hier geen berichten meer."
    assert who_is_asked(database) == {
        "Amina": ("active", None), "Bilal": ("paused", "wrong_person"),
    }  # fmt: skip
    tick(database, NOW + DAY * 14)
    heard = send_all(database, NOW + DAY * 14)
    assert heard
    assert not any("Bilal" in one for one in heard)

    hear_local(database, ("verkeerd nummer",), NOW + DAY * 14, start=51)
    (said,) = send_all(database, NOW + DAY * 14)
    assert said == "Sorry dat we je stoorden. Je krijgt geen berichten meer."
    assert all(row.opted_out_at for row in database.run(rows, ADDRESSES))


def bilal_is_wrong_there(database: Database) -> None:
    """Amina has answered on a phone, and somebody there says that it is not Bilal's."""
    database.run(enrolled)
    tick(database, NOW)
    hear_local(database, CONSENT, NOW)
    bilal = Enrolment("klantmonitor", "Bilal", "nl", [(Channel.LOCAL, AMINA)], NOW.date(), seed=0)
    database.run(enrol, bilal, NOW)
    tick(database, NOW + DAY * 9)
    send_all(database, NOW + DAY * 9)
    hear_local(database, ("verkeerd nummer",), NOW + DAY * 9, start=50)
    send_all(database, NOW + DAY * 9)


def test_what_is_said_after_a_wrong_person_is_the_housemates_who_is_left(
    database: Database,
) -> None:
    bilal_is_wrong_there(database)

    hear_local(database, ("start", "ik wil dood"), NOW + DAY * 10, start=60)

    assert who_is_asked(database) == {
        "Amina": ("paused", "crisis"), "Bilal": ("paused", "wrong_person"),
    }  # fmt: skip
    names = {row.id: row.first_name for row in database.run(rows, PARTICIPANTS)}
    cases = [(row.kind, names[row.participant_id]) for row in database.run(rows, CASES)]
    assert ("crisis", "Amina") in cases
    assert ("crisis", "Bilal") not in cases


def test_a_start_where_everybody_was_wrong_brings_all_of_them_back(database: Database) -> None:
    bilal_is_wrong_there(database)

    hear_local(database, ("verkeerd nummer", "start"), NOW + DAY * 10, start=60)

    assert set(who_is_asked(database).values()) == {("active", None)}


def test_a_wrong_person_said_twice_silences_a_shared_phone(database: Database) -> None:
    bilal_is_asked_on_aminas_phone(database)

    hear_local(database, ("verkeerd nummer", "verkeerd nummer"), NOW + DAY * 9, start=50)

    *_, said = send_all(database, NOW + DAY * 9)
    assert said == "Sorry dat we je stoorden. Je krijgt geen berichten meer."
    assert all(row.opted_out_at for row in database.run(rows, ADDRESSES))


def test_a_wrong_person_where_nobody_has_answered_yet_silences_the_number(
    database: Database,
) -> None:
    for name in ("Amina", "Bilal"):
        at = [(Channel.LOCAL, AMINA)]
        database.run(enrol, Enrolment("klantmonitor", name, "nl", at, NOW.date(), seed=0), NOW)
    tick(database, NOW)
    send_all(database, NOW)

    hear_local(database, ("verkeerd nummer",), NOW)
    send_all(database, NOW)

    for days in range(1, 20):
        tick(database, NOW + DAY * days)
        assert send_all(database, NOW + DAY * days) == []
