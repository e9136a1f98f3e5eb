"""The picture of a voucher: what it is worth, the code to be scanned and to be read, until when."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

import segno

from bot.content.cards.card import CardError
from bot.content.cards.letters import FAMILY, missing
from bot.content.cards.render import render
from bot.content.cards.wrap import Room, fit

FOLDER = "vouchers/"
"""Under ``/media/``: pictures of vouchers, which open for a while only."""

_WIDTH, _HEIGHT, _EDGE = 1080, 1240, 60
_INK, _BAND, _PAPER = "#1d2a3a", "#23506e", "#ffffff"
_BAND_HEIGHT, _QR, _QUIET = 230, 640, 4


@dataclass(frozen=True, slots=True)
class VoucherCard:
    """The words on the picture, finished. ``code`` is secret."""

    worth: str
    shop: str
    code: str
    valid: str


def address_of(name: str) -> str:
    """Where the picture with this secret name is, below ``/media/``."""
    return f"{FOLDER}{name}.png"


def draw_voucher(card: VoucherCard) -> bytes:
    """The picture as PNG; raises CardError without repeating the code."""
    if lacking := missing(card.worth + card.shop + card.valid):
        raise CardError(f"no font has {' '.join(lacking)}, needed on a voucher")
    if missing(card.code):
        raise CardError("a voucher's code has letters that no font of ours has")
    return render(_sheet(card))


def _sheet(card: VoucherCard) -> str:
    band = f'<rect width="{_WIDTH}" height="{_BAND_HEIGHT}" fill="{_BAND}"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="{FAMILY}" font-weight="700" '
        f'text-anchor="middle"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="{_PAPER}"/>{band}'
        + _line(card.worth, 118, 62, 110, _PAPER)
        + _line(card.shop, 198, 28, 56, _PAPER)
        + _code(card.code, (_WIDTH - _QR) / 2, _BAND_HEIGHT + 30, _QR)
        + _line(card.code, 1010, 28, 80, _INK)
        + _line(card.valid, 1130, 28, 48, _INK)
        + "</svg>"
    )


def _line(words: str, y: float, smallest: int, largest: int, colour: str) -> str:
    try:
        fitted = fit(words, Room(_WIDTH - 2 * _EDGE, smallest, largest, 1))
    except CardError:
        raise CardError("a line of a voucher is too long for its picture") from None
    if any("\u0590" <= letter <= "\u08ff" for letter in words):
        words = f"\u200f{words}\u200f"
    place = f'x="{_WIDTH / 2:.0f}" y="{y:.0f}"'
    return f'<text {place} font-size="{fitted.size}" fill="{colour}">{escape(words)}</text>'


def _code(code: str, x: float, y: float, size: float) -> str:
    """A QR code with the quiet zone that scanners need (ISO/IEC 18004: four modules)."""
    rows = [list(row) for row in segno.make_qr(code, error="m").matrix_iter(border=_QUIET)]
    squares = "".join(
        f"M{across} {down}h1v1h-1z"
        for down, row in enumerate(rows)
        for across, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg x="{x:.0f}" y="{y:.0f}" width="{size:.0f}" height="{size:.0f}" '
        f'viewBox="0 0 {len(rows)} {len(rows)}" shape-rendering="crispEdges">'
        f'<path d="{squares}" fill="#000000"/></svg>'
    )
