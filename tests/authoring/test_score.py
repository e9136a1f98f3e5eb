import json
from pathlib import Path

import pytest

from bot.authoring.score import CorpusError, Outcome, print_score, score, score_json
from bot.content.lexicon import load_lexicons
from bot.engine.replies.lexicon import Lexicon

LOCALES = Path(__file__).parents[2] / "locales"
HEAD = """
today: "2026-11-22"
questions:
  well:
    type: "yes_no"
    codes: ["yes", "no"]
    labels: {nl: ["Ja", "Nee"]}
rows:
"""


@pytest.fixture(scope="module")
def lexicons() -> dict[str, Lexicon]:
    return load_lexicons(LOCALES)


def outcome_of(row: str, folder: Path, lexicons: dict[str, Lexicon]) -> Outcome:
    path = folder / "corpus.yaml"
    path.write_text(HEAD + f"- {{lang: nl, q: well, cat: x, {row}}}\n", encoding="utf-8")
    return score(path, lexicons).rows[0].outcome


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ('reply: "ja", expect: "yes"', Outcome.RIGHT),
        ('reply: "stop", expect: "stop"', Outcome.RIGHT),
        ('reply: "ik wil dood", expect: "human"', Outcome.RIGHT),
        ('reply: {voice: true}, expect: "unclear"', Outcome.RIGHT),
        ('reply: "blurb", expect: "yes"', Outcome.RE_ASK),
        ('reply: "ja", expect: "no"', Outcome.WRONG_VALUE),
        ('reply: "ja", expect: "unclear"', Outcome.WRONG_VALUE),
        ('reply: "ja", expect: "stop"', Outcome.MISSED_STOP),
        ('reply: "stop", expect: "unclear"', Outcome.FALSE_STOP),
        ('reply: "help", expect: "yes"', Outcome.OTHER_COMMAND),
    ],
)
def test_every_miss_has_its_name(
    row: str, outcome: Outcome, tmp_path: Path, lexicons: dict[str, Lexicon]
) -> None:
    assert outcome_of(row, tmp_path, lexicons) is outcome


def test_one_wrong_value_is_under_the_bar_and_is_told_with_its_line(
    tmp_path: Path, lexicons: dict[str, Lexicon]
) -> None:
    path = tmp_path / "corpus.yaml"
    row = '- {lang: nl, q: well, cat: x, reply: "ja", expect: "yes"}\n'
    wrong = '- {lang: nl, q: well, cat: x, reply: "ja", expect: "no"}\n'
    path.write_text(HEAD + row * 200 + wrong, encoding="utf-8")
    found = score(path, lexicons)
    assert not found.is_good
    assert "corpus.yaml:209: wrong value" in print_score(found)
    assert json.loads(score_json(found))["counts"]["wrong value"] == 1


@pytest.mark.parametrize(
    "text", ["[", "today: 1\n", HEAD + '- {lang: nl, q: nope, cat: x, reply: "", expect: ""}\n']
)
def test_a_file_that_is_no_corpus_is_refused(
    text: str, tmp_path: Path, lexicons: dict[str, Lexicon]
) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError):
        score(path, lexicons)
