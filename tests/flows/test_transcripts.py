"""Every conversation that stands beside a study goes as it is written."""

from pathlib import Path

import pytest

from bot.authoring.transcripts import play, read
from bot.authoring.transcripts.lines import HAPPENINGS, Happened
from tests.conversation.test_receive import CONTENT

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(file for top in ("flows", "tests") for file in (ROOT / top).rglob("*.chat"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path) -> None:
    faults = play(file, CONTENT.library, CONTENT.lexicons)

    assert not faults, "\n".join(map(str, faults))


def test_there_are_conversations() -> None:
    assert len(FILES) >= 20


def test_each_kind_of_thing_that_can_happen_is_told_by_some_conversation() -> None:
    told = {
        line.what
        for file in FILES
        for _, line in read(file.read_text(encoding="utf-8"))
        if isinstance(line, Happened)
    }

    for sample in HAPPENINGS:
        kind = " ".join(sample.split()[: 2 if sample.startswith("opted") else 1])
        assert any(what.startswith(kind) for what in told), f"no conversation tells: ! {sample}"


@pytest.mark.parametrize(
    "sort",
    ["happy", "wrong_replies", "silence", "stop", "back", "language", "late_tap", "burst", "sms"],
)
def test_each_flow_has_a_conversation_of_each_sort(sort: str) -> None:
    names = {file.stem for file in FILES}

    for study in CONTENT.library.studies.values():
        assert {f"{flow}_{sort}" for flow in study.flows} <= names


def test_each_message_that_is_left_out_of_a_conversation_is_missed(tmp_path: Path) -> None:
    lines = (ROOT / "flows/klantmonitor/tests/periodic_happy.chat").read_text().splitlines()
    said = [place for place, line in enumerate(lines) if line.startswith(">")]
    file = tmp_path / "klantmonitor" / "spoilt.chat"
    file.parent.mkdir()

    for place in said:
        file.write_text("\n".join(lines[:place] + lines[place + 1 :]))
        assert play(file, CONTENT.library, CONTENT.lexicons), lines[place]
