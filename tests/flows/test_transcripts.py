"""Every conversation that stands beside a study goes as it is written."""

from pathlib import Path

import pytest

from bot.authoring.transcripts import play
from tests.conversation.test_receive import CONTENT

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(ROOT.glob("flows/*/tests/*.chat"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path) -> None:
    fault = play(file, CONTENT.library, CONTENT.lexicons)

    assert fault is None, str(fault)


def test_there_are_conversations() -> None:
    assert len(FILES) >= 20
