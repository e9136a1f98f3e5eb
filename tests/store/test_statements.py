"""A prepared statement does what ``db.execute`` does, only faster."""

import asyncio
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.store.columns import Encrypted, Hashed, Json, UtcTime
from bot.store.database import Database
from bot.store.errors import StaleError, StoreError
from bot.store.statements import Statement

TABLES = MetaData()
PERSON = Table(
    "person",
    TABLES,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False, default="waiting"),
    Column("name", Encrypted("person.name")),
    Column("phone_hash", Hashed("phone")),
    Column("facts", Json),
    Column("seen_at", UtcTime),
)
INSERT = Statement(PERSON.insert())
INSERT_NEW = Statement(insert(PERSON).on_conflict_do_nothing())
BY_ID = Statement(select(PERSON).where(PERSON.c.id == bindparam("id")))
WAITING = Statement(
    select(PERSON.c.id).where(PERSON.c.state == "waiting").order_by(PERSON.c.id).limit(2)
)
CLOSE = Statement(
    update(PERSON)
    .where(PERSON.c.id == bindparam("person"), PERSON.c.state == "waiting")
    .values(state=bindparam("state"))
    .returning(PERSON.c.seen_at)
)
NOON = datetime(2026, 3, 1, 12, 0, 0, 5, UTC)
FULL: dict[str, Any] = {
    "id": 1,
    "state": "new",
    "name": "Amina",
    "phone_hash": "+31612345678",
    "facts": {"b": [1], "a": None},
    "seen_at": NOON,
}


@pytest.fixture(autouse=True)
def tables(database: Database) -> None:
    database.run(TABLES.create_all)


def test_values_go_through_the_types_of_their_columns_both_ways(database: Database) -> None:
    def by_core(db: Connection) -> Any:
        return db.execute(select(PERSON)).one()

    assert database.run(INSERT.run, **FULL) == 1
    row = database.run(BY_ID.row, id=1)
    assert tuple(row) == tuple(database.run(by_core))
    assert (row.name, row.facts, row.seen_at) == ("Amina", FULL["facts"], NOON)


def test_what_may_be_left_out_takes_its_default(database: Database) -> None:
    database.run(INSERT.run, id=1)
    assert tuple(database.run(BY_ID.row, id=1)) == (1, "waiting", None, None, None, None)


def test_a_missing_row_is_none(database: Database) -> None:
    assert database.run(BY_ID.row, id=1) is None
    assert database.run(BY_ID.rows, id=1) == []


def test_values_of_the_statement_itself_are_kept(database: Database) -> None:
    database.run(INSERT.run_many, [{"id": number} for number in range(3)])
    database.run(INSERT.run, **FULL | {"id": 9})
    assert [row.id for row in database.run(WAITING.rows)] == [0, 1]


def test_run_tells_how_many_rows_it_touched(database: Database) -> None:
    assert database.run(INSERT_NEW.run, id=1) == 1
    assert database.run(INSERT_NEW.run, id=1) == 0


def test_returning_gives_rows(database: Database) -> None:
    database.run(INSERT.run, id=1, seen_at=NOON)
    assert database.run(CLOSE.row, person=1, state="done").seen_at == NOON
    assert database.run(CLOSE.row, person=1, state="done") is None


def test_no_rows_at_all_are_fine(database: Database) -> None:
    database.run(INSERT.run_many, [])


def test_a_value_that_nobody_asked_for_or_that_is_missing_is_named(database: Database) -> None:
    with pytest.raises(TypeError, match="stat"):
        database.run(INSERT.run, id=1, stat="x")
    with pytest.raises(TypeError, match="id"):
        database.run(BY_ID.row)


def test_errors_are_those_of_sqlalchemy(database: Database) -> None:
    database.run(INSERT.run, id=1)
    with pytest.raises(IntegrityError):
        database.run(INSERT.run, id=1)
    missing = Statement(select(Table("missing", MetaData(), Column("id", Integer))))
    with pytest.raises((OperationalError, ProgrammingError)):
        database.run(missing.rows)


@pytest.mark.parametrize("way", [INSERT.run, lambda db, **row: db.execute(PERSON.insert(), row)])
def test_errors_do_not_show_what_was_written(database: Database, way: Any) -> None:
    row = {"id": 1, "state": None, "facts": {"answer": "a secret"}}
    with pytest.raises(IntegrityError) as caught:
        database.run(way, **row)
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_it_sees_and_is_seen_by_core_in_the_same_savepoint(database: Database) -> None:
    def mixed(db: Connection) -> Any:
        nested = db.begin_nested()
        INSERT.run(db, id=1)
        assert db.execute(select(PERSON.c.id)).scalars().all() == [1]
        nested.rollback()
        return BY_ID.row(db, id=1)

    assert database.run(mixed) is None


async def test_it_reads_without_being_able_to_write(database: Database) -> None:
    database.run(INSERT.run, id=1)
    assert (await database.read(BY_ID.row, id=1)).id == 1
    with pytest.raises(StoreError, match="must not write"):
        await database.read(INSERT.run, id=2)


async def test_two_of_them_in_a_read_see_one_state(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    def twice(db: Connection) -> tuple[list[Any], list[Any]]:
        first = WAITING.rows(db)
        begun.set()
        assert written.wait(10)
        return first, WAITING.rows(db)

    reading = asyncio.create_task(database.read(twice))
    assert await asyncio.to_thread(begun.wait, 10)
    await database.transact(INSERT.run, id=1)
    written.set()
    assert await reading == ([], [])


def test_what_needs_each_execution_is_refused(database: Database) -> None:
    several = Statement(
        select(PERSON.c.id).where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
    )
    with pytest.raises(TypeError, match=r"db\.execute"):
        database.run(several.rows, ids=[1])


def test_what_is_written_is_seen_by_whatever_is_run_next(database: Database) -> None:
    def mixed(db: Connection) -> list[Any]:
        INSERT.write(db, id=1)
        INSERT.write(db, id=2)
        by_statement = [row.id for row in WAITING.rows(db)]
        INSERT.write(db, id=3)
        return [by_statement, db.execute(select(PERSON.c.id).order_by(PERSON.c.id)).scalars().all()]

    assert database.run(mixed) == [[1, 2], [1, 2, 3]]


async def test_what_is_only_written_is_kept_on_return(database: Database) -> None:
    def only(db: Connection) -> None:
        for number in range(3):
            INSERT.write(db, id=number, facts={"long": "x" * 9000})

    await database.transact(only)
    assert (await database.read(BY_ID.row, id=2)).facts == {"long": "x" * 9000}


def test_a_write_that_fails_takes_everything_with_it(database: Database) -> None:
    def twice(db: Connection) -> None:
        for number in (1, 2, 2, 3):
            INSERT.write(db, id=number)

    with pytest.raises(IntegrityError):
        database.run(twice)
    assert database.run(WAITING.rows) == []
    assert database.run(INSERT.run, id=2) == 1


def test_a_write_belongs_to_the_savepoint_it_was_made_in(database: Database) -> None:
    def mixed(db: Connection) -> list[int]:
        INSERT.write(db, id=1)
        undone = db.begin_nested()
        INSERT.write(db, id=2)
        undone.rollback()
        with pytest.raises(IntegrityError), db.begin_nested():
            INSERT.write(db, id=1)
        INSERT.write(db, id=3)
        return [row.id for row in WAITING.rows(db)]

    assert database.run(mixed) == [1, 3]


def test_what_a_failing_function_wrote_is_forgotten(database: Database) -> None:
    def fail(db: Connection) -> None:
        assert WAITING.rows(db) == []
        INSERT.write(db, id=1)
        raise ValueError

    with pytest.raises(ValueError):
        database.run(fail)
    assert database.run(INSERT.run, id=1) == 1


def test_every_kind_of_value_comes_back_as_it_was(database: Database) -> None:
    for number, name in enumerate(("", "100 % of '$1'", "ﷺ\n\t\\", None)):
        facts: list[Any] = [name, True, None, 1.5, -7, {"a": []}]
        database.run(INSERT.run, id=number, name=name, facts=facts, seen_at=NOON)
        row = database.run(BY_ID.row, id=number)
        assert (row.name, row.facts, row.seen_at) == (name, facts, NOON)


CHANGE = Statement(
    update(PERSON)
    .where(PERSON.c.id == bindparam("person"), PERSON.c.state == bindparam("seen"))
    .values(state=bindparam("new"))
)


def test_what_must_touch_a_row_touches_it(database: Database) -> None:
    database.run(INSERT.run, id=1)
    database.run(CHANGE.must, person=1, seen="waiting", new="done")
    assert database.run(BY_ID.row, id=1).state == "done"


@pytest.mark.parametrize(
    "later",
    [
        lambda db: None,
        lambda db: BY_ID.row(db, id=3),
        lambda db: db.execute(select(PERSON.c.id)).all(),
        lambda db: db.begin_nested().commit(),
    ],
    ids=["nothing", "statement", "core", "savepoint"],
)
def test_what_must_touch_a_row_and_touches_none_runs_again_and_keeps_nothing(
    database: Database, later: Any
) -> None:
    runs: list[int] = []

    def unlucky(db: Connection) -> None:
        runs.append(1)
        assert WAITING.rows(db) == []
        INSERT.write(db, id=len(runs))
        CHANGE.must(db, person=len(runs), seen="waiting" if len(runs) > 2 else "gone", new="done")
        INSERT.write(db, id=100 + len(runs))
        later(db)

    database.run(unlucky)
    assert len(runs) == 3
    assert database.run(lambda db: db.execute(select(PERSON.c.id)).scalars().all()) == [3, 103]


def test_what_never_touches_its_row_is_stale(database: Database) -> None:
    def stale(db: Connection) -> None:
        assert WAITING.rows(db) == []
        CHANGE.must(db, person=1, seen="waiting", new="done")

    with pytest.raises(StaleError):
        database.run(stale)


def test_in_a_savepoint_a_stale_row_is_told_at_once(database: Database) -> None:
    def careful(db: Connection) -> None:
        INSERT.write(db, id=1)
        with pytest.raises(StaleError), db.begin_nested():
            CHANGE.must(db, person=7, seen="waiting", new="done")
        CHANGE.must(db, person=1, seen="waiting", new="done")

    database.run(careful)
    assert database.run(BY_ID.row, id=1).state == "done"
