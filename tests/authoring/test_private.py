"""What lights up on a phone says nothing private."""

from pathlib import Path

import pytest

from bot.authoring.check.private import check_private, patterns, private_word
from bot.content.library import load_library
from bot.content.templates import templates_of
from tests.content.studies import FIRST, STUDY, load

ROOT = Path(__file__).parents[2]
LIBRARY = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("nl", "Hoe gaat het met je huurschuld?", "huurschuld"),
        ("nl", "Vragen over GELD", "GELD"),
        ("nl", "Je rijbewijs is geldig", None),
        ("en", "Questions about your debts", "debts"),
        ("en", "Will you still go? Show me", None),
        ("tr", "Borçların nasıl?", "Borçların"),
        ("ar", "أسئلة عن الديون", "الديون"),
        ("ar", "في شمال المدينة", None),
        ("pl", "Pytania o długach", "długach"),
        ("pl", "To długi list. Pozdrowienia", None),
        ("uk", "Питання про борги", "борги"),
        ("fa", "سوال درباره بدهی", "بدهی"),
        ("fa", "سلام!", None),
        ("ti", "debt schuld", None),
    ],
)
def test_private_words_are_known_and_others_are_not_taken_for_them(
    language: str, text: str, word: str | None
) -> None:
    assert private_word(text, language) == word


def test_every_language_of_the_klantmonitor_has_a_list() -> None:
    assert set(LIBRARY.studies["klantmonitor"].languages) <= set(patterns())


def test_nothing_that_opens_a_conversation_of_the_klantmonitor_is_private() -> None:
    assert list(check_private(LIBRARY)) == []
    for one in templates_of(LIBRARY):
        for said in (one.body, *one.buttons):
            assert private_word(said, one.language) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"first": FIRST.replace("Doe je mee?", "Hoeveel schuld heb je?")},
        {"first": FIRST.replace('start: "Start"', 'start: "Mijn geld"')},
        {"study": STUDY.replace("Team Klein", "Schuldhulp Zuid")},
    ],
)
def test_words_choices_and_the_name_of_the_sender_are_looked_at(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    assert [one.code for one in check_private(load(tmp_path, **changed))] == ["L009"]
