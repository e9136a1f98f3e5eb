"""The SQLite file: who may read it, and what is said when it cannot be used."""

import asyncio
import os
import sqlite3
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData

from bot.store import sqlite, sqlite_writer
from bot.store.database import open_database
from bot.store.errors import StoreError
from tests.servers import NOBODY


def pragma(db: Connection, name: str) -> object:
    return db.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:  # not tmp_path, which nobody else can enter
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def readonly(folder: Path) -> Iterator[Path]:
    path = folder / "readonly.db"
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("CREATE TABLE note (id INTEGER)")
    path.chmod(0o444)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:  # who may write everything
        os.seteuid(NOBODY)
    yield path
    os.seteuid(user)
    folder.chmod(0o755)


def test_only_its_owner_can_read_the_file(folder: Path) -> None:
    with closing(open_database(f"sqlite:///{folder}/new.db")) as database:
        database.run(MetaData().create_all)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_commits_are_durable_and_readers_free(folder: Path) -> None:
    with closing(open_database(f"sqlite:///{folder}/new.db")) as database:
        assert database.run(pragma, "journal_mode") == "wal"
        assert database.run(pragma, "synchronous") == 2  # FULL
        assert database.run(pragma, "foreign_keys") == 1
        assert database.run(pragma, "busy_timeout") == 15_000


def test_a_file_that_cannot_be_written_is_named(readonly: Path) -> None:
    with pytest.raises(StoreError, match=r"readonly\.db cannot be (written|opened).*permission"):
        open_database(f"sqlite:///{readonly}")


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    path = folder / "letter.txt"
    path.write_text("Dear Amina, " * 1000)
    with pytest.raises(StoreError, match=r"letter\.txt is not a database"):
        open_database(f"sqlite:///{path}")


def test_a_file_that_another_process_keeps_locked_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    path = folder / "shared.db"
    with closing(open_database(f"sqlite:///{path}")) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another process"):
                database.run(lambda _db: None)
            other.execute("ROLLBACK")
        assert database.run(lambda _db: 1) == 1


async def test_neighbours_of_one_who_passes_over_the_end_of_the_transaction_are_kept_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite ends a transaction by itself when the disk is full."""
    monkeypatch.setattr(sqlite_writer, "GROUP_SECONDS", 60)
    all_wait = threading.Event()
    runs: list[int] = []

    def note(db: Connection, number: int) -> None:
        assert all_wait.wait(10)
        db.exec_driver_sql(f"INSERT INTO note VALUES ({number})")

    def careless(db: Connection) -> None:
        runs.append(1)
        if len(runs) == 1:
            db.exec_driver_sql("ROLLBACK")

    with closing(open_database(f"sqlite:///{folder}/new.db")) as database:
        database.run(lambda db: db.exec_driver_sql("CREATE TABLE note (id INTEGER)"))
        calls = [
            database.transact(note, 1),
            database.transact(careless),
            database.transact(note, 2),
        ]
        waiting = asyncio.gather(*calls)
        await asyncio.sleep(0)
        all_wait.set()
        await waiting
        kept = database.run(lambda db: db.exec_driver_sql("SELECT id FROM note").scalars().all())
    assert sorted(kept) == [1, 2]


async def test_an_answer_passes_work_that_nobody_waits_for(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    answers: list[Future[object]] = []

    def work(_db: Connection, number: int) -> int:
        if number == 3:  # somebody answers just now
            answer = database.transact(pragma, "user_version")
            answers.append(asyncio.run_coroutine_threadsafe(answer, loop))
            while not database._writers.are_wanted():
                time.sleep(0.001)
        return number

    with closing(open_database(f"sqlite:///{folder}/new.db")) as database:
        assert await database.transact_some(work, range(10)) == [0, 1, 2, 3]
        assert await asyncio.wrap_future(answers[0]) == 0
        assert await database.transact_some(work, range(4, 10)) == [4, 5, 6, 7, 8, 9]


async def test_an_answer_is_kept_before_work_that_nobody_waits_for_begins(folder: Path) -> None:
    path = folder / "new.db"
    are_waiting = threading.Event()

    def block(_db: Connection) -> None:
        are_waiting.wait(10)

    def answer(db: Connection) -> None:
        db.exec_driver_sql("PRAGMA user_version = 7")

    def work(_db: Connection, _item: str) -> object:
        with closing(sqlite3.connect(path)) as other:
            return other.execute("PRAGMA user_version").fetchone()[0]

    with closing(open_database(f"sqlite:///{path}")) as database:
        group = asyncio.gather(
            database.transact(block), database.transact(answer), database.transact_some(work, "x")
        )
        await asyncio.sleep(0)
        are_waiting.set()
        assert (await group)[2] == [7]
