"""The S rules: where the caret stands, and what a study may do."""

from pathlib import Path

import pytest

from bot.authoring.check import check_library
from bot.content.problem import Problem
from tests.content.studies import load, steps, study

CALM = steps('  thanks: {say: "In je pot zit {pot} euro."}\n')


def problems(tmp_path: Path, lines: str) -> list[Problem]:
    found = check_library(load(tmp_path, study=study(lines)))
    return [one for one in found if Path(one.file).name == "study.yaml"]


def test_a_reminder_after_the_close_is_marked_at_its_time(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "reminders: [{after: 1 day}, {after: 7 days}]\n")

    start = problem.column - 1
    assert problem.code == "S001"
    assert problem.excerpt[start : start + problem.width] == "7 days"


def test_the_klantmonitors_two_reminders_keep_the_measure(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == []


def test_two_single_waves_need_their_room_too(tmp_path: Path) -> None:
    lines = """\
waves:
  first: {flow: first, after_intake: 0 days}
  again: {flow: again, after_intake: 3 days}
reward: {amount: 3 EUR, pay_out_every: 6 EUR}
"""

    (problem,) = problems(tmp_path, lines)

    assert (problem.code, problem.line) == ("S005", 7)


def test_a_text_that_promises_a_reward_needs_one(tmp_path: Path) -> None:
    spoilt = study("").replace(
        "reward: {when: completed, amount: 2 EUR, pay_out_every: 6 EUR, as: voucher}\n", ""
    )

    (problem,) = check_library(load(tmp_path, study=spoilt, first=CALM))

    assert (problem.code, Path(problem.file).name) == ("S008", "first.yaml")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("countries: [NL, XX]\n", "is not a country"),
        ("pause_after: 0 silent waves\n", "1 silent wave or more"),
        ("hours: {days: mon-fri, not_on: [nl-holiday]}\n", "names no days"),
        ("hours: {days: mon-fri, not_on: [xq-holidays]}\n", "names no days"),
        ("waves: {first: {flow: first, every: 12 hours}}\n", "whole days"),
        ("waves: {first: {flow: first, after_intake: 90 minutes}}\n", "whole days"),
        ("close: 0 days\n", "no time at all"),
        ("stand_in: {nl: nl}\n", "cannot be `nl`"),
        ("reminders: [{after: 0 hours}]\n", "no time at all"),
    ],
)
def test_a_value_that_would_do_nothing_or_harm_is_refused(
    tmp_path: Path, lines: str, said: str
) -> None:
    found = problems(tmp_path, lines)

    assert [one.code for one in found] == ["F016"]
    assert said in found[0].message


def test_days_off_may_be_of_any_country_and_single_days(tmp_path: Path) -> None:
    lines = "hours: {days: mon-fri, not_on: [nl-holidays, pl-holidays, 2026-12-24]}\n"

    assert problems(tmp_path, lines) == []


def test_free_words_need_somebody_on_duty(tmp_path: Path) -> None:
    spoilt = study("").replace('duty: "+31612345678"\n', "")

    (problem,) = [one for one in check_library(load(tmp_path, study=spoilt)) if one.code[0] == "S"]

    start = problem.column - 1
    assert (problem.code, Path(problem.file).name) == ("S009", "first.yaml")
    assert problem.excerpt[start : start + problem.width] == "text"
    assert "duty:" in problem.suggestion


def test_a_study_of_closed_questions_needs_nobody_on_duty(tmp_path: Path) -> None:
    spoilt = study("").replace('duty: "+31612345678"\n', "")

    assert check_library(load(tmp_path, study=spoilt, first=CALM)) == []


def test_a_duty_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'duty: "06 12345678"\n')

    assert problem.code == "F016"


def test_a_wave_comes_once_or_again_and_again(tmp_path: Path) -> None:
    lines = "waves: {first: {flow: first, every: 14 days, after_intake: 3 days}}\n"

    (problem,) = problems(tmp_path, lines)

    assert (problem.code, problem.message) == (
        "F023", "a wave comes once, `after_intake`, or again and again, `every`",
    )  # fmt: skip


@pytest.mark.parametrize("languages", ["[]", "[nl, ti]", "[ti]"])
def test_a_language_without_any_file_is_a_fault_and_no_accident(
    tmp_path: Path, languages: str
) -> None:
    asks = steps("  language: {ask: Welke taal?, type: language}\n")
    said = study("").replace("languages: [nl]", f"languages: {languages}")
    assert languages in said

    found = check_library(load(tmp_path, study=said, first=asks))

    assert found


def test_a_language_without_templates_is_told_unless_another_stands_in(tmp_path: Path) -> None:
    said = "languages: [nl, so]\n"

    found = [one for one in problems(tmp_path / "a", said) if one.code == "S013"]
    mended = problems(tmp_path / "b", said + "stand_in: {so: nl}\n")

    assert [(one.excerpt[one.column - 1 :][: one.width], one.severity) for one in found] == [
        ("so", "warning")
    ]
    assert not [one for one in mended if one.code in ("S013", "F009", "F016")]
    (wrong,) = [
        one for one in problems(tmp_path / "c", "stand_in: {so: nl}\n") if one.code == "F009"
    ]
    assert "not a language of the study" in wrong.message
