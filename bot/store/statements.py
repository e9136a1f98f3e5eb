"""Statements for the hot path: written in Core, compiled once, then given straight to the driver.

``db.execute`` costs more than the database's own work on a short statement: measured on the message
transaction, statements from here made it 2 times (PostgreSQL) to 3 times (SQLite) faster. On
PostgreSQL what nobody waits for (``write``, ``must``) saves the round trip as well, see
``bot.store.wire``. Elsewhere use ``db.execute``.

An insert that skips what is there is written with ``sqlalchemy.dialects.postgresql.insert``: its
``on_conflict_…`` is compiled for SQLite as well.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Insert,
    PoolProxiedConnection,
    Table,
    literal_column,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler

from bot.store.errors import NOTHING_TOUCHED, StaleError, postgres_code

_PREPARED = "polsbot_prepared"

Convert = Callable[[Any], Any]


class Statement:
    """One SELECT, INSERT, UPDATE or DELETE whose values are ``bindparam``\\ s, given by name.

    The types of the columns convert the values both ways (times, JSON, encrypted text). Errors are
    those of ``db.execute``. An insert without ``values(…)`` names every column of its table but
    the one that the database counts up; one that has a constant default or may be NULL can be left
    out. What SQLAlchemy works out for each
    execution is refused (TypeError): ``in_`` with a list, defaults that are functions. ::

        WAITING = Statement(select(RUN.c.id).where(RUN.c.person == bindparam("person")))
        run = WAITING.row(db, person=7)
    """

    def __init__(self, core: Executable) -> None:
        self._core = core

    def run(self, db: Connection, /, **values: Any) -> int:
        """Run it and return how many rows it touched."""
        prepared = self._prepared(db)
        answer = _ask(db, prepared.text, prepared.bound(values))
        count: int = answer.rowcount
        answer.close()
        return count

    def write(self, db: Connection, /, **values: Any) -> None:
        """Run it where nobody waits to hear of it: on PostgreSQL it travels with whatever is run
        next, or with the COMMIT, and its error comes from there. Inside a savepoint it is waited
        for, since whoever made that wants to hear of an error in time.
        """
        prepared = self._prepared(db)
        bound = prepared.bound(values)
        if db.in_nested_transaction():
            _ask(db, prepared.text, bound).close()
        else:
            _tell(db, prepared.text, bound)

    def must(self, db: Connection, /, **values: Any) -> None:
        """Write where a row has to be touched. When none is, another transaction was faster:
        StaleError, from here or from what is run next.
        """
        if db.dialect.name != "sqlite":
            self._touching.write(db, **values)
        elif not self.run(db, **values):
            raise StaleError(str(self._core))

    @cached_property
    def _touching(self) -> "Statement":
        """The same for PostgreSQL, which divides by the number of rows, so that nothing after it is
        carried out when there are none, the COMMIT least of all.
        """
        touched = self._core.returning(literal_column("1")).cte()  # type: ignore[attr-defined]
        return Statement(select(literal_column("1 / count(*)")).select_from(touched))

    def run_many(self, db: Connection, rows: Iterable[Mapping[str, Any]], /) -> None:
        """Run it for every row, in one round trip."""
        prepared = self._prepared(db)
        *all_but_last, last = [prepared.bound(dict(row)) for row in rows] or (None,)
        for bound in all_but_last:
            _tell(db, prepared.text, bound)
        if last is not None:
            _ask(db, prepared.text, last).close()

    def row(self, db: Connection, /, **values: Any) -> Any:
        """Run it and return its first row, a named tuple, or None."""
        prepared = self._prepared(db)
        answer = _ask(db, prepared.text, prepared.bound(values))
        found = answer.fetchone()
        result = None if found is None else prepared.converted(found, answer)
        answer.close()
        return result

    def rows(self, db: Connection, /, **values: Any) -> list[Any]:
        """Run it and return every row, each a named tuple."""
        prepared = self._prepared(db)
        answer = _ask(db, prepared.text, prepared.bound(values))
        result = [prepared.converted(row, answer) for row in answer.fetchall()]
        answer.close()
        return result

    def _prepared(self, db: Connection) -> "_Prepared":
        # Kept by the dialect: it belongs to one database, with its keys, and goes when that goes.
        known: dict[Statement, _Prepared] = vars(db.dialect).setdefault(_PREPARED, {})
        prepared = known.get(self)
        if prepared is None:
            prepared = known[self] = _Prepared(self._core, db.dialect)
        return prepared


class _Prepared:
    """A statement as one database's driver takes it."""

    def __init__(self, core: Executable, dialect: Dialect) -> None:
        compiled = core.compile(  # type: ignore[attr-defined]
            dialect=_native(dialect), column_keys=_named_columns(core)
        )
        _refuse_what_is_worked_out_later(compiled)
        self.text = str(compiled)
        self._order = compiled.positiontup
        self._dialect = dialect
        self._names = frozenset(compiled.bind_names.values())
        binders: dict[str, Convert] = {
            name: convert  # by name: one that stands in two places is converted once
            for parameter, name in compiled.bind_names.items()
            if (convert := parameter.type.dialect_impl(dialect).bind_processor(dialect))
        }
        self._binders = tuple(binders.items())
        given = _left_out(core) | {
            name: parameter.effective_value
            for parameter, name in compiled.bind_names.items()
            if not parameter.required
        }
        self._given = {
            name: binders[name](value) if name in binders else value
            for name, value in given.items()
        }
        columns = list(getattr(core, "exported_columns", ()))
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        names = [str(column.key) for column in columns]
        row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        self._row = row._make
        self._readers: list[tuple[int, Convert]] | None = None

    def bound(self, values: dict[str, Any]) -> dict[str, Any] | list[Any]:
        """Return the parameters for the driver."""
        bound = self._given | values
        if bound.keys() != self._names:
            raise TypeError(f"{sorted(bound.keys() ^ self._names)} missing or not in: {self.text}")
        for name, convert in self._binders:
            if name in values:
                bound[name] = convert(values[name])
        return bound if self._order is None else [bound[name] for name in self._order]

    def converted(self, row: Sequence[Any], answer: Any) -> Any:
        """Return a row of the driver as values of the columns' types."""
        readers = self._readers
        if readers is None:
            readers = self._readers = [
                (place, convert)
                for place, type_ in enumerate(self._types)
                if (convert := type_.result_processor(self._dialect, answer.description[place][1]))
            ]
        if readers:
            row = list(row)
            for place, convert in readers:
                row[place] = convert(row[place])
        return self._row(row)


def _native(dialect: Dialect) -> Dialect:
    """For the text as the database itself takes it: ``:name`` on SQLite, ``$1`` on PostgreSQL."""
    if dialect.name == "sqlite":
        return dialect
    native: Dialect = type(dialect)(paramstyle="numeric_dollar")  # type: ignore[call-arg]
    return native


def _refuse_what_is_worked_out_later(compiled: SQLCompiler) -> None:
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise TypeError(f"A list in IN needs db.execute: {compiled}")
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise TypeError(f"A default that is a function needs db.execute: {compiled}")


def _named_columns(core: Executable) -> list[str] | None:
    """What an insert without values names: every column but the one the database counts up."""
    if not isinstance(core, Insert) or core._values or not isinstance(core.table, Table):
        return None
    counted = core.table.autoincrement_column
    return [column.key for column in core.table.columns if column is not counted]


def _left_out(core: Executable) -> dict[str, Any]:
    """What an insert that names every column puts where nothing is given."""
    if not isinstance(core, Insert) or core._values or not isinstance(core.table, Table):
        return {}
    left: dict[str, Any] = {}
    for column in core.table.columns:
        if column.default is not None and column.default.is_scalar:
            left[column.key] = column.default.arg
        elif column.default is None and column.nullable and column.server_default is None:
            left[column.key] = None
    return left


def _ask(db: Connection, text: str, bound: Any) -> Any:
    place = db.connection
    try:
        return place.dbapi_connection.ask(text, bound)  # type: ignore[union-attr] # ours have it
    except db.dialect.loaded_dbapi.Error as error:
        raise _wrapped(db, place, text, error) from error


def _tell(db: Connection, text: str, bound: Any) -> None:
    place = db.connection
    try:
        place.dbapi_connection.tell(text, bound)  # type: ignore[union-attr] # ours have it
    except db.dialect.loaded_dbapi.Error as error:
        raise _wrapped(db, place, text, error) from error


def _wrapped(
    db: Connection, place: PoolProxiedConnection, text: str, error: Exception
) -> BaseException:
    """The error as ``db.execute`` raises it."""
    if postgres_code(error) == NOTHING_TOUCHED:
        return StaleError(text)
    lost = db.dialect.is_disconnect(error, place, None)  # type: ignore[arg-type]
    if lost:
        db.invalidate(error)
    return DBAPIError.instance(
        text, None, error, db.dialect.loaded_dbapi.Error, hide_parameters=True,
        connection_invalidated=lost, dialect=db.dialect,
    )  # fmt: skip
