"""What was published counts: changes are compared with it, and what breaks data is refused."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.runs import polsbot
from tests.content.studies import make, steps

ROOT = Path(__file__).parent.parent.parent


def change(home: Path, was: str, is_now: str) -> None:
    file = home / "flows" / "klantmonitor" / "periodic.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, is_now), encoding="utf-8")


def test_before_the_first_time_everything_is_safe(home: Path) -> None:
    shown = polsbot("diff")

    assert shown.exit_code == 0, shown.output
    assert "klantmonitor/periodic: safe, not published yet" in shown.stdout
    assert home.is_dir()


def test_published_is_published_once_and_again_after_a_change(home: Path) -> None:
    first = polsbot("publish", "klantmonitor")
    assert first.exit_code == 0, first.output
    assert [line.split("\t")[2] for line in first.stdout.splitlines()] == ["published"] * 2
    assert "published already" in polsbot("publish").stdout
    assert polsbot("diff").stdout.count("safe, nothing changed") == 2
    assert "ok    data: fits" in polsbot("doctor", "--offline").stdout

    change(home, "title: ", "title: Nieuw ")

    assert "differ" in polsbot("diff").stdout
    assert [line.split("\t")[2] for line in polsbot("publish").stdout.splitlines()] == [
        "published already",
        "published",
    ]


def test_what_breaks_data_is_refused_until_it_is_said(home: Path) -> None:
    assert polsbot("publish").exit_code == 0
    change(home, "  stress:", "  stress_now:")

    told = polsbot("diff")
    refused = polsbot("publish")

    assert told.exit_code == 1
    assert "klantmonitor/periodic: needs `retired:`" in told.stdout
    assert "stress is asked no more" in told.stdout
    assert (refused.exit_code, "Nothing was published" in refused.stderr) == (1, True)
    (row, _) = sorted(json.loads(polsbot("diff", "--json").stdout), key=lambda one: one["verdict"])
    assert {"verdict", "changes", "flow"} == set(row)
    assert "wrong data: klantmonitor/periodic needs" in polsbot("doctor", "--offline").stdout
    assert polsbot("publish", "--breaks-data").exit_code == 0
    assert polsbot("diff").exit_code == 1, "the name is still free for something else"


def test_what_goes_back_to_an_older_version_counts_from_now_on(home: Path) -> None:
    assert polsbot("publish").exit_code == 0
    change(home, "title: ", "title: Nieuw ")
    assert polsbot("publish").exit_code == 0
    change(home, "title: Nieuw ", "title: ")

    assert polsbot("publish").stdout.count("\tpublished\n") == 1
    assert polsbot("diff").stdout.count("nothing changed") == 2


@pytest.mark.usefixtures("home")
def test_what_was_asked_by_counts_as_published() -> None:
    add = ("participant", "add", "klantmonitor", "--name", "Amina", "--phone", "0612345678")
    assert polsbot(*add).exit_code == 0
    assert polsbot("wave", "start", "klantmonitor/baseline", "--yes").exit_code == 0

    assert "klantmonitor/baseline: safe, nothing changed" in polsbot("diff").stdout


def test_files_with_errors_are_not_published(home: Path) -> None:
    change(home, "    scale: ", "    skale: ")

    refused = polsbot("publish")

    assert refused.exit_code == 1
    assert "polsbot check" in refused.stderr


def test_two_folders_are_compared_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "old", first=steps('  mood: {ask: "Hoe?", type: text}\n'))
    make(tmp_path, first=steps('  mood: {ask: "Hoe?", type: number}\n'))
    shutil.copytree(ROOT / "locales" / "nl", tmp_path / "locales" / "nl")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("POLSBOT_KEY", raising=False)

    told = polsbot("diff", "--against", "old/flows")

    assert told.exit_code == 1
    assert "small/first: breaks data" in told.stdout
    assert "small/again: safe, nothing changed" in told.stdout
    assert polsbot("diff", "--against", "nowhere").exit_code == 2
