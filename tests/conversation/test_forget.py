"""After erasing, nothing in the database names the person; amounts and codes stay."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from bot.authoring.forms import body_of
from bot.conversation.forget import forget, stop
from bot.conversation.leaving import AFTER_THE_FAREWELL
from bot.conversation.missed import catch_up
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.settle import settle_sent
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import PARTICIPANTS, Enrolment, enrol, find_address
from bot.panel.timers import due_timers
from bot.reports.audit import differences
from bot.rewards.ledger import balance, pot_of, spent_on
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from tests.conversation.test_outbox import begin, hear
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows


def answered(database: Database) -> str:
    person: str = database.run(begin)
    for number, typed in enumerate(("ja", "1", "2", "3", "4", "5", "1", "2")):
        database.run(hear, typed, number)
    database.run(claim, CONTENT, NOW)
    return person


def test_an_erased_person_is_named_nowhere_and_owed_nothing(database: Database) -> None:
    person = answered(database)

    assert database.run(forget, person, NOW)

    (row,) = database.run(rows, PARTICIPANTS)
    assert (row.first_name, row.status) == (None, "erased")
    address = database.run(find_address, "local", AMINA)
    assert address.address is None
    assert address.opted_out_at == NOW, "the stop holds, should the number be enrolled again"
    assert database.run(rows, ANSWERS) == []
    assert all(one.form is None for one in database.run(rows, OUTBOUND))
    assert '"answers":{}' in database.run(rows, RUNS)[0].state
    assert database.run(balance, pot_of(person)) == 0, "nobody can claim it any more"
    assert database.run(balance, spent_on("klantmonitor", "erased")) == 200
    assert database.run(lambda db: list(differences(db))) == []
    assert not database.run(forget, person, NOW)


def test_a_message_of_an_erased_person_is_a_strangers(database: Database) -> None:
    person = answered(database)
    database.run(forget, person, NOW)
    inbound = InboundMessage(Channel.LOCAL, "L99", AMINA, "bot", "hallo", NOW)

    received = database.run(receive, CONTENT, inbound, NOW + timedelta(days=2))

    assert received.outcome == "stranger"


def test_what_an_erased_person_writes_later_is_not_kept_nor_their_number(
    database: Database,
) -> None:
    person = answered(database)
    database.run(forget, person, NOW)
    later = NOW + timedelta(minutes=3)
    for sid, said in (("L98", "4"), ("L99", "ik heet Amina")):
        inbound = InboundMessage(Channel.LOCAL, sid, AMINA, "bot", said, later)
        missed = InboundMessage(Channel.LOCAL, f"{sid}b", AMINA, "bot", said, NOW)
        database.run(receive, CONTENT, inbound, later)
        database.run(catch_up, CONTENT, missed, [missed.provider_id], later)

    assert [row.text for row in database.run(rows, INBOUND)[-4:]] == [None] * 4
    assert database.run(find_address, "local", AMINA).address is None


def test_who_was_erased_and_says_start_can_be_told_who_to_call(database: Database) -> None:
    person: str = database.run(begin)
    database.run(forget, person, NOW)
    inbound = InboundMessage(Channel.LOCAL, "L99", AMINA, "bot", "start", NOW)

    database.run(receive, CONTENT, inbound, NOW)

    (told,) = database.run(claim, CONTENT, NOW)
    assert told.message.to == AMINA


def test_who_confirms_wissen_gets_a_receipt_and_is_then_erased(database: Database) -> None:
    database.run(begin)
    for number, typed in enumerate(("ja", "4", "wis alles", "ja")):
        database.run(hear, typed, number)
    for _ in range(4):
        for one in database.run(claim, CONTENT, NOW):
            database.run(settle_sent, one.row, Sent(f"P{one.row}", DeliveryState.DELIVERED), NOW)

    assert database.run(rows, OUTBOUND)[-1].state == "delivered"
    assert database.run(due_timers, NOW) == []
    later = NOW + AFTER_THE_FAREWELL
    for timer in database.run(due_timers, later):
        database.run(fire, CONTENT, timer, later)

    (row,) = database.run(rows, PARTICIPANTS)
    assert (row.first_name, row.status) == (None, "erased")
    assert database.run(find_address, "local", AMINA).address is None
    assert database.run(rows, ANSWERS) == []


def test_a_shared_number_stays_with_the_other_person(database: Database) -> None:
    person = answered(database)

    def other(db: Connection) -> None:
        address = [(Channel.LOCAL, AMINA)]
        enrol(db, Enrolment("klantmonitor", "Omar", "nl", address, NOW.date()), NOW)

    database.run(other)
    database.run(forget, person, NOW)

    address = database.run(find_address, "local", AMINA)
    assert address.address == AMINA
    assert address.opted_out_at is None


def test_who_shares_the_phone_keeps_what_answered_their_own_questions(database: Database) -> None:
    answered(database)

    def other(db: Connection) -> str:
        address = [(Channel.LOCAL, AMINA)]
        return enrol(db, Enrolment("klantmonitor", "Omar", "nl", address, NOW.date()), NOW)

    omar = database.run(other)
    later = NOW + timedelta(hours=1)
    database.run(hear, "van wie is dit", 20, later)
    database.run(forget, omar, later)

    texts = [row.text for row in database.run(rows, INBOUND)]
    assert texts == ["ja", "1", "2", "3", "4", "5", "1", "2", None]


def test_a_stopped_person_is_sent_nothing_more(database: Database) -> None:
    person: str = database.run(begin)
    database.run(hear, "ja", 1)

    assert database.run(stop, person, NOW)

    assert database.run(claim, CONTENT, NOW) == []
    assert database.run(rows, RUNS)[0].status == "stopped"
    assert not database.run(stop, "p0", NOW)


def test_who_is_stopped_right_after_a_cry_for_help_hears_whom_to_call(database: Database) -> None:
    person: str = database.run(begin)
    database.run(hear, "ik wil dood", 1)

    database.run(stop, person, NOW)

    (last,) = database.run(claim, CONTENT, NOW)
    assert "Bel nu" in body_of(last.message.form)


def test_the_file_of_the_database_holds_no_name_no_number_and_no_word(
    sqlite_url: str, keys: Keys
) -> None:
    database = open_database(sqlite_url, keys=keys)
    database.run(begin)
    database.run(hear, "ik heet Kanarie", 1)
    database.run(claim, CONTENT, NOW)
    database.close()

    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    raw = path.read_bytes()
    for word in ("Amina", AMINA, AMINA[3:], "Kanarie"):
        assert word.encode() not in raw


def test_the_database_is_asked_with_bound_values_only(database: Database) -> None:
    database.run(begin)
    hostile = "x'; DROP TABLE participants; --"
    inbound = InboundMessage(Channel.LOCAL, hostile, hostile, "bot", hostile, NOW)

    database.run(receive, CONTENT, inbound, NOW)

    assert database.run(lambda db: db.execute(text("select count(*) from participants")).scalar())
