"""A list of people: nothing wrong is saved, nobody is enrolled twice, nobody is mixed up."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.content.study import Study
from bot.panel.numbers import country_of
from bot.panel.participants import PARTICIPANTS, addresses_of
from bot.panel.roster import compare, save
from bot.panel.roster_file import Line, RosterError, read_roster
from bot.store.database import Database

STUDY = Study("small", "Team", ("nl", "tr"), ("whatsapp", "sms"))
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
HEAD = "first_name,phone,language,channel,intake_on\n"


def look(database: Database, text: str, study: Study = STUDY) -> list[Line]:
    return database.run(compare, study, read_roster(text, study, "NL", NOW.date()))


def states(lines: list[Line]) -> list[str]:
    return [line.state for line in lines]


def reason(database: Database, text: str, study: Study = STUDY) -> str:
    (line,) = look(database, text, study)
    assert line.state == "wrong"
    return line.reason


def apply(database: Database, text: str) -> list[str]:
    return [person for _, person in database.run(save, look(database, text), NOW)]


def test_a_row_becomes_a_participant_with_the_number_on_every_channel(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,06 12345678,tr,sms,2026-02-01\n")

    (row,) = database.run(lambda db: db.execute(PARTICIPANTS.select()).all())
    assert (row.id, row.first_name, row.language, row.channel) == (person, "Amina", "tr", "sms")
    assert (row.intake_on, row.anchor_on) == (date(2026, 2, 1), NOW.date())
    addresses = database.run(addresses_of, person)
    assert {(one.channel, one.address) for one in addresses} == {
        ("sms", "+31612345678"),
        ("whatsapp", "+31612345678"),
    }


def test_looking_saves_nothing(database: Database) -> None:
    assert states(look(database, HEAD + "Amina,0612345678,,,\n")) == ["new"]

    assert database.run(lambda db: db.execute(PARTICIPANTS.select()).all()) == []


def test_the_same_list_twice_changes_nothing(database: Database) -> None:
    text = HEAD + "Amina,0612345678,nl,sms,2026-02-01\nBora,0612345679,tr,,\n"
    assert len(apply(database, text)) == 2

    assert states(look(database, text)) == ["same", "same"]


def test_only_what_the_list_says_is_changed(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,nl,sms,2026-02-01\n")

    (line,) = look(database, HEAD + "amina,+31 6 1234 5678,tr,,\n")

    assert (line.state, line.participant) == ("changed", person)
    assert line.changes == {"first_name": "amina", "language": "tr"}


def test_semicolons_and_a_byte_order_mark_of_a_spreadsheet_are_read(database: Database) -> None:
    text = "phone;first_name\r\n0612345678;Amina\r\n;\r\n"

    assert states(look(database, text)) == ["new"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Amina,12,,,", "phone number"),
        ("Amina,0612345,,,", "does not exist"),
        (",0612345678,,,", "first name"),
        ("Amina,0612345678,xx,,", "does not speak"),
        ("Amina,0612345678,,email,", "no channel"),
        ("Amina,0612345678,,,yesterday", "date"),
        ("Amina,0612345678,,,2031-01-01", "too far"),
        ("Amina,+14155552671,,,", "writes to NL only"),
        ("Amina,0612345678", "cells"),
    ],
)
def test_a_wrong_row_says_why(database: Database, row: str, said: str) -> None:
    assert said in reason(database, HEAD + row + "\n")


def test_another_country_may_be_allowed(database: Database) -> None:
    belgian = replace(STUDY, countries=("NL", "BE"))

    assert states(look(database, HEAD + "Amina,+32470123456,,,\n", belgian)) == ["new"]


def test_one_person_twice_in_a_list_is_wrong(database: Database) -> None:
    lines = look(database, HEAD + "Amina,0612345678,,,\nAMINA,+31612345678,,,\n")

    assert states(lines) == ["new", "wrong"]
    assert "line 2" in lines[1].reason


def test_a_second_person_on_a_number_is_enrolled_only_when_the_list_says_so(
    database: Database,
) -> None:
    apply(database, HEAD + "Amina,0612345678,,,\n")
    text = "first_name,phone,shared\nBora,0612345678,{}\n"

    assert "with another name" in reason(database, text.format(""))
    assert states(look(database, text.format("yes"))) == ["new"]


def test_a_name_is_changed_by_the_id(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amna,0612345678,,,\n")

    (line,) = look(database, f"id,first_name,phone\n{person},Amina,0612345678\n")

    assert (line.state, line.changes) == ("changed", {"first_name": "Amina"})
    assert "no participant" in reason(database, "id,first_name,phone\np0,Amina,0612345678\n")
    other = f"id,first_name,phone\n{person},Amina,0612345679\n"
    assert "another number" in reason(database, other)


def test_nobody_is_moved_to_another_organisation(database: Database) -> None:
    apply(database, "first_name,phone,organisation\nAmina,0612345678,utrecht\n")
    moved = "first_name,phone,organisation\nAmina,0612345678,zwolle\n"

    assert "another organisation" in reason(database, moved)


@pytest.mark.parametrize(
    "text", ["", "name,phone\n", "first_name,phone,phone\n", 'first_name,phone\n"Amina,06\n']
)
def test_a_file_that_is_no_list_is_refused_whole(database: Database, text: str) -> None:
    with pytest.raises(RosterError):
        look(database, text)


MAILED = replace(STUDY, channels=("whatsapp", "sms", "email"))


def reached(database: Database, person: str) -> set[tuple[str, str]]:
    return {(one.channel, one.address) for one in database.run(addresses_of, person)}


def test_who_has_only_an_e_mail_address_is_enrolled_with_it(database: Database) -> None:
    lines = look(database, "first_name,email\nAmina, Amina@Example.ORG\n", MAILED)
    ((_, person),) = database.run(save, lines, NOW)

    (row,) = database.run(lambda db: db.execute(PARTICIPANTS.select()).all())
    assert row.channel == "email"
    assert reached(database, person) == {("email", "amina@example.org")}
    assert states(look(database, "first_name,email\nAmina,amina@example.org\n", MAILED)) == ["same"]


def test_who_is_known_by_number_is_given_the_e_mail_address(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")
    text = "first_name,phone,email\nAmina,0612345678,amina@example.org\n"

    lines = look(database, text, MAILED)
    assert [(one.state, one.reason) for one in lines] == [("changed", "email")]
    database.run(save, lines, NOW)

    assert ("email", "amina@example.org") in reached(database, person)
    assert states(look(database, text, MAILED)) == ["same"]


@pytest.mark.parametrize(
    "email", ["amina", "amina@", "@example.org", "a b@example.org", "a@b", "a@é..nl"]
)
def test_what_is_no_e_mail_address_is_wrong(database: Database, email: str) -> None:
    assert "e-mail address" in reason(database, f"first_name,email\nAmina,{email}\n", MAILED)


def test_a_study_without_e_mail_takes_nobody_by_it(database: Database) -> None:
    assert "no e-mail address of a channel" in reason(
        database, "first_name,email\nAmina,amina@example.org\n"
    )


def test_two_people_on_one_e_mail_address_are_told_apart(database: Database) -> None:
    lines = look(database, "first_name,email\nAmina,a@example.org\nBora,a@example.org\n", MAILED)

    assert states(lines) == ["new", "wrong"]
    assert "household" in lines[1].reason


def test_an_address_belongs_to_a_country_or_to_none() -> None:
    assert [country_of(one) for one in ("+31612345678", "+32470123456", "NL.1A2B", "3669")] == [
        "NL",
        "BE",
        "NL",
        None,
    ]
    assert country_of("INFO") is None
