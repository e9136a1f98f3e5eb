"""What can go wrong with a database, in sentences that say the mend.

::

    StoreError               the database cannot do its work; the text says what an operator can do
     ├─ UncertainError       the answer to a COMMIT was lost: it may have been kept, read again
     └─ SchemaError          the tables are older or newer than this program
    StaleError               a function saw that another one was faster; ``transact`` runs it again

What the database says about the rows themselves (``sqlalchemy.exc.IntegrityError`` and the like)
is the business of the function that wrote them and passes through unchanged.
"""

import errno
import sqlite3
import sys

from sqlalchemy import URL
from sqlalchemy.exc import StatementError


class StoreError(Exception):
    """The database cannot do its work. The text is one sentence and the mend."""


class UncertainError(StoreError):
    """The answer to a COMMIT was lost: the work may have been kept or not.

    Never note it as failed. Read the rows again, or do it again under the same unique key.
    """


class SchemaError(StoreError):
    """The tables are older or newer than this program."""


class StaleError(Exception):
    """A row is no longer as this function has read it: another transaction was faster.

    Raised by the functions given to ``transact`` (``UPDATE … WHERE version = :seen`` touched no
    row); everything is rolled back and the function runs again.
    """


# https://www.sqlite.org/rescode.html; the low byte is the primary code, which is what matters.
_SQLITE = {
    sqlite3.SQLITE_FULL: (
        "The disk with {place} is full. Free some space; nothing that was reported as kept is lost."
    ),
    sqlite3.SQLITE_READONLY: (
        "{place} cannot be written. Give this user write permission on the file and its folder."
    ),
    sqlite3.SQLITE_PERM: (
        "{place} cannot be written. Give this user write permission on the file and its folder."
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{place} cannot be opened. Make its folder, or give this user permission to write there."
    ),
    sqlite3.SQLITE_BUSY: (
        "{place} was kept locked by another process. Look for a command or a database browser that "
        "is still open on it."
    ),
    sqlite3.SQLITE_IOERR: (
        "The disk with {place} reports an error ({error}). Check its space, its quota and its "
        "health; nothing that was reported as kept is lost."
    ),
    sqlite3.SQLITE_CORRUPT: (
        "{place} is damaged ({error}). Stop the program, keep a copy of the file, and restore the "
        "last backup."
    ),
    sqlite3.SQLITE_NOTADB: (
        "{place} is not a database of ours. Give DATABASE_URL the name of another file."
    ),
}

_DRIVER = "psycopg"

NOTHING_TOUCHED = "22012"
"""PostgreSQL's division_by_zero: how ``Statement.must`` fails there."""

PREPARED_GONE = frozenset({"0A000", "26000"})
"""PostgreSQL's feature_not_supported ("cached plan must not change result type": somebody changed a
table under a prepared statement) and invalid_sql_statement_name (somebody threw them away).
"""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "53100": "The disk of {place} is full. Free some space; nothing reported as kept is lost.",
    "25006": "{place} only lets us read. Point DATABASE_URL to the primary server.",
    "42501": "{place} does not let this user do that. Give the user rights on the tables.",
    "55P03": "{place} kept a row locked for too long. Look for a transaction that was left open.",
}

_UNREACHABLE = "{place} cannot be reached ({error}). Start the server or correct DATABASE_URL."
_REFUSED = (
    "{place} refuses us ({error}). Correct DATABASE_URL, make the database with createdb, or wait "
    "until the server has started."
)


def explained(error: BaseException, url: URL) -> BaseException:
    """Return the error an operator should see in place of ``error``, or ``error`` itself."""
    cause = error.orig if isinstance(error, StatementError) else error
    if isinstance(cause, StoreError):  # a column refused a value; SQLAlchemy wrapped it
        return cause
    place = url.difference_update_query(["password"]).render_as_string(hide_password=True)
    text: str | None = None
    if isinstance(cause, sqlite3.Error):
        text = _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    elif (code := postgres_code(cause)) is not None:
        text = _POSTGRES.get(code)
        if text is None and is_lost(cause):
            # libpq gives no code for what happens while connecting, only the server's own words.
            text = _REFUSED if "FATAL" in str(cause) else _UNREACHABLE
    elif isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        text = _SQLITE[sqlite3.SQLITE_FULL]
    if text is None:
        forget_rows(error)
        return error
    detail = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    mended = StoreError(text.format(place=place, error=detail))
    mended.__cause__ = error
    return mended


def forget_rows(error: BaseException) -> None:
    """PostgreSQL adds the values of the row to its message; they must not come into a log."""
    for part in (error, error.orig if isinstance(error, StatementError) else None):
        if part is not None and (
            isinstance(part, StatementError) or postgres_code(part) is not None
        ):
            part.args = tuple(
                arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in part.args
            )


def is_lost(cause: BaseException | None) -> bool:
    """Claim that ``cause`` says the server went away or never answered."""
    # Class 08: connection; 57P01–57P03: the server stops or starts. Without any code the words came
    # from libpq itself and not from a server.
    code = postgres_code(cause)
    if not code:
        return code is not None and isinstance(cause, sys.modules[_DRIVER].OperationalError)
    return code.startswith(("08", "57P"))


def postgres_code(error: BaseException | None) -> str | None:
    """The code of an error of PostgreSQL's driver, empty where it has none; ``None`` for any other.

    The driver is not imported: with SQLite nothing loads it, and it would only take 8 MiB.
    """
    driver = sys.modules.get(_DRIVER)
    if driver is None or not isinstance(error, driver.Error):
        return None
    return getattr(error, "sqlstate", None) or ""
