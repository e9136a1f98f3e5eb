"""SQLite: one writer thread that commits what waits as a group, and readers that never wait for it.

A commit costs an fsync, whether it keeps one message or a hundred. So the writer opens one
transaction, runs every function that waits, and commits them together: durable before anybody is
told, at a fraction of the price. When one of them fails, the transaction is undone and begun again
with every function in a savepoint of its own, whose price so only a failure pays.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, StaticPool, create_engine
from sqlalchemy.event import listen

from bot.store.calls import Call, Calls, deliver
from bot.store.errors import StaleError, StoreError, explained

BUSY_SECONDS = 15.0
"""How long to wait for another process that writes."""

GROUP_CALLS = 256
GROUP_SECONDS = 0.05
"""A group is committed when it has so many functions, or has taken so long."""

TRIES = 5
"""How often a function runs that raises StaleError."""


class _Plain(sqlite3.Connection):
    """A driver's connection that takes the statements of ``bot.store.statements``. As there is no
    way to travel, what it is told it does at once.
    """

    ask = sqlite3.Connection.execute

    def tell(self, text: str, values: dict[str, Any]) -> None:
        self.execute(text, values).close()


class _Driver(_Plain):
    """A driver's connection whose transactions begin and end by our own statements only.

    Several functions share one transaction: one that committed would commit its neighbours
    half-done, one that rolled back would lose them.
    """

    def commit(self) -> None:
        if self.in_transaction:
            raise StoreError(
                "A function given to the store must not commit. Return, and the store commits."
            )

    def rollback(self) -> None:
        if self.in_transaction:
            raise StoreError(
                "A function given to the store must not roll back. Raise, and the store does it."
            )


def writing_engine(url: URL) -> Engine:
    """An engine over one connection that always is in the writer's hands."""
    return create_engine(
        "sqlite://",
        paramstyle="named",
        hide_parameters=True,
        creator=lambda: _connect(url, _Driver, (*_DURABLE, _IN_MEMORY)),
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )


def reading_engine(url: URL, *, connections: int) -> Engine:
    """An engine over so many connections that cannot write."""
    engine = create_engine(
        "sqlite://",
        paramstyle="named",
        hide_parameters=True,
        creator=lambda: _connect(url, _Plain, ("query_only = ON",)),
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
    )
    listen(engine, "begin", _begin)
    return engine


def migrating_engine(url: URL) -> Engine:
    """An engine to change tables with: without foreign keys, or a rebuilt table loses rows.

    https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
    """
    engine = create_engine(
        "sqlite://",
        paramstyle="named",
        hide_parameters=True,
        creator=lambda: _connect(url, _Plain, ("foreign_keys = OFF", *_DURABLE)),
        poolclass=NullPool,
    )
    listen(engine, "begin", _begin_immediate)
    return engine


_DURABLE = ("journal_mode = WAL", "synchronous = FULL")

# What a savepoint would bring back: else each group writes those pages, personal data and all, into
# a file of its own (38 of the 47 writes of a message).
_IN_MEMORY = "temp_store = MEMORY"


def _begin(db: Connection) -> None:
    db.exec_driver_sql("BEGIN")  # one state of the database for all that the function reads


def _begin_immediate(db: Connection) -> None:
    db.exec_driver_sql("BEGIN IMMEDIATE")


def _connect(
    url: URL, factory: type[sqlite3.Connection], pragmas: tuple[str, ...]
) -> sqlite3.Connection:
    path = str(url.database)
    # The file holds personal data: made for its owner only, and so are -wal and -shm after it.
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    # isolation_level=None: the driver's own transactions begin too late and lose writes silently
    # (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable).
    driver = sqlite3.connect(
        path, BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=factory
    )
    try:
        for pragma in ("foreign_keys = ON", *pragmas):
            driver.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        driver.close()
        raise
    return driver


class Writer:
    """What the one writing thread of a process does, from its opening to its end."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url
        self._db: Connection | None = None

    def serve(self, calls: Calls) -> None:
        """Commit what waits, group by group, until the queue is closed."""
        while (first := calls.get()) is not None:
            group = [first]
            try:
                self._run_group(group, calls)
            except BaseException as error:  # noqa: BLE001 - those who wait must hear of anything
                self._drop()
                for call in group:
                    call.error = call.error or self._for_all(error)
            deliver(group)
        self._drop()

    def _for_all(self, error: BaseException) -> BaseException:
        mended = explained(error, self._url)
        if mended is not error:
            return mended
        mended = StoreError(
            f"SQLite did not commit ({error}), so nothing of this transaction was kept. Another "
            "function of the same group may be the cause; do it again."
        )
        mended.__cause__ = error
        return mended

    def _run_group(self, group: list[Call], calls: Calls) -> None:
        """Run the first call and those behind it, which join ``group``, in one transaction."""
        self._execute("BEGIN IMMEDIATE")
        if not all(self._succeeds(call) for call in _joining(group, calls)):
            self._undo()
            self._execute("BEGIN IMMEDIATE")
            for call in group:
                self._run_apart(call)
        self._execute("COMMIT")

    def _succeeds(self, call: Call) -> bool:
        """Run a call in the transaction itself, which is undone as a whole should it fail."""
        if call.future.cancelled():
            return True
        db = self._connected()
        try:
            call.run(db)
        except BaseException:  # noqa: BLE001 - it is run again, and heard then
            return False
        # Some errors (a full disk) end the transaction, even when the function passed over them:
        # whatever came behind it would be kept statement by statement.
        return self._driver().in_transaction and not db.in_nested_transaction()

    def _run_apart(self, call: Call) -> None:
        """Run a call in a savepoint of its own, so that its failure takes no other along."""
        if call.future.cancelled():
            return
        for left in reversed(range(TRIES - 1)):  # with the group was its first
            self._execute("SAVEPOINT call")
            try:
                call.run(self._connected())
                if self._connected().in_nested_transaction():
                    raise StoreError("A function given to the store left a savepoint open.")
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                # Some errors (a full disk) end the whole transaction; then this raises, and every
                # call of the group hears of it.
                self._execute("ROLLBACK TO call")
                self._execute("RELEASE call")
                self._renew()
                if isinstance(error, StaleError) and left:
                    continue
                call.error = explained(error, self._url)
            else:
                self._execute("RELEASE call")
            return

    def _undo(self) -> None:
        """Take back what the transaction did; some errors (a full disk) have done so already."""
        if self._driver().in_transaction:
            self._execute("ROLLBACK")
        self._renew()

    def _execute(self, statement: str) -> None:
        self._driver().execute(statement)

    def _driver(self) -> sqlite3.Connection:
        return cast(sqlite3.Connection, self._connected().connection.driver_connection)

    def _connected(self) -> Connection:
        if self._db is None:
            self._db = self._engine.connect()
            self._db.begin()  # in SQLAlchemy's eyes only, so that it never rolls back by itself
        return self._db

    def _renew(self) -> None:
        """Forget what a failed function left of SQLAlchemy's own view of the transaction."""
        if self._db is not None:
            with suppress(StoreError):  # SQLAlchemy rolls back on closing; the driver refuses
                self._db.close()
            self._db = None

    def _drop(self) -> None:
        """Close the driver's connection, and with it what was not committed."""
        self._renew()
        self._engine.dispose()


def _joining(group: list[Call], calls: Calls) -> Iterator[Call]:
    """The call of a group, then what waits behind it, as it joins the group."""
    until = monotonic() + GROUP_SECONDS
    yield group[0]
    while len(group) < GROUP_CALLS and monotonic() < until:
        try:
            call = calls.get_nowait()
        except Empty:
            return
        if call is None:
            calls.put(None)  # for serve, after this group
            return
        group.append(call)
        yield call


def check_file(url: URL) -> None:
    """Raise StoreError for a database that is not a file of ours to write."""
    if not url.database or url.database == ":memory:" or "mode=memory" in url.database:
        raise StoreError(
            "A database in memory has one connection and dies with the process: answers would be "
            "lost. Give DATABASE_URL a file, such as sqlite:///polsbot.db."
        )
    if url.query:
        raise StoreError("A SQLite DATABASE_URL has no options: write sqlite:///polsbot.db.")
    path = Path(url.database)
    if path.is_dir() or not path.parent.is_dir():
        raise StoreError(f"{path} cannot be made. Make the folder {path.parent} first.")
