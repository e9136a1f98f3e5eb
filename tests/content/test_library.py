"""What a study's files become, and that a broken file stops nothing but itself."""

from datetime import time, timedelta
from pathlib import Path

from bot.content.library import load_library
from bot.engine.flow import AnswerType, Kind, RunStatus
from tests.content.studies import FIRST, STUDY, codes, load, make, steps

ROOT = Path(__file__).parents[2]


def test_the_klantmonitor_has_no_problem_but_undrawn_pictures() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    assert [problem for problem in library.problems if problem.code != "F008"] == []
    assert set(library.studies["klantmonitor"].flows) == {"baseline", "periodic"}


def test_every_language_of_the_klantmonitor_is_offered() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    for revision in library.studies["klantmonitor"].flows.values():
        assert revision.flow.languages == ("nl", "en", "tr", "ar", "pl", "uk", "fa")


def test_a_study_is_read_with_its_rules(tmp_path: Path) -> None:
    library = load(tmp_path)

    study = library.studies["small"]
    assert library.problems == []
    assert study.waves[1].every == timedelta(days=14)
    assert study.waves[1].start == "first"
    assert study.reminders[1].channel == "other"
    assert (study.hours.start, study.hours.until) == (time(10), time(19))
    assert study.hours.days == frozenset(range(6))
    assert study.pause_after == 3
    assert study.reward is not None
    assert (study.reward.cents, study.reward.pay_out_every) == (200, 600)


def test_a_run_takes_the_rules_it_needs_along(tmp_path: Path) -> None:
    policy = load(tmp_path).studies["small"].flows["first"].flow.policy

    assert policy.reminders == (timedelta(days=1), timedelta(days=3))
    assert policy.close == timedelta(days=7)
    assert policy.reward is not None
    assert policy.reward.cents == 200


def test_an_item_keeps_the_text_keys_of_the_bank(tmp_path: Path) -> None:
    flow = load(tmp_path).studies["small"].flows["first"].flow

    stress = flow.steps[0]
    assert stress.text == "common.items.stress.ask"
    assert [choice.label for choice in stress.choices] == [
        f"common.scales.how_much.{code}" for code in (1, 2, 3)
    ]
    assert [choice.picture for choice in stress.choices] == ["stress-1", "stress-2", "stress-3"]


def test_keys_of_a_step_win_over_those_of_its_item(tmp_path: Path) -> None:
    flow = steps('  stress: {item: stress, ask: "En nu?", skip: false}\n')

    step = load(tmp_path, first=flow).studies["small"].flows["first"].flow.steps[0]

    assert step.text == "small.first.stress.ask"
    assert not step.skip


def test_a_rotation_gives_each_item_its_wave(tmp_path: Path) -> None:
    flow = load(tmp_path).studies["small"].flows["again"].flow

    assert [(step.name, step.rotation) for step in flow.steps] == [
        ("stress", (0, 2)),
        ("calm", (1, 2)),
    ]


def test_a_section_flattens_with_its_condition_and_a_break(tmp_path: Path) -> None:
    flow = steps("""\
  stress: {item: stress}
  part:
    section: Deel een
    if: stress > 1
    steps:
      one: {ask: "Een?", type: yes_no}
      two: {ask: "Twee?", type: yes_no, if: one == "yes"}
  three: {ask: "Drie?", type: yes_no}
""")

    made = load(tmp_path, first=flow).studies["small"].flows["first"].flow

    one, two = made.steps[1], made.steps[2]
    assert (one.section, two.section) == ("Deel een", "Deel een")
    assert (one.break_after, two.break_after) == (False, True)
    assert one.when is not None
    assert one.when.source == "stress > 1"
    assert two.when is not None
    assert two.when.source == '(stress > 1) and (one == "yes")'


def test_no_break_is_offered_when_nothing_follows(tmp_path: Path) -> None:
    flow = steps('  part: {section: Deel, steps: {one: {ask: "Een?", type: yes_no}}}\n')

    made = load(tmp_path, first=flow).studies["small"].flows["first"].flow

    assert not made.steps[0].break_after


def test_each_kind_of_step_is_read(tmp_path: Path) -> None:
    flow = steps("""\
  language: {ask: "Welke taal?", type: language}
  consent: {ask: "Doe je mee?", type: yes_no, consent: study}
  owed: {ask: "Hoeveel?", type: amount, min: 1, max: 99.50, confirm: owed > 5000}
  born: {ask: "Wanneer?", type: date, max: 2020-12-31}
  many: {ask: "Wat?", choices: {a: "A", b: {label: "B", exclusive: true}}, type: choices}
  know: {ask: "Ja?", type: yes_no, unknown: true}
  group: {arm: [left, right]}
  total: {set: (owed or 0) + 1, type: amount}
  bye: {end: stopped, if: total > 5}
""")

    made = load(tmp_path, first=flow).studies["small"].flows["first"].flow
    by = {step.name: step for step in made.steps}

    assert [choice.code for choice in by["language"].choices] == ["nl"]
    assert not by["language"].skip
    assert by["consent"].consent == "study"
    assert not by["consent"].skip
    assert (by["owed"].low, by["owed"].high) == (100, 9950)
    assert by["many"].choices[1].exclusive
    assert [choice.label for choice in by["know"].choices] == [
        "polsbot.yes",
        "polsbot.no",
        "polsbot.unknown",
    ]
    assert by["group"].arms == ("left", "right")
    assert by["total"].kind is Kind.SET
    assert by["total"].type is AnswerType.AMOUNT
    assert by["bye"].ends is RunStatus.STOPPED


def test_a_flow_with_an_error_does_not_stop_the_other_flow(tmp_path: Path) -> None:
    library = load(tmp_path, first=FIRST.replace("type: text", "type: tekst"))

    assert codes(library) == ["F016"]
    assert list(library.studies["small"].flows) == ["again"]


def test_a_study_with_an_error_does_not_stop_the_other_study(tmp_path: Path) -> None:
    make(tmp_path, study=STUDY.replace("7 days", "soon"))
    other = tmp_path / "flows" / "other"
    other.mkdir()
    other.joinpath("study.yaml").write_text(
        "study: other\nsender_name: Ander\nlanguages: [nl]\nchannels: [sms]\n"
    )

    library = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert list(library.studies) == ["other"]
    assert codes(library) == ["F016"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    library = load(
        tmp_path,
        first=FIRST.replace("type: text", "typ: text").replace("{pot}", "{pott}"),
        again="flow: again\nflow: again\n",
        items="bank: items\nlanguage: nl\nitems: {stress: {}}\n",
    )

    assert {Path(problem.file).name for problem in library.problems} == {
        "first.yaml",
        "again.yaml",
        "items.yaml",
    }
    assert {"F001", "F011"} <= set(codes(library))


def test_a_flow_without_its_pictures_is_still_asked(tmp_path: Path) -> None:
    make(tmp_path)
    for picture in (tmp_path / "assets" / "images").iterdir():
        picture.unlink()

    library = load_library(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")

    assert set(codes(library)) == {"F008"}
    assert set(library.studies["small"].flows) == {"first", "again"}


def test_a_missing_folder_is_an_empty_library(tmp_path: Path) -> None:
    library = load_library(tmp_path / "a", tmp_path / "b", tmp_path / "c")

    assert library.studies == {}
    assert library.problems == []
