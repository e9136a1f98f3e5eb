"""A copy of a SQLite database while it is in use: one committed state, whole or not at all.

SQLite's online backup (https://www.sqlite.org/backup.html) copies in one step under a read
transaction; in WAL mode nobody waits for it.
"""

import contextlib
import os
import shlex
import sqlite3
from pathlib import Path

from sqlalchemy import URL, make_url

from bot.store.errors import StoreError, explained


def copy_to(database_url: str, file: Path) -> int:
    """Write the database to a new file, readable by its owner only; returns its size in bytes.

    Raises StoreError with the mend: another kind of database, no database there yet, a file that
    exists, no room, or a copy that is not whole.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        raise StoreError(_with_pg_dump(database_url, file))
    source = Path(url.database or "")
    if not source.is_file():
        raise StoreError(f"There is no database {source}. Set DATABASE_URL, or look where you are.")
    if file.exists() or file.is_symlink():
        raise StoreError(f"{file} is there already and is kept. Name a file that is new.")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, part)
        os.link(part, file)  # unlike a rename it never replaces what has come there meanwhile
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder of yours."
        ) from error
    except sqlite3.Error as error:
        mended = explained(error, url)
        if isinstance(mended, StoreError):
            raise mended from error
        hint = "Try again, or see `polsbot doctor`."
        raise StoreError(f"{source} cannot be copied: {error}. {hint}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return file.stat().st_size


def _copy(source: Path, part: Path) -> None:
    origin = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
    copy = sqlite3.connect(part)
    with contextlib.closing(origin), contextlib.closing(copy):
        origin.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise StoreError(
            f"The copy is not whole ({verdict}), so {source} has a fault. Keep the file as it is, "
            "and restore an older copy."
        )
    with part.open("rb") as written:
        os.fsync(written.fileno())


def _with_pg_dump(database_url: str, file: Path) -> str:
    """PostgreSQL has a tool of its own; the password stays out of the command line."""
    url = make_url(database_url)
    query = {name: value for name, value in url.query.items() if name != "password"}
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    words = ["pg_dump", "--format=custom", f"--file={file}", shown.render_as_string()]
    return (
        "This database is PostgreSQL, which copies itself. Run (the password is asked for, or "
        f"taken from PGPASSWORD):\n{shlex.join(words)}"
    )
