"""How texts are filled in: per language, for SMS, from right to left, and safe."""

from datetime import date
from pathlib import Path

import pytest
from babel import Locale

from bot.content import formats
from bot.content.languages import own_name
from bot.content.library import load_library
from bot.content.placeholders import fill, placeholders_in
from bot.content.texts import Texts, UnknownTextError
from bot.content.words import own_texts, read_words
from bot.engine.flow import Value
from tests.content.studies import load, steps

ROOT = Path(__file__).parents[2]


def said(tmp_path: Path, text: str, values: dict[str, Value], more: str = "") -> str:
    library = load(tmp_path, first=steps(f'{more}  said: {{say: "{text}"}}\n'))
    texts = library.texts(library.studies["small"].flows["first"])
    return texts.say("small.first.said.say", "nl", values)


def test_money_is_cents_written_in_euro(tmp_path: Path) -> None:
    assert said(tmp_path, "Je pot: {pot} euro", {"pot": 400}) == "Je pot: 4 euro"
    assert said(tmp_path, "Je pot: {pot} euro", {"pot": 123_450}) == "Je pot: 1.234,50 euro"


def test_an_amount_that_was_answered_is_money_too(tmp_path: Path) -> None:
    more = '  owed: {ask: "Hoeveel?", type: amount}\n'

    assert said(tmp_path, "Je moet {owed} euro", {"owed": 1250}, more) == "Je moet 12,50 euro"


def test_an_answered_choice_is_said_by_its_label(tmp_path: Path) -> None:
    more = '  q: {ask: "Wat?", choices: {1: "Huis", b: "Werk"}, type: choices}\n'

    assert said(tmp_path, "Je koos {q}", {"q": (1, "b")}, more) == "Je koos Huis en Werk"


def test_a_date_has_its_month_in_words(tmp_path: Path) -> None:
    more = '  d: {ask: "Wanneer?", type: date}\n'
    values: dict[str, Value] = {"d": date(2026, 3, 5)}

    assert said(tmp_path, "Op {d}", values, more) == "Op 5 maart 2026"


def test_an_empty_value_leaves_no_gap(tmp_path: Path) -> None:
    assert said(tmp_path, "Hoi {first_name}! Dag", {}) == "Hoi! Dag"
    assert said(tmp_path, "Hoi, {first_name}! Dag", {}) == "Hoi! Dag"
    assert fill("Hoi, {n}, fijn.\nDag,\nik", lambda _: "") == "Hoi, fijn.\nDag,\nik"
    assert said(tmp_path, "Dag, {first_name}", {}) == "Dag"


def test_a_value_is_never_filled_in_again(tmp_path: Path) -> None:
    assert said(tmp_path, "Hoi {first_name}", {"first_name": "{pot}", "pot": 1}) == "Hoi {pot}"


@pytest.mark.parametrize("name", ["{x.__globals__}", "{0}", "{n:>9999999999}", "{}", "{X}"])
def test_nothing_but_a_plain_name_is_a_placeholder(name: str) -> None:
    assert fill(f"a {name} b", lambda _: "!") == f"a {name} b"


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "pl", "uk", "fa"])
def test_numbers_hold_only_signs_that_fit_an_sms(language: str) -> None:
    shown = formats.number(1_234_567, language) + formats.money(123_450, language)

    assert all(sign in "0123456789., ٬٫’" for sign in shown)
    assert "\u00a0" not in shown
    assert "\u200f" not in shown


def test_what_is_filled_in_is_isolated_from_right_to_left_text() -> None:
    texts = Texts({"nl": {"polsbot.balance": "{pot}"}, "ar": {"polsbot.balance": "معك {pot} يورو"}})

    assert texts.say("polsbot.balance", "ar", {"pot": 400}) == "معك \u20684\u2069 يورو"
    assert texts.say("polsbot.balance", "nl", {"pot": 400}) == "4"


def test_an_arabic_name_is_isolated_from_dutch_text(tmp_path: Path) -> None:
    texts = load(tmp_path).texts()

    said = texts.say("polsbot.doubted", "nl", {"value": "أمينة"})

    assert said == "Je typte \u2068أمينة\u2069. Klopt dat?"
    assert "\u2068" not in texts.say("polsbot.doubted", "nl", {"value": "Zoë"})


def test_an_unknown_text_is_our_fault_and_says_so() -> None:
    with pytest.raises(UnknownTextError):
        Texts({"nl": {}}).say("polsbot.nothing", "nl", {})


def test_every_own_word_is_there_in_every_language_of_the_klantmonitor() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    assert set(library.own) >= set(library.studies["klantmonitor"].languages)


def test_own_words_fit_their_limits_in_every_language() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    for language, texts in library.own.items():
        for key, word in library.words.items():
            assert len(texts[key]) <= (word.limit or 400), (language, key)


def test_a_language_with_a_gap_in_the_own_words_is_not_offered(tmp_path: Path) -> None:
    library = load(tmp_path)
    words, source = read_words()

    assert source.problems == []
    assert list(own_texts(words, library.catalogues)) == ["nl"]


def test_the_own_words_keep_to_ten_words_a_sentence() -> None:
    words, _ = read_words()

    for word in words.values():
        for sentence in word.text.replace("?", ".").replace("\n", ".").split("."):
            assert len(sentence.split()) <= 10, word.key


def test_a_word_tells_what_must_be_filled_in() -> None:
    words, _ = read_words()

    text = words["polsbot.completed_reward"].text
    assert {name for name, _ in placeholders_in(text)} == {"reward", "pot"}


def test_a_language_is_named_as_cldr_names_it() -> None:
    for code in ("nl", "ar", "fa", "uk", "tr", "ti", "pap", "nb", "nn"):
        name = Locale.parse(code).get_display_name()
        assert name is not None
        assert own_name(code) == name[:1].upper() + name[1:]
