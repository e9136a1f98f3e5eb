"""SQLite: how its file is opened, for the one who writes and for readers that never wait for it."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, StaticPool, create_engine
from sqlalchemy.event import listen

from bot.store.errors import StoreError

BUSY_SECONDS = 15.0
"""How long to wait for another process that writes."""


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
