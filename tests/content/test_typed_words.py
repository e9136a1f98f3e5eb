"""The words that the bot asks people to type do what it says, in every language."""

import re
from datetime import date
from pathlib import Path

import pytest

from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.engine.flow import AnswerType
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Question, Understood
from bot.engine.replies.understand import understand

ROOT = Path(__file__).parents[2]
LIBRARY = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")
TYPE = re.compile(
    "(?:[Tt]yp(?: dan)?|[Tt]ype|[Şş]unu yaz:|[Nn]apisz|[Нн]апишіть|يكفي إرسال:?|بنویسید:?) "
    "([^.\n?؟]+)"
)
"""Typ, Type, Şunu yaz: … and what follows to the end of the sentence."""
OR = re.compile(", | (?:of|or|veya|أو|albo|або|یا) |، ")
ASKED = {
    "polsbot.hint_skip_word": [Command.SKIP],
    "polsbot.offer_human": [Command.HUMAN],
    "polsbot.help": [Command.BACK, Command.LANGUAGE, Command.HUMAN, Command.STOP],
    "polsbot.stopped": [Command.START],
    "polsbot.my_data": [Command.ERASE],
    "klantmonitor.baseline.invite.say": [Command.STOP],
    "klantmonitor.baseline.more.ask": [Command.STOP, Command.HUMAN],
    "klantmonitor.baseline.may_stop_again.ask": [Command.STOP],
}
NUMBER = Question(AnswerType.NUMBER, date(2026, 1, 1), low=0, high=99)


@pytest.fixture(scope="module")
def lexicons() -> dict[str, Lexicon]:
    """As they stand under locales/."""
    return load_lexicons(ROOT / "locales")


@pytest.mark.parametrize("language", LIBRARY.studies["klantmonitor"].languages)
@pytest.mark.parametrize("key", ASKED)
def test_a_word_to_type_is_the_command_it_stands_for(
    key: str, language: str, lexicons: dict[str, Lexicon]
) -> None:
    revision = LIBRARY.studies["klantmonitor"].flows["baseline"]
    said = LIBRARY.texts(revision).raw(key, language)
    said = said.partition("\n")[2] or said  # the first line of the help is about the question
    words = [word for found in TYPE.findall(said) for word in OR.split(found)]

    question = None if key == "polsbot.stopped" else NUMBER
    readings = [understand(question, word, lexicons, language) for word in words]

    commands = [one.command if isinstance(one, Commanded) else one for one in readings]
    assert commands == ASKED[key], words


@pytest.mark.parametrize("language", LIBRARY.studies["klantmonitor"].languages)
def test_the_offer_to_listen_names_its_button(language: str) -> None:
    words = LIBRARY.own[language]

    assert words["polsbot.listen_button_on"] in words["polsbot.listen_offer"]


@pytest.mark.parametrize("language", LIBRARY.studies["klantmonitor"].languages)
def test_the_example_of_a_date_is_read_as_that_day(
    language: str, lexicons: dict[str, Lexicon]
) -> None:
    example = LIBRARY.own[language]["polsbot.hint_date"].split()[-1]
    question = Question(AnswerType.DATE, date(2025, 6, 1))

    reading = understand(question, example, lexicons, language)

    assert isinstance(reading, Understood)
    assert reading.value == date(2025, 12, 31)


@pytest.mark.parametrize("language", LIBRARY.studies["klantmonitor"].languages)
def test_a_label_that_is_typed_is_that_choice(language: str, lexicons: dict[str, Lexicon]) -> None:
    for revision in LIBRARY.studies["klantmonitor"].flows.values():
        texts = LIBRARY.texts(revision)
        for step in revision.flow.steps:
            if not step.choices or step.type is AnswerType.CHOICES:
                continue
            labels = tuple(texts.raw(choice.label, language) for choice in step.choices)
            question = Question(
                step.type or AnswerType.CHOICE,
                date(2026, 1, 1),
                tuple(choice.code for choice in step.choices),
                {language: labels},
            )
            for choice, label in zip(step.choices, labels, strict=True):
                reading = understand(question, label, lexicons, language)
                assert isinstance(reading, Understood), (step.name, label, reading)
                assert reading.value == choice.code, (step.name, label)
