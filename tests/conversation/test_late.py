"""A voucher that comes when nobody is talking: never its code in a template, and never lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.conversation.effects import queue
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND
from bot.message import ButtonsForm, Channel, DeliveryState, InboundMessage, Sent, TemplateForm
from bot.panel.participants import ADDRESSES, Enrolment, enrol, keep_address, link
from bot.rewards.ledger import grant, held
from bot.rewards.payouts import PAYOUTS, PayoutState, Rule, reserve
from bot.rewards.vouchers import VOUCHERS
from bot.store.database import Database
from tests.conversation.test_pay import GONE, agree, looked, stocked
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows
from tests.conversation.test_templates import approve

LATE = NOW + timedelta(days=2)
RULE = Rule("klantmonitor", 600)


def owed(
    db: Connection,
    *channels: Channel,
    language: str = "nl",
    name: str = "Amina",
    heard_at: datetime = NOW,
) -> str:
    """Somebody who waits for a voucher and last wrote then."""
    ways = [(channel, AMINA) for channel in channels or (Channel.WHATSAPP,)]
    person = enrol(db, Enrolment("klantmonitor", name, language, ways, NOW.date()), NOW)
    grant(db, f"r-{person}", person, "klantmonitor", 600, "EUR", NOW)
    reserve(db, person, RULE, NOW)
    db.execute(update(ADDRESSES).values(heard_at=heard_at))
    return person


def left(database: Database, now: datetime) -> list[Any]:
    """What leaves now, as it is carried."""
    carried = []
    while taken := database.run(claim, CONTENT, now):
        for one in taken:
            carried.append(one.message)
            sent = Sent(f"S{one.row}", DeliveryState.DELIVERED)
            database.run(settle_sent, one.row, sent, now)
    return carried


def say(database: Database, now: datetime, text: str = "", payload: str | None = None) -> None:
    message = InboundMessage(
        Channel.WHATSAPP, f"W{now.timestamp()}", AMINA, "bot", text, now, payload=payload
    )
    assert database.run(receive, CONTENT, message, now).outcome == "handled"


def told(database: Database, now: datetime = LATE) -> Any:
    """The voucher has come, and its person hears that it waits."""
    database.run(approve)
    database.run(stocked, "SECRET-1")
    looked(database, now)
    (message,) = left(database, now)
    return message


def state(database: Database) -> str:
    (row,) = database.run(rows, PAYOUTS)
    return str(row.state)


@pytest.mark.parametrize("language", ["nl", "en", "tr", "ar", "pl", "uk", "fa"])
def test_a_late_voucher_is_told_by_a_template_without_its_code(
    database: Database, language: str
) -> None:
    database.run(owed, language=language)

    message = told(database)

    assert isinstance(message.form, TemplateForm)
    assert message.form.language == language
    assert "Team Klantmonitor" in message.form.body
    assert "SECRET" not in repr(message.form)
    assert message.form.variables == ()
    assert len(message.form.buttons) == 1
    assert state(database) == PayoutState.RESERVED


def test_the_tap_brings_the_voucher_itself_and_the_debt_is_paid(database: Database) -> None:
    person = database.run(owed)
    button = told(database).form.buttons[0]
    soon = LATE + timedelta(hours=5)

    say(database, soon, button.title, button.id)

    (voucher,) = left(database, soon)
    assert "Je code is: SECRET-1" in voucher.form.body
    looked(database, soon + timedelta(minutes=1))
    assert state(database) == PayoutState.CONFIRMED
    assert database.run(held, person) == 0


def test_a_second_tap_brings_no_second_voucher(database: Database) -> None:
    database.run(owed)
    database.run(stocked, "SECRET-2")
    button = told(database).form.buttons[0]
    soon = LATE + timedelta(hours=1)
    say(database, soon, button.title, button.id)
    assert len(left(database, soon)) == 1

    again = soon + timedelta(minutes=1)
    say(database, again, button.title, button.id)

    (answer,) = left(database, again)
    assert "In je pot zit" in answer.form.body
    assert "SECRET" not in answer.form.body


def test_any_word_opens_the_window_and_the_voucher_follows(database: Database) -> None:
    database.run(owed)
    told(database)

    say(database, LATE + timedelta(hours=1), "hallo")

    *_, voucher = left(database, LATE + timedelta(hours=1))
    assert "Je code is: SECRET-1" in voucher.form.body


@pytest.mark.parametrize("word", ["stop", "hulp", "ik wil dood"])
def test_a_command_is_not_answered_with_money(database: Database, word: str) -> None:
    database.run(owed)
    told(database)

    say(database, LATE + timedelta(hours=1), word)

    bodies = [one.form.body for one in left(database, LATE + timedelta(hours=1))]
    assert not any("SECRET" in body for body in bodies)


def test_it_is_told_once_for_each_silence(database: Database) -> None:
    database.run(owed)
    told(database)

    for hours in range(1, 24 * 20):
        now = LATE + timedelta(hours=hours)
        looked(database, now)
        assert left(database, now) == []


def test_it_is_told_again_when_it_certainly_did_not_arrive(database: Database) -> None:
    database.run(owed)
    database.run(approve)
    database.run(stocked, "A1")
    looked(database, LATE)
    (one,) = database.run(claim, CONTENT, LATE)
    database.run(settle_failed, one.row, GONE, LATE)

    looked(database, LATE + timedelta(hours=2))

    assert len(left(database, LATE + timedelta(hours=2))) == 1


def test_without_a_voucher_nobody_is_told_that_one_waits(database: Database) -> None:
    database.run(owed)
    database.run(approve)

    looked(database, LATE)

    assert left(database, LATE) == []


def test_who_is_reached_by_sms_gets_the_code_there(database: Database) -> None:
    database.run(owed, Channel.SMS, Channel.WHATSAPP)
    database.run(approve)
    database.run(stocked, "SECRET-1")

    looked(database, LATE)

    (message,) = left(database, LATE)
    assert message.channel is Channel.SMS
    assert "Je code is: SECRET-1" in message.form.body


def test_without_an_approved_template_sms_carries_the_code(database: Database) -> None:
    database.run(owed, Channel.WHATSAPP, Channel.SMS)
    database.run(approve, "rejected")
    database.run(stocked, "SECRET-1")

    looked(database, LATE)

    (message,) = left(database, LATE)
    assert message.channel is Channel.SMS


def test_who_cannot_be_written_to_keeps_the_money_and_no_voucher_is_tied(
    database: Database,
) -> None:
    person = database.run(owed)
    database.run(stocked, "SECRET-1")

    for days in range(2, 30):
        looked(database, NOW + timedelta(days=days))

    assert left(database, LATE) == []
    assert database.run(held, person) == 600
    (voucher,) = database.run(rows, VOUCHERS)
    assert voucher.payout_id is None


def test_a_code_never_goes_by_e_mail(database: Database) -> None:
    def with_mail(db: Connection) -> None:
        person = owed(db)
        link(db, person, keep_address(db, Channel.EMAIL, "amina@example.org", NOW).id)

    database.run(with_mail)
    database.run(stocked, "SECRET-1")

    looked(database, LATE)

    assert left(database, LATE) == []
    assert state(database) == PayoutState.RESERVED


def test_inside_the_window_the_voucher_comes_by_itself(database: Database) -> None:
    database.run(owed, heard_at=LATE - timedelta(hours=23))
    database.run(approve)
    database.run(stocked, "SECRET-1")

    looked(database, LATE)

    (message,) = left(database, LATE)
    assert "Je code is: SECRET-1" in message.form.body
    assert not isinstance(message.form, ButtonsForm)


def test_two_of_a_household_are_both_paid_when_one_number_speaks(database: Database) -> None:
    database.run(owed)
    database.run(owed, name="Bilal")
    database.run(approve)
    database.run(stocked, "A1", "A2")
    looked(database, LATE)
    left(database, LATE)

    say(database, LATE + timedelta(hours=1), "hallo")

    told = [one.form.body for one in left(database, LATE + timedelta(hours=1))]
    assert sum("Je code is: A" in body for body in told) == 2
    assert database.run(agree)  # these runs were never made: only the rewards differ
    assert all("run:" in one for one in database.run(agree))


def test_who_answered_meanwhile_is_not_told_any_more(database: Database) -> None:
    database.run(owed)
    database.run(approve)
    database.run(stocked, "SECRET-1")
    looked(database, LATE)

    say(database, LATE + timedelta(minutes=1), "hallo")

    forms = [one.form for one in left(database, LATE + timedelta(minutes=2))]
    assert not any(isinstance(form, TemplateForm) for form in forms)
    found = database.run(lambda db: db.execute(select(OUTBOUND.c.code)).scalars().all())
    assert "answered meanwhile" in found


def openers(db: Connection, person: str, days: tuple[int, ...]) -> None:
    for day in days:
        at = NOW + timedelta(days=day)
        queue(
            db, at, participant_id=person, batch=f"b{day}", purpose="opening", language="nl",
            order="", state="sent",
        )  # fmt: skip


@pytest.mark.parametrize(("days", "told"), [((0, 1, 2), 0), ((1, 4), 0), ((1, 2), 1)])
def test_a_voucher_that_waits_is_no_fourth_message_and_no_second_of_a_day(
    database: Database, days: tuple[int, ...], told: int
) -> None:
    database.run(approve)
    database.run(stocked, "SECRET-1")
    person = database.run(owed)
    database.run(openers, person, days)
    now = NOW + timedelta(days=4)

    looked(database, now)

    assert len(left(database, now)) == told
    looked(database, NOW + timedelta(days=16))
    assert len(left(database, NOW + timedelta(days=16))) == 1 - told
