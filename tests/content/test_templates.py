"""What may open a conversation on WhatsApp, made from the texts of the real study."""

import re
from pathlib import Path

import pytest

from bot.content.library import load_library
from bot.content.templates import (
    LANGUAGES,
    NUDGE,
    Opener,
    opener_of,
    read_as,
    template_of,
    templates_of,
    values_of,
)
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType
from bot.message import Template
from tests.content.studies import STUDY, load

ROOT = Path(__file__).parent.parent.parent
LIBRARY = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets")
STUDY_VALUES = values_of(LIBRARY.studies["klantmonitor"])
PERIODIC = LIBRARY.studies["klantmonitor"].flows["periodic"]
INVITE = Opener(
    "klantmonitor.periodic.invite.say",
    ("klantmonitor.periodic.invite.start", "klantmonitor.periodic.invite.later"),
)
ALL = templates_of(LIBRARY)


def template(language: str, *without: str, opener: Opener = INVITE) -> Template:
    made = template_of(opener, LIBRARY.texts(PERIODIC), language, STUDY_VALUES, without)
    assert made is not None
    return made


def test_what_differs_between_people_is_a_variable_and_the_rest_are_words() -> None:
    made = template("nl")

    assert made.body.startswith("Hoi {{1}}! Hier is Team Klantmonitor.")
    assert (made.names, made.samples) == (("first_name",), ("Abdurrahman",))
    assert made.buttons == ("Ja, ik begin", "Nu niet")


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "pl", "uk", "fa"])
def test_who_has_no_name_gets_a_text_without_one(language: str) -> None:
    made = template(language, "first_name")

    assert made.names == ()
    assert "{" not in made.body
    assert not re.search(r"[ ,،][!.?,،]", made.body)


def test_a_name_belongs_to_one_content_only() -> None:
    names = {template("nl").name, template("nl", "first_name").name, template("en").name}

    assert len(names) == 3
    assert template("nl").name == template("nl").name
    changed = template_of(
        INVITE, LIBRARY.texts(PERIODIC), "nl", {**STUDY_VALUES, "sender_name": "Team Zuid"}
    )
    assert changed is not None
    assert changed.name not in names


def test_the_study_has_all_openings_in_all_languages() -> None:
    openings = {re.sub(r"_[a-z]{2}_[0-9a-f]{12}$", "", one.name) for one in ALL}

    assert openings == {
        "polsbot_klantmonitor_baseline_invite_say",
        "polsbot_klantmonitor_periodic_invite_say",
        "polsbot_break_question",
        "polsbot_nudge",
        "polsbot_voucher_waits",
        "polsbot_restart",
    }
    assert {one.language for one in ALL} == {"nl", "en", "tr", "ar", "pl", "uk", "fa"}
    assert len({one.name for one in ALL}) == len(ALL)


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.name)
def test_whatsapp_may_approve_it(made: Template) -> None:
    assert re.fullmatch("[a-z0-9_]{1,512}", made.name)
    assert 1 <= len(made.body) <= 1024
    assert not re.search(r"^\W*\{\{|\}\}\W*$|\}\}\W*\{\{", made.body)
    assert len(made.samples) == len(made.names) == made.body.count("{{")
    assert all(1 <= len(title) <= 20 for title in made.buttons)
    assert len(set(made.buttons)) == len(made.buttons) <= 3
    assert made.language in LANGUAGES


def test_a_language_that_whatsapp_does_not_know_has_no_template() -> None:
    assert template_of(NUDGE, LIBRARY.texts(), "ti", {}) is None


def test_a_study_without_whatsapp_needs_none(tmp_path: Path) -> None:
    assert templates_of(load(tmp_path))
    library = load(tmp_path, study=STUDY.replace("[whatsapp, sms]", "[sms]"))

    assert templates_of(library) == []


def test_a_value_is_never_filled_in_again() -> None:
    assert read_as(template("nl"), ["{{1}}"]).startswith("Hoi {{1}}! Hier")


def shown(*labels: str) -> tuple[Shown, ...]:
    return tuple(Shown(label, label, f"r.s.{label}") for label in labels)


def test_an_invitation_opens_with_its_own_words() -> None:
    send = Send("invite", Text("t.invite"), (), shown("a", "b"), AnswerType.CHOICE)

    assert opener_of(send) == Opener("t.invite", ("a", "b"))


@pytest.mark.parametrize(
    "send",
    [
        Send("s", Text("t.s"), (Text("polsbot.nudge"),), shown("a", "b"), AnswerType.YES_NO),
        Send("s", Text("t.s"), (), shown("a", "b", "c", "d"), AnswerType.CHOICE),
        Send("s", Text("t.s"), (), (), AnswerType.NUMBER),
        Send("s", None),
    ],
)
def test_an_open_question_is_only_spoken_of(send: Send) -> None:
    assert opener_of(send) == NUDGE
