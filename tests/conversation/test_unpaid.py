"""A voucher for who may not be written to: a person hears of it once, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.casework.alarms import CASES
from bot.casework.cases import close
from bot.content.study import RewardRule
from bot.conversation.forget import forget, stop
from bot.conversation.handing import hand_over
from bot.conversation.receive import receive
from bot.conversation.settle import settle_failed
from bot.conversation.tables import OUTBOUND
from bot.conversation.unpaid import reason_of
from bot.message import Channel, DeliveryState, InboundMessage
from bot.panel.participants import ADDRESSES, Enrolment, bury, enrol, keep_address, link
from bot.reports.audit import differences
from bot.reports.money import money
from bot.rewards.ledger import grant, held
from bot.rewards.payouts import PAYOUTS, PayoutState, reserve
from bot.rewards.vouchers import VOUCHERS
from bot.store.database import Database
from tests.conversation.test_late import RULE, left
from tests.conversation.test_pay import (
    GONE,
    carried,
    looked,
    payout,
    said,
    stocked,
    thrice,
)
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows

DAY = timedelta(days=1)


def cases(database: Database) -> list[Any]:
    return [one for one in database.run(rows, CASES) if one.closed_at is None]


def stopped(database: Database) -> str:
    """Somebody who stopped before the voucher came."""
    person: str = database.run(thrice)
    said(database)
    database.run(stop, person, NOW)
    return person


def figures(database: Database) -> Any:
    return database.run(money, "klantmonitor", RewardRule(200))


def test_a_voucher_for_who_stopped_everywhere_opens_one_case(database: Database) -> None:
    person = stopped(database)
    database.run(stocked, "A1")

    for day in range(1, 30):
        assert looked(database, NOW + DAY * day) == 0

    (case,) = database.run(rows, CASES)
    assert (case.kind, case.participant_id) == ("unpaid", person)
    assert database.run(reason_of, case) == "600 cents owed; local stopped on 2026-03-02"
    assert figures(database).unreachable == figures(database).waiting == 600
    assert database.run(held, person) == 600


def test_a_case_that_was_closed_is_not_opened_for_the_same_voucher(database: Database) -> None:
    stopped(database)
    looked(database, NOW + DAY)
    database.run(close, cases(database)[0].id, NOW + DAY)

    for day in range(2, 9):
        looked(database, NOW + DAY * day)

    assert cases(database) == []


def owed_at(db: Connection, *channels: Channel) -> str:
    ways = [(channel, AMINA) for channel in channels]
    person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", ways, NOW.date()), NOW)
    grant(db, f"r-{person}", person, "klantmonitor", 600, "EUR", NOW)
    reserve(db, person, RULE, NOW)
    return person


def test_one_channel_that_is_left_or_opens_later_is_no_case(database: Database) -> None:
    def half(db: Connection) -> None:
        person = owed_at(db, Channel.WHATSAPP, Channel.SMS)
        sms = keep_address(db, Channel.SMS, AMINA, NOW)
        bury(db, sms.id)
        link(db, person, keep_address(db, Channel.EMAIL, "amina@example.org", NOW).id)

    database.run(half)
    for day in range(1, 9):
        looked(database, NOW + DAY * day)

    assert cases(database) == [], "any word of theirs on WhatsApp brings it"
    assert figures(database).unreachable == 0


def test_who_has_only_an_e_mail_or_a_dead_number_is_a_case_too(database: Database) -> None:
    def nowhere(db: Connection) -> None:
        person = owed_at(db, Channel.SMS)
        bury(db, keep_address(db, Channel.SMS, AMINA, NOW).id)
        link(db, person, keep_address(db, Channel.EMAIL, "amina@example.org", NOW).id)

    database.run(nowhere)
    looked(database, NOW + DAY)

    (case,) = cases(database)
    why = "600 cents owed; email carries no vouchers, sms cannot be reached"
    assert database.run(reason_of, case) == why


def test_who_comes_back_gets_the_voucher_at_once_and_the_case_is_closed(database: Database) -> None:
    stopped(database)
    database.run(stocked, "A1")
    looked(database, NOW + DAY)
    back = NOW + DAY + timedelta(hours=2)

    start = InboundMessage(Channel.LOCAL, "back", AMINA, "bot", "start", back)
    database.run(receive, CONTENT, start, back)
    assert looked(database, back) == 1
    assert "Je code is: A1" in said(database, back)[-1]
    looked(database, back + timedelta(minutes=1))

    assert payout(database).state == PayoutState.SENT
    assert cases(database) == []
    assert figures(database).unreachable == 0


def test_a_voucher_that_is_handed_over_is_paid_and_sent_by_nobody(database: Database) -> None:
    person = stopped(database)
    database.run(stocked, "A1", "B2")
    looked(database, NOW + DAY)
    one = payout(database).id

    taken = database.run(hand_over, CONTENT, one, NOW + DAY)

    assert taken is not None
    assert taken.code == "A1"
    assert database.run(hand_over, CONTENT, one, NOW + DAY) is None, "once"
    assert payout(database).state == PayoutState.CONFIRMED
    assert database.run(held, person) == 0
    assert cases(database) == []
    assert looked(database, NOW + DAY * 9) == 0
    assert left(database, NOW + DAY * 9) == []
    assert database.run(lambda db: list(differences(db))) == []


@pytest.mark.parametrize("fate", ["queued", "uncertain", "delivered after all"])
def test_what_may_arrive_is_not_handed_over_as_well(database: Database, fate: str) -> None:
    database.run(stocked, "A1", "B2")
    database.run(thrice)
    if fate == "delivered after all":
        row = carried(database)
        database.run(settle_failed, row, GONE, NOW)
        looked(database, NOW + timedelta(minutes=1))
        late = update(OUTBOUND).where(OUTBOUND.c.id == row).values(state="delivered")
        database.run(lambda db: db.execute(late))
    elif fate == "uncertain":
        state = str(DeliveryState.UNCERTAIN)
        unsure = update(OUTBOUND).where(OUTBOUND.c.purpose == "voucher").values(state=state)
        database.run(lambda db: db.execute(unsure))

    assert database.run(hand_over, CONTENT, payout(database).id, NOW + DAY) is None
    (free,) = [one for one in database.run(rows, VOUCHERS) if one.payout_id is None]
    assert free.code == "B2"


def test_without_a_voucher_nothing_is_handed_over_and_the_debt_stands(database: Database) -> None:
    person = stopped(database)

    assert database.run(hand_over, CONTENT, payout(database).id, NOW) is None
    assert database.run(hand_over, CONTENT, "o0", NOW) is None

    assert database.run(held, person) == 600


def test_an_erased_person_is_no_case_any_more(database: Database) -> None:
    person = stopped(database)
    looked(database, NOW + DAY)

    database.run(forget, person, NOW + DAY)

    assert cases(database) == []
    assert figures(database).unreachable == 0
    assert [one.state for one in database.run(rows, PAYOUTS)] == [PayoutState.CANCELLED]


async def test_a_hand_over_and_the_clock_at_once_give_one_voucher(database: Database) -> None:
    from asyncio import gather

    from bot.conversation.pay import look

    database.run(stocked, "A1", "B2")

    def wanted(db: Connection) -> str:
        person = owed_at(db, Channel.SMS)
        db.execute(update(ADDRESSES).values(heard_at=NOW))
        return person

    await database.transact(wanted)
    one, now = payout(database).id, NOW + timedelta(minutes=1)

    async def hands() -> object:
        return await database.transact(hand_over, CONTENT, one, now)

    async def looks() -> object:
        return await database.transact(look, CONTENT, one, now)

    taken, sent = await gather(hands(), looks())

    assert (taken is not None) + bool(sent) == 1
    tied = [row for row in await database.read(rows, VOUCHERS) if row.payout_id is not None]
    assert len(tied) == 1
