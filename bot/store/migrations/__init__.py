"""Brings the tables of a database to what this program expects, from the first table on.

Revisions stand in ``versions/``, numbered, one after the other. They are written by::

    python -m bot.store.migrations "Add participants." bot.panel.tables bot.rewards.tables

which compares the tables declared in those modules with what the revisions make so far. Read what
it wrote before you keep it. Alembic is imported only where it is needed: it is slow to load.
"""

import ast
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from bot.store import postgres, sqlite
from bot.store.database import Database, database_url
from bot.store.errors import SchemaError, explained

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parent / "versions"


def upgrade(url: str, versions: Path = VERSIONS) -> None:
    """Bring the tables to the newest revision, wholly or not at all. May be run at any time.

    Two processes that do it at once do it one after the other. Raises StoreError when the database
    cannot be reached or written.
    """
    from alembic import command

    place = database_url(url)
    engine = _engine(url)
    try:
        with engine.begin() as db:
            _wait_for_turn(db)
            command.upgrade(_config(db, versions, MetaData()), "head")
            _check_references(db)
    except Exception as error:
        mended = explained(error, place)
        if mended is error:
            raise
        raise mended from error
    finally:
        engine.dispose()


def check(database: Database, versions: Path = VERSIONS) -> None:
    """Raise SchemaError when the tables are older or newer than this program."""
    wanted = newest(versions)
    found = database.run(revision)
    if found == wanted:
        return
    if found is None:
        raise SchemaError("The database has no tables yet. Run: polsbot db upgrade")
    if found in _revisions(versions):
        raise SchemaError(
            f"The tables ({found}) are older than this program ({wanted}). Make a backup, then "
            "run: polsbot db upgrade"
        )
    raise SchemaError(
        f"The tables ({found}) are newer than this program ({wanted}). Install the newer program, "
        "or restore the backup that was made before the upgrade."
    )


def revision(db: Connection) -> str | None:
    """Return the revision of the tables, None when there are none."""
    if not inspect(db).has_table("alembic_version"):
        return None
    return db.execute(text("SELECT version_num FROM alembic_version")).scalar()


def newest(versions: Path = VERSIONS) -> str | None:
    """Return the last revision that this program knows, None before the first one."""
    revisions = _revisions(versions)
    last = set(revisions) - set(revisions.values())
    if len(last) > 1:
        raise SchemaError(
            f"The revisions {', '.join(sorted(last))} follow the same one. Let one of them follow "
            "the other (down_revision)."
        )
    return last.pop() if last else None


def autogenerate(message: str, metadata: MetaData, versions: Path = VERSIONS) -> Path | None:
    """Write the revision that leads from those in ``versions`` to the tables of ``metadata``.

    Returns its file, or None when nothing has changed. The comparison is made with a SQLite file
    that is thrown away. For developers: read the file before you keep it.
    """
    from alembic import command

    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/empty.db"
        upgrade(url, versions)
        engine = _engine(url)
        try:
            with engine.begin() as db:
                script = command.revision(
                    _config(db, versions, metadata),
                    message,
                    autogenerate=True,
                    rev_id=f"{len(_revisions(versions)) + 1:04}",
                )
        finally:
            engine.dispose()
    path = getattr(script, "path", None)  # a list or None when there was nothing to write
    return Path(path) if path else None


def differences(url: str, metadata: MetaData) -> list[Any]:
    """Return what distinguishes the tables of a database from ``metadata``; [] when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = _engine(url)
    try:
        with engine.connect() as db:
            context = MigrationContext.configure(db, opts={"compare_type": True})
            return list(compare_metadata(context, metadata))
    finally:
        engine.dispose()


def _config(db: Connection, versions: Path, metadata: MetaData) -> "Config":
    from alembic.config import Config

    config = Config()
    config.attributes["connection"] = db
    config.attributes["metadata"] = metadata
    options = {
        "script_location": str(Path(__file__).parent),
        "version_locations": str(versions),
        "path_separator": "newline",
        "file_template": "%(rev)s_%(slug)s",
    }
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%"))
    return config


def _engine(url: str) -> Engine:
    place = database_url(url)
    if place.get_backend_name() == "sqlite":
        return sqlite.migrating_engine(place)
    return postgres.writing_engine(place, connections=1)


def _wait_for_turn(db: Connection) -> None:
    if db.dialect.name == "postgresql":  # SQLite: BEGIN IMMEDIATE
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext('polsbot migrations'))"))


def _check_references(db: Connection) -> None:
    """Rebuilding a table in SQLite needs foreign keys off; so they are checked at the end."""
    if db.dialect.name == "sqlite" and (lost := db.execute(text("PRAGMA foreign_key_check")).all()):
        raise SchemaError(f"After the upgrade rows refer to nothing, so it was undone: {lost[:5]}")


def _revisions(versions: Path) -> dict[str, str | None]:
    """Every revision and the one before it, read without importing anything."""
    found: dict[str, str | None] = {}
    for path in versions.glob("*.py"):
        names = dict(_constants(ast.parse(path.read_text(encoding="utf-8")).body))
        if isinstance(name := names.get("revision"), str):
            found[name] = names.get("down_revision")
    return found


def _constants(body: Iterable[ast.stmt]) -> Iterable[tuple[str, Any]]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=value)):
                yield name, value
            case _:
                continue
