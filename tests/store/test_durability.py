"""What was reported as kept is kept, whatever happens to the process, the disk or the server."""

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, select, update

from bot.store.database import Database, open_database
from bot.store.errors import StaleError, StoreError

TABLES = MetaData()
NOTE = Table("note", TABLES, Column("id", Integer, primary_key=True), Column("text", Text))
COUNTER = Table(
    "counter",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def tables(database_url: str) -> None:
    with closing(open_database(database_url)) as database:
        database.run(TABLES.create_all)
        database.run(lambda db: db.execute(insert(COUNTER).values(id=1, value=0, version=0)))


def keep(db: Connection, number: int, body: str = "kept") -> int:
    db.execute(insert(NOTE).values(id=number, text=body))
    return number


def kept(db: Connection) -> list[int]:
    return list(db.execute(select(NOTE.c.id).order_by(NOTE.c.id)).scalars())


def count_up(db: Connection) -> None:
    """Read, add one, write: whoever was slower must see it."""
    row = db.execute(select(COUNTER).where(COUNTER.c.id == 1)).one()
    seen = (COUNTER.c.id == 1) & (COUNTER.c.version == row.version)
    change = update(COUNTER).where(seen).values(value=row.value + 1, version=row.version + 1)
    if db.execute(change).rowcount == 0:
        raise StaleError


def count_from_a_process(url: str, times: int, together: Any) -> None:
    async def one(database: Database) -> None:
        for _ in range(times):
            await _stubborn(database)

    async def main() -> None:
        with closing(open_database(url, writers=4)) as database:
            together.wait(60)
            await asyncio.gather(*(one(database) for _ in range(8)))

    asyncio.run(main())


async def _stubborn(database: Database) -> None:
    while True:
        try:
            return await database.transact(count_up)
        except StaleError:  # so many at once that five runs were not enough
            continue


def test_two_processes_with_eight_tasks_each_lose_no_update(
    database_url: str, tables: None
) -> None:
    together = SPAWN.Barrier(2)
    processes = [
        SPAWN.Process(target=count_from_a_process, args=(database_url, 25, together))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    with closing(open_database(database_url)) as database:
        assert database.run(lambda db: db.execute(select(COUNTER.c.value)).scalar()) == 2 * 8 * 25


def keep_and_tell(url: str, tell: Any) -> None:
    async def one(database: Database, number: int) -> None:
        tell.send(await database.transact(keep, number))

    async def main() -> None:
        database = open_database(url, writers=4)
        await asyncio.gather(*(one(database, number) for number in range(20_000)))

    asyncio.run(main())


def test_what_was_reported_is_there_after_a_kill(database_url: str, tables: None) -> None:
    hear, tell = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=keep_and_tell, args=(database_url, tell))
    process.start()
    tell.close()
    reported = {hear.recv() for _ in range(200)}
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    while True:
        try:
            reported.add(hear.recv())
        except EOFError:
            break

    with closing(open_database(database_url)) as database:
        assert reported <= set(database.run(kept))
        assert database.run(keep, 10**6) == 10**6


FILL_THE_DISK = """
import resource, signal, sys
from contextlib import closing
from tests.store.test_durability import keep, kept
from bot.store.database import open_database
from bot.store.errors import StoreError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with closing(open_database(sys.argv[1])) as database:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    said = []
    try:
        for number in range(1000):
            said.append(database.run(keep, number, "x" * 5000))
    except StoreError as error:
        assert "Check its space" in str(error) or "is full" in str(error), error
    assert 0 < len(said) < 1000
    assert database.run(kept) == said, "reads go on"
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    database.run(keep, 10**6)
    assert database.run(kept) == [*said, 10**6]
"""


def test_a_full_disk_loses_nothing_and_the_store_goes_on_when_there_is_room(
    sqlite_url: str,
) -> None:
    with closing(open_database(sqlite_url)) as database:
        database.run(TABLES.create_all)
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, sqlite_url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_commit_that_fails_fails_everyone_in_its_group(sqlite_url: str) -> None:
    def build(db: Connection) -> None:
        TABLES.create_all(db)
        db.exec_driver_sql(
            "CREATE TABLE line (note INT REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    def orphan(db: Connection) -> None:  # found out at COMMIT, when nobody knows whose it was
        db.exec_driver_sql("INSERT INTO line VALUES (99)")

    def wait(db: Connection) -> None:
        assert go_on.wait(10)

    with closing(open_database(sqlite_url)) as database:
        database.run(build)
        go_on = threading.Event()
        waiting = [
            asyncio.create_task(database.transact(function, *arguments))
            for function, arguments in ((wait, ()), (keep, (1,)), (orphan, ()), (keep, (2,)))
        ]
        await asyncio.sleep(0)
        go_on.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [StoreError] * 4
        assert await database.read(kept) == []
        assert await database.transact(keep, 3) == 3
