"""A revision is frozen content: same content, same hash; its stored form loses nothing."""

import time
from pathlib import Path

import pytest

from bot.content.library import load_library
from bot.content.revision import dump_revision, load_revision
from tests.content.studies import FIRST, load, steps

ROOT = Path(__file__).parents[2]


def test_the_stored_form_loses_nothing() -> None:
    library = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")

    for revision in library.studies["klantmonitor"].flows.values():
        assert load_revision(dump_revision(revision)) == revision


def test_every_kind_of_value_survives(tmp_path: Path) -> None:
    flow = steps("""\
  d: {ask: "Wanneer?", type: date, min: 2020-01-31}
  n: {ask: "Hoeveel?", type: number, min: -5}
  q: {ask: "Wat?", choices: {1: "A", one: "B"}}
  w: {arm: [a, b], if: q == 1}
""")
    revision = load(tmp_path, first=flow).studies["small"].flows["first"]

    read = load_revision(dump_revision(revision))

    assert read.flow == revision.flow
    assert [choice.code for choice in read.flow.steps[2].choices] == [1, "one"]


def test_a_changed_word_is_another_revision(tmp_path: Path) -> None:
    before = load(tmp_path).studies["small"].flows["first"]
    after = load(tmp_path, first=FIRST.replace("Waarom?", "Hoezo?")).studies["small"].flows["first"]

    assert before.hash != after.hash


def test_a_moved_line_is_the_same_revision(tmp_path: Path) -> None:
    before = load(tmp_path).studies["small"].flows["first"]
    after = load(tmp_path, first="# more\n\n" + FIRST).studies["small"].flows["first"]

    assert before.hash == after.hash


def test_what_is_no_stored_form_is_refused() -> None:
    with pytest.raises(ValueError):
        load_revision('{"flow": 1}')


def test_a_large_flow_is_ready_in_a_moment(tmp_path: Path) -> None:
    lines = "".join(
        f'  s{number}: {{ask: "Vraag {number}?", scale: how_much, skip: false}}\n'
        for number in range(100)
    )
    library = load(tmp_path, first=steps(lines))
    stored = dump_revision(library.studies["small"].flows["first"])
    load_revision(stored)

    began = time.perf_counter()
    load_revision(stored)

    assert time.perf_counter() - began < 0.5  # about 1 ms; only a runaway fails
