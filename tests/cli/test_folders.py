"""Every command of an author looks where the settings say, as the server does."""

from pathlib import Path

import pytest

from tests.cli.runs import polsbot
from tests.content.studies import make, steps

WRONG = steps('  a: {aks: "Hoe gaat het?", type: text}\n')


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small study whose folder is named in ``.env`` only."""
    make(tmp_path / "mine", first=WRONG)
    (tmp_path / "mine" / "locales").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    lines = (f"POLSBOT_{name.upper()}=../mine/{name}" for name in ("locales", "assets"))
    (here / ".env").write_text("\n".join(["POLSBOT_STUDIES=../mine/flows", *lines]))
    monkeypatch.chdir(here)
    for name in ("STUDIES", "LOCALES", "ASSETS"):
        monkeypatch.delenv(f"POLSBOT_{name}", raising=False)
    return here


@pytest.mark.usefixtures("elsewhere")
def test_check_reads_the_folders_of_the_settings() -> None:
    shown = polsbot("check")

    assert shown.exit_code == 1
    assert "../mine/flows/small/first.yaml:9" in shown.stdout


def test_a_variable_is_stronger_than_the_file_and_a_word_than_both(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(elsewhere / "right")
    monkeypatch.setenv("POLSBOT_STUDIES", "right/flows")

    assert "first.yaml:9" not in polsbot("check").stdout
    assert "first.yaml:9" in polsbot("check", "../mine/flows").stdout


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    "words",
    [
        ("walk", "small/again"),
        ("diagram", "small/again"),
        ("try", "small/again"),
        ("i18n", "status"),
        ("i18n", "check"),
    ],
    ids=" ".join,
)
def test_the_other_commands_do_too(words: tuple[str, ...]) -> None:
    shown = polsbot(*words)

    assert shown.exit_code != 2, shown.output
    assert "There is no" not in shown.output


@pytest.mark.usefixtures("elsewhere")
def test_a_setting_that_is_wrong_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")

    shown = polsbot("check")

    assert shown.exit_code == 2
    assert "PORT" in shown.stderr
    assert "Traceback" not in shown.output
