"""What a reading thread does, on both databases: each function sees one state throughout."""

import sqlite3

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from bot.store.calls import Call, Calls, deliver
from bot.store.errors import StoreError, explained, postgres_code

TRIES = 3
"""How often a function runs whose connection was lost."""

_READ_ONLY = "25006"  # read_only_sql_transaction


class Reader:
    """Runs functions one after the other, each in a transaction of its own."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url

    def serve(self, calls: Calls) -> None:
        """Take calls until the queue is closed."""
        while (call := calls.get()) is not None:
            if not call.future.cancelled():
                self._run(call)
            deliver((call,))

    def _run(self, call: Call) -> None:
        for left in reversed(range(TRIES)):
            try:
                with self._engine.begin() as db:
                    call.result = call.function(db)
            except BaseException as error:  # noqa: BLE001 - it belongs to the caller
                if left and isinstance(error, DBAPIError) and error.connection_invalidated:
                    continue
                call.error = _refused(error) or explained(error, self._url)
            return


def _refused(error: BaseException) -> StoreError | None:
    """An error that says: this connection is for reading."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    wrote = postgres_code(cause) == _READ_ONLY or (
        isinstance(cause, sqlite3.Error) and "readonly" in str(cause)
    )
    if not wrote:
        return None
    return StoreError("A function given to read must not write. Give it to transact.")
