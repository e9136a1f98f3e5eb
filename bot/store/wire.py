"""PostgreSQL's wire: statements prepared once, and what nobody waits for sent in company.

A round trip costs both sides more than most statements do. So a statement that is only told waits
for the next one that is asked, or for the COMMIT, and all of them travel together; see
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html. The driver's own pipeline and its
cursors cost more than they save here, so this speaks with libpq itself.
"""

import select
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.errors import Diagnostic, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from bot.store.errors import PREPARED_GONE, StoreError

_AS_TEXT, _AS_IT_IS = Format.TEXT, Format.BINARY

_BINARY = (bytes, psycopg.Binary)
_WRITTEN_ALIKE = (int, float, Decimal, date, time, timedelta, UUID)
"""What Python writes as PostgreSQL reads it; a datetime is a date."""


class Answer:
    """What came back: the part of a driver's cursor that statements need."""

    __slots__ = ("_reading", "_result", "rowcount")

    def __init__(self, result: PGresult, reading: abc.Transformer) -> None:
        self.rowcount = result.command_tuples or 0
        self._result = result
        self._reading = reading

    def fetchone(self) -> Any:
        """The first row as the driver reads it; None without one."""
        rows = self.fetchall()
        return rows[0] if rows else None

    def fetchall(self) -> list[Any]:
        """Every row as the driver reads it."""
        self._reading.set_pgresult(self._result)
        return self._reading.load_rows(0, self._result.ntuples, tuple)

    @property
    def description(self) -> list[tuple[str, int]]:
        """For each column, its name and PostgreSQL's number for its type."""
        columns = range(self._result.nfields)
        return [(str(self._result.fname(place)), self._result.ftype(place)) for place in columns]

    def close(self) -> None:
        """As a cursor; nothing is held."""


class Wire(psycopg.Connection[Any]):
    """A connection of the driver that can also be asked and told.

    A transaction begins with the first statement and ends with ``commit`` or ``rollback``, as
    always. Whoever takes a cursor sees what was told before.
    """

    def __init__(self, pgconn: PGconn) -> None:
        super().__init__(pgconn)
        self._told: list[tuple[str, list[bytes | None], list[Format]]] = []
        self._names: dict[str, bytes] = {}
        self._made = 0
        self._reading = Transformer(self)
        self._ready = select.poll()
        self._farewell: psycopg.Error | None = None
        self.add_notice_handler(self._heard)

    def ask(self, text: str, values: Iterable[Any]) -> Answer:
        """Run a statement (``$1`` …) after what was told, and wait for what becomes of it.

        Raises psycopg.Error, be it for a statement that was told before.
        """
        self._add(text, values)
        return Answer(self._talk(), self._reading)

    def tell(self, text: str, values: Iterable[Any]) -> None:
        """Run a statement before anything that is asked later. Its error comes then, too.

        The first one of a transaction is asked all the same: a connection that has died since the
        last one is found before anything hangs on it.
        """
        self._add(text, values)
        if self._state() != TransactionStatus.INTRANS:
            self._talk()

    def flush(self) -> None:
        """Wait until all that was told is done."""
        if self._told:
            self._talk()

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor of the driver, after what was told."""
        self.flush()
        return super().cursor(*args, **kwargs)

    def commit(self) -> None:
        """Send what was told and the COMMIT together. When it raises, all was rolled back or the
        connection was lost.
        """
        if self._state() == TransactionStatus.INERROR:
            self.rollback()
            raise StoreError(
                "A function given to the store went on after a statement of its own had failed, "
                "so nothing was kept. Let the error pass, or use a savepoint."
            )
        if self._state() != TransactionStatus.IDLE:
            self._add("COMMIT", ())
            try:
                self._talk()
            except psycopg.Error:
                self.rollback()
                raise

    def rollback(self) -> None:
        """Forget what was told, too."""
        self._told.clear()
        if self._state() in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            self._add("ROLLBACK", ())
            self._talk()

    def _heard(self, said: Diagnostic) -> None:
        """What ends a session of which nothing is asked is taken for a notice by libpq."""
        if said.severity_nonlocalized == "FATAL" and said.sqlstate is not None:
            self._farewell = psycopg.errors.lookup(said.sqlstate)(str(said.message_primary))

    def _state(self) -> int:
        return self.pgconn.transaction_status

    def _add(self, text: str, values: Iterable[Any]) -> None:
        sent: list[bytes | None] = []
        formats = []
        for value in values:
            if value is None or not isinstance(value, _BINARY):
                sent.append(None if value is None else _written(value))
                formats.append(_AS_TEXT)
            else:
                sent.append(value if isinstance(value, bytes) else bytes(value.obj))
                formats.append(_AS_IT_IS)
        if not self._told and self._state() == TransactionStatus.IDLE:
            self._told.append(("BEGIN", [], []))
        self._told.append((text, sent, formats))

    def _talk(self) -> PGresult:
        """Send what was told and return the last result; raise the first error."""
        told, self._told = self._told, []
        fresh: dict[str, bytes] = {}
        steps: list[str] = []
        pgconn = self.pgconn
        try:
            pgconn.enter_pipeline_mode()
            for text, values, formats in told:
                name = self._names.get(text) or fresh.get(text)
                if name is None:
                    self._made += 1
                    name = fresh[text] = b"polsbot_%d" % self._made
                    pgconn.send_prepare(name, text.encode())
                    steps.append(text)
                pgconn.send_query_prepared(name, values, formats, _AS_IT_IS)
                steps.append("")
            pgconn.pipeline_sync()
            results = self._hear()
            pgconn.exit_pipeline_mode()
        except BaseException as error:
            pgconn.finish()  # half a conversation cannot be taken up again
            if self._farewell is not None and isinstance(error, psycopg.Error):
                raise self._farewell from error
            raise
        if fresh:  # what was prepared stays so, even when a later statement failed
            for text, result in zip(steps, results, strict=True):
                if text and result.status == ExecStatus.COMMAND_OK:
                    self._names[text] = fresh[text]
        try:
            _raise_first(results)
        except psycopg.Error as error:
            if error.sqlstate in PREPARED_GONE:
                pgconn.finish()  # those of a new connection fit
            raise
        return results[-1]

    def _hear(self) -> list[PGresult]:
        pgconn = self.pgconn
        results: list[PGresult] = []
        while True:
            is_sent = not pgconn.flush()
            if pgconn.is_busy():
                self._ready.register(
                    pgconn.socket, select.POLLIN | (0 if is_sent else select.POLLOUT)
                )
                self._ready.poll()
                try:
                    pgconn.consume_input()
                except psycopg.OperationalError:
                    _raise_first(results)  # the server may have said why before it went
                    raise
            elif (result := pgconn.get_result()) is None:  # stands between two statements
                if pgconn.status == ConnStatus.BAD:
                    _raise_first(results)
                    raise psycopg.OperationalError("the connection was lost")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)


def _raise_first(results: list[PGresult]) -> None:
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise error_from_result(result)


def _written(value: Any) -> bytes:
    """A value as PostgreSQL, which knows the type it needs, reads it."""
    if isinstance(value, str):
        text = value.encode()
        if b"\0" in text:  # libpq would end it there without a word
            raise psycopg.DataError("A text cannot hold NUL. Use bot.store.columns.")
        return text
    if isinstance(value, bool):
        return b"1" if value else b"0"  # a number, too, as it is for SQLite
    if isinstance(value, _WRITTEN_ALIKE):
        return str(value).encode()
    raise psycopg.ProgrammingError(f"PostgreSQL is given no {type(value).__name__}.")
