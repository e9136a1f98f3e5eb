"""Faults of study, flow and bank files, each with its line and a way to mend it."""

from pathlib import Path

import pytest

from bot.content.library import load_library
from bot.content.problem import Problem
from tests.content.studies import ITEMS, SCALES, STUDY, codes, load, make, steps


def study_problem(tmp_path: Path, before: str, after: str) -> Problem:
    assert before in STUDY
    (problem,) = load(tmp_path, study=STUDY.replace(before, after)).problems
    return problem


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("sender_name:", "sender:", "F001"),
        ("[whatsapp, sms]", "[whatsapp, fax]", "F016"),
        ("[whatsapp, sms]", "[sms, sms]", "F011"),
        ("[whatsapp, sms]", "sms", "F016"),
        ("[nl]", "[nl, xx-yy]", "F016"),
        ("study: small", "study: large", "F024"),
        ("flow: first", "flow: frist", "F009"),
        ("from: first", "from: frist", "F009"),
        ("14 days", "fortnight", "F016"),
        ("times: 26", "times: 0", "F016"),
        ("times: 26", "times: 26.5", "F016"),
        ("{after: 1 day}", "{after: 9 days}", "F016"),
        ("{after: 1 day}", "1 day", "F016"),
        ("close: 7 days", "close: [7]", "F016"),
        ("mon-sat", "mon-zat", "F016"),
        ('from: "10:00"', 'from: "19:30"', "F016"),
        ('from: "10:00"', 'from: "24:00"', "F016"),
        ("Europe/Amsterdam", "Europe/Amsterdamn", "F016"),
        ("3 silent waves", "three", "F016"),
        ("tries: 2", "tries: 20", "F016"),
        ("2 EUR", "2.5 EUR", "F016"),
        ("2 EUR", "0 EUR", "F016"),
        ("pay_out_every: 6 EUR", "pay_out_every: 6 USD", "F016"),
        ("pay_out_every: 6 EUR", "pay_out_every: 1 EUR", "F016"),
        ("as: voucher", "as: cash", "F016"),
    ],
)
def test_a_fault_of_the_study_is_told(tmp_path: Path, before: str, after: str, code: str) -> None:
    problem = study_problem(tmp_path, before, after) if code != "F001" else None
    found = [problem.code] if problem else codes(load(tmp_path, study=STUDY.replace(before, after)))

    assert code in found


def test_days_may_run_over_the_weekend(tmp_path: Path) -> None:
    library = load(tmp_path, study=STUDY.replace("mon-sat", "fri-mon"))

    assert library.studies["small"].hours.days == {4, 5, 6, 0}


def test_a_misspelled_key_names_the_right_one(tmp_path: Path) -> None:
    (problem,) = load(tmp_path, study=STUDY.replace("reminders:", "remainders:")).problems

    assert problem.suggestion == "did you mean `reminders`?"
    assert problem.excerpt.startswith("remainders")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/b", "..", "a.svg", "Pot"])
def test_a_picture_is_a_name_and_never_a_path(tmp_path: Path, name: str) -> None:
    (problem,) = load(tmp_path, first=steps(f'  a: {{say: "A", picture: "{name}"}}\n')).problems

    assert problem.code == "F021"


def test_a_picture_that_is_a_link_is_not_there(tmp_path: Path) -> None:
    make(tmp_path, first=steps('  a: {say: "A", picture: secret}\n'))
    (tmp_path / "secret.svg").write_text("<svg/>")
    (tmp_path / "assets" / "images" / "secret.svg").symlink_to(tmp_path / "secret.svg")

    library = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert "secret" not in library.pictures
    assert codes(library) == ["F021", "F008"]


def test_a_fault_of_the_bank_is_told_once_however_many_use_it(tmp_path: Path) -> None:
    library = load(tmp_path, items=ITEMS.replace("scale: how_much}", "scale: how_many}"))

    assert codes(library) == ["F009"]
    assert library.problems[0].suggestion == "did you mean `how_much`?"


def test_an_item_nobody_uses_is_read_too(tmp_path: Path) -> None:
    library = load(tmp_path, items=ITEMS + '  odd: {ask: "Wat?", type: nothing}\n')

    assert codes(library) == ["F016"]


def test_a_scale_may_not_be_used_without_its_bank(tmp_path: Path) -> None:
    flow = steps('  a: {ask: "A?", scale: how_much}\n').replace(
        "use: [common/scales", "use: [common/x"
    )

    assert set(codes(load(tmp_path, first=flow))) == {"F009"}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ('  a: {ask: "A?", choices: {1: "A", 1: "B"}}\n', "F011"),
        ('  a: {ask: "A?", choices: {01: "A", 2: "B"}}\n', "F014"),
        ('  a: {ask: "A?", choices: {skip: "A", b: "B"}}\n', "F014"),
        ('  a: {ask: "A?", choices: {a: "A"}}\n', "F016"),
        ('  a: {ask: "A?", choices: [a, b]}\n', "F016"),
        ('  a: {ask: "A?", choices: {a: "A", b: {text: "B"}}}\n', "F017"),
        ('  a: {ask: "A?", type: yes_no, choices: {maybe: "A", no: "B"}}\n', "F023"),
        ('  a: {ask: "A?", type: text, choices: {b: "A", c: "B"}}\n', "F023"),
        ('  a: {ask: "A?", type: picture, choices: {b: "A"}}\n', "F016"),
        ('  a: {ask: "A?", type: number, min: 5, max: 1}\n', "F016"),
        ('  a: {ask: "A?", type: date, min: 31-12-2020}\n', "F016"),
        ('  a: {ask: "A?", say: "B", type: text}\n', "F023"),
        ('  a: {ask: "", type: text}\n', "F016"),
        ("  a: ask\n", "F016"),
        ("  a:\n", "F016"),
        ('  a: {repeat: 3, ask: "A?", type: text}\n', "F020"),
        ("  a: {arm: [one]}\n", "F016"),
        ("  a: {end: sometimes}\n", "F016"),
        ('  a: {item: nothing, ask: "A?"}\n', "F009"),
        ("  a: {rotate: [stress, nothing]}\n", "F009"),
        ('  1a: {say: "A"}\n', "F014"),
        (f'  {"a" * 41}: {{say: "A"}}\n', "F014"),
        ('  a: {section: A, steps: {b: {section: B, steps: {c: {say: "C"}}}}}\n', "F023"),
        ('  a: {say: "A", if: "import os"}\n', "F018"),
        ('  a: {say: "A", if: "f(1) == 2"}\n', "F018"),
    ],
)
def test_a_fault_of_a_step_is_told(tmp_path: Path, lines: str, code: str) -> None:
    library = load(tmp_path, first=steps(lines))

    assert code in codes(library)
    assert all(Path(problem.file).name == "first.yaml" for problem in library.problems)
    assert "first" not in library.studies["small"].flows


def test_a_scale_needs_choices(tmp_path: Path) -> None:
    assert "F017" in codes(load(tmp_path, scales=SCALES.partition("    choices")[0]))


def test_a_broken_po_file_is_told_with_its_line(tmp_path: Path) -> None:
    make(tmp_path)
    folder = tmp_path / "locales" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "small.po").write_text('msgid "a"\nmsgstr "b"\nnonsense\n')

    library = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert [(problem.code, problem.line) for problem in library.problems] == [("I005", 3)]
