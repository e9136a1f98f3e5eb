"""How wide words are in our fonts, and whether the fonts have every letter.

Pillow is brought in when the fonts are opened: a process that finds every card drawn needs neither.
"""

import importlib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.cards.card import CardError
from bot.content.cards.joined import joined

if TYPE_CHECKING:
    from PIL.ImageFont import Axis, FreeTypeFont

FAMILY = "Noto Sans, Noto Sans Arabic"
_PACKAGES = (
    ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
    ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
)
_BOLD = 700.0
_MEASURED = 100
_UNSEEN = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_LACKED = "\U0010ffff"


class Stretch(StrEnum):
    """How wide letters are, by the names that SVG has for it."""

    NORMAL = "normal"
    SEMI = "semi-condensed"
    NARROW = "condensed"


_WIDTHS = {Stretch.NORMAL: 100.0, Stretch.SEMI: 87.5, Stretch.NARROW: 75.0}


@lru_cache(maxsize=1)
def font_files() -> tuple[str, ...]:
    """The font files, Latin first; raises CardError when a font is not installed."""
    return tuple(_file(package, name) for package, name in _PACKAGES)


def _file(package: str, name: str) -> str:
    advice = f"install {package.replace('_', '-')}"
    try:
        root = importlib.import_module(package).ROOT
    except ImportError as error:
        raise CardError(f"the font {name} is missing: {advice}") from error
    path = Path(root) / "files" / name
    if not path.is_file():
        raise CardError(f"the font {name} is missing: {advice}")
    return str(path)


@lru_cache(maxsize=20_000)
def width_of(words: str, stretch: Stretch = Stretch.NORMAL) -> float:
    """How wide a line is in bold, as a multiple of its size; kerning may make it a little less.

    Like the renderer: a font that has all letters of the line draws all of it, its spaces included;
    else each letter comes from the first font that has it.
    """
    letters = [letter for letter in joined(words) if letter not in _UNSEEN]
    fonts = _fonts(stretch)
    for font in fonts:
        if all(_has(font, letter) for letter in letters):
            return sum(_advance(letter, (font,)) for letter in letters) / _MEASURED
    return sum(_advance(letter, fonts) for letter in letters) / _MEASURED


def missing(words: str) -> list[str]:
    """Letters that no font of ours has."""
    fonts = _fonts(Stretch.NORMAL)
    return sorted(
        letter
        for letter in set(words)
        if letter not in _UNSEEN and not any(_has(font, letter) for font in fonts)
    )


@lru_cache(maxsize=len(Stretch))
def _fonts(stretch: Stretch) -> "tuple[FreeTypeFont, ...]":
    """Without Pillow's own shaping: it needs a library of the system that may not be there."""
    from PIL import ImageFont

    wanted = {"Weight": _BOLD, "Width": _WIDTHS[stretch]}
    fonts = []
    for file in font_files():
        font = ImageFont.truetype(file, _MEASURED, layout_engine=ImageFont.Layout.BASIC)
        font.set_variation_by_axes([wanted[_axis(axis)] for axis in font.get_variation_axes()])
        fonts.append(font)
    return tuple(fonts)


def _axis(axis: "Axis") -> str:
    return (axis["name"] or b"").decode()


@lru_cache(maxsize=8192)
def _advance(letter: str, fonts: "tuple[FreeTypeFont, ...]") -> float:
    for font in fonts:
        if _has(font, letter):
            return float(font.getlength(letter))
    return float(_MEASURED)


@lru_cache(maxsize=8192)
def _has(font: "FreeTypeFont", letter: str) -> bool:
    """Whether a font draws this letter and not its sign for one that it lacks."""
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(_LACKED))
