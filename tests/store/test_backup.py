"""A copy of the database is whole, private and takes nothing's place."""

import sqlite3
import threading
from pathlib import Path

import pytest

from bot.panel.participants import PARTICIPANTS, Enrolment, enrol
from bot.store.backup import copy_to
from bot.store.database import open_database
from bot.store.errors import StoreError
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from tests.conversation.test_receive import NOW

PERSON = Enrolment("klantmonitor", "Amina", "nl", (), NOW.date())


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'live.db'}"
    upgrade(made)
    return made


def test_a_copy_made_while_somebody_writes_is_one_state_and_opens(url: str, tmp_path: Path) -> None:
    keys = Keys.from_text(generate_key())
    database = open_database(url, keys=keys)
    enough = threading.Event()

    def write() -> None:
        while not enough.is_set():
            database.run(enrol, PERSON, NOW)

    database.run(enrol, PERSON, NOW)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        size = copy_to(url, tmp_path / "copy.db")
    finally:
        enough.set()
        writer.join()
        database.close()

    copy = open_database(f"sqlite:///{tmp_path / 'copy.db'}", keys=keys)
    names = copy.run(lambda db: [row.first_name for row in db.execute(PARTICIPANTS.select())])
    copy.close()
    assert size > 0
    assert set(names) == {"Amina"}


def test_a_copy_is_one_file_that_only_its_owner_can_read(url: str, tmp_path: Path) -> None:
    copy_to(url, tmp_path / "copy.db")

    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.glob("copy*")] == ["copy.db"]


def test_a_file_that_is_there_is_kept(url: str, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("precious")

    with pytest.raises(StoreError, match="is there already"):
        copy_to(url, file)

    assert file.read_text() == "precious"


def test_a_place_that_cannot_be_written_is_said(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        copy_to(url, tmp_path / "nowhere" / "copy.db")


def test_a_faulty_database_gives_no_copy(url: str, tmp_path: Path) -> None:
    live = tmp_path / "live.db"
    with sqlite3.connect(live) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    raw = bytearray(live.read_bytes())
    raw[8192:12288] = b"\xff" * 4096
    live.write_bytes(raw)

    with pytest.raises(StoreError):
        copy_to(url, tmp_path / "copy.db")

    assert not (tmp_path / "copy.db").exists()


def test_no_database_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        copy_to(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")

    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_copied_by_its_own_tool_and_no_password_is_shown(tmp_path: Path) -> None:
    url = "postgresql+psycopg://bot:geheim@db.example:5433/polsbot"

    with pytest.raises(StoreError) as told:
        copy_to(url, tmp_path / "copy.dump")

    command = f"pg_dump --format=custom --file={tmp_path / 'copy.dump'}"
    assert f"{command} postgresql://bot@db.example:5433/polsbot" in str(told.value)
    assert "geheim" not in str(told.value)
