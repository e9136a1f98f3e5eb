"""What is held of one person is handed over whole, and nothing of anybody else."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from bot.conversation.forget import forget
from bot.conversation.tables import INBOUND
from bot.panel.participants import Enrolment, enrol, find_address, keep_address
from bot.reports import person
from bot.reports.person import SHARED, person_of
from bot.rewards.payouts import PAYOUTS
from bot.rewards.vouchers import VOUCHERS
from bot.store.database import Database
from bot.store.tables import Seal
from tests.conversation.test_forget import answered
from tests.conversation.test_outbox import hear
from tests.conversation.test_receive import AMINA, NOW

_OF_ALL = {"pauses", "inbound_looks", "revisions", "content_resources", "templates", "seal"}
"""Tables in which nothing stands of a single person."""


def test_everything_that_is_held_of_a_person_is_in_it(database: Database) -> None:
    one = answered(database)

    found = database.run(person_of, one, NOW)

    assert found is not None
    assert found["participant"]["first_name"] == "Amina"
    assert [row["address"] for row in found["addresses"]] == [AMINA]
    stress = next(row for row in found["answers"] if row["step"] == "stress")
    assert stress["question"] == "Hoeveel stress heb je door geld?"
    assert (stress["value"], stress["label"], stress["typed"]) == (1, "Geen", "1")
    assert "ja" in [row["text"] for row in found["messages_received"]]
    assert all(row["form"] or row["state"] != "sent" for row in found["messages_sent"])
    assert found["runs"][0]["state"]["answers"]["stress"] == 1
    assert found["ledger"][0]["cents"] == 200
    assert json.loads(json.dumps(found)) == found, "it is plain JSON, dates and all"


def test_every_table_that_can_hold_something_of_a_person_is_in_it() -> None:
    read = {value.name for value in vars(person).values() if isinstance(value, Table)}
    kept = {table.name for table in SQLModel.metadata.sorted_tables}

    assert Seal.__tablename__ in kept, "all tables are known"
    assert kept - read - _OF_ALL == set()


def test_the_code_of_a_voucher_that_was_given_is_in_it(database: Database) -> None:
    one = answered(database)
    database.run(_pay, one)

    found = database.run(person_of, one, NOW)

    assert found is not None
    assert [row["code"] for row in found["vouchers"]] == ["DEMO 1"]
    assert "picture_hash" not in found["payouts"][0]


def test_what_another_person_wrote_on_a_shared_phone_stays_theirs(database: Database) -> None:
    one = answered(database)
    later = NOW + timedelta(hours=1)
    database.run(hear, "hallo daar", 50, later)
    alone = database.run(person_of, one, NOW)
    other = database.run(_enrol_beside, one)

    found, others = (database.run(person_of, who, NOW) for who in (one, other))

    assert alone is not None
    assert found is not None
    assert others is not None
    assert "hallo daar" in str(alone["messages_received"])
    assert "hallo daar" not in str(found["messages_received"])
    assert found["addresses"][0]["shared"] == SHARED
    assert others["messages_received"] == []
    assert others["answers"] == []
    assert "Amina" not in str(others)


def test_of_an_erased_person_only_the_pseudonym_is_left(database: Database) -> None:
    one = answered(database)
    database.run(forget, one, NOW)

    found = database.run(person_of, one, NOW)

    assert found is not None
    assert found["participant"]["first_name"] is None
    assert found["answers"] == []
    assert AMINA not in json.dumps(found)


def test_of_nobody_there_is_nothing(database: Database) -> None:
    assert database.run(person_of, "p0", NOW) is None


def test_what_came_from_a_number_before_they_took_part_is_somebody_elses(
    database: Database,
) -> None:
    database.run(answered_before)
    one = answered(database)

    found = database.run(person_of, one, NOW)

    assert found is not None
    assert "van de vorige" not in str(found)


def answered_before(db: Connection) -> None:
    address = keep_address(db, "local", AMINA, NOW)
    row = {
        "channel": "local", "provider_id": "before", "address_id": address.id,
        "text": "van de vorige", "reading": "unclear", "received_at": NOW - timedelta(days=9),
    }  # fmt: skip
    db.execute(INBOUND.insert(), row)


def _enrol_beside(db: Connection, one: str) -> str:
    address = find_address(db, "local", AMINA)
    channel = address.channel
    return enrol(db, Enrolment("klantmonitor", "Bilal", "nl", [(channel, AMINA)], NOW.date()), NOW)


def _pay(db: Connection, one: str) -> None:
    row: dict[str, Any] = {
        "id": "y1", "participant_id": one, "study": "klantmonitor", "number": 1, "cents": 600,
        "currency": "EUR", "state": "sent", "picture_hash": "y1", "reserved_at": NOW,
        "changed_at": NOW,
    }  # fmt: skip
    db.execute(PAYOUTS.insert(), row)
    voucher = {
        "study": "klantmonitor", "batch": "b", "shop": "Winkel", "cents": 600, "currency": "EUR",
        "expires_on": NOW.date(), "code": "DEMO 1", "code_hash": "DEMO 1", "payout_id": "y1",
        "imported_at": NOW,
    }  # fmt: skip
    db.execute(VOUCHERS.insert(), voucher)
