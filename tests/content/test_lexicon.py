from pathlib import Path

import pytest

from bot.content.clashes import label_clashes, lexicon_clashes
from bot.content.lexicon import LexiconError, load_lexicons
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command
from bot.engine.replies.senses import Sense

LOCALES = Path(__file__).parents[2] / "locales"


@pytest.fixture(scope="module")
def lexicons() -> dict[str, Lexicon]:
    return load_lexicons(LOCALES)


def write(folder: Path, text: str, language: str = "xx") -> Path:
    path = folder / language / "lexicon.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_language_gives_every_command_and_has_the_basic_words(
    lexicons: dict[str, Lexicon],
) -> None:
    assert set(lexicons) >= {"nl", "en", "tr", "ar", "pl", "uk", "fa", "es", "fr"}
    for lexicon in lexicons.values():
        commands = {order.command for orders in lexicon.orders.values() for order in orders}
        assert commands == set(Command) - {Command.CRISIS}, lexicon.language
        assert lexicon.crisis.anywhere.firsts
        senses = {sense for found in lexicon.phrases.values() for sense in found}
        assert senses >= {Sense.YES, Sense.NO, Sense.NUMBER, Sense.MONTH, Sense.RELATIVE}


def test_every_language_can_be_asked_for_by_its_own_name(lexicons: dict[str, Lexicon]) -> None:
    for lexicon in lexicons.values():
        reading = understand(None, lexicon.name, lexicons, "nl")
        assert getattr(reading, "language", None) == lexicon.language


def test_no_shipped_lexicon_clashes_with_itself(lexicons: dict[str, Lexicon]) -> None:
    clashes = [str(clash) for lexicon in lexicons.values() for clash in lexicon_clashes(lexicon)]
    assert clashes == []


def test_a_new_language_needs_no_code(tmp_path: Path) -> None:
    write(
        tmp_path,
        "language: xx\nname: Xish\ncommands: {stop: [halto]}\nyes: [jes]\n",
    )
    lexicon = load_lexicons(tmp_path)["xx"]
    assert lexicon.order("halto") is not None
    assert lexicon.phrases[("jes",)] == {Sense.YES: 0}


def test_yaml_words_need_no_quotes(tmp_path: Path) -> None:
    write(tmp_path, "language: xx\nname: Xish\nno: [no, off, null, 1_000]\n")
    assert ("no",) in load_lexicons(tmp_path)["xx"].phrases


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("language: xx\nname: X\nyess: [ja]\n", 3, "no part of a lexicon"),
        ("language: xx\nname: X\ncommands:\n  stopp: [a]\n", 4, "no command"),
        ("language: xx\nname: X\nyes:\n  - (a|b\n", 4, "not closed"),
        ("language: xx\nname: X\nyes: [a]\nyes: [b]\n", 4, "twice"),
        ("language: yy\nname: X\n", 1, "folder"),
        ("language: xx\nname: X\nnumber: {drie: [three]}\n", 3, "must be a number"),
        ("language: xx\nname: [\n", 3, "no YAML"),
        ("language: xx\n", 1, "'name' is missing"),
    ],
)
def test_a_fault_is_told_with_file_and_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(LexiconError) as raised:
        load_lexicons(tmp_path)
    problems = raised.value.problems
    assert any(p.path == path and p.line == line and words in p.message for p in problems)


def test_two_meanings_of_one_phrase_are_reported(tmp_path: Path) -> None:
    write(
        tmp_path,
        "language: xx\nname: X\ncommands: {stop: [basta (nun)?], skip: [basta]}\n"
        "yes: [jo, basta]\nno: [jo]\n",
    )
    messages = [clash.message for clash in lexicon_clashes(load_lexicons(tmp_path)["xx"])]
    assert any("stop and skip" in message for message in messages)
    assert any("stop and yes" in message for message in messages)
    assert "is both yes and no" in messages


def test_a_label_that_is_a_command_is_reported(lexicons: dict[str, Lexicon]) -> None:
    clashes = label_clashes({"nl": ("Stop", "Hulp met brieven", "stop!")}, lexicons)
    assert [clash.phrase for clash in clashes] == ["Stop", "stop!", "stop!"]
    assert label_clashes({"nl": ("WhatsApp", "Sms")}, lexicons) == []


def test_only_a_changed_lexicon_is_built_anew(tmp_path: Path) -> None:
    write(tmp_path, "language: xx\nname: Xish\nyes: [jes]\n")
    path = write(tmp_path, "language: yy\nname: Yish\nyes: [da]\n", "yy")
    before = load_lexicons(tmp_path)

    path.write_text("language: yy\nname: Yish\nyes: [da, tak]\n", encoding="utf-8")
    after = load_lexicons(tmp_path)

    assert after["xx"] is before["xx"]
    assert ("tak",) in after["yy"].phrases
