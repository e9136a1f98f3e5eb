"""Whole conversations with the Klantmonitor, by typing, in memory."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.authoring.talk import Talk
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.engine.effects import OptOut
from bot.engine.flow import RunStatus
from bot.engine.run import Run
from bot.message import Channel, ListForm, TextForm

ROOT = Path(__file__).parent.parent.parent
LIBRARY = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")
LEXICONS = load_lexicons(ROOT / "locales")


def talk(flow: str, language: str = "nl", channel: Channel = Channel.WHATSAPP) -> Talk:
    study = LIBRARY.studies["klantmonitor"]
    revision = study.flows[flow]
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    run = Run("r", revision.hash, "p", language)
    return Talk(LIBRARY, LEXICONS, study, revision, channel, run, now)


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "pl", "uk", "fa"])
@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_the_periodic_seven_can_be_answered_by_digit_in_every_language(
    language: str, channel: Channel
) -> None:
    person = talk("periodic", language, channel)
    person.start()
    person.type("1")

    for digit in "1234512":
        assert person.run.status is RunStatus.WAITING
        person.type(digit)

    assert person.run.status is RunStatus.COMPLETED
    assert person.pot == 200
    assert [person.run.answers[name] for name in ("stress", "calm", "hope")] == [1, 2, 3]


def test_the_baseline_asks_nothing_without_consent() -> None:
    person = talk("baseline")
    person.start()
    for typed in ("ja", "Nederlands", "nee"):
        person.type(typed)

    assert person.run.status is RunStatus.STOPPED
    assert person.pot == 0
    assert "life_areas" not in person.run.answers


def test_the_baseline_keeps_all_21_answers() -> None:
    person = talk("baseline")
    person.start()
    for typed in ("ja", "Nederlands", "ja", "ja", "whatsapp", "1"):
        person.type(typed)

    asked = []
    while person.run.status is RunStatus.WAITING:
        asked.append(person.run.step)
        person.type("1")
        assert len(asked) < 40

    answers = [name for name in asked if name and "-" not in name]
    assert len(answers) == 20, "network_expert is not asked when nobody helps"
    assert person.run.status is RunStatus.COMPLETED


def test_a_stop_in_another_language_is_obeyed() -> None:
    person = talk("periodic", "tr")
    person.start()

    person.type("قف")

    assert OptOut() in person.effects
    assert person.run.status is RunStatus.STOPPED


def test_silence_brings_two_reminders_and_then_the_close() -> None:
    person = talk("periodic")
    person.start()

    said = [forms for forms in person.wait(timedelta(days=8)) if forms]

    assert len(said) == 2
    assert person.run.status is RunStatus.EXPIRED


def test_a_scale_is_a_list_on_whatsapp_and_numbered_words_on_sms() -> None:
    listed = talk("periodic")
    listed.start()
    (form,) = listed.type("ja")
    assert isinstance(form, ListForm)

    plain = talk("periodic", channel=Channel.SMS)
    plain.start()
    (words,) = plain.type("ja")
    assert isinstance(words, TextForm)
    assert words.body.splitlines()[1] == "1 Geen"
