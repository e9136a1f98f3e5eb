from datetime import date
from pathlib import Path

import pytest

from bot.content.lexicon import load_lexicons
from bot.engine.flow import AnswerType
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Question

LOCALES = Path(__file__).parents[3] / "locales"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def lexicons() -> dict[str, Lexicon]:
    return load_lexicons(LOCALES)


@pytest.fixture(scope="session")
def questions() -> dict[str, Question]:
    """One question of every type, with labels in Dutch and Turkish."""
    scale = {
        "nl": ("Geen stress", "Een beetje stress", "Best wel stress", "Veel stress", "Heel veel"),
        "tr": ("Stres yok", "Biraz stres", "Orta stres", "Çok stres", "Çok fazla stres"),
    }
    helped = {"nl": ("Coach", "Hulp met brieven", "Voedselbank", "Geen van deze")}
    return {
        "scale": Question(AnswerType.CHOICE, TODAY, (1, 2, 3, 4, 5), scale),
        "yes_no": Question(AnswerType.YES_NO, TODAY, ("yes", "no"), {"nl": ("Ja", "Nee")}),
        "choices": Question(
            AnswerType.CHOICES,
            TODAY,
            ("coach", "letters", "food", "none"),
            helped,
            exclusive=frozenset({"none"}),
        ),
        "picture": Question(AnswerType.PICTURE, TODAY, ("sun", "rain"), {"nl": ("Zon", "Regen")}),
        "language": Question(
            AnswerType.LANGUAGE, TODAY, ("nl", "tr"), {"nl": ("Nederlands", "Türkçe")}
        ),
        "number": Question(AnswerType.NUMBER, TODAY, low=0, high=99),
        "amount": Question(AnswerType.AMOUNT, TODAY, low=0, high=100_000_000),
        "date": Question(AnswerType.DATE, TODAY, low=date(1950, 1, 1), high=TODAY),
        "text": Question(AnswerType.TEXT, TODAY),
    }
