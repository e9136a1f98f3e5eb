"""Opening a conversation on WhatsApp outside the window: an approved template or another channel,
on both databases.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.channels.contract import APPROVED, Approval
from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.failures import failure_of
from bot.content.templates import templates_of
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.service import Conversations
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND
from bot.conversation.templates import (
    FAILING,
    TEMPLATES,
    WHEN_DECIDED,
    WHILE_OPEN,
    keep_template,
    known_templates,
    note_approval,
    templates_to_ask,
)
from bot.conversation.timers import fire
from bot.jobs.provider import ask_for_approvals
from bot.message import ButtonsForm, Channel, OutboundMessage, Sent, TemplateForm, TextForm
from bot.panel.participants import ADDRESSES, PARTICIPANTS, Enrolment, enrol
from bot.panel.pauses import pause
from bot.panel.timers import due_timers
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, message, rows
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

ALL = templates_of(CONTENT.library)
DAY = timedelta(days=1)


def approve(db: Connection, state: str = APPROVED) -> None:
    for place, one in enumerate(ALL):
        keep_template(db, one.name, f"HX{place}", one.language, Approval(state), NOW)


def begin(db: Connection, language: str = "nl", *, name: str = "Amina") -> str:
    ways = [(Channel.WHATSAPP, AMINA), (Channel.SMS, AMINA)]
    person = Enrolment("klantmonitor", name, language, ways, NOW.date())
    participant = enrol(db, person, NOW)
    assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
    return participant


def sent_at(database: Database, now: datetime) -> OutboundMessage:
    (one,) = database.run(claim, CONTENT, now)
    database.run(settle_sent, one.row, Sent(f"SM{one.row}"), now)
    return one.message


def heard(db: Connection, at: datetime) -> None:
    db.execute(update(ADDRESSES).where(ADDRESSES.c.channel == "whatsapp").values(heard_at=at))


def provider_of(name: str, language: str) -> str:
    found = [
        place
        for place, one in enumerate(ALL)
        if name in one.name and one.language == language and one.names
    ]
    return f"HX{found[0]}"


def test_outside_the_window_an_invitation_is_its_approved_template(database: Database) -> None:
    database.run(approve)
    database.run(begin)

    opening = sent_at(database, NOW)

    assert opening.channel is Channel.WHATSAPP
    assert isinstance(opening.form, TemplateForm)
    assert opening.form.name == provider_of("periodic_invite", "nl")
    assert opening.form.variables == ("Amina",)
    assert opening.form.body.startswith("Hoi Amina! Hier is Team Klantmonitor.")
    assert [button.id.split(".", 1)[1] for button in opening.form.buttons] == [
        "invite.start",
        "invite.later",
    ]


def test_inside_the_window_it_is_not_needed(database: Database) -> None:
    database.run(approve)
    database.run(begin)
    database.run(heard, NOW - timedelta(hours=23))

    assert isinstance(sent_at(database, NOW).form, ButtonsForm)


@pytest.mark.parametrize(
    "state", ["unsubmitted", "received", "pending", "rejected", "paused", "disabled"]
)
def test_what_is_not_approved_is_said_on_the_next_channel(database: Database, state: str) -> None:
    database.run(approve, state)
    database.run(begin)

    opening = sent_at(database, NOW)

    assert (opening.channel, type(opening.form)) == (Channel.SMS, TextForm)


def test_another_text_or_language_has_not_been_approved(database: Database) -> None:
    def only_english(db: Connection) -> None:
        approve(db)
        note_approval(
            db, next(one.name for one in ALL if "invite_say_nl" in one.name), Approval("")
        )
        db.execute(update(TEMPLATES).where(TEMPLATES.c.language != "en").values(state="rejected"))

    database.run(only_english)
    database.run(begin)

    assert sent_at(database, NOW).channel is Channel.SMS


def with_stand_in(**languages: str) -> Content:
    library = CONTENT.library
    study = replace(library.studies["klantmonitor"], stand_in=languages)
    return Content(replace(library, studies={"klantmonitor": study}), CONTENT.lexicons)


def only(db: Connection, language: str) -> None:
    approve(db)
    db.execute(update(TEMPLATES).where(TEMPLATES.c.language != language).values(state="pending"))


def test_a_language_without_a_template_falls_back_as_the_study_says(database: Database) -> None:
    database.run(only, "en")
    database.run(begin, "tr")

    (one,) = database.run(claim, with_stand_in(tr="en"), NOW)

    assert one.message.channel is Channel.WHATSAPP
    assert isinstance(one.message.form, TemplateForm)
    assert (one.message.form.language, one.message.form.body[:9]) == ("en", "Hi Amina!")
    assert one.message.form.buttons[0].title == "Yes, let's begin"
    database.run(settle_sent, one.row, Sent("SM1"), NOW)
    tap = message("", 1, payload=one.message.form.buttons[0].id)
    database.run(receive, CONTENT, tap, NOW)
    assert database.run(rows, OUTBOUND)[-1].language == "tr", "the questions are in their own"


@pytest.mark.parametrize("instead", [{}, {"tr": "pl"}, {"ar": "en"}])
def test_where_it_says_nothing_the_next_channel_opens(
    database: Database, instead: dict[str, str]
) -> None:
    database.run(only, "en")
    database.run(begin, "tr")

    (one,) = database.run(claim, with_stand_in(**instead), NOW)

    assert one.message.channel is Channel.SMS


def test_who_has_no_name_is_written_to_without_one(database: Database) -> None:
    database.run(approve)
    database.run(begin, name="")

    form = sent_at(database, NOW).form

    assert isinstance(form, TemplateForm)
    assert form.variables == ()
    assert form.body.startswith("Hoi! Hier is")


def test_a_name_that_holds_a_line_break_is_one_line(database: Database) -> None:
    database.run(approve)
    database.run(begin, name="Amina \n  Ali")

    form = sent_at(database, NOW).form

    assert isinstance(form, TemplateForm)
    assert form.variables == ("Amina Ali",)


def test_arabic_values_are_isolated_as_in_every_text(database: Database) -> None:
    database.run(approve)
    database.run(begin, "ar")

    form = sent_at(database, NOW).form

    assert isinstance(form, TemplateForm)
    assert form.variables == ("\u2068Amina\u2069",)


def test_a_reminder_of_the_invitation_is_the_same_template(database: Database) -> None:
    database.run(approve)
    database.run(begin)
    first = sent_at(database, NOW).form

    (timer,) = database.run(due_timers, NOW + DAY)
    database.run(fire, CONTENT, timer, NOW + DAY)

    assert sent_at(database, NOW + DAY).form == first


def test_an_open_question_is_spoken_of_and_asked_after_a_tap(database: Database) -> None:
    database.run(approve)
    database.run(begin)
    sent_at(database, NOW)
    database.run(receive, CONTENT, message("ja", 1), NOW)
    sent_at(database, NOW)

    def reminded(db: Connection) -> None:
        (timer,) = [one for one in due_timers(db, NOW + DAY) if one.name == "nudge"]
        fire(db, CONTENT, timer, NOW + DAY)

    database.run(reminded)
    later = NOW + DAY + timedelta(minutes=1)
    form = sent_at(database, later).form

    assert isinstance(form, TemplateForm)
    assert form.body == "Je was bij een vraag. Wil je verder?"
    (button,) = form.buttons
    tap = message("Nu verder", 2, payload=button.id)
    assert database.run(receive, CONTENT, tap, later).outcome == "handled"
    asked = database.run(rows, OUTBOUND)[-1]
    assert '"step":"stress"' in asked.order
    assert "sorry" not in asked.order


def test_without_any_way_the_reason_is_kept(database: Database) -> None:
    def only_whatsapp(db: Connection) -> None:
        begin(db)
        db.execute(update(ADDRESSES).where(ADDRESSES.c.channel == "sms").values(is_alive=False))

    database.run(only_whatsapp)

    assert database.run(claim, CONTENT, NOW) == []
    (row,) = database.run(rows, OUTBOUND)
    assert "there is no template" in row.code


def test_the_liked_channel_still_comes_first(database: Database) -> None:
    def likes_sms(db: Connection) -> None:
        approve(db)
        begin(db)
        db.execute(update(PARTICIPANTS).values(channel="sms"))

    database.run(likes_sms)

    assert sent_at(database, NOW).channel is Channel.SMS


def names(db: Connection, now: datetime) -> int:
    return len(templates_to_ask(db, now, most=1000))


def test_open_templates_are_asked_about_often_and_decided_ones_seldom(database: Database) -> None:
    database.run(approve, "pending")

    assert database.run(names, NOW + WHILE_OPEN / 2) == 0
    assert database.run(names, NOW + WHILE_OPEN) == len(ALL)
    assert database.run(names, NOW + WHILE_OPEN) == 0

    database.run(approve)
    assert database.run(names, NOW + WHILE_OPEN) == 0
    assert database.run(names, NOW + WHEN_DECIDED) == len(ALL)


def test_what_was_said_of_a_template_is_kept(database: Database) -> None:
    database.run(approve, "pending")

    database.run(note_approval, ALL[0].name, Approval("rejected", "INVALID_FORMAT"))

    kept = {row.name: row for row in database.run(known_templates)}
    assert (kept[ALL[0].name].state, kept[ALL[0].name].reason) == ("rejected", "INVALID_FORMAT")
    assert kept[ALL[1].name].state == "pending"


async def test_a_running_bot_learns_of_an_approval(database: Database) -> None:
    twilio = FakeTwilio()
    await twilio.start()
    account = TwilioAccount(ACCOUNT, TOKEN, "https://b.example", {}, twilio.url)
    carrier = TwilioCarrier(account, {})
    clock = FastClock.at(NOW + WHILE_OPEN)
    runtime = Runtime(
        Settings.model_construct(),
        database,
        CONTENT.library,
        CONTENT.lexicons,
        {Channel.WHATSAPP: carrier},
        LocalCarrier(),
        clock,
    )
    bot = Conversations(runtime)
    keep = (ALL[0].name, "HX0", "nl", Approval("pending"), NOW)
    await database.transact(keep_template, *keep)
    twilio.approvals["HX0"] = {"status": "approved", "rejection_reason": ""}

    await ask_for_approvals(bot)

    (row,) = await database.read(known_templates)
    assert row.state == "approved"
    await twilio.close()
    clock.ahead += WHEN_DECIDED
    await ask_for_approvals(bot)
    assert [row.state for row in await database.read(known_templates)] == ["approved"]
    await carrier.close()


def test_a_pushed_template_is_kept_once(database: Database) -> None:
    database.run(approve, "pending")
    database.run(approve)

    def count(db: Connection) -> int:
        return len(list(db.execute(select(TEMPLATES.c.name))))

    assert database.run(count) == len(ALL)


def test_a_restart_message_has_a_template_of_its_own_words(database: Database) -> None:
    def fell_silent(db: Connection) -> None:
        approve(db)
        person = Enrolment("klantmonitor", "Amina", "pl", [(Channel.WHATSAPP, AMINA)], NOW.date())
        participant = enrol(db, person, NOW)
        pause(db, participant, "silent")
        assert open_wave(db, PERIODIC, participant, "periodic", 4, NOW).run

    database.run(fell_silent)

    form = sent_at(database, NOW).form

    assert isinstance(form, TemplateForm)
    assert form.name == provider_of("polsbot_restart", "pl")
    assert form.body.startswith("Cześć Amina! Tu Team Klantmonitor. Dawno")
    assert form.variables == ("Amina",)
    assert len(form.buttons) == 2


def due_reminder(database: Database, days: int) -> list[OutboundMessage]:
    at = NOW + days * DAY + timedelta(minutes=1)
    for timer in database.run(due_timers, at):
        database.run(fire, CONTENT, timer, at)
    taken = database.run(claim, CONTENT, at)
    for one in taken:
        database.run(settle_sent, one.row, Sent(f"SM{one.row}"), at)
    return [one.message for one in taken]


@pytest.mark.parametrize(
    ("state", "channel"), [(APPROVED, Channel.WHATSAPP), ("paused", Channel.LOCAL)]
)
def test_the_other_way_is_whatsapp_only_with_an_approved_template(
    database: Database, state: str, channel: Channel
) -> None:
    def likes_sms(db: Connection) -> None:
        approve(db, state)
        ways = [(Channel.SMS, AMINA), (Channel.WHATSAPP, AMINA), (Channel.LOCAL, AMINA)]
        person = Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date())
        participant = enrol(db, person, NOW)
        assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
        db.execute(update(PARTICIPANTS).values(next_wave_at=NOW + 14 * DAY))

    database.run(likes_sms)
    assert sent_at(database, NOW).channel is Channel.SMS

    assert [one.channel for one in due_reminder(database, 1)] == [Channel.SMS]
    assert [one.channel for one in due_reminder(database, 3)] == [channel]


@pytest.mark.parametrize("code", ["63027", "63028", "63029", "63040", "63041"])
def test_a_template_that_cannot_be_sent_rests_and_its_message_goes_another_way(
    database: Database, code: str
) -> None:
    database.run(approve)
    database.run(begin)
    (first,) = database.run(claim, CONTENT, NOW)
    assert isinstance(first.message.form, TemplateForm)

    database.run(settle_failed, first.row, failure_of(code), NOW)

    assert sent_at(database, NOW).channel is Channel.SMS
    kept = {row.provider_id: row for row in database.run(known_templates)}
    assert kept[first.message.form.name].state == FAILING
    assert code in kept[first.message.form.name].reason
    assert sum(row.state == FAILING for row in kept.values()) == 1
    assert database.run(names, NOW + WHILE_OPEN) == 0, "asked about again as a decided one"


def test_what_failed_on_whatsapp_does_not_come_back_to_it(database: Database) -> None:
    """Its window is open, and it is what the person likes best."""
    database.run(approve)
    database.run(begin)
    database.run(heard, NOW - timedelta(hours=1))
    (first,) = database.run(claim, CONTENT, NOW)

    database.run(settle_failed, first.row, failure_of("63003"), NOW)

    assert sent_at(database, NOW).channel is Channel.SMS
    assert database.run(claim, CONTENT, NOW) == []
