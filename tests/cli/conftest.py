"""A place to run commands in."""

import shutil
from pathlib import Path

import pytest

from bot.store.keys import generate_key

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the study in it and a database that is ready."""
    for folder in ("flows", "locales"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    (tmp_path / "var").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "var" / "polsbot.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLSBOT_KEY", generate_key())
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path
