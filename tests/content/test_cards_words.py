"""Measuring, wrapping and fitting the words of a card."""

import io

import pytest
import resvg_py
from PIL import Image, ImageOps

from bot.content.cards import CardError
from bot.content.cards.joined import joined
from bot.content.cards.letters import FAMILY, Stretch, font_files, missing, width_of
from bot.content.cards.wrap import Room, balanced, fit, fit_all
from tests.content.cards import LANGUAGES, card


def drawn_width(words: str, size: int, stretch: Stretch) -> int:
    """How wide the renderer makes it, from the first ink to the last."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="300" '
        f'font-family="{FAMILY}" font-weight="700" font-stretch="{stretch}">'
        f'<rect width="4000" height="300" fill="#fff"/>'
        f'<text x="2000" y="180" font-size="{size}" text-anchor="middle">{words}</text></svg>'
    )
    png = resvg_py.svg_to_bytes(
        svg_string=svg, skip_system_fonts=True, font_files=list(font_files())
    )
    with Image.open(io.BytesIO(bytes(png))) as image:
        box = ImageOps.invert(image.convert("L")).getbbox()
    assert box is not None
    return box[2] - box[0]


@pytest.mark.parametrize("stretch", [Stretch.NORMAL, Stretch.NARROW])
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_as_wide_as_they_are_measured(language: str, stretch: Stretch) -> None:
    words = card("burden", language).question
    measured = width_of(words, stretch) * 80

    assert measured * 0.95 <= drawn_width(words, 80, stretch) <= measured * 1.005


def test_arabic_letters_join() -> None:
    assert joined("بب") == "\ufe91\ufe90"
    assert joined("ببب") == "\ufe91\ufe92\ufe90"
    assert joined("دب") == "\ufea9\ufe8f", "dal does not join the next letter"
    assert joined("لا") == "\ufefb", "lam and alef are one sign"
    assert joined("بًب") == joined("بب"), "a mark takes no room"
    assert joined("ب\u200cب") == "\ufe8f\u200c\ufe8f", "Persian keeps letters of a word apart"
    assert joined("abc") == "abc"


def test_lines_are_of_nearly_the_same_width() -> None:
    assert balanced("een twee drie vier", 2) == ("een twee", "drie vier")
    assert balanced("een", 3) == ("een",)


def test_a_sentence_gets_a_line_of_its_own() -> None:
    assert balanced("Hoeveel schuld heb je? Een gok is goed.", 2) == (
        "Hoeveel schuld heb je?",
        "Een gok is goed.",
    )


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("Від 20 000 до 50 000", ("Від 20\u00a0000", "до 50\u00a0000")),
        ("€ 50.000'den fazla", ("€\u00a050.000'den", "fazla")),
        ("€ 5.000 - 20.000", ("€\u00a05.000\u00a0-", "20.000")),
    ],
)
def test_an_amount_is_never_torn(words: str, lines: tuple[str, ...]) -> None:
    assert balanced(words, 2) == lines


def test_a_word_of_one_letter_stands_before_the_next_word() -> None:
    assert balanced("Czy to ty decydujesz o swoich", 2) == (
        "Czy to ty decydujesz",
        "o\u00a0swoich",
    )
    assert balanced("€ 5.000'e kadar", 2) == ("€\u00a05.000'e", "kadar"), "no word, an ending"


def test_a_line_less_is_worth_smaller_letters() -> None:
    words = "een twee drie"
    whole = width_of(words) * 60

    assert fit(words, Room(whole, 20, 66, 3, thrift=0.85)).lines == (words,)
    assert len(fit(words, Room(whole, 20, 66, 3)).lines) == 2


def test_letters_become_narrower_before_they_become_smaller() -> None:
    room = Room(width_of("Надзвичайно") * 32, 30, 44, 3, fine=34)
    long, short = fit_all(("Надзвичайно", "Дуже"), room)

    assert long.stretch is not Stretch.NORMAL
    assert short.stretch is Stretch.NORMAL
    assert long.size == short.size >= 34


def test_words_that_do_not_fit_are_named() -> None:
    with pytest.raises(CardError, match="`Onuitsprekelijk`"):
        fit_all(("kort", "Onuitsprekelijk"), Room(190, 30, 44, 3))


def test_no_words_need_no_room() -> None:
    assert fit_all((), Room(1, 1, 1, 1)) == ()
    assert fit("", Room(100, 20, 40, 2)).lines == ("",)


def test_a_letter_that_no_font_has_is_found() -> None:
    assert missing("ሰላም 你") == sorted("ሰላም你")
    assert missing("Żółć Привіт ığş \u2068سلام‌ها؟\u2069 € 1") == []
