"""Every conversation that stands beside a study goes as it is written."""

from pathlib import Path

import pytest

from bot.authoring.transcripts import play
from tests.conversation.test_receive import CONTENT

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(file for top in ("flows", "tests") for file in (ROOT / top).rglob("*.chat"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path) -> None:
    faults = play(file, CONTENT.library, CONTENT.lexicons)

    assert not faults, "\n".join(map(str, faults))


def test_there_are_conversations() -> None:
    assert len(FILES) >= 20


def test_each_message_that_is_left_out_of_a_conversation_is_missed(tmp_path: Path) -> None:
    lines = (ROOT / "flows/klantmonitor/tests/periodic_happy.chat").read_text().splitlines()
    said = [place for place, line in enumerate(lines) if line.startswith(">")]
    file = tmp_path / "klantmonitor" / "spoilt.chat"
    file.parent.mkdir()

    for place in said:
        file.write_text("\n".join(lines[:place] + lines[place + 1 :]))
        assert play(file, CONTENT.library, CONTENT.lexicons), lines[place]
