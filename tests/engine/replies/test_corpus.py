"""The corpora of real replies: our own, and the shared one where it is at hand."""

from pathlib import Path

import pytest

from bot.authoring.score import Outcome, print_score, score
from bot.engine.replies.lexicon import Lexicon

ROOT = Path(__file__).parents[3]
OWN = ROOT / "tests" / "replies" / "replies.yaml"
SHARED = ROOT.parent / "shared" / "replies" / "replies.yaml"


def test_our_own_replies_meet_the_bar(lexicons: dict[str, Lexicon]) -> None:
    found = score(OWN, lexicons)
    assert found.is_good, print_score(found)


def test_persian_has_its_own_rows(lexicons: dict[str, Lexicon]) -> None:
    rows = [scored.row for scored in score(OWN, lexicons).rows if scored.row.language == "fa"]
    assert len(rows) >= 60
    assert {row.type for row in rows} >= {"scale", "yes_no", "choice", "choices", "number", "date"}


def test_the_shared_replies_meet_the_bar(lexicons: dict[str, Lexicon]) -> None:
    if not SHARED.exists():
        pytest.skip("the shared corpus is not here")
    found = score(SHARED, lexicons)
    assert found.is_good, print_score(found)
    assert found.count(Outcome.MISSED_STOP) == 0
