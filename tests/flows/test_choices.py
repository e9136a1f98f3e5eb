"""Every choice of every shipped question can be typed as people see it, in every language."""

from dataclasses import replace

import pytest

from bot.engine.asking import Words, choices_of, reply_question
from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.reading import Understood
from bot.engine.run import Run
from tests.authoring.test_talk import LEXICONS, LIBRARY, talk

STUDY = LIBRARY.studies["klantmonitor"]


@pytest.mark.parametrize("language", STUDY.languages)
@pytest.mark.parametrize("flow", STUDY.flows)
def test_each_choice_is_understood_by_its_number_its_label_and_its_whole_row(
    flow: str, language: str
) -> None:
    person = talk(flow, language)
    texts = {
        spoken: {**LIBRARY.own[spoken], **words} for spoken, words in person.revision.texts.items()
    }
    for step in person.revision.flow.steps:
        run: Run = replace(person.run, step=step.name)
        asked = reply_question(person.revision.flow, run, Words(texts), person.now.date())
        for number, choice in enumerate(choices_of(step, run), start=1):
            value = (choice.code,) if step.type is AnswerType.CHOICES else choice.code
            label = texts[language][choice.label]
            for typed in (f"{number}", f"{number}.", label, f"{number} {label}"):
                reading = understand(asked, typed, LEXICONS, language)

                assert isinstance(reading, Understood), f"{step.name}: {typed} is {reading}"
                assert reading.value == value, f"{step.name}: {typed} is {reading}"
