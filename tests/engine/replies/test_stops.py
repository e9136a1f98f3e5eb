"""Whoever wants no more messages is heard; who only uses the words in an answer is not sent off."""

from datetime import date
from pathlib import Path

import pytest

from bot.authoring.corpus import Row
from bot.authoring.score import score
from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Question

Lexicons = dict[str, Lexicon]

CORPUS = Path(__file__).parents[2] / "replies" / "stops.yaml"
TODAY = date(2026, 11, 22)
STRESS = ("Geen stress", "Een beetje stress", "Best wel stress", "Veel stress", "Heel veel stress")
ASKED = (
    None,
    Question(AnswerType.TEXT, TODAY),
    Question(AnswerType.CHOICE, TODAY, (1, 2, 3, 4, 5), {"nl": STRESS}),
    Question(AnswerType.YES_NO, TODAY, ("yes", "no"), {"nl": ("Ja", "Nee")}),
    Question(AnswerType.NUMBER, TODAY, low=0, high=99),
)
LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk", "fa", "es", "fr")
SENT_AWAY = {
    "nl": ["rot op", "ga weg", "laat me met rust", "donder op"],
    "en": ["get lost", "go away", "leave me alone", "fuck off"],
    "tr": ["defol", "git başımdan", "rahat bırak beni", "siktir git"],
    "ar": ["روح من هون", "حل عني", "اتركوني بحالي", "انقلع"],
    "pl": ["odwal się", "spadaj", "daj mi spokój", "spierdalaj"],
    "uk": ["відвали", "отвали", "іди геть", "дайте мені спокій"],
    "fa": ["ولم کن", "گمشو", "دست از سرم بردار", "راحتم بذارید"],
    "es": ["vete", "lárgate", "déjame en paz", "vete a la mierda"],
    "fr": ["donne-moi la paix", "dégage", "laisse-moi tranquille", "casse-toi"],
}
SWORN = {
    "nl": ["kut", "klootzak", "godverdomme"],
    "en": ["fuck", "shit", "you idiot"],
    "tr": ["lanet olsun", "aptal", "salak"],
    "ar": ["يلعن", "غبي"],
    "pl": ["kurwa", "cholera jasna", "idiota"],
    "uk": ["блін", "ідіот", "чорт забирай"],
    "fa": ["لعنتی", "احمق"],
    "es": ["mierda", "joder", "idiota"],
    "fr": ["merde", "putain", "idiot"],
}


@pytest.fixture(scope="module")
def rows(lexicons: Lexicons) -> list[Row]:
    return [scored.row for scored in score(CORPUS, lexicons).rows]


def stops(reply: str, lexicons: Lexicons, language: str) -> list[bool]:
    """Whether it is a stop, to each question."""
    readings = [understand(question, reply, lexicons, language) for question in ASKED]
    return [isinstance(r, Commanded) and r.command is Command.STOP for r in readings]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_to_say_stop_is_heard_at_every_question(
    language: str, rows: list[Row], lexicons: Lexicons
) -> None:
    said = [r.reply or "" for r in rows if r.language == language and r.category == "stop"]
    assert len(said) >= 30
    assert [reply for reply in said if not all(stops(reply, lexicons, language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_with_the_same_words_is_no_stop(
    language: str, rows: list[Row], lexicons: Lexicons
) -> None:
    said = [r.reply or "" for r in rows if r.language == language and r.category == "no stop"]
    assert len(said) >= 25
    assert [reply for reply in said if any(stops(reply, lexicons, language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_to_be_told_to_go_away_is_a_stop_in_every_session(
    language: str, lexicons: Lexicons
) -> None:
    for reply in SENT_AWAY[language]:
        for session in lexicons:
            assert all(stops(reply, lexicons, session)), (reply, session)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bare_swearing_is_no_command_and_no_value(language: str, lexicons: Lexicons) -> None:
    for reply in SWORN[language]:
        for question in ASKED[2:]:
            reading = understand(question, reply, lexicons, language)
            assert not isinstance(reading, Commanded), reply


@pytest.mark.parametrize(
    "reply",
    [
        "jullie zijn irritant, stop", "genoeg nu, laat me met rust", "rot op en laat me met rust",
        "3. stop",
    ],
)  # fmt: skip
def test_a_stop_in_a_sentence_of_its_own_is_heard(reply: str, lexicons: Lexicons) -> None:
    assert all(stops(reply, lexicons, "nl"))


@pytest.mark.parametrize(
    "reply", ["stop, nee toch niet", "ik wil dat de deurwaarder stopt", "nee, ik stop niet"]
)
def test_a_stop_taken_back_or_about_others_is_none(reply: str, lexicons: Lexicons) -> None:
    assert not any(stops(reply, lexicons, "nl"))
