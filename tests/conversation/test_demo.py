"""A demo by QR code: a test run beside the study, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.conversation.demo import MOST_A_DAY, demo_in, words_of
from bot.conversation.receive import Received, receive
from bot.conversation.tables import OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, InboundMessage
from bot.panel.participants import PARTICIPANTS, opt_out
from bot.panel.pauses import pause, pause_study, resume, resume_study
from bot.panel.tables import INVITATIONS
from bot.panel.timers import due_timers
from bot.reports.standing import standing
from bot.rewards.ledger import balance, pot_of
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows
from tests.conversation.test_waves import enrolled, send_all, tick

DEMO = "demo klantmonitor/periodic"


def say(db: Connection, text: str, number: int) -> Received:
    inbound = InboundMessage(Channel.LOCAL, f"D{number}", AMINA, "bot", text, NOW)
    return receive(db, CONTENT, inbound, NOW)


@pytest.mark.parametrize("text", [DEMO, "Demo  klantmonitor periodic", f"{DEMO} tr"])
def test_the_words_of_the_code_name_a_flow(text: str) -> None:
    demo = demo_in(CONTENT.library, text)

    assert demo is not None
    assert demo.revision.flow.name == "periodic"
    assert demo.language == ("tr" if text.endswith(" tr") else demo.revision.flow.languages[0])
    assert demo_in(CONTENT.library, words_of("klantmonitor", "periodic", "tr")) is not None


@pytest.mark.parametrize("text", ["demo", "demo x/y", "een demo klantmonitor/periodic", "1"])
def test_other_words_start_nothing(text: str) -> None:
    assert demo_in(CONTENT.library, text) is None


def test_a_stranger_gets_the_first_question_at_once(database: Database) -> None:
    database.run(say, DEMO, 1)

    (said,) = send_all(database, NOW)
    assert not said.startswith("Hoi")
    (person,) = database.run(rows, PARTICIPANTS)
    assert (person.is_test, person.next_wave_at) == (True, None)


def test_a_demo_to_the_end_earns_nothing_and_stands_in_no_figure(database: Database) -> None:
    for number, text in enumerate((DEMO, *"1234512")):
        database.run(say, text, number)

    (person,) = database.run(rows, PARTICIPANTS)
    (run,) = database.run(rows, RUNS)
    assert run.status == "completed"
    assert database.run(balance, pot_of(person.id)) == 0
    found = database.run(standing, "klantmonitor")
    assert (found.people, found.waves) == ({}, {})


def test_nobody_is_reminded_of_a_demo(database: Database) -> None:
    database.run(say, DEMO, 1)
    send_all(database, NOW)

    for hours in (4, 30, 100, 200):
        for timer in database.run(due_timers, NOW + timedelta(hours=hours)):
            database.run(fire, CONTENT, timer, NOW + timedelta(hours=hours))
        assert send_all(database, NOW + timedelta(hours=hours)) == []
    assert database.run(rows, RUNS)[0].status == "expired"


def test_a_participants_own_wave_is_left_alone(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)

    database.run(say, DEMO, 1)
    database.run(say, "3", 2)

    mine, demo = sorted(database.run(rows, INVITATIONS), key=lambda row: row.wave)
    assert (mine.wave, demo.wave) == ("baseline", "demo")
    assert len({row.participant_id for row in database.run(rows, RUNS)}) == 2


def test_so_many_demos_a_day_and_no_more(database: Database) -> None:
    for number in range(MOST_A_DAY + 3):
        database.run(say, DEMO, number)

    assert len(database.run(rows, RUNS)) == MOST_A_DAY


def test_after_a_stop_no_demo_starts(database: Database) -> None:
    database.run(say, DEMO, 1)
    (address,) = {row.address_id for row in database.run(rows, OUTBOUND)}
    database.run(opt_out, address, NOW)

    database.run(say, DEMO, 2)

    assert len(database.run(rows, RUNS)) == 1


def test_resuming_the_study_or_the_person_opens_no_wave_for_who_only_tries_it(
    database: Database,
) -> None:
    database.run(say, DEMO, 1)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(pause_study, "klantmonitor", NOW)
    database.run(resume_study, "klantmonitor", NOW)
    database.run(pause, person.id, "crisis")
    database.run(resume, person.id, NOW)

    for days in range(1, 20):
        tick(database, NOW + timedelta(days=days))

    assert [row.wave for row in database.run(rows, INVITATIONS)] == ["demo"]
