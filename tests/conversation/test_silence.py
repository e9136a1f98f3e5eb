"""What happens to those who say nothing, and to a study that pauses, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.casework.alarms import CASES
from bot.channels.contract import Failure, Reaction
from bot.conversation.alerts import ALERTS
from bot.conversation.forget import stop
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.settle import note_status, settle_failed
from bot.conversation.tables import OUTBOUND
from bot.conversation.timers import RESTART
from bot.message import Channel, DeliveryState, DeliveryStatus, InboundMessage
from bot.panel.participants import PARTICIPANTS, Enrolment, enrol, keep_address, link
from bot.panel.pauses import pause, pause_study, resume, resume_study
from bot.panel.tables import INVITATIONS
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows
from tests.conversation.test_waves import (
    BASELINE,
    CONSENT,
    ends,
    enrolled,
    hear,
    send_all,
    tick,
    two_at_one_phone,
    waves,
)

DAY = timedelta(days=1)


def live(database: Database, first: int, last: int) -> dict[int, list[str]]:
    """Every day from ``first`` to ``last``, at eleven in the morning; what was said by day."""
    said = {}
    for day in range(first, last + 1):
        for _ in range(2):
            tick(database, NOW + DAY * day)
        if messages := send_all(database, NOW + DAY * day):
            said[day] = messages
    return said


def standing(database: Database) -> tuple[str, str | None]:
    (person,) = database.run(rows, PARTICIPANTS)
    return person.status, person.paused_for


def cases(database: Database) -> list[str]:
    return [row.kind for row in database.run(rows, CASES)]


def consented(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)
    send_all(database, NOW)


def test_a_wave_has_an_invitation_and_two_reminders_and_closes(database: Database) -> None:
    consented(database)

    said = live(database, 8, 26)

    assert {day: len(messages) for day, messages in said.items()} == {14: 1, 15: 1, 17: 1}


def test_three_silent_waves_pause_and_tell_the_caseworker(database: Database) -> None:
    consented(database)

    live(database, 1, 14 * 3 + 6)
    assert standing(database) == ("active", None)
    live(database, 14 * 3 + 7, 14 * 3 + 8)

    assert standing(database) == ("paused", "silent")
    assert cases(database) == ["silent"]


def alerts(kind: str) -> float:
    return float(ALERTS.labels(kind)._value.get())


def refuse_all(database: Database, now: datetime) -> None:
    """Our own set-up is wrong: the provider takes nothing over."""
    while taken := database.run(claim, CONTENT, now):
        for one in taken:
            failure = Failure("20003", Reaction.HALT, "wrong token")
            database.run(settle_failed, one.row, failure, now)


def test_waves_of_which_nothing_left_are_no_silence_and_people_are_told(
    database: Database,
) -> None:
    consented(database)
    before = alerts("unsent")
    for day in range(8, 14 * 4 + 9):
        tick(database, NOW + DAY * day)
        if day < 28:  # the sender stands still, and later is refused
            continue
        refuse_all(database, NOW + DAY * day)

    how = [ends(database)["periodic", number] for number in range(1, 5)]
    assert how == ["undelivered"] * 4
    assert standing(database) == ("active", None)
    assert cases(database) == []
    assert alerts("unsent") == before + 4


def test_waves_of_which_nothing_left_do_not_end_a_silence(database: Database) -> None:
    consented(database)
    live(database, 8, 27)
    for day in range(28, 36):
        tick(database, NOW + DAY * day)
    live(database, 42, 14 * 4 + 6)
    assert standing(database) == ("active", None)

    live(database, 14 * 4 + 7, 14 * 4 + 8)

    assert ends(database)["periodic", 2] == "undelivered"
    assert standing(database) == ("paused", "silent")


def test_waves_that_left_and_did_not_arrive_are_a_silence(database: Database) -> None:
    consented(database)
    for day in range(8, 14 * 3 + 9):
        tick(database, NOW + DAY * day)
        send_all(database, NOW + DAY * day, DeliveryState.SENT)
        for row in database.run(rows, OUTBOUND):
            if row.state == "sent":
                off = DeliveryStatus(row.token, row.provider_id, DeliveryState.FAILED, "30003")
                failure = Failure("30003", Reaction.LATER, "the phone is off")
                database.run(note_status, off, failure, NOW + DAY * day)

    assert ends(database)["periodic", 3] == "undelivered"
    assert standing(database) == ("paused", "silent")


def test_a_month_later_one_message_asks_once_more_and_none_after_it(database: Database) -> None:
    consented(database)
    live(database, 1, 50)

    said = live(database, 51, 200)

    assert [len(messages) for messages in said.values()] == [1]
    assert "We hoorden een tijd niets van je" in said[min(said)][0]
    assert min(said) >= 14 * 3 + 7 + RESTART.days
    assert standing(database) == ("paused", "silent")


def test_an_answer_to_the_restart_message_brings_the_waves_back(database: Database) -> None:
    consented(database)
    live(database, 1, 50)
    (day,) = live(database, 51, 85)

    hear(database, ("ja", "3"), NOW + DAY * day, start=500)

    assert standing(database) == ("active", None)
    assert len(live(database, day + 1, day + 28)) >= 3


def test_a_stop_to_the_restart_message_is_obeyed(database: Database) -> None:
    consented(database)
    live(database, 1, 50)
    (day,) = live(database, 51, 85)

    hear(database, ("stop",), NOW + DAY * day, start=500)

    assert len(live(database, day, day).get(day, [])) == 1
    assert live(database, day + 1, day + 60) == {}


def test_a_reply_once_in_a_while_is_no_silence(database: Database) -> None:
    consented(database)

    for wave in range(1, 7):
        live(database, 14 * wave - 5, 14 * wave)
        if wave % 3 == 0:
            hear(database, ("nu niet",), NOW + DAY * 14 * wave, start=1000 * wave)
    live(database, 85, 92)

    assert standing(database) == ("active", None)


def test_a_crisis_leaves_in_peace_until_a_caseworker_resumes(database: Database) -> None:
    consented(database)
    live(database, 8, 14)

    hear(database, ("ja", "ik wil dood"), NOW + DAY * 14, start=300)
    send_all(database, NOW + DAY * 14)

    assert standing(database) == ("paused", "crisis")
    assert live(database, 15, 80) == {}


def test_a_crisis_between_two_waves_leaves_in_peace_as_well(database: Database) -> None:
    consented(database)
    live(database, 0, 10)

    hear(database, ("ik wil dood",), NOW + DAY * 11, start=40)
    said = live(database, 11, 60)

    assert standing(database) == ("paused", "crisis")
    assert cases(database) == ["crisis"]
    assert said.keys() == {11}, "the number to call, and no question after it"


def test_a_paused_study_writes_to_nobody_and_answers_everybody(database: Database) -> None:
    consented(database)
    database.run(pause_study, "klantmonitor", NOW + DAY * 10)

    assert live(database, 11, 20) == {}
    hear(database, ("hallo",), NOW + DAY * 20, start=700)
    assert len(send_all(database, NOW + DAY * 20)) == 1


def test_a_pause_holds_invitations_and_drops_reminders_that_fall_into_it(
    database: Database,
) -> None:
    consented(database)
    live(database, 8, 14)
    database.run(pause_study, "klantmonitor", NOW + DAY * 14)
    assert live(database, 15, 18) == {}

    database.run(resume_study, "klantmonitor", NOW + DAY * 18)

    assert live(database, 18, 27) == {}


def test_a_resumed_study_opens_only_the_newest_wave(database: Database) -> None:
    consented(database)
    live(database, 8, 9)
    database.run(pause_study, "klantmonitor", NOW + DAY * 10)
    live(database, 11, 60)

    database.run(resume_study, "klantmonitor", NOW + DAY * 60)
    live(database, 60, 60)

    assert waves(database) == [("baseline", 1), ("periodic", 4)]
    live(database, 61, 70)
    assert waves(database)[-1] == ("periodic", 5)


@pytest.mark.parametrize("out", range(8, 20, 2))
def test_three_days_without_a_clock_lose_nothing_and_flood_nobody(
    database: Database, out: int
) -> None:
    consented(database)
    live(database, 6, out - 1)

    said = live(database, out + 3, 41)

    assert waves(database) == [("baseline", 1), ("periodic", 1), ("periodic", 2)]
    assert all(len(messages) == 1 for messages in said.values())
    days = [
        (row.created_at - NOW).days
        for row in database.run(rows, OUTBOUND)
        if row.purpose in ("opening", "reminder") and row.state != "dropped"
    ]
    assert all(sum(day <= one < day + 14 for one in days) <= 3 for day in days)
    opened = [(row.opened_at - NOW).days for row in database.run(rows, INVITATIONS)]
    assert sorted(opened)[-1] == 28


def test_someone_whom_nothing_reaches_is_not_invited(database: Database) -> None:
    consented(database)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(stop, person.id, NOW + DAY)

    assert live(database, 2, 40) == {}
    assert waves(database) == [("baseline", 1)]


def test_the_organisations_stop_leaves_the_open_wave_ineligible(database: Database) -> None:
    person = database.run(enrolled)
    tick(database, NOW)

    database.run(stop, person, NOW)

    (invitation,) = database.run(rows, INVITATIONS)
    assert invitation.disposition == "ineligible"


def test_the_organisations_stop_leaves_the_housemate_on_the_same_phone(database: Database) -> None:
    amina, bilal = database.run(two_at_one_phone)
    live(database, 0, 0)

    database.run(stop, bilal, NOW)

    said = [words for day in live(database, 1, 3).values() for words in day]
    assert said
    assert all("Amina" in words for words in said)
    standing = {row.id: (row.status, row.paused_for) for row in database.run(rows, PARTICIPANTS)}
    assert standing == {amina: ("active", None), bilal: ("paused", "operator")}


def test_a_no_to_the_study_is_refused_and_not_partial(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)

    hear(database, ("ja", "Nederlands", "nee"), NOW)

    (invitation,) = database.run(rows, INVITATIONS)
    assert invitation.disposition == "refused"


def two_channels(db: Connection) -> str:
    """Reached by SMS first; the second number stands for the other channel."""
    person = Enrolment("klantmonitor", "Amina", "nl", [(Channel.SMS, AMINA)], NOW.date(), seed=0)
    participant = enrol(db, person, NOW)
    link(db, participant, keep_address(db, Channel.LOCAL, "screen", NOW).id)
    return participant


def test_the_second_reminder_comes_by_another_channel(database: Database) -> None:
    database.run(two_channels)
    tick(database, NOW)
    send_all(database, NOW)

    live(database, 1, 5)

    found = database.run(
        lambda db: list(
            db.execute(select(OUTBOUND.c.purpose, OUTBOUND.c.channel).order_by(OUTBOUND.c.id)).all()
        )
    )
    assert [tuple(row) for row in found] == [
        ("opening", "sms"),
        ("reminder", "sms"),
        ("reminder", "local"),
    ]


def test_a_reminder_that_cannot_come_by_another_channel_comes_as_usual(
    database: Database,
) -> None:
    """WhatsApp is closed, and nobody has approved a template."""
    addresses = [(Channel.SMS, AMINA), (Channel.WHATSAPP, AMINA)]
    person = Enrolment("klantmonitor", "Amina", "nl", addresses, NOW.date(), seed=0)
    database.run(enrol, person, NOW)
    tick(database, NOW)
    send_all(database, NOW)

    live(database, 1, 5)

    assert [row.channel for row in database.run(rows, OUTBOUND)] == ["sms"] * 3


def test_the_run_goes_on_where_the_person_answers(database: Database) -> None:
    database.run(two_channels)
    tick(database, NOW)
    send_all(database, NOW)
    live(database, 1, 3)
    day = NOW + DAY * 3

    inbound = InboundMessage(Channel.LOCAL, "L1", "screen", "bot", "ja", day)
    assert database.run(receive, CONTENT, inbound, day).outcome == "handled"
    assert len(send_all(database, day)) == 1
    assert database.run(rows, OUTBOUND)[-1].channel == "local"


def test_the_restart_message_is_not_lost_in_a_pause_of_the_study(database: Database) -> None:
    consented(database)
    live(database, 1, 50)
    database.run(pause_study, "klantmonitor", NOW + DAY * 60)
    assert live(database, 61, 90) == {}

    database.run(resume_study, "klantmonitor", NOW + DAY * 91)

    said = live(database, 91, 200)
    assert [len(messages) for messages in said.values()] == [1]
    assert min(said) <= 93


@pytest.mark.parametrize("reason", ["operator", "crisis"])
def test_an_invitation_that_waits_does_not_reach_who_was_paused_since(
    database: Database, reason: str
) -> None:
    person = database.run(enrolled)
    night = NOW.replace(hour=20)
    database.run(open_wave, BASELINE, person, "baseline", 1, night)
    database.run(pause, person, reason)
    assert send_all(database, NOW + DAY) == []

    database.run(resume, person, NOW + DAY * 2)

    assert len(send_all(database, NOW + DAY * 2)) == 1
