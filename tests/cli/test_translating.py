"""The i18n commands as a translator uses them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.content.sounds import record
from tests.content.studies import STUDY, make, steps


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small study whose English is not begun."""
    first = steps('  calm: {ask: "Ben je rustig?", type: text}\n')
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, en]"), first=first)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def i18n(*words: str) -> Result:
    return CliRunner().invoke(app, ["i18n", *words])


def test_update_tells_what_it_did_and_then_has_nothing_to_do() -> None:
    assert i18n("update", "--check").exit_code == 1
    assert not Path("locales").exists()

    first = i18n("update")

    assert "locales/en/LC_MESSAGES/small.po: " in first.stdout
    assert i18n("update", "--check").exit_code == 0
    assert i18n("update").stdout == ""


def test_check_finds_what_is_missing() -> None:
    i18n("update")

    checked = i18n("check", "--format", "json")

    assert checked.exit_code == 1
    assert {one["code"] for one in json.loads(checked.stdout)} == {"I001"}


def test_status_fails_under_a_percentage() -> None:
    i18n("update")

    assert "en        small/first  0/" in i18n("status").stdout
    assert i18n("status", "--fail-under", "100").exit_code == 1
    rows = json.loads(i18n("status", "--json").stdout)
    assert {row["language"] for row in rows} == {"en", "nl"}


def test_status_says_why_the_texts_of_a_file_seem_to_be_missing() -> None:
    i18n("update")
    file = Path("locales/en/LC_MESSAGES/small.po")
    file.write_text(f"{file.read_text()}half a line\n")

    assert f"{file}:" in i18n("status").stderr


def test_a_language_is_begun_with_empty_files() -> None:
    begun = i18n("add", "es")

    assert begun.stdout.split() == [
        f"locales/es/LC_MESSAGES/{name}.po" for name in ("polsbot", "small")
    ]
    assert "lexicon.yaml" in begun.stderr
    assert i18n("add", "klingons").exit_code == 2


def test_templates_are_written_for_tools_that_want_them() -> None:
    assert i18n("extract").stdout.split() == ["locales/polsbot.pot", "locales/small.pot"]


def test_a_broken_flow_stops_an_update() -> None:
    Path("flows/small/first.yaml").write_text("flow: first\nstep: {}\n")

    refused = i18n("update")

    assert refused.exit_code == 1
    assert "F001" in refused.stdout
    assert not Path("locales").exists()


def test_recordings_are_listed_with_the_words_to_read_and_noted(home: Path) -> None:
    record(home / "assets", "nl/small/first.calm")

    listed = i18n("recordings", "nl")

    assert "new       nl/small/first.calm.ogg\n    Ben je rustig?" in listed.stdout
    assert "1 recordings noted" in i18n("recordings", "--note").stderr
    rows = json.loads(i18n("recordings", "nl", "--json").stdout)
    assert {"file": "nl/small/first.calm.ogg", "state": "done", "words": "Ben je rustig?"} in rows
