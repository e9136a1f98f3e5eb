"""Cards on disk: drawn once, whole, small, quickly found, at addresses that nobody can guess."""

import io
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.content.cards import Card, CardError, CardStore, Cell, Kind, card_of
from bot.content.cards import letters as letters_module
from tests.content.cards import FACES, asked, card, library

TEXTS = library().texts(library().studies["klantmonitor"].flows["baseline"])


@pytest.fixture
def store(tmp_path: Path) -> CardStore:
    return CardStore(tmp_path / "cards", library().pictures, b"secret")


@pytest.mark.parametrize("language", ["nl", "ar"])
@pytest.mark.parametrize("step", ["stress", "self_picture"])
def test_a_card_is_1080_wide_small_and_not_empty(
    step: str, language: str, store: CardStore
) -> None:
    png = store.draw(card(step, language))

    with Image.open(io.BytesIO(png)) as image:
        assert image.width == 1080
        assert image.mode == "P"
        assert image.convert("RGB").getpixel((2, 2)) == (255, 255, 255), "white stays white"
        pixels = image.convert("L").histogram()
    assert len(png) <= 100 * 1024
    assert sum(pixels[:128]) > 20_000, "there is ink"


def test_a_card_is_drawn_once_and_found_by_its_content(store: CardStore) -> None:
    assert store.ready(FACES) is None

    assert store.make(FACES)
    assert not store.make(FACES)

    name = store.ready(FACES)
    assert name == store.file_name(FACES)
    assert [path.name for path in store.folder.iterdir()] == [name]
    assert store.file_name(replace(FACES, step="other", language="en")) == name
    assert store.file_name(replace(FACES, question="Hoe gaat het nu?")) != name
    assert store.file_name(replace(FACES, is_mirrored=True)) != name


def test_a_pictogram_drawn_anew_makes_a_new_card(tmp_path: Path) -> None:
    path = tmp_path / "face.svg"
    one = Card(Kind.PICTURE, picture="face")
    names = set()
    for radius in (90, 100):
        path.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">'
            f'<circle cx="128" cy="128" r="{radius}"/></svg>'
        )
        names.add(CardStore(tmp_path, {"face": path}, b"s").file_name(one))

    assert len(names) == 2


def test_an_address_cannot_be_guessed_without_the_secret(store: CardStore, tmp_path: Path) -> None:
    other = CardStore(tmp_path, library().pictures, b"another")

    assert other.file_name(FACES) != store.file_name(FACES)
    assert len(store.file_name(FACES)) == 40 + len(".png")


def test_a_drawn_card_is_found_within_50_microseconds(store: CardStore) -> None:
    send = asked("stress", "ar")
    first = card_of(send, "ar", TEXTS)
    assert first is not None
    store.make(first)
    best = 1.0
    for _ in range(200):
        begun = time.perf_counter()
        again = card_of(send, "ar", TEXTS)
        assert again is not None
        assert store.ready(again)
        best = min(best, time.perf_counter() - begun)

    assert best < 50e-6


def test_a_crash_while_writing_leaves_no_half_card(
    store: CardStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        store.make(FACES)

    assert list(store.folder.iterdir()) == []


def test_cards_are_drawn_ahead_by_other_processes_and_only_once(store: CardStore) -> None:
    told: list[tuple[int, int]] = []
    pot = Card(Kind.PICTURE, picture="pot-2", amount="€ 2")
    broken = replace(FACES, question="ሰላም")

    made = store.ahead(
        [FACES, pot, FACES, broken], lambda done, of: told.append((done, of)), workers=1
    )

    assert made.drawn == 2
    assert [str(fault) for fault in made.faults] == ["card feeling in nl: no font has ላ ም ሰ"]
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert store.ready(FACES)
    assert store.ready(pot)
    assert store.ahead([FACES, pot]).drawn == 0


def test_drawing_ahead_stops_when_it_is_told_to_and_keeps_what_is_drawn(
    store: CardStore,
) -> None:
    def stop(done: int, of: int) -> None:
        raise RuntimeError(f"{done} of {of}")

    cards = [replace(FACES, question=f"Vraag {number}") for number in range(12)]
    with pytest.raises(RuntimeError, match="1 of 12"):
        store.ahead(cards, stop, workers=1)

    assert 1 <= sum(store.ready(card) is not None for card in cards) < 12
    assert not [path for path in store.folder.iterdir() if path.suffix != ".png"]


def test_words_that_do_not_fit_name_the_card_the_language_and_the_words(store: CardStore) -> None:
    cells = (*FACES.cells[:4], Cell(5, "Onuitsprekelijkwaardeloosheidsgevoel", "face-5"))

    with pytest.raises(CardError, match=r"card feeling in nl: `Onuitsprekelijk\w+` does not fit"):
        store.draw(replace(FACES, cells=cells))


def test_a_letter_that_no_font_has_is_named(store: CardStore) -> None:
    with pytest.raises(CardError, match="card feeling in nl: no font has ላ ም ሰ"):
        store.draw(replace(FACES, question="ሰላም"))


def test_a_missing_picture_is_named(store: CardStore) -> None:
    with pytest.raises(CardError, match="nowhere"):
        store.file_name(Card(Kind.PICTURE, picture="nowhere"))


def test_a_missing_font_is_named_and_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters_module, "_PACKAGES", (("fontpkg_nowhere", "No.ttf"),))
    letters_module.font_files.cache_clear()
    with pytest.raises(CardError, match=r"No\.ttf is missing: install fontpkg-nowhere"):
        letters_module.font_files()
