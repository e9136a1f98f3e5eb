"""Which choices a participant sees, and what a digit means then."""

from datetime import date

import pytest

from bot.engine.asking import Words, choices_of, question, reply_question
from bot.engine.flow import AnswerType, Choice, Code, Flow, Kind, Step, Value
from bot.engine.run import Run

CODES: tuple[Code, ...] = (1, 2, 3, 4, 5, "none")


def scale(*codes: Code) -> Step:
    choices = tuple(Choice(code, f"t.{code}") for code in codes)
    return Step("stress", Kind.ASK, text="t.stress", type=AnswerType.CHOICE, choices=choices)


def run(**facts: Value) -> Run:
    return Run("r", "h", "p", "nl", step="stress", facts=facts)


def codes(step: Step, of: Run) -> list[Code]:
    return [choice.code for choice in choices_of(step, of)]


def test_a_scale_of_five_has_three_steps_for_who_chose_three() -> None:
    assert codes(scale(*CODES), run(**{"baseline.scale_form": "three"})) == [1, 3, 5, "none"]


def test_the_choice_of_three_holds_at_once_in_the_run_in_which_it_is_made() -> None:
    chosen = Run("r", "h", "p", "nl", answers={"scale_form": "three"})

    assert codes(scale(*CODES), chosen) == [1, 3, 5, "none"]


@pytest.mark.parametrize("form", ["five", None])
def test_a_scale_stays_whole_for_who_did_not_choose_three(form: str | None) -> None:
    assert codes(scale(*CODES), run(**{"baseline.scale_form": form})) == list(CODES)
    assert codes(scale(*CODES), run()) == list(CODES)


@pytest.mark.parametrize("other", [(1, 2, 3, 4), (0, 1, 2, 3, 4), ("a", "b", "c", "d", "e")])
def test_other_choices_are_whole_for_who_chose_three(other: tuple[Code, ...]) -> None:
    assert codes(scale(*other), run(**{"baseline.scale_form": "three"})) == list(other)


def test_the_digits_of_three_steps_count_from_1_and_mean_1_3_and_5() -> None:
    three = run(**{"baseline.scale_form": "three"})
    step = scale(*CODES)
    flow = Flow("small", "test", "Small", "nl", (step,), languages=("nl",))
    words = {"nl": {choice.label: str(choice.code) for choice in step.choices}}
    asked = reply_question(flow, three, Words(words), date(2026, 1, 1))

    assert [shown.number for shown in question(step, three).choices] == [1, 2, 3, 4, None]
    assert asked is not None
    assert asked.codes == (1, 3, 5, "none")
    assert asked.labels["nl"] == ("1", "3", "5", "none")
