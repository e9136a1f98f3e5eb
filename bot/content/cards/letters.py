"""How wide words are, where a line breaks, and whether our fonts have every letter."""

import re
from functools import lru_cache
from pathlib import Path

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
from PIL import ImageFont

from bot.content.cards.card import CardError

FILES = tuple(
    str(Path(package.ROOT) / "files" / file)
    for package, file in (
        (fontpkg_noto_sans, "NotoSans[wdth,wght].ttf"),
        (fontpkg_noto_sans_arabic, "NotoSansArabic[wdth,wght].ttf"),
    )
)
FAMILY = "Noto Sans, Noto Sans Arabic"
_BOLD = 700
_ALWAYS = frozenset(" \n\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\u00a0")
_MEASURED = 100
_GROUPED = re.compile(r"(?<=\d) (?=\d)")
"""The space within 20 000: no line breaks there."""


def lines(words: str, width: float, size: int, most: int) -> list[str] | None:
    """The words in balanced lines of at most this width; ``None`` when they do not fit."""
    tokens = _GROUPED.sub("\u00a0", words).split(" ")
    if not words.strip():
        return [""]
    for count in range(1, most + 1):
        found = _balanced(tuple(tokens), count, size)
        if found is not None and all(width_of(line, size) <= width for line in found):
            return found
    return None


def fitting(words: str, width: float, sizes: range, most: int) -> tuple[list[str], int]:
    """The largest size at which the words fit, and their lines; raises CardError."""
    for size in sizes:
        found = lines(words, width, size, most)
        if found is not None:
            return found, size
    raise CardError(f"`{words}` does not fit: use shorter words")


@lru_cache(maxsize=20_000)
def width_of(words: str, size: int) -> float:
    """How wide a line is in bold, in pixels. Joined letters are a little narrower than told."""
    return sum(_advance(letter) for letter in words) * size / _MEASURED


def missing(words: str) -> list[str]:
    """Letters that no font of ours has."""
    return sorted({letter for letter in words if letter not in _ALWAYS and not _has(letter)})


def _balanced(tokens: tuple[str, ...], count: int, size: int) -> list[str] | None:
    """Exactly so many lines, the widest as narrow as can be."""
    if count > len(tokens):
        return None
    if count == 1:
        return [" ".join(tokens)]
    best: tuple[float, list[str]] | None = None
    for place in range(1, len(tokens) - count + 2):
        rest = _balanced(tokens[place:], count - 1, size)
        if rest is None:
            continue
        found = [" ".join(tokens[:place]), *rest]
        widest = max(width_of(line, size) for line in found)
        if best is None or widest < best[0]:
            best = (widest, found)
    return best[1] if best else None


@lru_cache(maxsize=1)
def _fonts() -> tuple[ImageFont.FreeTypeFont, ...]:
    fonts = []
    for file in FILES:
        font = ImageFont.truetype(file, _MEASURED, layout_engine=ImageFont.Layout.BASIC)
        font.set_variation_by_axes([100, _BOLD] if _width_first(font) else [_BOLD, 100])
        fonts.append(font)
    return tuple(fonts)


def _width_first(font: ImageFont.FreeTypeFont) -> bool:
    return "idth" in str(font.get_variation_axes()[0]["name"])


@lru_cache(maxsize=4096)
def _advance(letter: str) -> float:
    for font in _fonts():
        if _in(font, letter):
            return float(font.getlength(letter))
    return 0.0 if letter in _ALWAYS and letter != " " else _MEASURED * 0.6


def _has(letter: str) -> bool:
    return any(_in(font, letter) for font in _fonts())


@lru_cache(maxsize=8192)
def _in(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether a font draws this letter and not its sign for a missing one."""
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask("\U0010ffff"))
