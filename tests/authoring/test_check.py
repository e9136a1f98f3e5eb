"""The rules beyond their examples: places, translations, limits per language."""

from pathlib import Path

import pytest

from bot.authoring.check import check, check_library
from bot.content.library import load_library
from bot.content.problem import Problem, Severity
from tests.content.studies import FIRST, STUDY, load, make, steps

ROOT = Path(__file__).parents[2]

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

"""


def problems(tmp_path: Path, lines: str) -> list[Problem]:
    return check_library(load(tmp_path, first=steps(lines)))


def only(tmp_path: Path, lines: str) -> Problem:
    (problem,) = problems(tmp_path, lines)
    return problem


def marked(problem: Problem) -> str:
    start = problem.column - 1
    return problem.excerpt[start : start + problem.width]


def translated(tmp_path: Path, entry: str) -> list[Problem]:
    make(
        tmp_path, study=STUDY.replace("[nl]", "[nl, en]"), first=steps('  a: {say: "Hoi {pot}"}\n')
    )
    folder = tmp_path / "locales" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "small.po").write_text(PO + entry, encoding="utf-8")
    found = check_library(
        load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
    )
    return [one for one in found if "polsbot." not in one.message + one.suggestion]


def codes_at(found: list[Problem], file: str) -> list[str]:
    return [one.code for one in found if Path(one.file).name == file]


def test_the_klantmonitor_passes() -> None:
    found = check(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    assert [one for one in found if one.severity is Severity.ERROR] == []


def test_the_caret_stands_under_the_wrong_name(tmp_path: Path) -> None:
    problem = only(tmp_path, '  why: {ask: "Waarom?", type: text, if: "stres > 1"}\n')

    assert (problem.code, problem.line, marked(problem)) == ("F002", 9, "stres")


def test_the_caret_stands_under_the_wrong_value(tmp_path: Path) -> None:
    lines = '  stress: {item: stress}\n  why:\n    if: stress == 7\n    say: "Waarom?"\n'

    problem = only(tmp_path, lines)

    assert (problem.code, marked(problem)) == ("F003", "7")
    assert problem.suggestion == "it can be 1, 2, 3"


def test_an_answer_of_a_later_step_is_not_known_yet(tmp_path: Path) -> None:
    lines = '  why: {ask: "Waarom?", type: text, if: stress > 1}\n  stress: {item: stress}\n'

    assert "not answered yet" in only(tmp_path, lines).message


def test_a_code_of_digits_in_quotes_is_never_chosen(tmp_path: Path) -> None:
    lines = '  stress: {item: stress}\n  why: {say: "Waarom?", if: stress == "3"}\n'

    assert "write 3 without quotes" in only(tmp_path, lines).suggestion


def test_several_answers_are_looked_into_with_in(tmp_path: Path) -> None:
    lines = """\
  many: {ask: "Wat?", type: choices, choices: {a: "A", b: "B"}}
  one: {say: "A", if: many == "a"}
"""

    problem = only(tmp_path, lines)

    assert (problem.code, problem.suggestion) == ("F003", 'write "a" in many')


def test_last_and_baseline_and_participant_are_known(tmp_path: Path) -> None:
    lines = """\
  stress: {item: stress}
  more: {say: "Meer", if: stress > last.stress and participant.language == "nl" and wave > 1}
"""

    assert problems(tmp_path, lines) == []


def test_the_condition_of_a_choice_is_checked_too(tmp_path: Path) -> None:
    lines = '  q: {ask: "Wat?", choices: {a: "A", b: {label: "B", if: stres > 1}, c: "C"}}\n'

    assert only(tmp_path, lines).code == "F002"


def test_a_check_that_lets_nothing_through_is_never_true(tmp_path: Path) -> None:
    lines = '  n: {ask: "Hoeveel?", type: number, min: 0, max: 5, check: n > 5}\n'

    assert only(tmp_path, lines).code == "F004"


def test_a_check_of_a_number_is_not_taken_for_constant(tmp_path: Path) -> None:
    assert problems(tmp_path, '  n: {ask: "Hoeveel?", type: number, check: n > 5}\n') == []


def test_a_condition_in_two_parts_is_walked_as_one(tmp_path: Path) -> None:
    lines = """\
  a: {ask: "A?", type: yes_no}
  b: {ask: "B?", type: yes_no, if: a == "yes"}
  c: {say: "C", if: a == "no" and b == "yes"}
"""

    problem = only(tmp_path, lines)

    assert (problem.code, problem.line) == ("F005", 11)


@pytest.mark.parametrize(
    ("say", "channels", "codes"),
    [
        ("Er zijn vragen voor je, {first_name}.", "[whatsapp, sms]", ["L005"]),
        ("Er zijn vragen voor je, {first_name}.", "[sms]", []),
        ("Hoi {first_name}! Groet, {sender_name}", "[whatsapp, sms]", []),
        ("{sender_name} {sender_name} wil iets vragen.", "[whatsapp, sms]", []),
    ],
)
def test_what_whatsapp_would_not_approve_is_an_error(
    tmp_path: Path, say: str, channels: str, codes: list[str]
) -> None:
    invite = f'invite: {{say: "{say}", choices: {{start: "Start", later: "Later"}}}}\nsteps:\n'
    first = steps('  hello: {say: "Hoi!"}\n').replace(
        FIRST[FIRST.index("invite:") : FIRST.index("steps:\n") + len("steps:\n")], invite
    )
    asked = STUDY.replace("[whatsapp, sms]", channels)

    found = check_library(load(tmp_path, first=first, study=asked))

    told = [one.code for one in found if one.severity is Severity.ERROR and one.code != "S007"]
    assert told == codes


def test_a_step_of_the_bank_is_told_where_the_flow_names_it(tmp_path: Path) -> None:
    lines = """\
  over: {end: stopped}
  turn:
    rotate: [stress, calm]
"""

    found = problems(tmp_path, lines)

    place = [(one.code, Path(one.file).name, one.line, one.column) for one in found]
    assert place == [("F005", "first.yaml", 11, 14), ("F005", "first.yaml", 11, 22)]
    assert "rotate:" in found[0].excerpt


def test_a_step_that_is_named_twice_is_told_at_the_second(tmp_path: Path) -> None:
    problem = only(tmp_path, "  turn: {rotate: [stress, stress]}\n")

    place = problem.code, Path(problem.file).name, problem.line, problem.column
    assert place == ("F011", "first.yaml", 9, 27)
    assert "(line 9)" in problem.message


def test_an_answer_that_is_not_always_asked_leaves_a_gap(tmp_path: Path) -> None:
    lines = """\
  a: {ask: "A?", type: yes_no}
  b: {ask: "B?", type: number, if: a == "yes"}
  c: {say: "Je zei {b}."}
"""

    problem = only(tmp_path, lines)

    assert (problem.code, problem.severity) == ("F006", Severity.ERROR)


def test_a_text_shown_only_with_its_answer_has_no_gap(tmp_path: Path) -> None:
    lines = '  b: {ask: "B?", type: number, min: 0}\n  c: {say: "Je zei {b}.", if: b >= 0}\n'

    assert [one for one in problems(tmp_path, lines) if one.code == "F006"] == []


def test_a_translation_that_lacks_a_placeholder_is_an_error(tmp_path: Path) -> None:
    found = translated(tmp_path, 'msgctxt "small.first.a.say"\nmsgid "Hoi {pot}"\nmsgstr "Hi"\n')

    assert "I003" in codes_at(found, "small.po")


def test_a_fuzzy_translation_is_an_error(tmp_path: Path) -> None:
    entry = '#, fuzzy\nmsgctxt "small.first.a.say"\nmsgid "Hoi {pot}"\nmsgstr "Hi {pot}"\n'

    assert "I002" in codes_at(translated(tmp_path, entry), "small.po")


@pytest.mark.parametrize(
    ("text", "code"),
    [("  ", "I001"), (r"Hi\n{pot}", "I006"), (r"Hi {pot}\n", "I006"), ("Hi\u202e {pot}", "I006")],
)
def test_a_translation_that_would_be_sent_empty_or_torn_is_an_error(
    tmp_path: Path, text: str, code: str
) -> None:
    entry = f'msgctxt "small.first.a.say"\nmsgid "Hoi {{pot}}"\nmsgstr "{text}"\n'

    assert codes_at(translated(tmp_path, entry), "small.po") == [code]


def test_a_translation_of_an_older_source_is_an_error(tmp_path: Path) -> None:
    entry = 'msgctxt "small.first.a.say"\nmsgid "Dag {pot}"\nmsgstr "Bye {pot}"\n'

    assert "I004" in codes_at(translated(tmp_path, entry), "small.po")


def test_a_missing_translation_is_reported_at_its_source(tmp_path: Path) -> None:
    entry = 'msgctxt "small.first.b.say"\nmsgid "B"\nmsgstr "B"\n'

    assert "I001" in codes_at(translated(tmp_path, entry), "first.yaml")


def test_a_file_that_cannot_be_read_is_one_fault_and_not_one_for_each_of_its_texts(
    tmp_path: Path,
) -> None:
    found = translated(tmp_path, 'msgctxt "small.first.a.say"\nmsgid "Hoi {pot}"\nmsgstr "Hi\n')

    assert [(one.code, Path(one.file).name) for one in found] == [("I005", "small.po")]


def test_a_label_too_long_in_one_language_is_found_in_its_file(tmp_path: Path) -> None:
    lines = '  q: {ask: "Wat?", choices: {a: "Ja", b: "Nee"}}\n'
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, en]"), first=steps(lines))
    folder = tmp_path / "locales" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entry = 'msgctxt "small.first.q.a"\nmsgid "Ja"\nmsgstr "Yes, certainly, of course"\n\n'
    rest = "".join(
        f'msgctxt "small.first.q.{key}"\nmsgid "{source}"\nmsgstr "{source}"\n\n'
        for key, source in (("ask", "Wat?"), ("b", "Nee"))
    )
    (folder / "small.po").write_text(PO + entry + rest, encoding="utf-8")

    found = check_library(
        load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
    )

    (problem,) = [one for one in found if one.code == "L001"]
    assert Path(problem.file).name == "small.po"


def test_a_picture_that_is_more_than_a_drawing_is_refused_by_name(tmp_path: Path) -> None:
    make(tmp_path, first=steps('  hello: {say: "Hoi!", picture: trap}\n'))
    (tmp_path / "assets" / "images" / "trap.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256"><script/></svg>'
    )
    (problem,) = check_library(
        load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
    )

    assert problem.code == "F025"
    assert "trap.svg has a <script>" in problem.message


def test_a_label_too_long_for_its_card_names_card_language_and_words(tmp_path: Path) -> None:
    lines = (
        '  mood: {ask: "Hoe is het?", choices: {\n'
        '    a: {label: "Onuitsprekelijkheid", picture: pot},\n'
        '    b: {label: "Goed", picture: pot}, c: {label: "Beter", picture: pot},\n'
        '    d: {label: "Best", picture: pot}, e: {label: "Top", picture: pot}}}\n'
    )
    problem = only(tmp_path, lines)

    assert problem.code == "L008"
    assert "card mood in nl: `Onuitsprekelijkheid` does not fit" in problem.message
    assert (problem.line, marked(problem)) == (10, '"Onuitsprekelijkheid"')


def test_a_text_message_in_another_script_has_less_room(tmp_path: Path) -> None:
    question = "Hoe het gaat met je. " * 10
    lines = f'  a: {{ask: "{question}", choices: {{a: "Goed", b: "Slecht"}}}}\n'

    assert problems(tmp_path, lines) == []
    polish = problems(tmp_path, lines.replace("Hoe", "Hoę"))
    assert [one.code for one in polish] == ["L006", "L007"]
    assert "takes 4 parts in nl" in polish[0].message


def test_signs_that_are_made_simple_for_sms_are_no_fault(tmp_path: Path) -> None:
    assert problems(tmp_path, '  a: {ask: "“Ja” – of ’t\u00a0past…", type: text}\n') == []


def test_a_button_of_the_bot_that_is_too_long_in_a_language_is_found(tmp_path: Path) -> None:
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, en]"))
    folder = tmp_path / "locales" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entry = 'msgctxt "polsbot.later"\nmsgid "Later"\nmsgstr "Later, but not today"\n'
    for said, wanted in (("", []), (" please", ["L001"])):
        (folder / "polsbot.po").write_text(PO + entry.replace('today"', f'today{said}"'))
        found = check(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
        assert [one.code for one in found if one.code.startswith("L")] == wanted


def test_a_number_that_is_shown_backwards_in_arabic_is_found(tmp_path: Path) -> None:
    make(tmp_path, study=STUDY.replace("[nl]", "[nl, ar]"), first=steps('  a: {say: "Bel 0800"}\n'))
    folder = tmp_path / "locales" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for number, wanted in (
        ("0800-0113", ["I009"]),
        ("14 0123456", ["I009"]),
        ("\u20660800-0113\u2069", []),
        ("31/12/2025", []),
        ("1 3", []),
    ):
        entry = f'msgctxt "small.first.a.say"\nmsgid "Bel 0800"\nmsgstr "مثلا {number}"\n'
        (folder / "small.po").write_text(PO + entry)
        found = check(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
        assert [one.code for one in found if Path(one.file).name == "small.po"] == wanted, number
