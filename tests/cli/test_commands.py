"""The commands as people use them: exit codes, sentences, and no name or number in any output."""

import asyncio
import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from tests.cli.runs import polsbot
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

ROOT = Path(__file__).parent.parent.parent


def test_without_a_command_it_shows_six_examples() -> None:
    shown = polsbot()

    assert shown.exit_code == 0
    assert "polsbot demo" in shown.stdout


@pytest.mark.usefixtures("home")
def test_a_number_is_enrolled_twice_only_when_it_is_said() -> None:
    add = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")
    first = polsbot(*add).stdout.strip()

    again = polsbot(*add)
    assert again.exit_code == 2
    assert first in again.output
    assert "--shared" in again.output
    assert polsbot(*add, "--shared").exit_code == 0
    assert len(polsbot("participant", "list").stdout.splitlines()) == 2


@pytest.mark.usefixtures("home")
def test_a_person_is_enrolled_asked_exported_and_forgotten() -> None:
    added = polsbot(
        "participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678"
    )
    person = added.stdout.strip()
    assert added.exit_code == 0, added.output

    dry = polsbot("wave", "start", "klantmonitor/baseline")
    assert person in dry.stdout
    opened = polsbot("wave", "start", "klantmonitor/baseline", "--yes")
    assert f"{person}\tr" in opened.stdout
    again = polsbot("wave", "start", "klantmonitor/baseline", "--yes")
    assert "1 with a wave that is still open" in again.stderr

    exported = polsbot("export", "klantmonitor", "out")
    assert exported.exit_code == 0, exported.output
    (row,) = csv.DictReader(Path("out/answers.csv").read_text().splitlines())
    assert (row["participant"], row["status"]) == (person, "waiting")

    listed = polsbot("participant", "list")
    for output in (added, dry, opened, exported, listed):
        assert "Amina" not in output.output
        assert "612345678" not in output.output

    assert "\tactive\t" in listed.stdout
    assert polsbot("participant", "stop", person).exit_code == 0
    assert "\tstopped\t" in polsbot("participant", "list").stdout
    (told,) = json.loads(polsbot("participant", "list", "--json").stdout)
    assert (told["id"], told["status"], told["paused_for"]) == (person, "stopped", None)

    assert polsbot("participant", "forget", person).exit_code == 2
    assert polsbot("participant", "forget", person, "--yes").exit_code == 0
    assert "erased" in polsbot("participant", "list").stdout
    assert polsbot("participant", "forget", person, "--yes").exit_code == 2


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("participant", "add", "klantmonitor", "--name", "A", "--phone", "12"), "phone number"),
        (("wave", "start", "klantmonitor/nothing"), "no flow"),
        (("wave", "start", "klantmonitor/periodic"), "Nobody"),
        (("participant", "stop", "p0"), "no participant"),
        (("serve",), "No Twilio account"),
        (("web",), "No Twilio account"),
        (("worker",), "No Twilio account"),
        (("check", "nowhere"), "no folder"),
        (("check", "--format", "xml"), "no format"),
        (("explain", "Q999"), "Q999"),
        (("try", "klantmonitor/x"), "no flow"),
        (("try", "--lang", "zz"), "zz"),
        (("score", "nothing.yaml"), "nothing.yaml"),
    ],
)
def test_what_a_person_can_mend_is_said_in_a_sentence(words: tuple[str, ...], said: str) -> None:
    shown = polsbot(*words)

    assert shown.exit_code == 2, shown.output
    assert said in shown.output
    assert "Traceback" not in shown.output


def test_a_missing_key_is_said_before_anything_is_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POLSBOT_KEY")

    shown = polsbot("participant", "list")

    assert shown.exit_code == 2
    assert "--new-key" in shown.output


@pytest.mark.usefixtures("home")
def test_the_doctor_finds_a_sound_set_up_sound_and_names_a_mend() -> None:
    assert polsbot("doctor").exit_code == 0

    Path("var/polsbot.db").unlink()
    sick = polsbot("doctor")

    assert sick.exit_code == 1
    assert "polsbot db upgrade" in sick.output
    assert polsbot("db", "upgrade").exit_code == 0
    assert polsbot("doctor").exit_code == 0


def test_the_configuration_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:hunter2@db/polsbot")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "hunter3")

    shown = polsbot("config").stdout

    assert "hunter" not in shown
    assert "@db/polsbot" in shown


def test_a_secret_may_lie_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.settings import read_settings

    (tmp_path / "token").write_text("hunter4\n")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "token"))

    token = read_settings().twilio_auth_token

    assert token is not None
    assert token.get_secret_value() == "hunter4"


@pytest.mark.usefixtures("home")
async def test_templates_are_pushed_once_and_listed_with_their_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twilio = FakeTwilio()
    await twilio.start()
    for name, value in {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_BASE_URL": twilio.url,
        "TWILIO_WHATSAPP_SENDER": "+3197010200000",
        "PUBLIC_URL": "https://bot.example.org",
    }.items():
        monkeypatch.setenv(name, value)

    pushed = await asyncio.to_thread(polsbot, "templates", "push")
    made = len(twilio.contents)
    again = await asyncio.to_thread(polsbot, "templates", "push")

    assert pushed.exit_code == again.exit_code == 0, pushed.output
    assert len(twilio.contents) == made
    assert {one["category"] for one in twilio.asked} == {"UTILITY"}
    assert "polsbot_klantmonitor_periodic_invite_say_nl" in pushed.stdout
    listed = polsbot("templates", "list")
    assert listed.stdout.count("\treceived\t") == len(twilio.asked)
    assert listed.stdout.count("no approval needed") == made - len(twilio.asked)
    waiting = polsbot("templates", "status")
    assert (waiting.exit_code, waiting.stdout.count("\treceived\t")) == (1, len(twilio.asked))
    assert f"{len(twilio.asked)} openings: {len(twilio.asked)} received." in waiting.stderr
    await twilio.close()

    gone = await asyncio.to_thread(polsbot, "templates", "push")
    assert gone.exit_code == 2
    assert "could not be reached" in gone.output


@pytest.mark.usefixtures("home")
def test_the_status_of_templates_names_what_was_never_pushed() -> None:
    found = polsbot("templates", "status", "--json")

    assert found.exit_code == 1
    assert {row["state"] for row in json.loads(found.stdout)} == {"not pushed"}
    assert "templates push" in found.stderr


def test_one_word_says_really_in_every_command() -> None:
    """Nothing is saved, opened or erased by a word that another command does not know."""
    said = {
        option
        for command in _commands(typer.main.get_command(app))
        for parameter in command.params
        for option in parameter.opts
    }

    assert "--yes" in said
    assert not said & {"--apply", "--force", "--really", "--confirm", "--no-dry-run", "--save"}


def _commands(command: Any) -> Iterator[Any]:
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _commands(inner)


@pytest.mark.usefixtures("home")
def test_one_person_can_be_handed_over_to_themselves() -> None:
    add = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")
    person = polsbot(*add).stdout.strip()

    shown = polsbot("participant", "export", person)
    kept = polsbot("participant", "export", person, "amina.json")

    assert json.loads(shown.stdout)["participant"]["first_name"] == "Amina"
    assert "as no other command does" in shown.stderr
    assert kept.stdout == ""
    assert "amina.json names the person" in kept.stderr
    file = Path("amina.json")
    assert json.loads(file.read_text())["addresses"][0]["address"] == "+31612345678"
    assert file.stat().st_mode & 0o077 == 0, "readable by its owner only"
    assert polsbot("participant", "export", "p0").exit_code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "klantmonitr", "out"), "There is no study klantmonitr. Known: klantmonitor."),
        (("diff", "klantmonitr"), "There is no study klantmonitr. Known: klantmonitor."),
        (("publish", "klantmonitr"), "There is no study klantmonitr. Known: klantmonitor."),
        (("i18n", "recordings", "xx"), "There is no language xx. Known: ar, en,"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_name_that_is_not_there_is_said_with_those_that_are(
    words: tuple[str, ...], said: str
) -> None:
    refused = polsbot(*words)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert not Path("out").exists()


@pytest.mark.usefixtures("home")
def test_answers_of_a_study_without_files_are_exported_all_the_same() -> None:
    polsbot("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")
    assert polsbot("wave", "start", "klantmonitor/baseline", "--yes").exit_code == 0
    shutil.rmtree("flows/klantmonitor")

    assert polsbot("export", "klantmonitor", "out").exit_code == 0


@pytest.mark.usefixtures("home")
def test_a_language_that_was_begun_is_begun_again_in_a_sentence() -> None:
    again = polsbot("i18n", "add", "tr")

    assert (again.exit_code, again.stdout) == (0, "")
    assert "tr has been begun" in again.stderr


@pytest.mark.usefixtures("home")
def test_a_country_that_is_none_is_said_and_not_the_number_blamed() -> None:
    add = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")

    refused = polsbot(*add, "--country", "XX")

    assert refused.exit_code == 2
    assert "There is no country XX" in refused.stderr
    assert polsbot(*add, "--country", "nl").exit_code == 0
