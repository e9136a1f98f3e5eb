"""The picture of a voucher: what it is worth, the code to be scanned and to be read, until when."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from bot.content.cards.card import CardError
from bot.content.cards.code128 import QUIET, BarcodeError, bars
from bot.content.cards.letters import FAMILY, missing
from bot.content.cards.render import render
from bot.content.cards.wrap import Room, fit

FOLDER = "vouchers/"
"""Under ``/media/``: pictures of vouchers, which open for a while only."""

_WIDTH, _HEIGHT, _EDGE = 1080, 1240, 60
_INK, _BAND, _PAPER = "#1d2a3a", "#23506e", "#ffffff"
_BAND_HEIGHT, _BOX, _BARS, _QUIET = 230, 640, 420, 4
_NARROWEST, _WIDEST, _LONG = 3, 8, 30

QR, CODE128 = "qr", "code128"
BARCODES = (QR, CODE128)
"""How a shop wants a code shown."""


@dataclass(frozen=True, slots=True)
class VoucherCard:
    """The words on the picture, finished. ``code`` is secret; ``barcode`` is how it is shown."""

    worth: str
    shop: str
    code: str
    valid: str
    barcode: str = QR


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
        + _symbol(card)
        + _written(card.code)
        + _line(card.valid, 1130, 28, 48, _INK)
        + "</svg>"
    )


def _written(code: str) -> str:
    """The code for people, a long one on two lines."""
    if len(code) <= _LONG:
        return _line(code, 1010, 24, 80, _INK)
    half = -(-len(code) // 2)
    return _line(code[:half], 975, 24, 80, _INK) + _line(code[half:], 1045, 24, 80, _INK)


def _line(words: str, y: float, smallest: int, largest: int, colour: str) -> str:
    try:
        fitted = fit(words, Room(_WIDTH - 2 * _EDGE, smallest, largest, 1))
    except CardError:
        raise CardError("a line of a voucher is too long for its picture") from None
    if any("\u0590" <= letter <= "\u08ff" for letter in words):
        words = f"\u200f{words}\u200f"
    place = f'x="{_WIDTH / 2:.0f}" y="{y:.0f}"'
    return f'<text {place} font-size="{fitted.size}" fill="{colour}">{escape(words)}</text>'


def _symbol(card: VoucherCard) -> str:
    """The code for a scanner. Every module is whole pixels, else its edges are grey and wide."""
    top = _BAND_HEIGHT + 30
    if card.barcode == CODE128:
        return _code128(card.code, top + (_BOX - _BARS) // 2)
    return _qr(card.code, top)


def _qr(code: str, top: int) -> str:
    """A QR code with the quiet zone that scanners need (ISO/IEC 18004: four modules)."""
    import segno

    rows = [list(row) for row in segno.make_qr(code, error="m").matrix_iter(border=_QUIET)]
    module = _BOX // len(rows)
    squares = "".join(
        f"M{across} {down}h1v1h-1z"
        for down, row in enumerate(rows)
        for across, dark in enumerate(row)
        if dark
    )
    return _sharp(squares, module, module, ((_WIDTH - module * len(rows)) // 2, top))


def _code128(code: str, top: int) -> str:
    """A Code 128 with its quiet zones, as wide as the picture allows."""
    try:
        modules = bars(code)
    except BarcodeError:
        raise CardError("a voucher's code cannot be a Code 128 barcode") from None
    module = min(_WIDTH // (len(modules) + 2 * QUIET), _WIDEST)
    if module < _NARROWEST:
        raise CardError("a voucher's code is too long for a Code 128 barcode")
    stripes = "".join(f"M{place} 0h1v1h-1z" for place, one in enumerate(modules) if one == "1")
    return _sharp(stripes, module, _BARS, ((_WIDTH - module * len(modules)) // 2, top))


def _sharp(path: str, width: int, height: int, corner: tuple[int, int]) -> str:
    """A path of unit squares, each so many pixels wide and high, from a corner in whole pixels."""
    return (
        f'<path transform="translate({corner[0]} {corner[1]}) scale({width} {height})" '
        f'd="{path}" fill="#000000" shape-rendering="crispEdges"/>'
    )
