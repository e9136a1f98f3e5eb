"""Our pictograms: plain shapes and nothing else. What could fetch, run or explode is refused."""

import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from bot.content.cards.card import CardError

LARGEST = 64 * 1024
_DEEPEST = 12
_MOST = 2000
_SPACE = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset(
    ("svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon")
)
_ATTRIBUTES = frozenset(
    (
        "viewBox", "width", "height", "fill", "stroke", "stroke-width", "stroke-linecap",
        "stroke-linejoin", "fill-rule", "stroke-dasharray", "opacity", "transform", "d", "cx", "cy",
        "r", "rx", "ry", "x", "y", "x1", "y1", "x2", "y2", "points",
    )
)  # fmt: skip
_UNSAFE = re.compile(r"url\s*\(|javascript:|&#|expression", re.IGNORECASE)


@lru_cache(maxsize=1024)
def inner(path: Path, modified: float) -> str:  # noqa: ARG001 - a changed file is read again
    """The shapes of a pictogram, to be set into another drawing; raises CardError with its name."""
    try:
        source = path.read_bytes()
    except OSError as error:
        raise CardError(f"{path.name} cannot be read") from error
    return shapes(source, path.name)


def shapes(source: bytes, name: str) -> str:
    """Check a pictogram and return it as a group of 256 by 256 units; raises CardError."""
    if len(source) > LARGEST:
        raise CardError(f"{name} is larger than {LARGEST // 1024} kB")
    text = source.decode("utf-8", "replace")
    if "<!" in text.replace("<!--", "") or "<?" in text.replace("<?xml ", ""):
        raise CardError(f"{name} declares something (<! or <?): draw plain shapes")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - nothing can be declared, see above
    except (ElementTree.ParseError, RecursionError) as error:
        raise CardError(f"{name} is not a drawing: {error}") from None
    if root.tag != f"{_SPACE}svg" or root.get("viewBox") != "0 0 256 256":
        raise CardError(f'{name} must be an <svg> with viewBox="0 0 256 256"')
    _check(root, name, 0, [0])
    given = " ".join(f'{key}="{value}"' for key, value in root.items() if key in _PAINT)
    body = "".join(_written(child) for child in root)
    return f"<g {given}>{body}</g>"


_PAINT = frozenset({"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"})


def _check(element: ElementTree.Element, name: str, depth: int, count: list[int]) -> None:
    count[0] += 1
    tag = element.tag.removeprefix(_SPACE)
    if depth > _DEEPEST or count[0] > _MOST:
        raise CardError(f"{name} has too many shapes")
    if tag not in _SHAPES:
        raise CardError(f"{name} has a <{tag}>: draw with paths and plain shapes only")
    for key, value in element.items():
        if key not in _ATTRIBUTES or _UNSAFE.search(value):
            raise CardError(f"{name} has {key}={value[:30]!r}, which is not allowed")
    for child in element:
        _check(child, name, depth + 1, count)


def _written(element: ElementTree.Element) -> str:
    tag = element.tag.removeprefix(_SPACE)
    pairs = "".join(f' {key}="{_escaped(value)}"' for key, value in element.items())
    body = "".join(_written(child) for child in element)
    return f"<{tag}{pairs}>{body}</{tag}>"


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
