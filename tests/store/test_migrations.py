"""The revisions make exactly the tables that the rooms declare, on both databases."""

import importlib
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text
from sqlmodel import Field, SQLModel

import bot
from bot.store import postgres
from bot.store.columns import Encrypted, Hashed, Json, UtcTime
from bot.store.database import Database, open_database
from bot.store.errors import SchemaError, StoreError
from bot.store.migrations import VERSIONS, autogenerate, check, differences, newest, upgrade


@pytest.fixture
def empty_url(database_url: str) -> str:
    """A database without any table, not even alembic's."""
    with closing(open_database(database_url)) as database:
        database.run(_drop_everything)
    return database_url


def _drop_everything(db: Connection) -> None:
    found = MetaData()
    found.reflect(db)
    found.drop_all(db)


DECLARED = MetaData()


class Organisation(SQLModel, table=True):
    """Tables as the rooms declare them, with every kind of column."""

    metadata = DECLARED
    id: str = Field(primary_key=True)
    title: str


class Person(SQLModel, table=True):
    metadata = DECLARED
    id: int = Field(primary_key=True)
    organisation: str = Field(foreign_key="organisation.id", index=True)
    name: str | None = Field(default=None, sa_type=Encrypted("person.name"))
    phone_hash: bytes = Field(sa_type=Hashed("phone"), unique=True)
    facts: dict[str, Any] = Field(sa_type=Json)
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    made_at: datetime
    active: bool = True


def test_the_revisions_make_the_tables_that_the_rooms_declare(empty_url: str) -> None:
    for path in Path(bot.__file__).parent.glob("*/tables.py"):
        importlib.import_module(f"bot.{path.parent.name}.tables")
    upgrade(empty_url)
    assert differences(empty_url, SQLModel.metadata) == [], (
        'Write a revision: python -m bot.store.migrations "What changed." bot.….tables'
    )


def test_a_written_revision_makes_the_declared_tables_on_both_databases(
    empty_url: str, tmp_path: Path
) -> None:
    path = autogenerate("Add persons.", DECLARED, tmp_path)
    assert path is not None
    assert path.name == "0001_add_persons.py"
    assert "bot." not in path.read_text(), "a revision does not change when our types do"
    compile(path.read_text(), path.name, "exec")

    upgrade(empty_url, tmp_path)

    assert differences(empty_url, DECLARED) == []
    assert autogenerate("Nothing.", DECLARED, tmp_path) is None
    assert len(list(tmp_path.glob("*.py"))) == 1


def test_a_next_revision_keeps_the_rows(empty_url: str, tmp_path: Path) -> None:
    metadata = MetaData()
    for table in DECLARED.sorted_tables:
        table.to_metadata(metadata)
    autogenerate("Add persons.", metadata, tmp_path)
    upgrade(empty_url, tmp_path)
    with closing(open_database(empty_url)) as database:
        database.run(_fill)

    metadata.tables["person"].c.made_at.nullable = True  # SQLite cannot do that: a table is built
    metadata.tables["organisation"].c.title.nullable = True  # anew, although others refer to it
    autogenerate("Allow nothing.", metadata, tmp_path)
    upgrade(empty_url, tmp_path)

    assert newest(tmp_path) == "0002"
    assert differences(empty_url, metadata) == []
    with closing(open_database(empty_url)) as database:
        assert database.run(_count) == (1, 1)


def _fill(db: Connection) -> None:
    db.execute(text("INSERT INTO organisation VALUES ('utrecht', 'Utrecht')"))
    db.execute(
        text(
            "INSERT INTO person (id, organisation, phone_hash, facts, made_at, active)"
            " VALUES (1, 'utrecht', 'h', '{}', '2026-03-01', true)"
        )
    )


def _count(db: Connection) -> tuple[Any, Any]:
    count = "SELECT count(*) FROM "
    return (
        db.execute(text(count + "organisation")).scalar(),
        db.execute(text(count + "person")).scalar(),
    )


BROKEN = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    op.execute("INSERT INTO no_such_table VALUES (1)")
"""


def test_an_upgrade_that_fails_changes_nothing(empty_url: str, tmp_path: Path) -> None:
    autogenerate("Add persons.", DECLARED, tmp_path)
    upgrade(empty_url, tmp_path)
    (tmp_path / "0002_broken.py").write_text(BROKEN)

    with pytest.raises(Exception, match="no_such_table"):
        upgrade(empty_url, tmp_path)

    with closing(open_database(empty_url)) as database:
        assert "half" not in database.run(lambda db: inspect(db).get_table_names())
        with pytest.raises(SchemaError, match="older"):
            check(database, tmp_path)


def test_upgrading_twice_and_at_once_is_fine(empty_url: str, tmp_path: Path) -> None:
    autogenerate("Add persons.", DECLARED, tmp_path)
    program = (
        "import sys; from pathlib import Path; from bot.store.migrations import upgrade;"
        "upgrade(sys.argv[1], Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, empty_url, str(tmp_path)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    upgrade(empty_url, tmp_path)
    assert differences(empty_url, DECLARED) == []


def test_an_upgrade_waits_for_another_one(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_SECONDS", 1)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('polsbot migrations'))")
        with pytest.raises(StoreError, match="locked for too long"):
            upgrade(postgres_url)
    upgrade(postgres_url)


def test_the_schema_must_be_the_one_of_this_program(empty_url: str, tmp_path: Path) -> None:
    def older(db: Connection) -> None:
        db.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with closing(open_database(empty_url)) as database:
        check(database, tmp_path)  # neither has any
        autogenerate("Add persons.", DECLARED, tmp_path)
        with pytest.raises(SchemaError, match="no tables yet"):
            check(database, tmp_path)
        upgrade(empty_url, tmp_path)
        check(database, tmp_path)
        database.run(older)
        with pytest.raises(SchemaError, match="newer than this program"):
            check(database, tmp_path)


def test_the_newest_revision_is_the_one_alembic_sees() -> None:
    directory = ScriptDirectory(str(VERSIONS.parent), version_locations=[str(VERSIONS)])
    assert newest() == directory.get_current_head()


def test_two_revisions_that_follow_the_same_one_are_refused(tmp_path: Path) -> None:
    for name in ("0001", "0002"):
        (tmp_path / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = None\n')
    with pytest.raises(SchemaError, match="0001, 0002"):
        newest(tmp_path)


def test_an_upgrade_of_what_cannot_be_opened_says_the_mend(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Amina, " * 1000)
    with pytest.raises(StoreError, match="is not a database"):
        upgrade(f"sqlite:///{tmp_path}/letter.txt")


def test_serving_does_not_load_alembic() -> None:
    program = (
        "import sys, bot.store.migrations, bot.store.database; print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_a_fresh_database_of_the_tests_is_upgraded(database: Database) -> None:
    check(database)
