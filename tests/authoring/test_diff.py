"""One column holds one meaning: what a changed flow does to the data before it is known."""

from pathlib import Path

import pytest

from bot.authoring.diff import Change, Verdict, changes, verdict_of
from bot.content.revision import Revision
from tests.content.studies import load, steps

MOOD = '  mood: {ask: "Hoe gaat het?", choices: {1: "Slecht", 2: "Gaat", 3: "Goed"}}\n'
DEBTS = '  debts: {ask: "Hoeveel schulden?", type: number}\n'
WHY = '  why: {ask: "Waarom?", type: text, special: true}\n'
TOTAL = '  total: {set: "(debts or 0) + 1", type: number}\n'
BEFORE = MOOD + DEBTS + WHY + TOTAL


def revision(folder: Path, lines: str) -> tuple[Revision, set[str]]:
    library = load(folder, first=steps(lines))
    assert [one for one in library.problems if one.code != "F008"] == []
    return library.studies["small"].flows["first"], set(library.drafts["small", "first"].retired)


def differ(folder: Path, lines: str, *older: str) -> list[Change]:
    published = [revision(folder, one)[0] for one in (*older, BEFORE)]
    return changes(published, *revision(folder, lines))


def test_the_same_flow_differs_in_nothing(tmp_path: Path) -> None:
    assert differ(tmp_path, BEFORE) == []


def test_what_was_never_published_is_safe(tmp_path: Path) -> None:
    assert changes([], *revision(tmp_path, BEFORE)) == []


@pytest.mark.parametrize(
    ("was", "is_now", "step", "said"),
    [
        (DEBTS, DEBTS.replace("number", "amount"), "debts", "was a number and would be cents"),
        (DEBTS, DEBTS.replace("number", "text"), "debts", "would be words"),
        ('"Hoe gaat het?", ', '"Hoe gaat het?", type: choices, ', "mood", "a list of codes"),
        ('1: "Slecht", 2: "Gaat", 3: "Goed"', '1: "Goed", 2: "Gaat", 3: "Slecht"', "mood",
         "codes change meaning"),
        ('choices: {1: "Slecht"', 'reverse: true, choices: {1: "Slecht"', "mood", "turned round"),
        (", special: true", "", "why", "would be published now"),
        ("(debts or 0) + 1", "(debts or 0) + 2", "total", "reckoned otherwise"),
    ],
    ids=["money", "words", "many", "swapped", "reverse", "special", "set"],
)  # fmt: skip
def test_two_meanings_in_one_column_break_the_data(
    tmp_path: Path, was: str, is_now: str, step: str, said: str
) -> None:
    found = differ(tmp_path, BEFORE.replace(was, is_now))

    broken = [one for one in found if one.verdict is Verdict.BREAKS]
    assert {one.step for one in broken} == {step}
    assert any(said in one.what for one in broken)
    assert verdict_of(found) is Verdict.BREAKS


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("Hoe gaat het?", "Hoe is het met je?", "reads"),
        ('3: "Goed"', '3: "Goed", 4: "Heel goed"', "has a new choice 4"),
        ('2: "Gaat", ', "", "has no choice 2 any more"),
        ('2: "Gaat"', '2: "Gaat wel"', 'says "Gaat wel" for 2'),
        ('den?", type: number}', 'den?", type: number, min: 0}', "has another `min:`"),
        ("type: text, special", "type: text, if: debts > 1, special", "has another `if:`"),
        ('"Hoe gaat het?", ', '"Hoe gaat het?", type: picture, ', "has another `type:`"),
        ("  why:", '  more: {ask: "En?", type: text}\n  why:', "is asked anew"),
    ],
    ids=["words", "choice", "fewer", "label", "bound", "if", "shape", "step"],
)
def test_what_leaves_each_column_its_meaning_is_safe(
    tmp_path: Path, was: str, is_now: str, said: str
) -> None:
    found = differ(tmp_path, BEFORE.replace(was, is_now))

    assert verdict_of(found) is Verdict.SAFE
    assert any(said in one.what for one in found)


def test_a_step_that_goes_leaves_its_name_to_nobody(tmp_path: Path) -> None:
    gone = MOOD + WHY
    (debts, total) = sorted(differ(tmp_path, gone), key=lambda one: one.step)

    assert (debts.verdict, debts.step) == (Verdict.NEEDS_RETIRED, "debts")
    assert debts.mend == "write retired: [debts]"
    assert total.step == "total"
    retired = differ(tmp_path, gone + "retired: [debts, total]\n")
    assert verdict_of(retired) is Verdict.SAFE


def test_a_name_counts_as_it_was_used_last_however_long_ago(tmp_path: Path) -> None:
    without = MOOD + WHY

    found = differ(tmp_path, BEFORE.replace(DEBTS, DEBTS.replace("number", "date")), without)

    assert ("debts", Verdict.BREAKS) in {(one.step, one.verdict) for one in found}
    assert any(one.what == "is asked again after a time" for one in found)


def test_what_touches_no_column_is_told_in_one_line(tmp_path: Path) -> None:
    found = differ(tmp_path, BEFORE + '  bye: {say: "Dag!"}\n')

    assert [one.step for one in found] == [""]
    assert verdict_of(found) is Verdict.SAFE
