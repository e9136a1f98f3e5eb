"""E-mail as the way of an invitation: who gets one, whose reply it brings, how it ends. On both
databases.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import Connection, select, update

from bot.channels.contract import Failure, Reaction
from bot.channels.email.failures import Stage, refused
from bot.content.letter import Letterhead
from bot.conversation.forecast import Forecast, forecast
from bot.conversation.forget import forget
from bot.conversation.left_behind import mark_abandoned
from bot.conversation.letters import letter_of, stop_said, want_again
from bot.conversation.making import LEASE
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.reactions import LATER
from bot.conversation.receive import receive
from bot.conversation.reconcile import doubts
from bot.conversation.reply_words import REPLY_WORDS
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import INBOUND, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, EmailForm, InboundMessage, OutboundMessage, Sent
from bot.panel.participants import ADDRESSES, PARTICIPANTS, Enrolment, addresses_of, enrol, opt_out
from bot.panel.tables import INVITATIONS
from bot.panel.timers import due_timers
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

MAIL = "amina@example.org"
DAY = timedelta(days=1)
NUMBERS = {Channel.WHATSAPP: "+3197010200000", Channel.SMS: "+3197010200001"}
MAILING = Content(
    CONTENT.library, CONTENT.lexicons, letterhead=Letterhead("https://bot.example", NUMBERS)
)
ONLY_MAIL = [(Channel.EMAIL, MAIL)]
ALL_WAYS = [(Channel.WHATSAPP, AMINA), (Channel.SMS, AMINA), (Channel.EMAIL, MAIL)]
STRANGER = "+31687654321"


def begin(
    db: Connection,
    ways: list[tuple[Channel, str]] = ONLY_MAIL,
    language: str = "nl",
    likes: str | None = "email",
    name: str = "Amina",
) -> str:
    participant = enrol(
        db, Enrolment("klantmonitor", name, language, ways, NOW.date(), seed=0), NOW
    )
    assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
    values = {"channel": likes, "next_wave_at": NOW + 14 * DAY}
    db.execute(update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant).values(**values))
    return participant


def sent(database: Database, now: datetime = NOW) -> list[OutboundMessage]:
    taken = database.run(claim, MAILING, now)
    for one in taken:
        database.run(settle_sent, one.row, Sent(f"m{one.row}"), now)
    return [one.message for one in taken]


def letter(database: Database, now: datetime = NOW) -> EmailForm:
    (message,) = sent(database, now)
    assert (message.channel, message.to) == (Channel.EMAIL, MAIL)
    assert isinstance(message.form, EmailForm)
    return message.form


def reply_in(form: EmailForm, channel: str = "https://wa.me/") -> str:
    (url,) = [link.url for link in form.links if link.url.startswith(channel)]
    return unquote(url.partition("=")[2])


def hear(
    database: Database,
    text: str,
    sender: str = STRANGER,
    now: datetime = NOW,
    channel: Channel = Channel.WHATSAPP,
    number: str = "",
) -> str:
    inbound = InboundMessage(channel, f"W{sender}{text}{number}", sender, "bot", text, now)
    return database.run(receive, MAILING, inbound, now).outcome


def tick(database: Database, now: datetime) -> None:
    for timer in database.run(due_timers, now):
        database.run(fire, MAILING, timer, now)


def step(database: Database) -> str:
    (run,) = database.run(rows, RUNS)
    return str(run.state).partition('"step":')[2].partition(",")[0].strip('"')


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "pl", "uk", "fa"])
def test_a_letter_invites_in_the_persons_language_and_says_nothing_of_debts(
    database: Database, language: str
) -> None:
    database.run(begin, language=language)

    form = letter(database)

    assert (form.language, form.direction) == (
        language,
        "rtl" if language in ("ar", "fa") else "ltr",
    )
    assert "Amina" in form.body
    assert form.sender_name == "Team Klantmonitor"
    assert len(form.links) == 2
    assert form.links[1].url.startswith("sms:+3197010200001?body=")
    assert form.stop.url.startswith("https://bot.example/stop/")
    said = " ".join([form.subject, form.body, form.how]).casefold()
    assert not re.search(r"schuld|debt|borç|\bدين\b|ديون|dług|борг|بدهی|euro|€", said)
    assert "{" not in str(form)


def test_the_reply_begins_the_questions_from_a_number_we_do_not_know(database: Database) -> None:
    person = database.run(begin)
    reply = reply_in(letter(database))
    assert reply.startswith("Ja, ik begin ")

    assert hear(database, reply) == "handled"

    (question,) = sent(database)
    assert (question.channel, question.to) == (Channel.WHATSAPP, STRANGER)
    assert "Hoeveel stress" in question.form.body  # type: ignore[union-attr] # a question has words
    assert {one.channel for one in database.run(addresses_of, person)} == {"email", "whatsapp"}
    assert step(database) == "stress"
    (kept,) = database.run(rows, INBOUND)
    assert kept.text == "Ja, ik begin", "the word is a key and is not kept"


def test_the_reply_from_a_number_we_know_is_that_persons_with_or_without_the_word(
    database: Database,
) -> None:
    database.run(begin, ALL_WAYS)
    letter(database)

    assert hear(database, "ja", AMINA) == "handled"

    assert step(database) == "stress"


def test_a_word_lets_one_number_in_and_no_second_one(database: Database) -> None:
    person = database.run(begin)
    reply = reply_in(letter(database))
    hear(database, reply)

    assert hear(database, reply, "+31611111111") == "stranger"

    reached = {one.address for one in database.run(addresses_of, person)}
    assert reached == {MAIL, STRANGER}
    assert step(database) == "stress"


def test_the_same_reply_twice_moves_the_talk_once(database: Database) -> None:
    database.run(begin)
    reply = reply_in(letter(database))

    assert hear(database, reply) == "handled"
    assert hear(database, reply) == "duplicate"
    assert hear(database, reply, number="2") == "handled"
    assert step(database) == "stress"


def test_a_word_of_a_closed_wave_lets_nobody_in(database: Database) -> None:
    person = database.run(begin)
    reply = reply_in(letter(database))
    tick(database, NOW + 8 * DAY)

    assert hear(database, reply, now=NOW + 8 * DAY) == "stranger"

    assert {one.address for one in database.run(addresses_of, person)} == {MAIL}


def test_a_guessed_word_lets_nobody_in(database: Database) -> None:
    database.run(begin)
    letter(database)

    assert hear(database, "Ja, ik begin bcdfghjkmnp") == "stranger"
    assert step(database) == "invite"


def test_a_number_of_another_country_or_one_that_said_stop_is_not_let_in(
    database: Database,
) -> None:
    person = database.run(begin)
    reply = reply_in(letter(database))
    assert hear(database, "stop") == "stranger"

    assert hear(database, reply, "+14155552671") == "stranger"
    assert hear(database, reply) == "stranger"

    assert {one.address for one in database.run(addresses_of, person)} == {MAIL}
    assert hear(database, reply, "+31611111111") == "handled", "the word was not used up"


def test_words_beside_the_word_are_read_as_always(database: Database) -> None:
    database.run(begin)
    word = reply_in(letter(database)).split()[-1]

    hear(database, f"stop {word.upper()}")

    (run,) = database.run(rows, RUNS)
    assert run.status == "stopped"


def test_on_a_shared_phone_the_word_says_who_is_speaking(database: Database) -> None:
    def household(db: Connection) -> tuple[str, str]:
        amina = begin(db)
        return amina, begin(db, [(Channel.WHATSAPP, AMINA)], likes="whatsapp", name="Bora")

    amina, bora = database.run(household)
    (mailed,) = [one for one in sent(database) if one.channel is Channel.EMAIL]
    assert isinstance(mailed.form, EmailForm)

    later = NOW + timedelta(minutes=5)
    hear(database, reply_in(mailed.form), AMINA, later)
    hear(database, "3", AMINA, later)

    moved = {run.participant_id: '"stress":3' in run.state for run in database.run(rows, RUNS)}
    assert moved == {amina: True, bora: False}


def test_a_letter_offers_only_where_the_person_may_answer(database: Database) -> None:
    def stopped_on_whatsapp(db: Connection) -> None:
        person = begin(db, ALL_WAYS)
        whatsapp = next(one.id for one in addresses_of(db, person) if one.channel == "whatsapp")
        opt_out(db, whatsapp, NOW)

    database.run(stopped_on_whatsapp)

    assert [link.url[:4] for link in letter(database).links] == ["sms:"]


def test_without_a_number_to_answer_to_no_letter_leaves(database: Database) -> None:
    database.run(begin)
    bare = Content(CONTENT.library, CONTENT.lexicons, letterhead=Letterhead("https://b", {}))

    assert database.run(claim, bare, NOW) == []
    (row,) = database.run(rows, OUTBOUND)
    assert "could be answered" in row.code


def test_without_a_mail_server_the_other_channels_carry_the_invitation(database: Database) -> None:
    database.run(begin, ALL_WAYS)

    (one,) = database.run(claim, CONTENT, NOW)

    assert one.message.channel is Channel.SMS


def test_a_dead_number_is_followed_by_a_letter(database: Database) -> None:
    database.run(begin, [(Channel.SMS, AMINA), (Channel.EMAIL, MAIL)], likes="sms")
    (first,) = database.run(claim, MAILING, NOW)
    assert first.message.channel is Channel.SMS

    database.run(settle_failed, first.row, Failure("30006", Reaction.DEAD, "landline"), NOW)

    assert letter(database).body.startswith("Hoi Amina!")


def test_a_dead_e_mail_address_is_left_and_the_next_channel_used(database: Database) -> None:
    database.run(begin, [(Channel.EMAIL, MAIL), (Channel.SMS, AMINA)])
    (first,) = database.run(claim, MAILING, NOW)

    failure = refused(Stage.RECIPIENT, 550, "5.1.1 nobody")
    database.run(settle_failed, first.row, failure, NOW)

    assert [one.channel for one in sent(database)] == [Channel.SMS]
    alive = {row.channel: row.is_alive for row in database.run(rows, ADDRESSES)}
    assert alive == {"email": False, "sms": True}


def test_a_server_that_says_later_gets_the_same_letter_later(database: Database) -> None:
    database.run(begin)
    (first,) = database.run(claim, MAILING, NOW)
    database.run(settle_failed, first.row, refused(Stage.RECIPIENT, 450, "4.2.0 later"), NOW)

    assert database.run(claim, MAILING, NOW + LATER / 2) == []
    (again,) = database.run(claim, MAILING, NOW + LATER)

    assert again.message.form == first.message.form
    assert again.tries == 2


def test_a_letter_of_unknown_fate_is_never_sent_again_by_itself(database: Database) -> None:
    database.run(begin)
    (first,) = database.run(claim, MAILING, NOW)
    database.run(settle_failed, first.row, Failure("no answer", Reaction.ASK, "?"), NOW)

    for hours in range(1, 100, 7):
        at = NOW + timedelta(hours=hours)
        assert database.run(claim, MAILING, at) == []
        assert database.run(doubts, at) == []
        database.run(mark_abandoned, at)
    (row,) = database.run(rows, OUTBOUND)
    assert row.state == "uncertain"


def test_a_letter_of_a_process_that_died_is_not_sent_again(database: Database) -> None:
    database.run(begin)
    database.run(claim, MAILING, NOW)

    assert database.run(mark_abandoned, NOW + LEASE * 2) == 1
    assert database.run(claim, MAILING, NOW + LEASE * 2) == []


def test_a_reminder_brings_a_new_letter_and_no_invitation_comes_after_a_reply(
    database: Database,
) -> None:
    database.run(begin)
    first = letter(database)
    tick(database, NOW + DAY)
    second = letter(database, NOW + DAY)
    assert reply_in(first) != reply_in(second)

    hear(database, reply_in(first), now=NOW + DAY)
    sent(database, NOW + DAY)
    tick(database, NOW + 3 * DAY)

    assert letter(database, NOW + 3 * DAY).body == "Je was bij een vraag. Wil je verder?"


def test_a_letter_that_waits_for_its_server_is_dropped_when_the_person_answers(
    database: Database,
) -> None:
    database.run(begin, ALL_WAYS)
    (first,) = database.run(claim, MAILING, NOW)
    database.run(settle_failed, first.row, refused(Stage.HELLO, 421, "busy"), NOW)

    hear(database, "ja", AMINA, NOW + LATER / 2)
    sent(database, NOW + LATER / 2)

    assert sent(database, NOW + LATER) == []


def test_who_talks_on_whatsapp_is_reminded_there_and_asked_the_same_question(
    database: Database,
) -> None:
    database.run(begin, ALL_WAYS)
    letter(database)
    hear(database, "ja", AMINA)
    sent(database)
    at = NOW + timedelta(hours=4)
    tick(database, at)

    (nudge,) = sent(database, at)
    assert nudge.channel is Channel.WHATSAPP


def test_a_letter_about_an_open_question_asks_to_go_on_and_answers_nothing(
    database: Database,
) -> None:
    database.run(begin, ALL_WAYS)
    letter(database)
    hear(database, "ja", AMINA)
    sent(database)

    def nudge_is_late(db: Connection) -> None:
        db.execute(update(ADDRESSES).values(heard_at=NOW - 2 * DAY))

    database.run(nudge_is_late)
    tick(database, NOW + timedelta(hours=4))
    form = letter(database, NOW + timedelta(hours=4))
    assert form.body == "Je was bij een vraag. Wil je verder?"

    at = NOW + timedelta(hours=5)
    hear(database, reply_in(form), AMINA, at)

    (question,) = sent(database, at)
    assert "Hoeveel stress" in question.form.body  # type: ignore[union-attr] # a question has words
    assert step(database) == "stress"


def test_the_other_way_may_be_a_letter(database: Database) -> None:
    database.run(begin, [(Channel.SMS, AMINA), (Channel.EMAIL, MAIL)], likes="sms")
    assert [one.channel for one in sent(database)] == [Channel.SMS]
    tick(database, NOW + DAY)
    assert [one.channel for one in sent(database, NOW + DAY)] == [Channel.SMS]
    tick(database, NOW + 3 * DAY)

    assert letter(database, NOW + 3 * DAY).language == "nl"


def stop(database: Database, form: EmailForm, now: datetime = NOW) -> None:
    found = database.run(letter_of, form.stop.url.rpartition("/")[2])
    assert found is not None
    assert found.address == MAIL
    assert database.run(receive, MAILING, stop_said(MAIL, now), now).outcome == "handled"


def test_the_stop_link_ends_the_wave_and_all_letters_without_a_word(database: Database) -> None:
    database.run(begin, ALL_WAYS)
    form = letter(database)

    stop(database, form)

    for day in range(5):
        tick(database, NOW + day * DAY)
        assert sent(database, NOW + day * DAY) == []
    stopped = {row.channel for row in database.run(rows, ADDRESSES) if row.opted_out_at}
    assert stopped == {"email"}
    (invitation,) = database.run(rows, INVITATIONS)
    assert invitation.disposition == "refused"


def test_a_start_on_the_phone_brings_no_letters_back(database: Database) -> None:
    database.run(begin, ALL_WAYS)
    stop(database, letter(database))

    hear(database, "stop", AMINA)
    assert all(row.opted_out_at for row in database.run(rows, ADDRESSES))
    hear(database, "start", AMINA)

    stopped = {row.channel for row in database.run(rows, ADDRESSES) if row.opted_out_at}
    assert stopped == {"email"}


def test_a_stop_catches_the_letter_that_waits(database: Database) -> None:
    database.run(begin)
    form = letter(database)
    tick(database, NOW + DAY)

    stop(database, form, NOW + DAY)

    assert sent(database, NOW + DAY) == []


def test_who_asks_back_gets_letters_again_and_no_run_moves(database: Database) -> None:
    person = database.run(begin)
    form = letter(database)
    stop(database, form)
    database.run(want_again, form.stop.url.rpartition("/")[2])

    def next_wave(db: Connection) -> None:
        assert open_wave(db, PERIODIC, person, "periodic", 2, NOW + 14 * DAY).run

    database.run(next_wave)
    assert letter(database, NOW + 14 * DAY).body.startswith("Hoi Amina!")


def test_a_silent_wave_by_letter_is_no_reply(database: Database) -> None:
    database.run(begin)
    letter(database)
    tick(database, NOW + 8 * DAY)

    (invitation,) = database.run(rows, INVITATIONS)
    assert invitation.disposition == "no_reply"


def test_a_wave_whose_letters_were_all_refused_is_undelivered(database: Database) -> None:
    database.run(begin)
    (first,) = database.run(claim, MAILING, NOW)
    database.run(settle_failed, first.row, refused(Stage.RECIPIENT, 550, "5.1.1"), NOW)
    for day in range(1, 9):
        tick(database, NOW + day * DAY)
        sent(database, NOW + day * DAY)

    (invitation,) = database.run(rows, INVITATIONS)
    assert invitation.disposition == "undelivered"


def test_the_address_is_encrypted_and_forgotten_with_the_person(database: Database) -> None:
    person = database.run(begin)
    form = letter(database)
    raw = database.run(lambda db: db.exec_driver_sql("SELECT * FROM addresses").all())
    words = database.run(lambda db: db.exec_driver_sql("SELECT * FROM reply_words").all())
    outbox = database.run(lambda db: db.exec_driver_sql("SELECT * FROM outbound").all())
    assert "amina" not in str(raw)
    assert reply_in(form).split()[-1] not in str(words)
    assert "Amina" not in str(outbox)

    database.run(forget, person, NOW)

    assert database.run(lambda db: db.execute(select(REPLY_WORDS)).all()) == []
    found = database.run(letter_of, form.stop.url.rpartition("/")[2])
    assert found is not None
    assert found.address is None
    assert hear(database, reply_in(form)) == "stranger"


def test_the_plan_of_waves_tells_who_is_invited_by_e_mail(database: Database) -> None:
    def only_enrolled(db: Connection) -> None:
        enrol(db, Enrolment("klantmonitor", "Amina", "nl", ONLY_MAIL, NOW.date(), seed=0), NOW)

    database.run(only_enrolled)
    study = CONTENT.library.studies["klantmonitor"]

    planned = database.run(lambda db: list(forecast(db, MAILING, study, NOW, NOW + DAY)))

    (first,) = planned
    assert isinstance(first, Forecast)
    assert (first.channel, first.segments, first.messages) == ("email", 0, 3)
