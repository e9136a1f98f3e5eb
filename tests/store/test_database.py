"""What is handed to ``transact`` is done wholly, alone, and kept when the caller hears of it."""

import asyncio
import threading
import time
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.store import postgres, sqlite_writer
from bot.store.calls import afterwards
from bot.store.database import Database, open_database
from bot.store.errors import StaleError, StoreError

TABLES = MetaData()
NOTE = Table("note", TABLES, Column("id", Integer, primary_key=True), Column("text", Text))


@pytest.fixture(autouse=True)
def tables(database: Database) -> None:
    database.run(TABLES.create_all)


def keep(db: Connection, number: int, text: str = "kept") -> int:
    db.execute(NOTE.insert().values(id=number, text=text))
    return number


def kept(db: Connection) -> list[int]:
    return list(db.execute(select(NOTE.c.id).order_by(NOTE.c.id)).scalars())


async def test_a_transaction_returns_what_its_function_returns(database: Database) -> None:
    assert await database.transact(keep, 7, text="seven") == 7
    assert await database.read(kept) == [7]


@pytest.mark.parametrize("writers", [4])
async def test_a_failing_function_does_not_harm_its_group(database: Database) -> None:
    await database.transact(keep, 0)

    results = await asyncio.gather(
        *(database.transact(keep, number % 20) for number in range(40)), return_exceptions=True
    )

    assert sum(isinstance(result, IntegrityError) for result in results) == 21
    assert await database.read(kept) == list(range(20))


@pytest.mark.parametrize("writers", [4])
async def test_what_a_failing_function_wrote_is_undone(database: Database) -> None:
    def half(db: Connection, number: int) -> None:
        keep(db, number)
        raise ValueError(number)

    results = await asyncio.gather(
        *(database.transact(half if number % 2 else keep, number) for number in range(10)),
        return_exceptions=True,
    )

    assert [isinstance(result, ValueError) for result in results] == [False, True] * 5
    assert await database.read(kept) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("error", [StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_no_exception_of_a_function_ends_the_store(
    database: Database, error: type[BaseException]
) -> None:
    def fail(db: Connection) -> None:
        raise error

    with pytest.raises((error, RuntimeError)):
        database.run(fail)
    assert database.run(keep, 1) == 1


async def test_a_stale_function_runs_again_and_only_so_often(database: Database) -> None:
    runs: list[int] = []

    def stale(db: Connection, times: int, number: int = 1) -> int:
        runs.append(times)
        keep(db, number)
        if len(runs) <= times:
            raise StaleError
        return len(runs)

    assert await database.transact(stale, 2) == 3
    assert await database.read(kept) == [1]
    runs.clear()
    with pytest.raises(StaleError):
        await database.transact(stale, 99, 2)
    assert len(runs) == sqlite_writer.TRIES == postgres.TRIES


async def test_what_follows_a_transaction_is_done_once_and_only_when_it_was_kept(
    database: Database,
) -> None:
    done: list[int] = []
    runs: list[int] = []

    def told(db: Connection, number: int) -> None:
        runs.append(number)
        afterwards(db, lambda: done.append(number))
        if number == 1:
            raise ValueError(number)
        if number == 2 and runs.count(2) < 3:
            raise StaleError(number)

    await asyncio.gather(
        *(database.transact(told, number) for number in range(4)), return_exceptions=True
    )

    assert sorted(done) == [0, 2, 3]
    assert len(runs) > 4, "some ran again"


async def test_what_follows_and_fails_harms_nobody(database: Database) -> None:
    def fails(db: Connection) -> int:
        afterwards(db, lambda: 1 // 0)
        return keep(db, 1)

    assert await database.transact(fails) == 1
    assert await database.transact(keep, 2) == 2


@pytest.mark.parametrize("verb", ["commit", "rollback"])
def test_a_function_cannot_end_the_transaction_itself(database: Database, verb: str) -> None:
    def end(db: Connection) -> None:
        getattr(db, verb)()

    with pytest.raises(StoreError, match="must not"):
        database.run(end)
    assert database.run(keep, 1) == 1


def test_a_savepoint_left_open_is_an_error(database: Database) -> None:
    def leave(db: Connection) -> None:
        keep(db, 1)
        db.begin_nested()

    with pytest.raises(StoreError, match="savepoint open"):
        database.run(leave)
    assert database.run(kept) == []


def test_a_function_may_use_savepoints_of_its_own(database: Database) -> None:
    def careful(db: Connection) -> None:
        keep(db, 1)
        with pytest.raises(IntegrityError), db.begin_nested():
            keep(db, 1)
        keep(db, 2)

    database.run(careful)
    assert database.run(kept) == [1, 2]


@pytest.mark.parametrize("writers", [4])
async def test_a_cancelled_caller_leaves_all_or_nothing(database: Database) -> None:
    def slow(db: Connection, number: int) -> None:
        keep(db, 2 * number)
        time.sleep(0.002)
        keep(db, 2 * number + 1)

    tasks = [asyncio.create_task(database.transact(slow, number)) for number in range(30)]
    await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert any(isinstance(result, asyncio.CancelledError) for result in results)

    await database.transact(kept)
    await asyncio.to_thread(database.close)
    with closing(open_database(_text(database))) as again:
        found = again.run(kept)
    assert {number // 2 for number in found if number % 2} == {
        number // 2 for number in found if not number % 2
    }


async def test_reads_do_not_wait_for_a_writer(database: Database) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def slow(db: Connection) -> None:
        keep(db, 1)
        begun.set()
        assert go_on.wait(10)

    writing = asyncio.create_task(database.transact(slow))
    assert await asyncio.to_thread(begun.wait, 10)
    assert await database.read(kept) == []
    go_on.set()
    await writing
    assert await database.read(kept) == [1]


async def test_a_read_sees_one_state_throughout(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    def twice(db: Connection) -> tuple[list[int], list[int]]:
        first = kept(db)
        begun.set()
        assert written.wait(10)
        return first, kept(db)

    reading = asyncio.create_task(database.read(twice))
    assert await asyncio.to_thread(begun.wait, 10)
    await database.transact(keep, 1)
    written.set()
    assert await reading == ([], [])


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="must not write"):
        await database.read(keep, 1)
    assert await database.read(kept) == []


@pytest.mark.parametrize("writers", [4])
async def test_closing_finishes_what_waits(database: Database) -> None:
    tasks = [asyncio.create_task(database.transact(keep, number)) for number in range(50)]
    await asyncio.sleep(0)
    await database.aclose()
    await asyncio.gather(*tasks)
    with pytest.raises(StoreError, match="closed"):
        await database.transact(kept)
    with closing(open_database(_text(database))) as again:
        assert again.run(kept) == list(range(50))


def test_a_foreign_key_is_kept(database: Database) -> None:
    def build(db: Connection) -> None:
        db.execute(text("CREATE TABLE line (note INTEGER NOT NULL REFERENCES note (id))"))

    def orphan(db: Connection) -> None:
        db.execute(text("INSERT INTO line VALUES (99)"))

    database.run(build)
    with pytest.raises(IntegrityError):
        database.run(orphan)


def test_an_update_that_came_too_late_touches_no_row(database: Database) -> None:
    def late(db: Connection) -> int:
        return db.execute(update(NOTE).where(NOTE.c.id == 1).values(text="x")).rowcount

    assert database.run(late) == 0
    database.run(keep, 1)
    assert database.run(late) == 1


def _text(database: Database) -> Any:
    return database.url.render_as_string(hide_password=False)
