"""Looking at waves, pausing them, and how they stand."""

import json
from pathlib import Path

import pytest

from tests.cli.runs import polsbot

pytestmark = pytest.mark.usefixtures("home")


def add(number: int, *more: str) -> str:
    added = polsbot(
        "participant", "add", "klantmonitor", "--name", "Amina", "--phone", f"06123456{number}",
        *more,
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    return added.stdout.strip()


def test_a_plan_says_who_when_by_what_and_what_falls_due() -> None:
    first, second = add(70), add(71, "--channel", "sms", "--lang", "ar")

    planned = polsbot("wave", "plan", "klantmonitor", "--days", "1")

    rows = {line.split("\t")[0]: line.split("\t") for line in planned.stdout.splitlines()}
    assert rows.keys() == {first, second}
    assert rows[first][1] == "baseline 1"
    assert rows[first][3:] == ["whatsapp", "3", "1", "200"], "the second reminder comes by SMS"
    assert (rows[second][3], int(rows[second][5]) >= 3) == ("sms", True)
    assert "2 waves for 2 participants" in planned.stderr
    assert "4.00 EUR is earned" in planned.stderr
    assert "Amina" not in planned.output


def test_before_the_consent_no_further_wave_is_planned() -> None:
    person = add(72)

    planned = polsbot("wave", "plan", "klantmonitor", "--days", "200", "--json")

    (wave,) = json.loads(planned.stdout)
    assert (wave["participant"], wave["wave"], wave["vouchers"]) == (person, "baseline", 0)
    assert "1 consent" in planned.stderr


def test_a_study_is_paused_once_and_resumed_once() -> None:
    add(73)

    assert polsbot("wave", "pause", "klantmonitor").exit_code == 0
    assert "paused since" in polsbot("wave", "plan", "klantmonitor").stderr
    assert "Paused since" in polsbot("wave", "status", "klantmonitor").stderr
    again = polsbot("wave", "pause", "klantmonitor")
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    assert polsbot("wave", "resume", "klantmonitor").exit_code == 0
    assert polsbot("wave", "resume", "klantmonitor").exit_code == 2


def test_one_participant_is_paused_and_resumed() -> None:
    person = add(74)

    assert polsbot("wave", "pause", "klantmonitor", "--participant", person).exit_code == 0
    assert "1 paused" in polsbot("wave", "plan", "klantmonitor").stderr
    assert "1 paused: operator" in polsbot("wave", "status", "klantmonitor").stderr
    assert polsbot("wave", "resume", "klantmonitor", "--participant", person).exit_code == 0
    assert "1 active" in polsbot("wave", "status", "klantmonitor").stderr


def test_the_status_counts_invitations_by_how_they_ended() -> None:
    first, _ = add(75), add(76)
    polsbot("wave", "start", "klantmonitor/baseline", "--yes")
    polsbot("participant", "stop", first)

    found = json.loads(polsbot("wave", "status", "klantmonitor", "--json").stdout)

    (wave,) = found["waves"]
    assert (wave["wave"], wave["open"], wave["ineligible"]) == ("baseline", 1, 1)


def test_who_has_not_agreed_is_not_asked_by_hand_either() -> None:
    add(77)

    refused = polsbot("wave", "start", "klantmonitor/periodic", "--yes")

    assert refused.exit_code == 2
    assert "1 left out: 1 without consent" in refused.output


def test_who_can_only_be_mailed_is_planned_where_mail_is_set_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    polsbot("participant", "add", "klantmonitor", "--name", "Eva", "--email", "eva@example.org")
    assert "1 unreachable" in polsbot("wave", "plan", "klantmonitor").stderr
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org")

    planned = polsbot("wave", "plan", "klantmonitor")

    assert "\temail\t" in planned.stdout, planned.output


def test_by_hand_nobody_is_opened_who_cannot_be_written_to_now() -> None:
    stopped, first, second = add(78), add(79), add(80)
    polsbot("participant", "stop", stopped)

    started = polsbot("wave", "start", "klantmonitor/baseline", "--yes")
    assert "1 left out: 1 who cannot be reached" in started.stderr
    assert sorted(line.split("\t")[0] for line in started.stdout.splitlines()) == sorted(
        [first, second]
    )

    again = polsbot("wave", "start", "klantmonitor/baseline", "--number", "2", "--yes")
    assert (again.exit_code, "2 with a wave that is still open" in again.stderr) == (2, True)


def test_a_paused_study_opens_nothing_by_hand() -> None:
    add(81)
    polsbot("wave", "pause", "klantmonitor")

    refused = polsbot("wave", "start", "klantmonitor/baseline", "--yes")

    assert (refused.exit_code, "polsbot wave resume klantmonitor" in refused.stderr) == (2, True)
    assert json.loads(polsbot("wave", "status", "klantmonitor", "--json").stdout)["waves"] == []


def test_a_flow_opened_by_hand_is_the_wave_of_the_study_that_asks_it(home: Path) -> None:
    study = home / "flows" / "klantmonitor" / "study.yaml"
    words = study.read_text()
    words = words.replace("  baseline: {flow", "  intake: {flow").replace(
        "from: baseline", "from: intake"
    )
    study.write_text(words)
    add(82)

    polsbot("wave", "start", "klantmonitor/baseline", "--yes")

    (wave,) = json.loads(polsbot("wave", "status", "klantmonitor", "--json").stdout)["waves"]
    assert (wave["wave"], wave["number"]) == ("intake", 1)


def test_an_unknown_study_is_named_with_the_known_ones(home: Path) -> None:
    for command in ("plan", "pause", "resume", "status"):
        refused = polsbot("wave", command, "klantenmonitor")
        assert refused.exit_code == 2
        assert "Known: klantmonitor" in refused.stderr
