"""Our pictograms: plain shapes and nothing else. What could fetch, run or explode is refused.

The limits are far above what a hand draws (the fullest of ours has 74 shapes and 5 kB) and below
what makes a renderer slow: layers of opacity cost it seconds, dashes of a wide curve minutes.
"""

import math
import re
from pathlib import Path
from xml.etree import ElementTree

from bot.content.cards.card import CardError

SIZE = 256
LARGEST = 16 * 1024
_DEEPEST = 8
_MOST = 200
_FARTHEST = 4 * SIZE
_WIDEST_LINE = 96.0
_MOST_DASHES = 8000.0
_ROUND = 7.0
"""No line is longer than so many times the sum of its numbers: a circle is 2 π r."""
_SPACE = "{http://www.w3.org/2000/svg}"
_PAINT = frozenset(("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"))
_PLACE = frozenset(("viewBox", "width", "height", "x", "y", "cx", "cy", "r", "rx", "ry", "x1"))
_FORM = frozenset(("y1", "x2", "y2", "points", "d", "transform", "fill-rule", "stroke-dasharray"))
_LINE = _PLACE | {"y1", "x2", "y2", "points", "d"}
_ATTRIBUTES = _PAINT | _PLACE | _FORM
_SHAPES = frozenset(
    ("svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon")
)
_UNSAFE = re.compile(r"url\s*\(|javascript:|expression|&", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]+")


def read(path: Path) -> str:
    """The shapes of a pictogram file, to be set into a drawing; raises CardError with its name."""
    try:
        with path.open("rb") as file:
            source = file.read(LARGEST + 1)
    except OSError as error:
        raise CardError(f"{path.name} cannot be read: {error.strerror}") from error
    return shapes(source, path.name)


def shapes(source: bytes, name: str) -> str:
    """Check a pictogram and return it as a group of 256 by 256 units; raises CardError."""
    if len(source) > LARGEST:
        raise CardError(f"{name} is larger than {LARGEST // 1024} kB: draw it with fewer details")
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CardError(f"{name} is not UTF-8") from error
    declared = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    if "<!" in declared or "<?" in declared.replace("<?xml ", "", 1):
        raise CardError(f"{name} declares something (<! or <?): draw plain shapes")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - nothing can be declared, see above
    except (ElementTree.ParseError, RecursionError, ValueError) as error:
        raise CardError(f"{name} is not a drawing: {error}") from None
    if root.tag != f"{_SPACE}svg" or root.get("viewBox") != f"0 0 {SIZE} {SIZE}":
        raise CardError(f'{name} must be an <svg> with viewBox="0 0 {SIZE} {SIZE}"')
    if sum(1 for _ in root.iter()) > _MOST:
        raise CardError(f"{name} has more than {_MOST} shapes: draw it with fewer details")
    _check(root, name, 0)
    if sum(_dashes(element) for element in root.iter()) > _MOST_DASHES:
        raise CardError(f"{name} has dashes that are too many, or not on one plain shape")
    given = "".join(f' {key}="{value}"' for key, value in root.items() if key in _PAINT)
    return f"<g{given}>{''.join(_written(child) for child in root)}</g>"


def _check(element: ElementTree.Element, name: str, depth: int) -> None:
    tag = str(element.tag).removeprefix(_SPACE)
    if depth > _DEEPEST:
        raise CardError(f"{name} has groups in groups, more than {_DEEPEST} deep")
    if tag not in _SHAPES or (depth and tag == "svg"):
        raise CardError(f"{name} has a <{tag}>: draw with paths and plain shapes only")
    for key, value in element.items():
        if key not in _ATTRIBUTES or _UNSAFE.search(value):
            raise CardError(f"{name} has {key}={value[:30]!r}, which is not allowed")
        if key not in ("fill", "stroke"):
            _check_numbers(key, value, name)
        elif not _COLOUR.fullmatch(value):
            raise CardError(f"{name} has {key}={value[:30]!r}: a colour is #1d2a3a or none")
    for child in element:
        _check(child, name, depth + 1)


def _check_numbers(key: str, value: str, name: str) -> None:
    most = _WIDEST_LINE if key == "stroke-width" else _FARTHEST
    if any(not -most <= number <= most for number in _numbers(value)):
        raise CardError(f"{name} has {key}={value[:30]!r}, far outside {SIZE} by {SIZE}")


def _dashes(element: ElementTree.Element) -> float:
    """No fewer than there are in the line of a shape. Groups hand theirs down and curves of kind t
    swing on by themselves, so that nobody could count them.
    """
    pattern = _numbers(element.get("stroke-dasharray", ""))
    if not pattern:
        return 0
    is_group = element.tag.endswith(("}g", "}svg"))
    if is_group or "t" in element.get("d", "").lower() or min(pattern) <= 0:
        return math.inf
    line = sum(abs(n) for key, value in element.items() if key in _LINE for n in _numbers(value))
    return len(pattern) * _ROUND * line / sum(pattern)


def _numbers(value: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(value)]


def _written(element: ElementTree.Element) -> str:
    tag = str(element.tag).removeprefix(_SPACE)
    pairs = "".join(f' {key}="{_escaped(value)}"' for key, value in element.items())
    return f"<{tag}{pairs}>{''.join(_written(child) for child in element)}</{tag}>"


def _escaped(value: str) -> str:
    return value.replace('"', "&quot;").replace("<", "&lt;")
