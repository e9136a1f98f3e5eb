"""The key of a database can be changed, and a wrong one is noticed before anybody is a stranger."""

from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, LargeBinary, select, type_coerce
from sqlmodel import SQLModel

import bot.casework.tables
import bot.conversation.tables
import bot.rewards.tables  # noqa: F401 - every table is declared
from bot.message import Channel
from bot.panel import participants
from bot.panel.erase import erase
from bot.store.columns import Encrypted, Hashed
from bot.store.database import open_database
from bot.store.errors import StoreError
from bot.store.keys import Keys, generate_key
from bot.store.seal import Rekeyed, fit, rekey
from tests.secrets_of import secret_beside

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TABLES = SQLModel.metadata.sorted_tables


def _enrol(db: Connection, number: str) -> str:
    person = participants.Enrolment(
        "klantmonitor", "Amina", "nl", [(Channel.SMS, number)], date(2026, 5, 1)
    )
    return participants.enrol(db, person, NOW)


def _name_at(db: Connection, number: str) -> str | None:
    found = participants.find_address(db, "sms", number)
    if found is None:
        return None
    return str(participants.people_at(db, found.id)[0].first_name)


def _names_at(db: Connection, numbers: list[str]) -> set[str | None]:
    return {_name_at(db, number) for number in numbers}


def test_a_database_refuses_a_key_that_is_not_its_own(database_url: str) -> None:
    old = generate_key()
    new = secret_beside(old)
    with closing(open_database(database_url, keys=Keys.from_text(old))) as database:
        fit(database, Keys.from_text(old))
        database.run(_enrol, "+31612345678")
    for order in (f"{new},{old}", f"{old},{new}"):
        keys = Keys.from_text(order)
        with closing(open_database(database_url, keys=keys)) as database:
            fit(database, keys)
            assert database.run(_name_at, "+31612345678") == "Amina"
    with (
        closing(open_database(database_url, keys=Keys.from_text(new))) as database,
        pytest.raises(StoreError, match="begun with is not in POLSBOT_KEY"),
    ):
        fit(database, Keys.from_text(new))


def test_after_a_rekey_the_old_secret_can_go(database_url: str) -> None:
    old = generate_key()
    new = secret_beside(old)
    numbers = [f"+316123{number:05}" for number in range(1100)]  # more than is read at once
    with closing(open_database(database_url, keys=Keys.from_text(old))) as database:
        fit(database, Keys.from_text(old))
        database.run(lambda db: [_enrol(db, number) for number in numbers] and None)

    both = Keys.from_text(f"{new},{old}").renewed()
    with closing(open_database(database_url, keys=both)) as database:
        done = database.run(rekey, both, TABLES)
        assert done == Rekeyed({**dict.fromkeys(done.values, 0), **_COUNTS}, lost=0)
        assert database.run(rekey, both, TABLES) == done  # once more does no harm

    for text in (new, f"{new},{old}"):  # a process that still has both finds everybody too
        keys = Keys.from_text(text)
        with closing(open_database(database_url, keys=keys)) as database:
            fit(database, keys)
            assert database.run(_names_at, numbers) == {"Amina"}
    with (
        closing(open_database(database_url, keys=Keys.from_text(old))) as database,
        pytest.raises(StoreError, match="POLSBOT_KEY"),
    ):
        fit(database, Keys.from_text(old))


_COUNTS = {"participants": 1100, "addresses": 1100}


def test_a_rekey_that_fails_changes_nothing(database_url: str) -> None:
    secret = generate_key()
    old, new = Keys.from_text(secret), secret_beside(secret)
    with closing(open_database(database_url, keys=old)) as database:
        fit(database, old)
        database.run(_enrol, "+31612345678")

    def broken(db: Connection) -> None:
        rekey(db, Keys.from_text(new), TABLES)

    with closing(open_database(database_url, keys=Keys.from_text(new))) as database:
        with pytest.raises(StoreError, match="not in POLSBOT_KEY"):
            database.run(broken)
        database.use_keys(old)
        fit(database, old)
        assert database.run(_name_at, "+31612345678") == "Amina"


def test_an_erased_number_that_said_stop_is_counted_as_lost(database_url: str) -> None:
    old = generate_key()
    new = secret_beside(old)
    both = Keys.from_text(f"{new},{old}").renewed()
    with closing(open_database(database_url, keys=Keys.from_text(old))) as database:
        fit(database, Keys.from_text(old))
        database.run(erase, database.run(_enrol, "+31612345678"), NOW)
        database.use_keys(both)
        assert database.run(rekey, both, TABLES).lost == 1


def test_every_sealed_value_is_of_the_new_secret_after_a_rekey(database_url: str) -> None:
    old = generate_key()
    new = secret_beside(old)
    both = Keys.from_text(f"{new},{old}").renewed()
    with closing(open_database(database_url, keys=Keys.from_text(old))) as database:
        fit(database, Keys.from_text(old))
        database.run(_enrol, "+31612345678")
        before = database.run(_sealed)
        database.use_keys(both)
        database.run(rekey, both, TABLES)
        after = database.run(_sealed)
    assert len(before) == len(after) == 2
    assert {value[:1] for value in before}.isdisjoint(value[:1] for value in after)


def _sealed(db: Connection) -> list[bytes]:
    """What really stands in the encrypted columns."""
    return [
        value
        for table in TABLES
        for column in table.c
        if isinstance(column.type, Encrypted)
        for value in db.scalars(select(type_coerce(column, LargeBinary)).where(column.is_not(None)))
    ]


def test_every_hash_that_is_kept_for_long_can_be_made_anew() -> None:
    alone = {
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.c
        if isinstance(column.type, Hashed) and column.type.of not in table.c
    }
    assert alone == {
        "payouts.picture_hash",  # rewards.payouts.rename_pictures makes those
        "reply_words.word",  # good until the wave closes; a known number needs none
    }
