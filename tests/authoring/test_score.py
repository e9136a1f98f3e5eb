import json
import re
from pathlib import Path

import pytest

from bot.authoring.corpus import CorpusError
from bot.authoring.score import Outcome, print_score, score, score_json
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


ROW = '- {lang: nl, q: well, cat: x, reply: "ja", expect: "yes"}\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "this is no YAML"),
        ("hello", "names with values"),
        ("today: 1\n", "a corpus needs questions, rows"),
        ((HEAD + ROW).replace("-22", "-32"), "write a date"),
        ((HEAD + ROW).replace("yes_no", "nope"), "the type is nope"),
        ((HEAD + ROW).replace('type: "yes_no"', "min: 1"), "the type is None"),
        ((HEAD + ROW).replace("codes:", 'min: "x"\n    codes:'), "question well: min"),
        ('today: "2026-11-22"\nquestions: [well]\nrows: []\n', "questions"),
        (HEAD.rstrip() + " []", "no rows"),
        (HEAD.rstrip() + " 3", "rows is no list"),
        (HEAD + "- hello\n", "corpus.yaml:9"),
        (HEAD + ROW.replace("q: well", "q: nope"), "corpus.yaml:9: there is no question nope"),
        (HEAD + ROW.replace(', expect: "yes"', ""), "corpus.yaml:9: the row needs expect"),
        (HEAD + ROW.replace('"ja"', "5"), 'write it in quotes, "5"'),
    ],
)
def test_a_file_that_is_no_corpus_is_refused_with_its_place(
    text: str, message: str, tmp_path: Path, lexicons: dict[str, Lexicon]
) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=re.escape(message)):
        score(path, lexicons)


def test_a_file_that_is_not_there_or_no_text_is_refused(
    tmp_path: Path, lexicons: dict[str, Lexicon]
) -> None:
    with pytest.raises(CorpusError, match="there is no file"):
        score(tmp_path / "none.yaml", lexicons)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError, match="UTF-8"):
        score(tmp_path / "bytes.yaml", lexicons)


def test_a_corpus_is_not_scored_without_a_lexicon(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="--locales"):
        score(tmp_path / "corpus.yaml", {})


def test_a_language_without_a_lexicon_is_told(tmp_path: Path, lexicons: dict[str, Lexicon]) -> None:
    path = tmp_path / "corpus.yaml"
    path.write_text(HEAD + ROW.replace("nl", "xx"), encoding="utf-8")
    found = score(path, lexicons)
    assert "no lexicon for xx" in print_score(found)
    assert json.loads(score_json(found))["without_lexicon"] == ["xx"]
