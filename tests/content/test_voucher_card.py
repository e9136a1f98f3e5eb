"""The code on the picture of a voucher is what a scanner reads: sharp, with its quiet zones."""

import io
import re

import pytest
from PIL import Image

from bot.content.cards.card import CardError
from bot.content.cards.code128 import MOST, QUIET, BarcodeError, bars, fits
from bot.content.cards.voucher import CODE128, QR, VoucherCard, draw_voucher

CODES = [
    "A", "7", "42", "123", "1234", "12345", "AB-12 34", "HEMA6EUR", "9120007400017365",
    "912000740001736", "GC123456X", "x1234567y", "!\"#$%&'()*+,-./~", "ABCDEFGHIJKLMNOPQRSTUVWXYZ1",
    "0" * 50,
]  # fmt: skip


def drawn(code: str, barcode: str = CODE128) -> Image.Image:
    card = VoucherCard("€ 6", "HEMA", code, "Geldig tot en met 31 december 2027", barcode)
    return Image.open(io.BytesIO(draw_voucher(card))).convert("L")


def row_of(picture: Image.Image, y: int) -> str:
    """The pixels of a row: 1 is black."""
    shades = list(picture.crop((0, y, picture.width, y + 1)).tobytes())
    assert set(shades) <= {0, 255}, "an edge is grey"
    return "".join("1" if shade == 0 else "0" for shade in shades)


def scanned(row: str) -> str:
    """What a scanner makes of black and white: the quiet zones, the widths, the check, the text."""
    left, right = row.index("1"), row.rindex("1")
    runs = [len(run) for run in re.findall(r"1+|0+", row[left : right + 1])]
    module = min(runs)
    assert not any(run % module for run in runs)
    assert min(left, len(row) - 1 - right) >= QUIET * module
    widths = "".join(str(run // module) for run in runs)
    assert widths[-7:] == "2331112"
    values = [SYMBOLS[widths[place : place + 6]] for place in range(0, len(widths) - 7, 6)]
    *data, check = values
    assert (data[0] + sum(place * one for place, one in enumerate(data))) % 103 == check
    return read(data)


def read(values: list[int]) -> str:
    sets = {104: "B", 105: "C", 100: "B", 99: "C"}
    spoken, text = "", ""
    for place, value in enumerate(values):
        if place == 0 or (value in (99, 100) and (spoken, value) != ("C", 99)):
            spoken = sets[value]
        else:
            text += f"{value:02}" if spoken == "C" else chr(value + 32)
    return text


def symbols() -> dict[str, int]:
    """The table of the standard, made from its rules and not from ours: eleven modules, an even
    number of black ones, no bar wider than four; the values are given by known texts below.
    """
    from itertools import product

    every = (w for w in product((1, 2, 3, 4), repeat=6) if sum(w) == 11)
    allowed = {"".join(map(str, w)) for w in every if (w[0] + w[2] + w[4]) % 2 == 0}
    from bot.content.cards.code128 import _PATTERNS

    assert set(_PATTERNS) <= allowed
    return {pattern: value for value, pattern in enumerate(_PATTERNS)}


SYMBOLS = symbols()


@pytest.mark.parametrize("code", CODES)
def test_a_scanner_reads_back_what_was_drawn(code: str) -> None:
    assert fits(code)
    picture = drawn(code)
    rows = {row_of(picture, y) for y in range(400, 700, 60)}
    assert len(rows) == 1, "a bar is straight"
    assert scanned(rows.pop()) == code


def test_the_bars_are_those_of_the_standard() -> None:
    """https://en.wikipedia.org/wiki/Code_128 spells out the symbols of PJJ123C."""
    start, stop = "11010010000", "1100011101011"
    signs = [
        "11101110110", "10110111000", "10110111000", "10011100110", "11001110010", "11001011100",
        "10001000110",
    ]  # fmt: skip
    check = "11101000110"  # (104 + 879 - 104) % 103 = 55, counted with start B
    assert bars("PJJ123C") == start + "".join(signs) + check + stop


def test_digits_take_half_the_room() -> None:
    assert len(bars("1234567890")) == 11 * (1 + 5 + 1) + 13


@pytest.mark.parametrize("code", ["", "é", "a\tb", "قسيمة"])
def test_what_the_standard_has_no_sign_for_is_refused(code: str) -> None:
    with pytest.raises(BarcodeError) as raised:
        bars(code)
    assert not code or code not in str(raised.value)
    assert not fits(code)


def test_a_code_that_would_be_too_fine_to_scan_is_refused() -> None:
    long = "x" * 40
    assert len(bars(long)) > MOST
    assert not fits(long)
    with pytest.raises(CardError):
        drawn(long)


@pytest.mark.parametrize("code", ["A", "AB-12 34", "9120007400017365", "W" * 64])
def test_a_qr_code_is_sharp_too(code: str) -> None:
    picture = drawn(code, QR)
    runs = re.findall(r"1+|0+", row_of(picture, 500).strip("0"))
    module = min(map(len, runs))
    assert not any(len(run) % module for run in runs)
