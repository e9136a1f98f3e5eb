"""Hints about wording: what is hard for people who read little, and what only looks like it."""

from pathlib import Path
from textwrap import indent

import pytest

from bot.authoring.check.wording import FILE, check_wording, sentences, wordings
from bot.content.library import load_library
from bot.content.problem import Severity
from bot.content.source import read_source
from tests.content.studies import load, make, steps

ROOT = Path(__file__).parents[2]
QUESTION = '{ask: "Heb je werk?", type: yes_no}'


def hints(tmp_path: Path, lines: str) -> list[str]:
    """What is said of these steps, with its code; nothing in the rest of the study is hard."""
    found = sorted(check_wording(load(tmp_path, first=steps(lines))))
    assert {one.severity for one in found} <= {Severity.WARNING}
    return [f"{one.code} {one.message}" for one in found]


def asked(names: str, more: str = "") -> str:
    return "".join(f"  {name}: {QUESTION[:-1]}{more}}}\n" for name in names)


def test_the_klantmonitor_is_worded_well_in_every_language() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    assert list(check_wording(library)) == []


def test_the_lists_can_be_read_and_each_hard_word_has_its_own_hint() -> None:
    assert read_source(FILE).problems == []
    assert set(wordings()) == {"nl", "en", "tr", "ar", "pl", "uk", "fa"}
    dutch = wordings()["nl"]
    found = dutch.hard.search("Wat zijn je schuldeisers?")
    assert found is not None
    assert (found[0], dutch.better[(found.lastindex or 0) - 1]) == (
        "schuldeisers", "say: wie geld van je krijgt",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hard"),
    [("Bijvoorbeeld 7", None), ("Bijv. 7", "Bijv"), ("Mijn Traject.", "Traject"), ("een", None)],
)
def test_a_hard_word_is_not_seen_in_a_plain_one(text: str, hard: str | None) -> None:
    found = wordings()["nl"].hard.search(text)
    assert (None if found is None else found[0]) == hard


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hoi! Hoe gaat het?", ["Hoi!", "Hoe gaat het?"]),
        ("Tussen 5.000 en 20.000 euro.", ["Tussen 5.000 en 20.000 euro."]),
        ("Een regel\nnog een", ["Een regel", "nog een"]),
        ("هل لديك عمل؟ نعم", ["هل لديك عمل؟", "نعم"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_seven_questions_are_not_too_many_and_neither_are_others_for_some(tmp_path: Path) -> None:
    assert hints(tmp_path, asked("abcdefg")) == []
    assert hints(tmp_path, asked("abcdefg") + asked("h", ', if: g == "yes"')) == []
    assert hints(tmp_path, asked("abcdefgh")) == ["B001 `h` is question 8 without a break"]


def test_the_count_begins_with_the_first_section_and_again_after_a_break(tmp_path: Path) -> None:
    def section(name: str, names: str, more: str = "") -> str:
        return f"  {name}:\n    section: Deel\n{more}    steps:\n{indent(asked(names), '    ')}"

    before = asked("ab")
    assert hints(tmp_path, before + section("one", "cdefgh") + section("two", "ijklmn")) == []
    kept = section("one", "cdefgh", "    break: false\n")
    assert hints(tmp_path, before + kept + section("two", "ijklmn")) == [
        "B001 `j` is question 8 without a break"
    ]


def test_an_offer_with_its_answer_is_no_second_question(tmp_path: Path) -> None:
    text = "Wil je een mens? Typ mens. Doe je mee?"
    assert hints(tmp_path, f'  a: {{ask: "{text}", type: yes_no}}\n') == []
    both = "Heb je werk en hoe gaat het daar?"
    assert hints(tmp_path, f'  a: {{ask: "{both}", type: yes_no}}\n') == [
        "B002 this asks two things"
    ]
    told = "Ik weet wie je bent en hoe je heet."
    assert hints(tmp_path, f'  a: {{say: "{told}"}}\n') == []


def test_a_placeholder_is_one_word(tmp_path: Path) -> None:
    nine = "een twee drie vier vijf zes zeven acht negen"
    assert hints(tmp_path, f'  a: {{say: "{nine} {{sender_name}}."}}\n') == []
    assert hints(tmp_path, f'  a: {{say: "{nine} {{sender_name}} elf."}}\n') == [
        "B003 a sentence of 11 words, 10 can be read at once"
    ]


def test_a_number_that_counts_says_what_it_means(tmp_path: Path) -> None:
    children = 'choices: {none: {label: "0", picture: face-1}, one: {label: "1", picture: face-2}}'
    assert hints(tmp_path, f'  a: {{ask: "Hoeveel kinderen heb je?", {children}}}\n') == []
    faces = 'choices: {bad: {label: "1", picture: face-1}, good: {label: "🙂", picture: face-2}}'
    assert hints(tmp_path, f'  a: {{ask: "Hoe gaat het?", {faces}}}\n') == [
        "B006 only the picture says what `1` of `a` means",
        "B006 only the picture says what `🙂` of `a` means",
    ]


def test_one_label_that_agrees_makes_no_scale(tmp_path: Path) -> None:
    offer = 'choices: {yes: "Ja, mee eens", no: "Nee"}'
    assert hints(tmp_path, f'  a: {{ask: "Dit zijn de regels.", {offer}}}\n') == []


def test_a_translation_is_told_with_its_own_line(tmp_path: Path) -> None:
    make(tmp_path, first=steps('  a: {say: "Hoi!"}\n'))
    study = tmp_path / "flows" / "small" / "study.yaml"
    study.write_text(study.read_text().replace("[nl]", "[nl, en]"))
    folder = tmp_path / "locales" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "small.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgctxt "small.first.a.say"\nmsgid "Hoi!"\nmsgstr "Your creditors wait."\n'
    )

    library = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
    (problem,) = check_wording(library)

    assert (problem.code, problem.line, problem.suggestion) == (
        "B004", 5, "say: who you owe money to",
    )  # fmt: skip
