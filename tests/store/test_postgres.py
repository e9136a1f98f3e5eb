"""PostgreSQL goes away, comes back, and chooses victims: callers hear the truth or nothing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from bot.store.database import Database, open_database
from bot.store.errors import StoreError, UncertainError
from bot.store.statements import Statement
from tests.servers import Postgres, free_port, postgres

TABLES = MetaData()
NOTE = Table(
    "note",
    TABLES,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer),
)
KEEP = Statement(insert(NOTE))


def keep(db: Connection, number: int) -> int:
    db.execute(insert(NOTE).values(id=number, value=0))
    return number


def kept(db: Connection) -> list[int]:
    return list(db.execute(select(NOTE.c.id).order_by(NOTE.c.id)).scalars())


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with closing(open_database(postgres_url, writers=2, readers=1)) as opened:
        opened.run(TABLES.create_all)
        yield opened


@pytest.fixture
def end_session(postgres_url: str) -> Iterator[object]:
    with psycopg.connect(postgres_url, autocommit=True) as other:

        def end(db: Connection) -> None:
            process = db.execute(text("SELECT pg_backend_pid()")).scalar()
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

        yield end


@pytest.mark.parametrize("way", [keep, lambda db, number: KEEP.run(db, id=number)])
async def test_a_connection_lost_before_the_commit_runs_the_function_again(
    database: Database, end_session: object, way: object
) -> None:
    runs: list[int] = []

    def unlucky(db: Connection) -> None:
        runs.append(1)
        keep(db, 1)
        if len(runs) == 1:
            end_session(db)  # type: ignore[operator]
        way(db, 2)  # type: ignore[operator]

    await database.transact(unlucky)
    assert len(runs) == 2
    assert await database.read(kept) == [1, 2]


async def test_a_connection_lost_while_committing_is_uncertain(
    database: Database, end_session: object
) -> None:
    def unlucky(db: Connection) -> None:
        keep(db, 1)
        end_session(db)  # type: ignore[operator]

    with pytest.raises(UncertainError, match="may have been kept"):
        await database.transact(unlucky)
    assert await database.transact(keep, 2) == 2


async def test_a_reading_connection_that_was_lost_is_replaced(
    database: Database, end_session: object
) -> None:
    def session(db: Connection) -> int:
        return int(db.execute(text("SELECT pg_backend_pid()")).scalar_one())

    before = await database.read(session)
    with pytest.raises(StoreError, match=r"lost|reached|refuses"):
        await database.read(lambda db: (end_session(db), kept(db)))  # type: ignore[operator]
    assert await database.read(session) != before


async def test_the_victim_of_a_deadlock_runs_again(database: Database) -> None:
    database.run(keep, 1)
    database.run(keep, 2)
    both = threading.Barrier(2, timeout=10)
    runs: list[int] = []

    def add(db: Connection, first: int, second: int) -> None:
        runs.append(first)
        db.execute(update(NOTE).where(NOTE.c.id == first).values(value=NOTE.c.value + 1))
        if len(runs) <= 2:
            both.wait()
        db.execute(update(NOTE).where(NOTE.c.id == second).values(value=NOTE.c.value + 1))

    await asyncio.gather(database.transact(add, 1, 2), database.transact(add, 2, 1))
    assert len(runs) >= 3, "on a busy machine it may meet the other one again"
    values = await database.read(lambda db: db.execute(select(NOTE.c.value)).scalars().all())
    assert list(values) == [2, 2]


def test_sessions_speak_utc_at_read_committed(database: Database) -> None:
    def setting(db: Connection, name: str) -> str:
        return str(db.execute(text(f"SHOW {name}")).scalar())

    assert database.run(setting, "timezone") == "UTC"
    assert database.run(setting, "transaction_isolation") == "read committed"


async def test_a_connection_that_died_before_a_write_loses_nothing(
    database: Database, end_session: object
) -> None:
    await asyncio.gather(*(database.transact(KEEP.write, id=number) for number in range(8)))

    def unlucky(db: Connection) -> None:
        end_session(db)  # type: ignore[operator]
        KEEP.write(db, id=99)

    with pytest.raises(StoreError):
        await database.transact(unlucky)
    for number in range(8, 12):
        await database.transact(KEEP.write, id=number)
    assert await database.read(kept) == list(range(12))


def test_sessions_that_all_died_are_replaced_unseen(database: Database, postgres_url: str) -> None:
    database.run(KEEP.write, id=1, value=0)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for number in range(2, 6):
        database.run(KEEP.write, id=number, value=0)
    assert database.run(kept) == [1, 2, 3, 4, 5]


def test_who_passes_over_a_failed_statement_hears_that_nothing_was_kept(
    database: Database,
) -> None:
    def careless(db: Connection) -> None:
        keep(db, 1)
        with pytest.raises(IntegrityError):
            keep(db, 1)

    for _ in range(2):
        with pytest.raises(StoreError, match="nothing was kept"):
            database.run(careless)
        assert database.run(kept) == []


def test_what_nobody_waits_for_travels_with_the_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.store.wire import Wire

    trips: list[int] = []
    talk = Wire._talk

    def counted(wire: Wire) -> object:
        trips.append(len(wire._told))
        return talk(wire)

    def work(db: Connection) -> None:
        KEEP.run(db, id=1, value=0)
        for number in range(2, 200):
            KEEP.write(db, id=number, value=0)

    database.run(kept)
    monkeypatch.setattr(Wire, "_talk", counted)
    database.run(work)
    assert trips == [2, 199]  # BEGIN and the first; the others and COMMIT


def test_a_text_with_nul_is_refused_and_not_cut(database: Database) -> None:
    say = Statement(select(bindparam("it", type_=Text).label("it")))
    assert database.run(say.row, it="a b").it == "a b"
    with pytest.raises(DataError, match="NUL"):
        database.run(say.row, it="a\0b")


def test_much_is_written_without_standing_still(database: Database) -> None:
    """Both sides could wait until the other reads on."""
    echo = Statement(insert(NOTE).returning(literal("x" * 60_000).label("long")))

    def work(db: Connection) -> None:
        kept(db)
        for number in range(400):
            echo.write(db, id=number, value=0)

    database.run(work)
    assert len(database.run(kept)) == 400


CHANGE = "ALTER TABLE note ALTER COLUMN value TYPE bigint"
WHOLE = Statement(select(NOTE))
KEEP_AND_TELL = Statement(insert(NOTE).returning(NOTE.c.value))


async def test_a_table_may_be_changed_under_statements_that_are_prepared(
    database: Database, postgres_url: str
) -> None:
    """Else each connection refuses them until the program is started again."""
    runs: list[int] = []

    def work(db: Connection) -> None:
        runs.append(1)
        kept(db)
        KEEP_AND_TELL.write(db, id=len(runs), value=0)

    await asyncio.gather(*(database.transact(WHOLE.rows) for _ in range(4)))
    await database.read(WHOLE.rows)
    database.run(work)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(CHANGE)
    assert len(await database.read(WHOLE.rows)) == 1
    assert len(await database.transact(WHOLE.rows)) == 1
    for _ in range(2):
        database.run(work)
    assert len(database.run(kept)) == 3


async def test_statements_that_somebody_threw_away_are_prepared_anew(database: Database) -> None:
    def throw_away(db: Connection) -> None:
        KEEP.write(db, id=1, value=0)
        db.execute(text("DEALLOCATE ALL"))

    for _ in range(2):
        await database.transact(WHOLE.rows)
    database.run(throw_away)
    assert database.run(kept) == [1]


def test_what_was_prepared_is_not_prepared_again_after_an_error(
    database: Database, postgres_url: str
) -> None:
    """The server would keep one more with every error, as long as the connection lives."""

    def prepared(db: Connection) -> int:
        return int(db.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one())

    def clash(db: Connection) -> None:
        kept(db)
        KEEP_AND_TELL.write(db, id=1, value=0)
        WHOLE.rows(db)

    with closing(open_database(postgres_url, writers=1)) as single:
        single.run(keep, 1)
        counts = set()
        for _ in range(5):
            with pytest.raises(IntegrityError):
                single.run(clash)
            counts.add(single.run(prepared))
    assert len(counts) == 1
    assert database.run(kept) == [1]


@pytest.mark.parametrize("code", [psycopg.errors.IoError, psycopg.errors.DiskFull])
def test_a_connection_lost_in_the_commit_is_uncertain_whatever_its_last_words(
    database: Database, monkeypatch: pytest.MonkeyPatch, code: type[psycopg.Error]
) -> None:
    """A server whose disk fails while it commits says so and goes down; it may have kept it."""
    from bot.store.wire import Wire

    commit = Wire.commit

    def failing(wire: Wire) -> None:
        commit(wire)
        wire.pgconn.finish()
        raise code("PANIC: could not fsync")

    runs: list[int] = []

    def work(db: Connection) -> None:
        runs.append(1)
        KEEP.write(db, id=len(runs), value=0)

    with monkeypatch.context() as patch:
        patch.setattr(Wire, "commit", failing)
        with pytest.raises(UncertainError):
            database.run(work)
    assert database.run(kept) == [1]


def test_a_session_that_idled_too_long_runs_again(database: Database, postgres_url: str) -> None:
    """A laptop that was shut, a machine that was halted: nothing was kept for certain."""
    runs: list[int] = []

    def slow(db: Connection) -> None:
        runs.append(1)
        KEEP.run(db, id=len(runs), value=0)
        if len(runs) == 1:
            process = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
            db.execute(text("SET LOCAL idle_in_transaction_session_timeout = '1ms'"))
            while other.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pid = %s", [process]
            ).fetchone():
                pass
        KEEP.write(db, id=10, value=0)

    with psycopg.connect(postgres_url, autocommit=True) as other:
        database.run(slow)
    assert database.run(kept) == [2, 10]


def test_what_python_writes_otherwise_than_the_database_reads_is_refused(
    database: Database,
) -> None:
    say = Statement(select(bindparam("it", type_=Text).label("it")))
    for value in (["a"], {"a": 1}, object()):
        with pytest.raises(ProgrammingError, match="is given no"):
            database.run(say.row, it=value)
    database.run(KEEP.run, id=1, value=True)  # as SQLite takes it
    assert database.run(WHOLE.row).value == 1


@pytest.fixture(scope="module")
def own_server() -> Iterator[Postgres]:
    with postgres(port=free_port()) as server:
        yield server


async def test_the_store_recovers_when_the_server_comes_back(own_server: Postgres) -> None:
    with closing(open_database(own_server.url, writers=2, readers=1)) as database:
        await database.transact(TABLES.create_all)
        await asyncio.gather(*(database.transact(keep, number) for number in range(4)))
        await database.read(kept)

        own_server.kill()
        for ask in (database.transact(keep, 99), database.read(kept)):
            with pytest.raises(StoreError, match="cannot be reached"):
                await ask
        own_server.start()

        assert await database.transact(keep, 4) == 4
        assert await database.read(kept) == [0, 1, 2, 3, 4]


def test_an_absent_server_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as caught:
        open_database(f"postgresql://polsbot:secret@127.0.0.1:{free_port()}/x")
    assert "secret" not in str(caught.value)


def test_an_absent_database_is_named_with_the_mend(postgres_server: Postgres) -> None:
    with pytest.raises(StoreError, match="createdb"):
        open_database(postgres_server.database("absent"))
