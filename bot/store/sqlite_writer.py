"""The one thread of a process that writes to SQLite: it commits what waits as a group.

A commit costs an fsync, whether it keeps one message or a hundred. So the writer opens one
transaction, runs every function that waits, and commits them together: durable before anybody is
told, at a fraction of the price. When one of them fails, the transaction is undone and begun again
with every function in a savepoint of its own, whose price so only a failure pays.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty
from time import monotonic
from typing import cast

from sqlalchemy import URL, Connection, Engine

from bot.store.calls import Call, Calls, Patient, deliver
from bot.store.errors import StaleError, StoreError, explained

GROUP_CALLS = 256
GROUP_SECONDS = 0.05
"""A group is committed when it has so many functions, or has taken so long."""

TRIES = 5
"""How often a function runs that raises StaleError."""


class Writer:
    """What the one writing thread of a process does, from its opening to its end."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url
        self._db: Connection | None = None
        self._next: Call | None = None

    def serve(self, calls: Calls) -> None:
        """Commit what waits, group by group, until the queue is closed."""
        while (first := self._next or calls.get()) is not None:
            self._next = None
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
        if not all(self._succeeds(call) for call in self._joining(group, calls)):
            self._undo()
            self._execute("BEGIN IMMEDIATE")
            for call in group:
                self._run_apart(call)
        self._execute("COMMIT")

    def _joining(self, group: list[Call], calls: Calls) -> Iterator[Call]:
        """The call of a group, then what waits behind it, as it joins the group. A patient one does
        not, or those before it would wait for it: it begins the next group.
        """
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
            if isinstance(call, Patient):
                self._next = call
                return
            group.append(call)
            yield call

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
