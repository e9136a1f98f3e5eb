"""A list of people: nothing wrong is saved, nobody is enrolled twice, nobody is mixed up."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.content.study import Study
from bot.panel.numbers import country_of
from bot.panel.participants import PARTICIPANTS, addresses_of, find_address, opt_out
from bot.panel.pauses import WRONG_PERSON, pause
from bot.panel.roster import STOP_HOLDS, compare, save
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
        ("Amina,0900-1234567,,,", "No person has this number"),
        ("Amina,0800-1234,,,", "No person has this number"),
        ("Amina,+8821612345678,,,", "No person has this number"),
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


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("فاطمه\u200cزهرا", "فاطمه\u200cزهرا"),
        ("\u200fمحمد\u200f", "محمد"),
        ("\u202bMohammed\u202c", "Mohammed"),
        ("Anne\u00a0Marie", "Anne Marie"),
        ("Jose\u0301", "José"),
        ("  Li  ", "Li"),
    ],
)
def test_a_name_is_kept_without_what_comes_along_when_it_is_copied(
    database: Database, written: str, kept: str
) -> None:
    apply(database, f"first_name,phone\n{written},0612345678\n")

    (row,) = database.run(lambda db: db.execute(PARTICIPANTS.select()).all())
    assert row.first_name == kept
    assert states(look(database, f"first_name,phone\n{kept},0612345678\n")) == ["same"]


@pytest.mark.parametrize("name", ["\u200f", "\u200c", "A" * 81, "\x07"])
def test_marks_alone_are_no_name(database: Database, name: str) -> None:
    assert "first name" in reason(database, f"first_name,phone\n{name},0612345678\n")


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\r\nfirst_name;phone\r\nAmina;0612345678\r\n",
        "sep=\t\nfirst_name\tphone\nAmina\t0612345678\n",
        "\n \nfirst_name,phone\nAmina,0612345678\n",
        "first_name\tphone\nAmina\t\u202a+31\u00a06\u00a012345678\u202c\n",
        "first_name;phone\n;;\nAmina;0612345678\n;;;\n",
        "first_name;phone\nAmina;'0612345678\n",
        "first_name;phone;language;channel\nAmina;0612345678;NL;Sms\n",
    ],
)
def test_what_spreadsheets_make_of_a_list_is_read(database: Database, text: str) -> None:
    assert states(look(database, text.replace("\r\n", "\n"))) == ["new"]


def test_lines_are_counted_from_the_top_of_the_file(database: Database) -> None:
    lines = look(database, "sep=;\n\nfirst_name;phone\nAmina;12\n")

    assert [line.number for line in lines] == [4]


def test_a_person_may_live_in_another_time_zone(database: Database) -> None:
    head = "first_name,phone,timezone\n"
    assert "timezone" in reason(database, head + "Amina,0612345678,Europe/Utrecht\n")

    apply(database, head + "Amina,0612345678,America/Curacao\n")

    (row,) = database.run(lambda db: db.execute(PARTICIPANTS.select()).all())
    assert row.timezone == "America/Curacao"
    (line,) = look(database, head + "Amina,0612345678,Europe/Amsterdam\n")
    assert line.changes == {"timezone": "Europe/Amsterdam"}


ID = "id,first_name,phone\n"


def test_another_number_takes_the_place_of_the_one_before(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")

    (line,) = look(database, ID + f"{person},Amina,0612345679\n")
    assert (line.state, line.reason) == ("changed", "sms, whatsapp: in the place of what was there")
    database.run(save, [line], NOW)

    assert {at for _, at in reached(database, person)} == {"+31612345679"}
    assert states(look(database, HEAD + "Bora,0612345678,,,\n")) == ["new"], "it is another's now"
    old = database.run(find_address, "sms", "+31612345678")
    assert old.address is None


def test_a_number_that_a_household_shares_stays_with_the_others(database: Database) -> None:
    (amina,) = apply(database, HEAD + "Amina,0612345678,,,\n")
    (bora,) = apply(database, "first_name,phone,shared\nBora,0612345678,yes\n")

    apply(database, ID + f"{amina},Amina,0612345679\n")

    assert {at for _, at in reached(database, bora)} == {"+31612345678"}
    assert {at for _, at in reached(database, amina)} == {"+31612345679"}


def test_an_id_with_another_name_and_another_number_is_somebody_else(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")

    assert "one at a time" in reason(database, ID + f"{person},Bora,0612345679\n")


def test_an_e_mail_address_alone_leaves_the_number(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")

    (line,) = look(database, f"id,first_name,email\n{person},Amina,a@example.org\n", MAILED)

    assert (line.state, list(line.gone)) == ("changed", [])


def stop(database: Database, person: str) -> None:
    for one in database.run(addresses_of, person):
        database.run(opt_out, one.id, NOW)


def test_a_stop_holds_for_the_new_number_as_well(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")
    stop(database, person)

    (line,) = look(database, ID + f"{person},Amina,0612345679\n")
    assert line.reason.endswith(STOP_HOLDS)
    database.run(save, [line], NOW)

    assert all(one.opted_out_at for one in database.run(addresses_of, person))


def test_the_stop_of_whoever_had_a_wrong_number_is_not_the_persons(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")
    stop(database, person)
    database.run(pause, person, WRONG_PERSON)

    apply(database, ID + f"{person},Amina,0612345679\n")

    assert not any(one.opted_out_at for one in database.run(addresses_of, person))
    (row,) = database.run(lambda db: db.execute(PARTICIPANTS.select()).all())
    assert (row.status, row.next_wave_at) == ("active", NOW)


def test_who_is_enrolled_where_stop_was_said_is_told_of_in_the_list(database: Database) -> None:
    (person,) = apply(database, HEAD + "Amina,0612345678,,,\n")
    stop(database, person)

    (line,) = look(database, "first_name,phone,shared\nBora,0612345678,yes\n")

    assert (line.state, line.reason) == ("new", STOP_HOLDS)
