"""The check tells which recordings are missing, outdated, not noted or for nothing."""

from pathlib import Path

import pytest

from bot.authoring.check import check_library
from bot.authoring.i18n.recordings import note_new
from bot.content.library import Library, load_library
from bot.content.recordings import INDEX
from tests.content.sounds import lasting, record
from tests.content.studies import make, steps

LINES = '  calm: {ask: "Ben je rustig?", type: text}\n  mad: {ask: "Ben je boos?", type: text}\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two questions, one of them recorded."""
    make(tmp_path, first=steps(LINES))
    record(tmp_path / "assets", "nl/small/first.calm")
    return tmp_path


def opened(home: Path) -> Library:
    return load_library(home / "flows", home / "locales", home / "assets")


def told(home: Path) -> list[tuple[str, str]]:
    found = check_library(opened(home))
    return [(one.code, one.message) for one in found if one.code >= "I010" and one.code[0] == "I"]


def note(home: Path) -> None:
    (home / "assets" / "audio" / INDEX).write_text(note_new(opened(home)))


def test_a_language_without_recordings_is_left_in_peace(tmp_path: Path) -> None:
    make(tmp_path, first=steps(LINES))

    assert told(tmp_path) == []


def test_what_is_missing_and_what_is_new_is_told(home: Path) -> None:
    codes = {code for code, _ in told(home)}

    assert codes == {"I010", "I013"}
    assert ("I010", "nobody has recorded nl/small/first.mad.ogg") in told(home)


def test_noting_is_all_that_a_new_recording_needs(home: Path) -> None:
    note(home)

    assert {code for code, _ in told(home)} == {"I010"}


def test_a_recording_of_other_words_is_outdated_and_stays_so(home: Path) -> None:
    note(home)
    make(home, first=steps(LINES.replace("rustig", "kalm")))
    note(home)

    assert "I011" in {code for code, _ in told(home)}


def test_a_recording_of_no_question_is_told(home: Path) -> None:
    record(home / "assets", "nl/small/first.clam")

    assert ("I012", "no question has this recording") in told(home)


def test_a_recording_of_more_than_20_seconds_is_told(home: Path) -> None:
    record(home / "assets", "nl/small/first.calm", lasting(20))
    assert "I014" not in {code for code, _ in told(home)}

    record(home / "assets", "nl/small/first.calm", lasting(31.4))
    assert ("I014", "this recording takes 31 seconds, at most 20 do") in told(home)
