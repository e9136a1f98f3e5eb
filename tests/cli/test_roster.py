"""Importing people: nothing before --yes, nothing at all with a wrong row, no name in output."""

from pathlib import Path

import pytest

from tests.cli.runs import polsbot


@pytest.fixture
def people(home: Path) -> Path:
    path = home / "people.csv"
    path.write_text("first_name;phone\nAmina;0612345678\nBora;0612345679\n", encoding="utf-8-sig")
    return path


def test_a_list_is_shown_first_and_saved_with_yes(people: Path) -> None:
    shown = polsbot("participant", "import", "klantmonitor", str(people))
    assert (shown.exit_code, "2 new" in shown.stderr) == (0, True)
    assert polsbot("participant", "list").stdout == ""

    saved = polsbot("participant", "import", "klantmonitor", str(people), "--yes")
    assert saved.exit_code == 0, saved.output
    assert len(polsbot("participant", "list").stdout.splitlines()) == 2

    again = polsbot("participant", "import", "klantmonitor", str(people), "--yes")
    assert "2 same" in again.stderr
    for output in (shown, saved, again):
        assert "Amina" not in output.output
        assert "612345678" not in output.output


def test_one_wrong_row_keeps_the_whole_list_out(people: Path) -> None:
    people.write_text(people.read_text() + "Cem;0612\n", encoding="utf-8")

    refused = polsbot("participant", "import", "klantmonitor", str(people), "--yes")

    assert refused.exit_code == 1
    assert "people.csv:4\twrong" in refused.stdout
    assert polsbot("participant", "list").stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("klantenmonitor", "people.csv"), "no study"),
        (("klantmonitor", "nowhere.csv"), "cannot be read"),
        (("klantmonitor", "flows/klantmonitor/study.yaml"), "columns"),
    ],
)
@pytest.mark.usefixtures("people")
def test_what_cannot_be_imported_is_said_in_a_sentence(words: tuple[str, str], said: str) -> None:
    refused = polsbot("participant", "import", *words)

    assert refused.exit_code == 2
    assert said in refused.stderr
