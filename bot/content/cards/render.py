"""From a drawing to a picture that can be sent. Slow, and it holds the interpreter meanwhile.

The renderer and Pillow are brought in by the first card that is drawn.
"""

import io

from bot.content.cards.card import CardError
from bot.content.cards.letters import font_files

LARGEST = 100 * 1024
_COLOURS = (128, 64, 32)
"""By median cut, which keeps flat colours as they are; a faster way turned white into grey."""


def render(svg: str) -> bytes:
    """A PNG with few colours and at most 100 kB; raises CardError."""
    import resvg_py
    from PIL import Image

    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=list(font_files())
        )
    except ValueError as error:
        raise CardError(f"cannot be drawn: {error}") from error
    with Image.open(io.BytesIO(bytes(png))) as image:
        flat = image.convert("RGB")
    small = b""
    for colours in _COLOURS:
        out = io.BytesIO()
        few = flat.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(out, "PNG", compress_level=6)
        small = out.getvalue()
        if len(small) <= LARGEST:
            return small
    raise CardError(f"{len(small) // 1024} kB are too many to be sent: draw simpler pictures")
