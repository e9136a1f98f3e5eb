"""Whatever happens to a file, there is a list of problems and never a traceback."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.authoring.check import check_library
from bot.authoring.check.render import FORMATS, render
from tests.content.studies import FIRST, ITEMS, SCALES, STUDY, load

WORDS = st.sampled_from(
    [
        *("\n", "  ", ":", ": ", "{", "}", "[", "]", '"', "'", "-", ",", "#", "0", "99999999999"),
        *("if: ", "stress", "wave", "check: ", "set: ", "item: ", "scale: ", "use: [x/y]", "null"),
        *("type: number", "type: choices", "choices: {}", "steps:", "ask: ", "say: ", "end: "),
        *("{first_name}", "{x}", "{", "in", "not", "== 3", ">= 'a'", "/ 0", "*", "min: 3", "\t"),
        *(
            "rotate: [calm]",
            "section: X",
            "pictures: face",
            "unknown: true",
            "arm: [a, b]",
            "é",
            "م",
        ),
    ]
)
CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), WORDS), min_size=1, max_size=4)
FILES = {"study": STUDY, "first": FIRST, "scales": SCALES, "items": ITEMS}


def mutated(text: str, cuts: Sequence[tuple[float, int, str]]) -> str:
    for where, length, word in cuts:
        at = int(where * len(text))
        text = text[:at] + word + text[at + length :]
    return text


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=CUTS)
def test_a_spoilt_file_gives_problems_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, name: str, cuts: list[tuple[float, int, str]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("study")

    library = load(folder, **{name: mutated(FILES[name], cuts)})
    problems = check_library(library)

    for form in FORMATS:
        render(problems, form)
