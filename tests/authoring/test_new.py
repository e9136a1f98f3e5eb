"""A study to begin with is whole from its first minute, and takes nothing's place."""

from pathlib import Path

import pytest

from bot.authoring.check import check
from bot.authoring.i18n.update import updates
from bot.authoring.new import House, NewStudyError, new_study
from bot.authoring.transcripts import play
from bot.authoring.walk import routes_of, walk
from bot.content.lexicon import load_lexicons
from bot.content.library import Library, load_library

ROOT = Path(__file__).parents[2]
OURS = House(ROOT / "flows", ROOT / "locales", ROOT / "assets")


def house(folder: Path) -> House:
    return House(folder / "flows", folder / "locales", folder / "assets")


def library(one: House) -> Library:
    return load_library(one.flows, one.locales, one.assets)


def test_a_new_study_has_no_fault_no_gap_and_no_warning(tmp_path: Path) -> None:
    own = house(tmp_path)
    folder = new_study("sleep_well", own, OURS)

    assert check(own.flows, own.locales, own.assets) == []
    revision = library(own).studies["sleep_well"].flows["hello"]
    assert revision.flow.languages == ("nl", "en")
    assert [one.path for one in updates(library(own)) if one.text is not None] == []
    assert "sample" not in "".join(path.read_text() for path in folder.rglob("*.*"))


def test_its_conversation_passes_and_random_people_come_through(tmp_path: Path) -> None:
    own = house(tmp_path)
    folder = new_study("sleep", own, OURS)
    lexicons = load_lexicons(own.locales)

    (told,) = folder.glob("tests/*.chat")
    assert play(told, library(own), lexicons) == []
    walked = walk(library(own), lexicons, routes_of(library(own)), range(40))
    assert walked.stumbles == []
    assert list(walked.coverage["sleep/hello"].missing()) == []


def test_a_study_is_added_to_those_that_are_there(tmp_path: Path) -> None:
    own = house(tmp_path)
    new_study("sleep", own, OURS)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}

    new_study("work", own, own)

    assert set(library(own).studies) == {"sleep", "work"}
    assert check(own.flows, own.locales, own.assets) == []
    assert all(path.read_bytes() == kept for path, kept in before.items())


@pytest.mark.parametrize(
    ("name", "mend"), [("Mijn studie", "write mijn_studie"), ("common", "Take another name")]
)
def test_a_name_that_cannot_be_is_refused_with_its_mend(
    tmp_path: Path, name: str, mend: str
) -> None:
    with pytest.raises(NewStudyError, match=mend):
        new_study(name, house(tmp_path), OURS)

    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_there_is_left_alone(tmp_path: Path) -> None:
    new_study("sleep", house(tmp_path), OURS)

    with pytest.raises(NewStudyError, match="already"):
        new_study("sleep", house(tmp_path), OURS)


def test_without_the_bots_own_words_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(NewStudyError, match="POLSBOT_LOCALES"):
        new_study("sleep", house(tmp_path / "new"), house(tmp_path / "nowhere"))

    assert list(tmp_path.iterdir()) == []
