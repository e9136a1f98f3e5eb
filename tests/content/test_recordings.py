"""Recordings are found by the name of their question; what cannot be played is refused."""

from pathlib import Path

import pytest

from bot.content.recordings import (
    INDEX,
    Voices,
    index_of,
    read_recordings,
    recording_name,
    words_to_read,
)
from bot.engine.flow import AnswerType, Choice, Kind, Step
from tests.content.sounds import OPUS, record

NAME = "nl/small/first.calm"


def test_a_recording_is_called_as_its_question() -> None:
    assert recording_name("ar", "small.first.calm.ask") == "ar/small/first.calm"
    assert recording_name("ar", "common.items.hope.ask") == "ar/common/items.hope"


def test_the_choices_are_read_too() -> None:
    step = Step("calm", Kind.ASK, "calm.ask", AnswerType.CHOICE, (Choice(1, "a"), Choice(2, "b")))

    assert words_to_read(step, lambda key: f"<{key}>") == "<calm.ask>\n<a>\n<b>"


@pytest.mark.parametrize(
    ("words", "can"), [("Hoi {first_name}", False), ("{reward} euro?", True), ("Wat?", True)]
)
def test_what_differs_from_person_to_person_is_not_recorded(words: str, can: bool) -> None:
    step = Step("q", Kind.ASK, "q.ask", AnswerType.TEXT)

    assert (words_to_read(step, lambda _: words) is not None) == can


def test_new_sound_says_what_it_says_today_until_it_is_noted(tmp_path: Path) -> None:
    record(tmp_path, NAME)
    found, problems = read_recordings(tmp_path / "audio")
    assert problems == []
    assert found[NAME].fits("whatever")

    noted = index_of({NAME: (found[NAME].sound, "Ben je rustig?")})
    (tmp_path / "audio" / INDEX).write_text(noted)
    assert read_recordings(tmp_path / "audio")[0][NAME].fits("Ben je rustig?")
    assert not read_recordings(tmp_path / "audio")[0][NAME].fits("Ben je boos?")

    record(tmp_path, NAME, OPUS + b"again")
    assert read_recordings(tmp_path / "audio")[0][NAME].fits("Ben je boos?")


@pytest.mark.parametrize(
    ("name", "sound", "said"),
    [
        (NAME, b"ID3 an mp3", "no Ogg with Opus"),
        (NAME, b"OggS" + b"\0" * 24 + b"\1vorbis", "no Ogg with Opus"),
        ("nl/first.calm", OPUS, "not called"),
        ("nl/small/first.calm.old", OPUS, "not called"),
        ("nl/small/First.calm", OPUS, "not called"),
    ],
)
def test_what_cannot_be_played_is_told_and_left_out(
    tmp_path: Path, name: str, sound: bytes, said: str
) -> None:
    record(tmp_path, name, sound)

    found, (problem,) = read_recordings(tmp_path / "audio")

    assert (found, problem.code) == ({}, "I012")
    assert said in problem.message


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(OPUS)
    record(tmp_path, NAME).unlink()
    (tmp_path / "audio" / f"{NAME}.ogg").symlink_to(tmp_path / "secret")

    assert read_recordings(tmp_path / "audio")[0] == {}


def test_a_broken_list_is_told(tmp_path: Path) -> None:
    record(tmp_path, NAME)
    (tmp_path / "audio" / INDEX).write_text("[]")

    found, (problem,) = read_recordings(tmp_path / "audio")

    assert "--note" in problem.suggestion
    assert found[NAME].says is None


def test_an_address_cannot_be_guessed_and_changes_with_the_sound(tmp_path: Path) -> None:
    path = record(tmp_path, NAME)
    found, _ = read_recordings(tmp_path / "audio")
    voices = Voices(found, b"secret", "https://bot.example")

    url = voices.url(found[NAME])

    assert url.startswith("https://bot.example/media/")
    assert voices.path(url.rpartition("/")[2]) == path
    assert voices.path("0" * 40 + ".ogg") is None
    assert Voices(found, b"other", "https://bot.example").url(found[NAME]) != url


def test_a_recording_made_later_is_found_once_the_files_are_read_again(tmp_path: Path) -> None:
    voices = Voices({}, b"secret", "")
    record(tmp_path, NAME)
    recordings, _ = read_recordings(tmp_path / "audio")

    voices.renew(recordings)

    name = voices.url(recordings[NAME]).rpartition("/")[2]
    assert voices.path(name) == recordings[NAME].path
