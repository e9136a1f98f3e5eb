"""Where things stand on a card, and that cards look as they did when somebody last looked."""

import io
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter

from bot.content.cards import Card, CardStore, Kind
from bot.content.cards.layout import drawing
from tests.content.cards import EASY, FACES, card, library

RENEW = "POLSBOT_RENEW_CARDS"
"""Set it to draw the golden pictures anew; then look at each before it is kept."""

GOLDEN = Path(__file__).parent / "golden"
WIDTH = 360
SEEN = 20


def places(svg: str, name: str) -> list[float]:
    """From left to right, where the pictograms of this name begin."""
    return [float(x) for x in re.findall(rf'x="([\d.]+)"[^>]*>\[{name}\]', svg)]


def marked(name: str) -> str:
    return f"[{name}]"


@pytest.mark.parametrize(("language", "is_reversed"), [("nl", False), ("fa", True)])
def test_a_scale_runs_as_the_language_is_read(language: str, is_reversed: bool) -> None:
    svg = drawing(card("stress", language), marked)
    found = [places(svg, f"stress-{n}")[0] for n in range(1, 6)]

    assert found == sorted(found, reverse=is_reversed)


def test_a_grid_runs_as_the_language_is_read() -> None:
    columns = {}
    for language in ("nl", "ar"):
        svg = drawing(card("life_areas", language), marked)
        moved = re.findall(r"translate\(([\d.]+) 0\).*?\[([a-z]+)\]", svg)
        columns[language] = {name: float(x) for x, name in moved}

    assert columns["nl"]["house"] < columns["nl"]["tools"] < columns["nl"]["heart"]
    assert columns["ar"]["house"] > columns["ar"]["tools"] > columns["ar"]["heart"]


def test_the_picture_of_a_question_stands_where_reading_begins() -> None:
    left = places(drawing(card("norm_help", "nl"), marked), "family-table")[0]
    right = places(drawing(card("norm_help", "ar"), marked), "family-table")[0]

    assert left < 100
    assert right > 700


def test_a_longer_label_makes_a_card_taller_and_nothing_overlaps() -> None:
    def height(svg: str) -> int:
        return int(re.search(r'height="(\d+)"', svg)[1])  # type: ignore[index]

    tall = replace(
        FACES, cells=(replace(FACES.cells[0], label="Helemaal niet goed"), *FACES.cells[1:])
    )

    assert height(drawing(tall, marked)) > height(drawing(FACES, marked))


def distance(one: Image.Image, other: Image.Image) -> int:
    """How different (of 255) the place looks that differs most, a letter wide. One wrong digit
    makes 40, a shift by a pixel of the card or another palette 10.
    """
    if abs(one.height - other.height) > 3:
        return 255
    other = other.resize(one.size)
    soft = [image.convert("RGB").filter(ImageFilter.GaussianBlur(1.5)) for image in (one, other)]
    apart = ImageChops.difference(*soft).convert("L")
    places = apart.resize((one.width // 12, one.height // 12), Image.Resampling.BOX)
    return max(places.tobytes())


def seen(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        height = round(image.height * WIDTH / image.width)
        return image.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("stress-nl", card("stress", "nl")),
        ("norm_help-ar", card("norm_help", "ar")),
        ("self_picture-pl", card("self_picture", "pl")),
        ("language-fa", card("language", "fa")),
        ("network_expert-uk", card("network_expert", "uk")),
        ("debt_band-tr", card("debt_band", "tr")),
        ("listened-easy-en", card("listened", "en", "periodic", EASY)),
        ("pot", Card(Kind.PICTURE, picture="pot-4", amount="€ 4")),
    ],
)
def test_a_card_looks_as_it_did(name: str, shown: Card, tmp_path: Path) -> None:
    store = CardStore(tmp_path, library().pictures, b"s")
    now = seen(store.draw(shown))
    golden = GOLDEN / f"{name}.png"
    if os.environ.get(RENEW):
        GOLDEN.mkdir(exist_ok=True)
        now.quantize(64, kmeans=3).save(golden, optimize=True)
    with Image.open(golden) as before:
        assert distance(before.convert("RGB"), now) < SEEN, f"look at it, then {RENEW}=1 pytest"


def test_a_digit_in_another_place_is_seen(tmp_path: Path) -> None:
    store = CardStore(tmp_path, library().pictures, b"s")
    shown = card("stress", "nl")
    cells = list(shown.cells)
    cells[1], cells[2] = replace(cells[1], number=3), replace(cells[2], number=2)
    one, other = (seen(store.draw(each)) for each in (shown, replace(shown, cells=tuple(cells))))

    assert distance(one, other) > SEEN


def test_a_scale_of_three_has_larger_pictures_than_one_of_five() -> None:
    def size(svg: str) -> float:
        return float(re.search(r'width="([\d.]+)" height="\1" viewBox="0 0 256 256"', svg)[1])  # type: ignore[index]

    easy = card("stress", "nl", facts=EASY)

    assert easy.kind is Kind.ROW
    assert size(drawing(easy, marked)) > size(drawing(card("stress", "nl"), marked))
