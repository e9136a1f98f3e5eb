"""`polsbot walk`, `polsbot test` and `polsbot try`: exit codes and what a researcher reads."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.cli.runs import polsbot

ROOT = Path(__file__).parent.parent.parent
FILES = ("--flows", str(ROOT / "flows"), "--locales", str(ROOT / "locales"))
BOOKS = (*FILES, "--assets", str(ROOT / "assets"))


def test_a_walk_without_faults_says_how_far_it_came() -> None:
    walked = polsbot("walk", "periodic", "--runs", "84", "--seed", "3", *BOOKS)

    assert walked.exit_code == 0, walked.output
    assert "klantmonitor/periodic: 14 of 14 steps" in walked.stdout
    assert walked.stdout.endswith("84 walks fine, 0 not\n")


def test_the_figures_of_a_walk_can_be_had_as_json() -> None:
    walked = polsbot("walk", "--runs", "4", "--json", *BOOKS)

    figures = json.loads(walked.stdout)
    assert figures["faults"] == []
    assert set(figures["coverage"]) <= {"klantmonitor/baseline", "klantmonitor/periodic"}


def test_a_flow_that_is_not_there_cannot_be_walked() -> None:
    walked = polsbot("walk", "nothing", *BOOKS)

    assert walked.exit_code == 2
    assert "There is no flow nothing" in walked.stderr


def test_a_fault_of_a_walk_is_told_with_its_conversation_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.content.limits.SMS_PARTS", 1)

    walked = polsbot("walk", "periodic", "--runs", "40", *BOOKS)

    assert walked.exit_code == 1
    assert "a text message in 2 parts, at most 1" in walked.stdout
    assert "    start " in walked.stdout
    assert "polsbot walk --seed" in walked.stdout


def test_a_conversation_that_goes_otherwise_fails_at_its_line(tmp_path: Path) -> None:
    file = tmp_path / "klantmonitor" / "some.chat"
    file.parent.mkdir()
    file.write_text("start nl sms periodic\n> Hoi Amina! …\n< 1\n> Hoe druk …\n", encoding="utf-8")

    played = polsbot("test", str(file), *BOOKS)

    assert played.exit_code == 1
    assert f"{file}:4: it goes otherwise" in played.stdout
    assert "0 passed, 1 failed" in played.stdout


def test_a_chat_in_the_terminal_can_be_saved_and_then_passes_as_a_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("flows", "locales"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    monkeypatch.chdir(tmp_path)
    said = ["[Ja, ik begin]", "[Ja]", "3", "(photo)", "/later 1", "/save", "/save mine", "stop"]

    tried = CliRunner().invoke(app, ["try"], input="\n".join(said) + "\n")

    assert tried.exit_code == 0, tried.output
    assert "= stress: 3" in tried.stdout
    assert "the newest message has no [Ja]" in tried.stderr
    assert "Write: /save NAME" in tried.stderr
    assert "! opted out whatsapp" in tried.stdout
    saved = Path("flows/klantmonitor/tests/mine.chat")
    assert "+1 day" in saved.read_text(encoding="utf-8")
    played = polsbot("test", str(saved))
    assert played.exit_code == 0, played.output


def _chat(*said: str) -> Result:
    return CliRunner().invoke(app, ["try", *BOOKS], input="\n".join(said) + "\n")


def test_a_message_that_fails_in_the_terminal_comes_by_the_other_channel_and_the_talk_goes_on() -> (
    None
):
    tried = _chat("[Ja, ik begin]", "/fail", "3", "2", "/save mine")

    assert tried.exit_code == 0, tried.output
    assert "These did not arrive by whatsapp:" in tried.stderr
    assert "So they go by sms:" in tried.stderr
    assert "0 = overslaan\n= stress: 3" in tried.stdout  # numbered words, as a text message has
    assert "= calm: 2" in tried.stdout
    assert "A test cannot tell of a message that did not arrive" in tried.stderr


def test_a_message_that_fails_on_the_last_channel_goes_nowhere_and_the_talk_goes_on() -> None:
    tried = _chat("[Ja, ik begin]", "/fail", "3", "/fail", "2", "1")

    assert tried.exit_code == 0, tried.output
    assert "They go nowhere else." in tried.stderr
    assert "= calm: 2" in tried.stdout


def test_the_language_can_be_changed_in_the_terminal_at_every_step() -> None:
    tried = _chat("/lang tr", "/lang zz")

    assert "! language tr" in tried.stdout
    assert "/lang nl|en|tr|ar|pl|uk|fa" in tried.stderr


@pytest.mark.parametrize(
    ("typed", "mend"),
    [
        ("/later soon", "/later 3d"),
        ("/fial", "There is no /fial. There are /later 3d, /fail, /lang tr, /save NAME."),
    ],
)
def test_an_order_of_the_terminal_that_cannot_be_read_is_not_said_to_the_bot(
    typed: str, mend: str
) -> None:
    tried = _chat("[Ja, ik begin]", typed)

    assert mend in tried.stderr
    assert tried.stdout.splitlines()[-1].strip("< ") == ""  # the bot says nothing to it
