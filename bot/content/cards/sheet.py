"""The pieces every card is made of: lines of words, digits, pictograms, blocks upon each other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from bot.content.cards.letters import FAMILY, Stretch
from bot.content.cards.wrap import LINE, Words

WIDTH = 1080
EDGE = 36
INK, BAND, PAPER, FIELD = "#1d2a3a", "#23506e", "#ffffff", "#f3f6f9"

Pictogram = Callable[[str], str]
"""The shapes of a pictogram by name, 256 units wide."""

_MIDDLE = 0.357
"""Half the height of a digit and of a capital, as a multiple of the size."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a card over its whole width, drawn from its own top."""

    svg: str
    height: float


def gap(height: float) -> Block:
    """Nothing, so high."""
    return Block("", height)


def sheet(blocks: Iterable[Block]) -> str:
    """Blocks below each other, as a drawing of their height."""
    parts, top = [], 0.0
    for block in blocks:
        if block.svg:
            parts.append(f'<g transform="translate(0 {top:.1f})">{block.svg}</g>')
        top += block.height
    height = round(top)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="{FAMILY}" font-weight="700">'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>{"".join(parts)}</svg>'
    )


def pictogram(shapes: str, x: float, y: float, size: float) -> str:
    """A pictogram in its own frame: what runs over its edge is cut off there."""
    return (
        f'<svg x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'viewBox="0 0 256 256" overflow="hidden">{shapes}</svg>'
    )


def paragraph(words: Words, x: float, top: float, anchor: str = "middle", ink: str = INK) -> str:
    """Lines of words about ``x``, or from it (``start``), or up to it (``end``)."""
    first = top + words.size * (LINE / 2 + _MIDDLE)
    return "".join(
        _text(line, (x, first + place * words.size * LINE), words.size, anchor, ink, words.stretch)
        for place, line in enumerate(words.lines)
    )


def digit(number: int, x: float, y: float, size: int) -> str:
    """A digit to be typed: white in a dark disc about this point."""
    disc = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size * 0.72:.1f}" fill="{BAND}"/>'
    return disc + _text(str(number), (x, y + size * _MIDDLE), size, "middle", PAPER)


def field(x: float, y: float, width: float, height: float) -> str:
    """A soft ground that says: this belongs together."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="28" '
        f'fill="{FIELD}" stroke="{BAND}" stroke-width="4"/>'
    )


def _text(
    words: str,
    at: tuple[float, float],
    size: int,
    anchor: str,
    ink: str,
    stretch: Stretch = Stretch.NORMAL,
) -> str:
    """Marks at both ends keep a full stop on its side of Arabic words."""
    if any("\u0590" <= letter <= "\u08ff" for letter in words):
        words = f"\u200f{words}\u200f"
    return (
        f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" font-size="{size}" fill="{ink}" '
        f'text-anchor="{anchor}" font-stretch="{stretch}">{escape(words)}</text>'
    )
