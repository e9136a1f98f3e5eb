"""The page for reviewers on paper, and what the made-up languages find."""

from pathlib import Path

from bot.authoring.i18n.made_up import tight
from bot.authoring.i18n.sheet import sheet
from bot.content.cards import Card
from bot.content.library import load_library
from tests.content.cards import library
from tests.content.studies import SCALES, make

DRAWN: list[Card] = []


def draw(card: Card) -> bytes:
    DRAWN.append(card)
    return b"png"


def test_every_text_of_a_language_is_on_its_page() -> None:
    page = sheet(library(), "ar", draw)

    texts = library().studies["klantmonitor"].flows["baseline"].texts["ar"]
    missing = [text for text in texts.values() if text.replace("'", "&#x27;") not in page]
    assert missing == []
    assert "Hoeveel stress heb je door geld?" in page
    assert 'dir="rtl"' in page
    assert "not translated" not in page
    assert {card.language for card in DRAWN} == {"ar"}


def test_a_page_needs_nothing_but_itself() -> None:
    page = sheet(library(), "uk", draw)

    assert "http" not in page
    assert "<script" not in page
    assert 'src="data:image/png;base64,cG5n"' in page


def test_what_an_author_wrote_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    make(tmp_path, scales=SCALES.replace("Beetje", "<b>&"))
    spoilt = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    page = sheet(spoilt, "nl", draw)

    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page


def test_a_text_that_is_missing_is_marked(tmp_path: Path) -> None:
    make(tmp_path)
    small = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert "not translated" in sheet(small, "tr", draw)


def test_the_flows_leave_room_for_longer_words_and_arabic_letters() -> None:
    assert list(tight(library())) == []


def test_a_card_without_room_for_longer_words_is_told(tmp_path: Path) -> None:
    long = SCALES.replace('"Geen"', f'"{"Geenszinsnietwaar" * 2}"')
    make(tmp_path, scales=long)
    narrow = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert any("does not fit" in str(fault) for fault in tight(narrow))
