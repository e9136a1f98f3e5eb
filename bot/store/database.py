"""Opens the database and runs plain functions in it: whole, off the event loop, kept on return.

A transaction is a plain function ``def receive(db, inbound, now) -> …``. It never awaits, so it
cannot be cancelled half-way or hold a lock over a call to somebody else, and it reads like the rule
it is. What it is given and returns are values; rows are read inside it.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from bot.store import postgres, sqlite, sqlite_writer
from bot.store.calls import Call, Patient, Threads
from bot.store.columns import use_keys
from bot.store.errors import StoreError
from bot.store.keys import Keys
from bot.store.reading import Reader

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")

READERS = 2
"""Reading threads. More of them only take the interpreter away from each other."""

WRITERS = 4
"""Writing threads on PostgreSQL; SQLite has one. Two keep a processor busy; the others are for a
server that is further away or slower to commit. More take the interpreter from each other.
"""


class Database:
    """An open database. Made by ``open_database``."""

    def __init__(
        self, url: URL, writers: Threads, readers: Threads, engines: tuple[Engine, ...]
    ) -> None:
        self.url = url
        self._writers = writers
        self._readers = readers
        self._engines = engines
        self._closed = False

    async def transact(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(db, …)`` in one transaction and return its result once it is durable.

        An exception of the function rolls back what it did, and only that. The function may run
        more than once (it raised StaleError, another one of its group failed on SQLite, PostgreSQL
        chose it as the victim of a deadlock, the connection was lost before the commit); so it
        touches nothing but ``db``, and it neither commits nor rolls back itself.

        When the awaiting task is cancelled the work is kept wholly or not at all, and nobody is
        told which: read again before saying that it failed. Raises StoreError when the database
        cannot do its work.
        """
        return await self._in_loop(self._writers, partial(_call, function, args, kwargs))

    async def transact_some(
        self, function: Callable[[Connection, T], R], items: Iterable[T]
    ) -> list[R]:
        """As ``transact``, ``function(db, item)`` for one item after the other, in one transaction,
        until somebody else waits for the writer; returns the results of those that were done, the
        first at least. For work that nobody waits for: answers pass it.
        """

        def some(db: Connection) -> list[R]:
            done: list[R] = []
            for item in items:
                done.append(function(db, item))
                if self._writers.are_wanted():
                    break
            return done

        return await self._in_loop(self._writers, some, Patient)

    async def read(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(db, …)``, which only reads, and return its result.

        It sees one committed state throughout and never waits for a writer.
        """
        return await self._in_loop(self._readers, partial(_call, function, args, kwargs))

    def run(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do what ``transact`` does, and block. For commands that have no event loop."""
        future: Future[T] = Future()
        self._put(self._writers, Call(partial(_call, function, args, kwargs), future, None))
        return future.result()

    def use_keys(self, keys: Keys | None) -> None:
        """Let the encrypted and hashed columns take these keys from now on."""
        for engine in self._engines:
            use_keys(engine, keys)

    def close(self) -> None:
        """Finish what waits, then close every connection. May be called twice."""
        if not self._closed:
            self._closed = True
            self._writers.close()
            self._readers.close()
            for engine in self._engines:
                engine.dispose()

    async def aclose(self) -> None:
        """Do what ``close`` does without blocking the event loop."""
        await asyncio.to_thread(self.close)

    async def _in_loop(
        self, threads: Threads, function: Callable[[Connection], T], kind: type[Call] = Call
    ) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(threads, kind(function, future, loop))
        return await future

    def _put(self, threads: Threads, call: Call) -> None:
        if self._closed:
            raise StoreError("The database was closed. Open it again.")
        threads.put(call)


def _call(
    function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], db: Connection
) -> T:
    return function(db, *args, **kwargs)


def open_database(
    url: str, *, keys: Keys | None = None, writers: int = WRITERS, readers: int = READERS
) -> Database:
    """Open ``sqlite:///file.db`` or ``postgresql://…``; raise StoreError when that cannot be done.

    ``keys`` are what the encrypted and hashed columns need; without them such a column refuses
    every value. ``writers`` counts threads and connections on PostgreSQL. The tables are not looked
    at: see ``bot.store.migrations``.
    """
    place = database_url(url)
    writer: sqlite_writer.Writer | postgres.Writer
    if place.get_backend_name() == "sqlite":
        writers = 1
        writing = sqlite.writing_engine(place)
        reading = sqlite.reading_engine(place, connections=readers)
        writer = sqlite_writer.Writer(writing, place)
    else:
        writing = postgres.writing_engine(place, connections=writers)
        reading = postgres.reading_engine(place, connections=readers)
        writer = postgres.Writer(writing, place)
    database = Database(
        place,
        Threads("writer", writers, writer.serve),
        Threads("reader", readers, Reader(reading, place).serve),
        (writing, reading),
    )
    database.use_keys(keys)
    try:
        database.run(_nothing)  # now, and not at the first message, we hear what is wrong
    except BaseException:
        database.close()
        raise
    return database


def database_url(text: str) -> URL:
    """Read ``DATABASE_URL``; raise StoreError for what is not a database of ours."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # neither of which may show the address: the password
        raise StoreError(_FORMS) from None
    if "@" in (url.host or ""):
        raise StoreError("The password in DATABASE_URL has an @ in it. Write it as %40.")
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        sqlite.check_file(url)
        return url.set(drivername="sqlite")
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    raise StoreError(_FORMS)


_FORMS = (
    "DATABASE_URL is not a database of ours. Write sqlite:///polsbot.db or "
    "postgresql://user:password@host/name."
)


def _nothing(_db: Connection) -> None: ...
