"""A drawing that could do more than draw is refused, by its name."""

import time
from pathlib import Path

import pytest

from bot.content.cards import CardError
from bot.content.cards.pictogram import LARGEST, read, shapes
from bot.content.cards.render import render
from tests.content.cards import library

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256">{}</svg>'


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<style>*{fill:red}</style>",
        '<image href="http://example.org/x.png"/>',
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="file:///etc/passwd"/>',
        '<path d="M0 0" fill="url(#x)"/>',
        '<path d="M0 0" fill="url(http://example.org)"/>',
        '<path d="M0 0" onclick="x()"/>',
        '<path d="M0 0" style="fill:red"/>',
        '<path d="M0 0" filter="url(#blur)"/>',
        '<use href="#a"/>',
        '<pattern id="p"/>',
        '<animate attributeName="x"/>',
        "<text>hallo</text>",
        '<foreignObject width="9" height="9"/>',
        '<a href="javascript:x()"><path d="M0 0"/></a>',
        '<path d="M0 0&#38;"/>',
        "<path",
    ],
)
def test_a_drawing_that_could_do_more_than_draw_is_refused_by_name(body: str) -> None:
    with pytest.raises(CardError, match=r"bad\.svg"):
        shapes(SVG.format(body).encode(), "bad.svg")


@pytest.mark.parametrize(
    "body",
    [
        "<g>" * 40 + "</g>" * 40,
        "<g/>" * 3000,
        '<path d="M0 0' + "a1e6 1e6 0 1 1 1 1" * 300 + '"/>',
        '<g opacity="0.5"><rect width="256" height="256"/></g>',
        '<circle cx="128" cy="128" r="99" stroke-dasharray="0.00001"/>',
        '<circle cx="128" cy="128" r="99" stroke-width="1e30"/>',
        '<g transform="scale(1e9)"><circle r="1"/></g>',
        '<path stroke-dasharray="1" stroke-width="60" d="M0 0'
        + "c999 999-999 999 9 9" * 20
        + '"/>',
        '<path stroke-dasharray="9" d="M0 0q999 999 9 9' + "t0 0" * 999 + '"/>',
        '<g stroke-dasharray="9"><circle r="99"/></g>',
        '<circle cx="128" cy="128" r="99" stroke-dasharray="0 0"/>',
        '<circle cx="128" cy="128" r="99" stroke-width="999"/>',
        '<path d="M0 0' + "L9 9" * LARGEST + '"/>',
    ],
)
def test_a_drawing_that_takes_a_renderer_long_is_refused_by_name(body: str) -> None:
    with pytest.raises(CardError, match=r"bomb\.svg"):
        shapes(SVG.format(body).encode(), "bomb.svg")


def test_the_fullest_drawing_that_is_allowed_is_drawn_quickly() -> None:
    curves = "c999 999-999 999 9 9"
    line = f'<path stroke="#000" stroke-width="96" d="M0 0{curves * 300}"/>'
    dashed = f'<path stroke="#000" stroke-width="96" stroke-dasharray="4" d="M0 0{curves}"/>'
    full = SVG.format(line + dashed)
    assert len(full) < LARGEST
    begun = time.process_time()

    render(
        '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1080">'
        f'<svg width="1080" height="1080" viewBox="0 0 256 256">{shapes(full.encode(), "x")}</svg>'
        "</svg>"
    )

    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "source",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("<g>&b;</g>"),
        '<!DOCTYPE svg SYSTEM "http://example.org/x.dtd">' + SVG.format(""),
        '<?xml-stylesheet href="http://example.org/x.css"?>' + SVG.format(""),
        "<!-<!-- -->!DOCTYPE svg>" + SVG.format(""),
    ],
)
def test_a_drawing_that_declares_something_is_refused_by_name(source: str) -> None:
    with pytest.raises(CardError, match=r"bomb\.svg"):
        shapes(source.encode(), "bomb.svg")


def test_other_bytes_are_refused_by_name() -> None:
    for source in (b"", b"\xff\xfe<\x00s\x00v\x00g\x00", b"\x1f\x8b\x08svgz"):
        with pytest.raises(CardError, match=r"odd\.svg"):
            shapes(source, "odd.svg")


def test_a_drawing_of_another_size_is_refused() -> None:
    with pytest.raises(CardError, match="viewBox"):
        shapes(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"/>', "small.svg")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"gone\.svg"):
        read(tmp_path / "gone.svg")


def test_comments_and_a_heading_do_no_harm() -> None:
    source = '<?xml version="1.0"?><!-- drawn by hand -->' + SVG.format('<path d="M0 0"/>')

    assert shapes(source.encode(), "fine.svg") == '<g><path d="M0 0"></path></g>'


def test_every_pictogram_of_ours_is_plain() -> None:
    for path in library().pictures.values():
        assert "<" in read(path)
