from datetime import date
from pathlib import Path

import pytest

from bot.content.lexicon import load_lexicons
from bot.engine.flow import AnswerType
from bot.engine.replies import read_payload, understand
from bot.engine.replies.reading import Command, Commanded, Question, Tapped, Unclear, Understood

LEXICONS = load_lexicons(Path(__file__).parents[3] / "locales")
WELL = Question(AnswerType.YES_NO, date(2026, 11, 22), ("yes", "no"), {"nl": ("Ja", "Nee")})


@pytest.mark.parametrize("language", sorted(LEXICONS))
def test_stop_is_a_stop_in_every_language_with_and_without_a_question(language: str) -> None:
    for question in (WELL, None):
        reading = understand(question, "stop", LEXICONS, language)
        assert isinstance(reading, Commanded)
        assert reading.command is Command.STOP


def test_yes_in_dutch_and_digits_are_answers() -> None:
    for reply in ("ja", "Ja!", "1", "👍", "evet"):
        reading = understand(WELL, reply, LEXICONS, "nl")
        assert isinstance(reading, Understood)
        assert reading.value == "yes"


def test_chatter_is_unclear() -> None:
    assert isinstance(understand(WELL, "hallo", LEXICONS, "nl"), Unclear)


def test_payloads_are_taps_or_commands_or_nothing() -> None:
    assert read_payload("7f.stress.4") == Tapped("7f", "stress", "4")
    assert read_payload("cmd.stop") == Commanded(Command.STOP, "payload")
    assert read_payload("cmd.language.tr") == Commanded(Command.LANGUAGE, "payload", "tr")
    assert read_payload("cmd.dance") is None
    assert read_payload("hello") is None
