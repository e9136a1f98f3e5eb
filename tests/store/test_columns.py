"""What a column keeps, and what it refuses, on both databases."""

from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.exc import StatementError
from sqlmodel import Field, SQLModel

from bot.store.columns import (
    Encrypted,
    Hashed,
    Json,
    UtcTime,
    json_text,
    keyed_hash,
    safe_text,
)
from bot.store.database import Database, open_database
from bot.store.errors import StoreError

TABLES = MetaData()


class Person(SQLModel, table=True):
    """A table as the rooms declare them."""

    metadata = TABLES
    id: int = Field(primary_key=True)
    name: str | None = Field(default=None, sa_type=Encrypted("person.name"))
    nickname: str | None = Field(default=None, sa_type=Encrypted("person.nickname"))
    phone_hash: bytes | None = Field(default=None, sa_type=Hashed("phone"), unique=True)
    facts: dict[str, Any] | None = Field(default=None, sa_type=Json)
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)


PERSON: Table = Person.__table__  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def tables(database: Database) -> None:
    database.run(TABLES.create_all)


def keep(db: Connection, /, **values: Any) -> None:
    db.execute(PERSON.insert().values(id=1, **values))


def stored(db: Connection, column: str) -> Any:
    return db.execute(select(PERSON.c[column])).scalar_one()


def raw(db: Connection, column: str) -> Any:
    return db.exec_driver_sql(f"SELECT {column} FROM person").scalar_one()


@pytest.mark.parametrize("text", ["Amina", "", "أمينة", "a" * 4000, None])
def test_an_encrypted_text_comes_back_and_none_stays_none(
    database: Database, text: str | None
) -> None:
    database.run(keep, name=text)
    assert database.run(stored, "name") == text
    assert (database.run(raw, "name") is None) == (text is None)


def test_an_encrypted_text_is_not_in_the_database(database: Database) -> None:
    database.run(keep, name="Amina", phone_hash="+31612345678")
    for column in ("name", "phone_hash"):
        value = bytes(database.run(raw, column))
        assert b"Amina" not in value
        assert b"612345" not in value


def test_a_ciphertext_moved_to_another_column_is_refused(database: Database) -> None:
    def move(db: Connection) -> None:
        db.exec_driver_sql("UPDATE person SET nickname = name")

    database.run(keep, name="Amina")
    database.run(move)
    with pytest.raises(StoreError, match=r"person\.nickname"):
        database.run(stored, "nickname")


def test_an_encrypted_column_cannot_be_searched_by_its_text() -> None:
    with pytest.raises(TypeError, match="Hashed"):
        select(PERSON).where(PERSON.c.name == "Amina")
    assert "IS NULL" in str(select(PERSON).where(PERSON.c.name.is_(None)))
    assert "IS NOT NULL" in str(select(PERSON).where(PERSON.c.name != None))  # noqa: E711


def test_a_hashed_column_is_found_by_the_plain_text(database: Database) -> None:
    def find(db: Connection, phone: str | bytes) -> int | None:
        return db.execute(select(PERSON.c.id).where(PERSON.c.phone_hash == phone)).scalar()

    database.run(keep, phone_hash="+31612345678")
    assert database.run(find, "+31612345678") == 1
    assert database.run(find, "+31612345679") is None
    assert database.run(find, database.run(stored, "phone_hash")) == 1
    assert database.run(keyed_hash, "+31612345678", "phone") == database.run(stored, "phone_hash")


def test_columns_without_a_key_refuse(database_url: str) -> None:
    with (
        closing(open_database(database_url)) as database,
        pytest.raises(StoreError, match="POLSBOT_KEY"),
    ):
        database.run(keep, name="Amina")


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="timezone"):
        database.run(keep, seen_at=datetime(2026, 3, 1, 12))  # noqa: DTZ001


def test_a_time_comes_back_in_utc_with_its_microseconds(database: Database) -> None:
    summer = timezone(timedelta(hours=2))
    database.run(keep, seen_at=datetime(2026, 7, 1, 1, 30, 0, 123456, summer))
    seen = database.run(stored, "seen_at")
    assert seen == datetime(2026, 6, 30, 23, 30, 0, 123456, UTC)
    assert seen.tzinfo is UTC


def test_times_compare_and_sort_as_times(database: Database) -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = [
        noon + step
        for step in (
            timedelta(),
            timedelta(microseconds=1),
            timedelta(seconds=1),
            timedelta(days=400),
        )
    ]

    def fill(db: Connection) -> None:
        rows = [{"id": number, "seen_at": moment} for number, moment in enumerate(moments[::-1])]
        db.execute(PERSON.insert(), rows)

    def since(db: Connection, moment: datetime) -> list[datetime]:
        found = select(PERSON.c.seen_at).where(PERSON.c.seen_at > moment)
        return list(db.execute(found.order_by(PERSON.c.seen_at)).scalars())

    database.run(fill)
    assert database.run(since, noon.astimezone(timezone(timedelta(hours=-5)))) == moments[1:]


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": [True, None, 1.5, "أمينة"]},
        [],
        {},
        "text",
        0,
        False,
        None,
        {"a": {"b": "\\u0000"}},
    ],
)
def test_json_comes_back_as_it_was(database: Database, value: Any) -> None:
    database.run(keep, facts=value)
    assert database.run(stored, "facts") == value
    assert (database.run(raw, "facts") is None) == (value is None)


def test_json_is_written_in_one_way_only() -> None:
    assert json_text({"b": 1, "a": "é"}) == json_text({"a": "é", "b": 1}) == '{"a":"é","b":1}'


def test_json_that_is_no_number_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="not JSON compliant"):
        database.run(keep, facts={"a": float("nan")})


HOSTILE = "a\0b\ud83dc\udc00\ud83d\ude00"


def test_hostile_text_fits_both_databases(database: Database) -> None:
    database.run(keep, name=HOSTILE, phone_hash=HOSTILE, facts={HOSTILE: [HOSTILE]})
    safe = safe_text(HOSTILE)
    assert database.run(stored, "name") == safe
    assert database.run(stored, "facts") == {safe: [safe]}


def test_safe_text_changes_only_what_a_database_refuses() -> None:
    assert safe_text(HOSTILE) == "a\ufffdb\ufffdc\ufffd😀"
    for fine in ("", "gewoon", "😀 أمينة\n\t\u200f"):
        assert safe_text(fine) is fine
