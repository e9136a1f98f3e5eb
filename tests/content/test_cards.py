"""Cards: drawn from our own pictograms, in every language, or refused with a sentence."""

import io
import time
from pathlib import Path

import pytest
from PIL import Image

from bot.content.cards import Card, CardError, CardStore, Cell, Kind, card_of
from bot.content.cards.ahead import cards_of
from bot.content.cards.layout import drawing
from bot.content.cards.letters import lines, missing, width_of
from bot.content.cards.pictogram import shapes
from bot.engine.asking import question
from bot.engine.effects import Send, Text
from bot.engine.run import Run
from tests.conversation.test_receive import CONTENT

LIBRARY = CONTENT.library
FLOWS = LIBRARY.studies["klantmonitor"].flows
LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk", "fa")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">{}</svg>'
ROW = Card(
    Kind.ROW,
    tuple(Cell(n, f"Keuze {n}", f"face-{n}") for n in range(1, 6)),
    "Hoe gaat het?",
    "Typ.",
)


@pytest.fixture
def store(tmp_path: Path) -> CardStore:
    return CardStore(tmp_path / "cards", LIBRARY.pictures, b"secret")


def stress(language: str) -> Card:
    step = FLOWS["periodic"].flow.step("stress")
    assert step is not None
    texts = LIBRARY.texts(FLOWS["periodic"])
    card = card_of(question(step, Run("r", "h", "p", language)), language, texts)
    assert card is not None
    return card


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_the_study_is_laid_out_in_every_language(
    language: str, store: CardStore
) -> None:
    count = 0
    for revision in FLOWS.values():
        for card in cards_of(revision, LIBRARY.texts(revision), [language]):
            drawing(card, lambda _: "")
            assert store.file_name(card).endswith(".png")
            words = " ".join((card.question, card.hint, *(cell.label for cell in card.cells)))
            assert missing(words) == []
            count += 1
    assert count >= 20


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_a_card_is_1080_wide_small_and_not_empty(language: str, store: CardStore) -> None:
    png = store.draw(stress(language))

    with Image.open(io.BytesIO(png)) as image:
        assert image.width == 1080
        assert image.mode == "P"
        pixels = image.convert("L").histogram()
    assert len(png) <= 100 * 1024
    assert sum(pixels[:128]) > 20_000, "there is ink"


def test_a_language_read_from_the_right_begins_there(store: CardStore) -> None:
    assert not stress("nl").is_mirrored
    assert stress("fa").is_mirrored
    svg = drawing(stress("ar"), lambda name: f"<!--{name}-->")
    places = [svg.index(f"stress-{n}-->") for n in range(1, 6)]
    assert places == sorted(places, reverse=True)


def test_a_card_is_drawn_once_and_found_by_its_content(store: CardStore) -> None:
    assert store.ready(ROW) is None

    assert store.make(ROW)
    assert not store.make(ROW)

    name = store.ready(ROW)
    assert name == store.file_name(ROW)
    assert [path.name for path in store.folder.iterdir()] == [name]
    other = Card(ROW.kind, ROW.cells, "Hoe gaat het nu?", ROW.hint)
    assert store.file_name(other) != name


def test_an_address_cannot_be_guessed_without_the_secret(store: CardStore, tmp_path: Path) -> None:
    other = CardStore(tmp_path, LIBRARY.pictures, b"another")

    assert other.file_name(ROW) != store.file_name(ROW)


def test_a_drawn_card_is_found_at_once(store: CardStore) -> None:
    store.make(ROW)
    begun = time.perf_counter()
    for _ in range(200):
        store.ready(ROW)

    assert (time.perf_counter() - begun) / 200 < 0.001


def test_a_crash_while_drawing_leaves_no_half_card(
    store: CardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: Card) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "draw", dies)
    with pytest.raises(KeyboardInterrupt):
        store.make(ROW)

    assert list(store.folder.iterdir()) == []


def test_words_that_do_not_fit_are_named(store: CardStore) -> None:
    cells = (*ROW.cells[:4], Cell(5, "Onuitsprekelijkwaardeloosheidsgevoel", "face-5"))

    with pytest.raises(CardError, match="Onuitsprekelijk"):
        store.draw(Card(Kind.ROW, cells, "Hoe gaat het?", "Typ."))


def test_a_letter_that_no_font_has_is_named(store: CardStore) -> None:
    with pytest.raises(CardError, match="ሰ"):
        store.draw(Card(Kind.ROW, ROW.cells, "ሰላም", "Typ."))


def test_a_missing_picture_is_named(store: CardStore) -> None:
    with pytest.raises(CardError, match="nowhere"):
        store.file_name(Card(Kind.PICTURE, (Cell(0, "", "nowhere"),)))


@pytest.mark.parametrize(
    ("pot", "picture"),
    [(None, "pot-0"), (0, "pot-0"), (200, "pot-2"), (500, "pot-4"), (600, "pot-6"), (900, "pot-6")],
)
def test_the_pot_is_as_full_as_it_is(pot: int | None, picture: str) -> None:
    send = Send("thanks", Text("common.items.thanks.say"), picture="pot")

    card = card_of(send, "nl", LIBRARY.texts(FLOWS["periodic"]), pot)

    assert card is not None
    assert card.cells[0].picture == picture


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<image href="http://example.org/x.png"/>',
        '<path d="M0 0" fill="url(#x)"/>',
        '<path d="M0 0" onclick="x()"/>',
        '<path d="M0 0" style="fill:red"/>',
        '<use href="#a"/>',
        "<text>hallo</text>",
        '<foreignObject width="9" height="9"/>',
        "<g>" * 40 + "</g>" * 40,
        "<g/>" * 3000,
        "<path",
    ],
)
def test_a_drawing_that_could_do_more_than_draw_is_refused_by_name(body: str) -> None:
    with pytest.raises(CardError, match=r"bad\.svg"):
        shapes(SVG.format(body).encode(), "bad.svg")


def test_a_drawing_that_explodes_is_refused() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<g>&b;</g>")

    with pytest.raises(CardError, match="declares"):
        shapes(bomb.encode(), "bomb.svg")


def test_every_pictogram_of_ours_is_plain() -> None:
    for name, path in LIBRARY.pictures.items():
        assert "<" in shapes(path.read_bytes(), name)


def test_lines_are_balanced_and_numbers_stay_together() -> None:
    assert lines("een twee drie vier", 300, 50, 2) == ["een twee", "drie vier"]
    assert lines("Від 20 000 до 50 000", 200, 32, 3) == ["Від 20\u00a0000", "до 50\u00a0000"]
    assert lines("een", 10, 50, 3) is None
    assert width_of("wijd", 40) > width_of("i", 40)
