"""`polsbot cards`: what is drawn, what cannot be, and a bar only where somebody looks."""

import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.common import progress
from bot.content.cards.prune import LIST
from bot.store.keys import generate_key
from tests.cli.runs import polsbot
from tests.content.studies import FIRST, ITEMS, make


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLSBOT_KEY", generate_key())
    return make(tmp_path)


def test_cards_are_drawn_once(home: Path) -> None:
    first, second = polsbot("cards"), polsbot("cards")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2 cards, 2 drawn now" in first.stderr
    assert "2 cards, 0 drawn now" in second.stderr
    assert len(list((home / "var" / "cards").glob("*.png"))) == 2


def test_a_card_of_old_words_stays_until_no_run_can_need_it(home: Path) -> None:
    cards = home / "var" / "cards"
    polsbot("cards")
    old = {path.name for path in cards.glob("*.png")}
    make(home, items=ITEMS.replace("Hoeveel", "Zeg hoeveel"))

    polsbot("cards")
    assert old <= {path.name for path in cards.glob("*.png")}

    noted = json.loads((cards / LIST).read_text())
    long_ago = (datetime.now(UTC).date() - timedelta(days=7 + 30)).isoformat()
    (cards / LIST).write_text(json.dumps(dict.fromkeys(noted, long_ago)))
    shown = polsbot("cards")

    assert f"{len(noted)} old ones deleted" in shown.stderr
    assert not set(noted) & {path.name for path in cards.glob("*.png")}
    assert "0 drawn now" in shown.stderr


def test_a_card_that_cannot_be_drawn_is_named(home: Path) -> None:
    make(home, first=FIRST.replace("Waarom?", "ሰላም").replace("type: text", "scale: how_much"))

    shown = polsbot("cards")

    assert shown.exit_code == 1
    assert "card why in nl: no font has" in shown.stderr


def test_cards_need_the_key_that_hides_their_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLSBOT_KEY", "")

    shown = polsbot("cards")

    assert shown.exit_code == 2


def test_a_bar_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert progress("Cards") is None
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    told = progress("Cards")
    assert told is not None
    told(1, 2)
    told(2, 2)

    assert screen.getvalue().splitlines()[-1].endswith(f"{'█' * 30} 2/2")
    assert f"Cards {'█' * 15}{'░' * 15} 1/2" in screen.getvalue()
    assert screen.getvalue().endswith("\n")
