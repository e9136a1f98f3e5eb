"""Despair and danger are heard; what only looks like it starts no alarm."""

from datetime import date
from pathlib import Path

import pytest

from bot.authoring.corpus import Row
from bot.authoring.score import score
from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.crisis import has_crisis
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Question
from bot.engine.replies.tokens import Token

CORPUS = Path(__file__).parents[2] / "replies" / "crisis.yaml"
TEXT = Question(AnswerType.TEXT, date(2026, 11, 22))
LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk", "fa", "es", "fr")


@pytest.fixture(scope="module")
def rows(lexicons: dict[str, Lexicon]) -> list[Row]:
    return [scored.row for scored in score(CORPUS, lexicons).rows]


def is_crisis(reply: str, lexicons: dict[str, Lexicon], language: str) -> bool:
    """Whether it is one both as an answer in own words and with no question open."""
    readings = [understand(question, reply, lexicons, language) for question in (TEXT, None)]
    return all(isinstance(r, Commanded) and r.command is Command.CRISIS for r in readings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_distress_is_heard_as_people_write_it(
    language: str, rows: list[Row], lexicons: dict[str, Lexicon]
) -> None:
    said = [r.reply or "" for r in rows if r.language == language and r.category == "crisis"]
    assert len(said) >= 40
    assert [reply for reply in said if not is_crisis(reply, lexicons, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_only_looks_like_distress_is_none(
    language: str, rows: list[Row], lexicons: dict[str, Lexicon]
) -> None:
    said = [r.reply or "" for r in rows if r.language == language and r.category == "harmless"]
    assert len(said) >= 40
    assert [reply for reply in said if is_crisis(reply, lexicons, language)] == []


@pytest.mark.parametrize(
    "reply",
    ["I wannaaaa dieeee", "i wnat to kill mysefl", "ik wil dooood", "ik wil niet meer levne"],
)
def test_distress_is_heard_through_stretched_and_mistyped_words(
    reply: str, lexicons: dict[str, Lexicon]
) -> None:
    assert is_crisis(reply, lexicons, "nl" if reply.startswith("ik") else "en")


def test_distress_is_heard_in_a_long_story(lexicons: dict[str, Lexicon]) -> None:
    story = "De huur is te hoog en de brieven blijven komen. " * 12
    assert is_crisis(f"{story} Ik wil echt gewoon dood. {story}", lexicons, "nl")


def test_other_words_may_stand_between_but_no_end_of_a_sentence(
    lexicons: dict[str, Lexicon],
) -> None:
    assert is_crisis("ik wil eigenlijk gewoon liever dood", lexicons, "nl")
    assert not is_crisis("dat wil ik graag. Dood is mijn telefoon", lexicons, "nl")


def test_a_harmless_phrase_takes_the_crisis_only_where_they_meet(
    lexicons: dict[str, Lexicon],
) -> None:
    assert not is_crisis("I don't want to live in Utrecht", lexicons, "en")
    assert is_crisis("I don't want to live in this world", lexicons, "en")
    assert is_crisis("I nearly died laughing but I want to die", lexicons, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_crisis_phrase_is_harmless_by_itself(
    language: str, lexicons: dict[str, Lexicon]
) -> None:
    crisis = lexicons[language].crisis
    said = crisis.anywhere.whole.phrases | crisis.closing.whole.phrases
    tokens = [[Token("word", word) for word in words] for words in sorted(said)]
    unheard = [some for some in tokens if not has_crisis(some, [lexicons[language]])]
    assert [" ".join(token.text for token in some) for some in unheard] == []
