"""Paying out: the third questionnaire brings a voucher, once, in the person's language."""

import traceback
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, bindparam, select, update

from bot.channels.contract import Failure, Listed, Reaction
from bot.channels.local import LocalCarrier
from bot.conversation.apart import apart
from bot.conversation.forget import forget, stop
from bot.conversation.left_behind import mark_abandoned
from bot.conversation.making import LEASE
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.pay import PURPOSE, look, settle
from bot.conversation.receive import receive
from bot.conversation.reconcile import doubts, resolve
from bot.conversation.revisions import Content
from bot.conversation.service import Conversations
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND, RUNS
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import Enrolment, enrol
from bot.reports.audit import differences
from bot.rewards.ledger import balance, held, pot_of, spent_on, stock_of
from bot.rewards.payouts import PAYOUTS, PayoutState, due
from bot.rewards.stock_file import NewVoucher
from bot.rewards.vouchers import VOUCHERS, add_stock
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from bot.store.statements import Statement
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

LATER = NOW + timedelta(days=1)
UNTIL = date(2027, 12, 31)
FAULT = Failure("30008", Reaction.ASK, "nobody knows")
GONE = Failure("63024", Reaction.FIX, "certainly not")


def enrolled(
    db: Connection, language: str = "nl", number: str = AMINA, is_test: bool = False
) -> str:
    person = Enrolment(
        "klantmonitor", "Amina", language, [(Channel.LOCAL, number)], NOW.date(), is_test=is_test
    )
    return enrol(db, person, NOW)


def complete(
    db: Connection, person: str, wave: int, now: datetime = NOW, number: str = AMINA
) -> None:
    """Answer one questionnaire from the invitation to the end."""
    assert open_wave(db, PERIODIC, person, "periodic", wave, now).run
    for place, typed in enumerate(("1", "1", "2", "3", "4", "5", "1", "2")):
        said = InboundMessage(Channel.LOCAL, f"{number}-{wave}-{place}", number, "bot", typed, now)
        assert receive(db, CONTENT, said, now).outcome == "handled"


def stocked(db: Connection, *codes: str, until: date = UNTIL) -> None:
    vouchers = [NewVoucher(code, 600, until, "b1") for code in codes]
    assert add_stock(db, "klantmonitor", "HEMA", vouchers, NOW) == len(codes)


def thrice(db: Connection, language: str = "nl") -> str:
    person = enrolled(db, language)
    for wave in (1, 2, 3):
        complete(db, person, wave)
    return person


def said(database: Database, now: datetime = NOW) -> list[str]:
    """Carry everything that may leave; returns the words."""
    told: list[str] = []
    while taken := database.run(claim, CONTENT, now):
        for one in taken:
            form: Any = one.message.form
            told.append(form.body)
            database.run(settle_sent, one.row, arrival(database, one.row), now)
    return told


def arrival(database: Database, row: int) -> Sent:
    """Words arrive at once; of money we hear first that it was taken over."""
    is_money = row in {one.id for one in database.run(money)}
    return Sent(f"S{row}", DeliveryState.SENT if is_money else DeliveryState.DELIVERED)


def looked(database: Database, now: datetime) -> int:
    return sum(database.run(look, CONTENT, one, now) for one in database.run(due, now))


def payout(database: Database) -> Any:
    (row,) = database.run(rows, PAYOUTS)
    return row


def agree(db: Connection) -> list[str]:
    """What `polsbot ledger check` would say."""
    return list(differences(db))


def money(db: Connection) -> list[Any]:
    found = select(OUTBOUND).where(OUTBOUND.c.purpose == PURPOSE).order_by(OUTBOUND.c.id)
    return list(db.execute(found))


def carried(database: Database, now: datetime = NOW) -> int:
    """Carry everything up to the message with the voucher; returns its row, claimed."""
    for _ in range(100):
        for one in database.run(claim, CONTENT, now):
            if one.row in {row.id for row in database.run(money)}:
                return one.row
            database.run(settle_sent, one.row, arrival(database, one.row), now)
    raise AssertionError("no voucher left")


def test_the_third_questionnaire_brings_the_voucher_right_behind_the_thanks(
    database: Database,
) -> None:
    database.run(stocked, "AB-12 34")
    person = database.run(thrice)

    *_, thanks, voucher = said(database)

    assert "In je pot zit nu 6 euro. Tot je cadeaubon: nog 0 keer." in thanks
    assert voucher == (
        "Hier is je cadeaubon van 6 euro voor HEMA.\nJe code is: AB-12 34\n"
        "Geldig tot en met 31 december 2027\nLaat de code zien in de winkel."
    )
    assert database.run(held, person) == 600, "until it is known that it left"

    looked(database, NOW + timedelta(seconds=2))

    assert payout(database).state == PayoutState.SENT
    assert database.run(held, person) == 0
    assert database.run(balance, stock_of("klantmonitor")) == 0


def test_two_questionnaires_bring_none(database: Database) -> None:
    database.run(stocked, "A1")

    def twice(db: Connection) -> None:
        person = enrolled(db)
        complete(db, person, 1)
        complete(db, person, 2)

    database.run(twice)

    assert database.run(rows, PAYOUTS) == []
    assert "In je pot zit nu 4 euro. Tot je cadeaubon: nog 1 keer." in said(database)[-1]


def test_a_test_run_earns_nothing(database: Database) -> None:
    def played(db: Connection) -> str:
        person = enrolled(db, is_test=True)
        for wave in (1, 2, 3):
            complete(db, person, wave)
        return person

    person = database.run(played)

    assert database.run(balance, pot_of(person)) == 0
    assert database.run(rows, PAYOUTS) == []


def test_skipped_answers_cost_nothing(database: Database) -> None:
    def skipped(db: Connection) -> str:
        person = enrolled(db)
        assert open_wave(db, PERIODIC, person, "periodic", 1, NOW).run
        for place, typed in enumerate(("1", *("0",) * 7)):
            said = InboundMessage(Channel.LOCAL, f"s{place}", AMINA, "bot", typed, NOW)
            receive(db, CONTENT, said, NOW)
        return person

    person = database.run(skipped)

    assert database.run(balance, pot_of(person)) == 200


def test_without_stock_the_debt_stands_and_is_paid_when_stock_comes(database: Database) -> None:
    person = database.run(thrice)

    assert said(database)[-1] == "Je cadeaubon komt later. Je geld blijft in je pot."
    assert payout(database).state == PayoutState.RESERVED
    assert database.run(held, person) == 600

    soon = NOW + timedelta(minutes=2)
    assert looked(database, soon) == 0, "told once"
    database.run(stocked, "A1")
    assert looked(database, soon + timedelta(minutes=2)) == 1
    assert "Je code is: A1" in said(database, soon + timedelta(minutes=2))[-1]


def test_what_is_paid_later_leaves_in_decent_hours(database: Database) -> None:
    database.run(thrice)
    said(database)
    database.run(stocked, "A1")
    night = NOW + timedelta(hours=11)

    assert looked(database, night) == 0

    assert payout(database).look_at == datetime(2026, 3, 3, 9, tzinfo=NOW.tzinfo)
    assert looked(database, payout(database).look_at) == 1


def test_a_voucher_that_expires_soon_is_given_to_nobody(database: Database) -> None:
    database.run(stocked, "A1", until=NOW.date() + timedelta(days=3))
    database.run(thrice)

    assert payout(database).state == PayoutState.RESERVED


def test_a_voucher_of_another_value_is_not_given(database: Database) -> None:
    ten = [NewVoucher("A1", 1000, UNTIL, "b1")]
    database.run(add_stock, "klantmonitor", "HEMA", ten, NOW)
    database.run(thrice)

    assert payout(database).state == PayoutState.RESERVED


def test_money_of_unknown_fate_is_never_sent_again_by_a_machine(database: Database) -> None:
    database.run(stocked, "A1", "A2")
    person = database.run(thrice)
    row = carried(database)
    database.run(settle_failed, row, FAULT, NOW)

    now = NOW
    for _ in range(200):
        now += timedelta(minutes=7)
        for doubt in database.run(doubts, now):
            database.run(resolve, doubt, [], now)
        looked(database, now)
        assert database.run(claim, CONTENT, now) == []

    assert [one.state for one in database.run(money)] == ["uncertain"]
    assert database.run(money)[0].code == "parked"
    assert payout(database).state == PayoutState.REQUESTED
    assert database.run(held, person) == 600, "the debt stands until somebody knows"


def test_a_sender_that_died_leaves_money_uncertain_and_it_is_not_sent_again(
    database: Database,
) -> None:
    database.run(stocked, "A1")
    database.run(thrice)
    carried(database)

    database.run(mark_abandoned, NOW + 2 * LEASE)
    looked(database, NOW + timedelta(days=2))

    assert payout(database).state == PayoutState.REQUESTED
    assert database.run(claim, CONTENT, NOW + timedelta(days=2)) == []


def test_an_uncertain_voucher_that_the_provider_lists_was_sent(database: Database) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    row = carried(database)
    database.run(settle_failed, row, FAULT, NOW)
    soon = NOW + timedelta(minutes=2)

    (doubt,) = database.run(doubts, soon)
    assert database.run(resolve, doubt, [Listed("SM9", doubt.words)], soon) == "sent"
    looked(database, soon)

    assert payout(database).state == PayoutState.SENT
    assert database.run(held, person) == 0


def test_what_certainly_failed_is_tried_again_with_the_same_voucher(database: Database) -> None:
    database.run(stocked, "A1", "A2")
    person = database.run(thrice)
    database.run(settle_failed, carried(database), GONE, NOW)
    looked(database, NOW + timedelta(minutes=1))
    assert payout(database).state == PayoutState.FAILED
    assert database.run(held, person) == 600

    again = NOW + timedelta(days=1, minutes=2)
    assert looked(database, again) == 1

    assert "Je code is: A1" in said(database, again)[-1]
    looked(database, again + timedelta(minutes=1))
    assert payout(database).state == PayoutState.SENT
    assert database.run(held, person) == 0


def test_a_delivery_that_is_told_after_a_failure_is_believed(database: Database) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    row = carried(database)
    database.run(settle_failed, row, GONE, NOW)
    looked(database, NOW + timedelta(minutes=1))

    database.run(
        lambda db: db.execute(
            update(OUTBOUND).where(OUTBOUND.c.id == row).values(state="delivered")
        )
    )
    looked(database, NOW + timedelta(days=2))

    assert payout(database).state == PayoutState.CONFIRMED
    assert database.run(held, person) == 0


def test_a_voucher_goes_another_way_when_the_first_is_dead(database: Database) -> None:
    database.run(stocked, "A1", "A2")

    def both(db: Connection) -> str:
        person = Enrolment(
            "klantmonitor", "Amina", "nl",
            [(Channel.LOCAL, AMINA), (Channel.SMS, AMINA)], NOW.date(),
        )  # fmt: skip
        participant = enrol(db, person, NOW)
        for wave in (1, 2, 3):
            complete(db, participant, wave)
        return participant

    database.run(both)
    database.run(settle_failed, carried(database), Failure("x", Reaction.DEAD, ""), NOW)
    looked(database, NOW + timedelta(minutes=1))
    assert payout(database).state == PayoutState.REQUESTED, "the second message is on its way"

    assert "Je code is: A1" in said(database)[-1]
    looked(database, NOW + timedelta(minutes=2))
    assert payout(database).state == PayoutState.SENT


def test_after_stop_nothing_is_sent_and_the_pot_stays_theirs(database: Database) -> None:
    person = database.run(thrice)
    said(database)
    database.run(stop, person, NOW)
    database.run(stocked, "A1")

    looked(database, LATER)
    assert said(database, LATER) == []
    looked(database, LATER + timedelta(days=1))

    assert payout(database).state == PayoutState.RESERVED
    assert database.run(held, person) == 600


def test_an_erased_persons_codes_are_gone_and_the_amounts_stay(database: Database) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    said(database)
    looked(database, NOW + timedelta(minutes=1))

    database.run(forget, person, LATER)

    (voucher,) = database.run(rows, VOUCHERS)
    assert voucher.code is None
    assert payout(database).state == PayoutState.SENT
    assert looked(database, LATER + timedelta(days=30)) == 0


def test_what_was_on_its_way_to_an_erased_person_is_paid_when_it_arrives(
    database: Database,
) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    row = carried(database)
    database.run(forget, person, NOW)
    assert database.run(held, person) == 600, "it may arrive"

    database.run(settle_sent, row, Sent("S1", DeliveryState.DELIVERED), NOW)
    looked(database, NOW + timedelta(minutes=1))

    assert payout(database).state == PayoutState.CONFIRMED
    assert database.run(agree) == []


@pytest.mark.parametrize("failure", [GONE, FAULT])
def test_what_did_not_reach_an_erased_person_is_released_in_the_end(
    database: Database, failure: Failure
) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    row = carried(database)
    database.run(forget, person, NOW)
    database.run(settle_failed, row, failure, NOW)

    now = NOW
    for _ in range(200):
        now += timedelta(hours=3)
        assert looked(database, now) == 0

    assert payout(database).state == PayoutState.CANCELLED
    assert database.run(held, person) == 0
    assert database.run(balance, spent_on("klantmonitor", "erased")) == 600
    assert database.run(balance, spent_on("klantmonitor", "lost")) == -600, "nobody else's code"
    assert database.run(agree) == []


def test_a_payout_that_waited_is_released_with_its_person(database: Database) -> None:
    person = database.run(thrice)

    database.run(forget, person, NOW)

    assert payout(database).state == PayoutState.CANCELLED
    assert database.run(held, person) == 0
    database.run(stocked, "A1")
    assert looked(database, LATER) == 0
    assert database.run(agree) == []


async def test_one_payout_that_fails_does_not_stop_the_rest(
    sqlite_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(sqlite_url, keys=keys)
    people = [f"+3161234567{digit}" for digit in range(3)]

    def paid(db: Connection) -> None:
        for number in people:
            person = enrolled(db, number=number)
            for wave in (1, 2, 3):
                complete(db, person, wave, number=number)

    database.run(paid)
    database.run(stocked, "A1", "A2", "A3")
    later = NOW + timedelta(minutes=2)
    broken, *_ = database.run(due, later)

    def look_or_break(db: Connection, content: Content, one: str, now: datetime) -> int:
        if one == broken:
            raise ValueError("a fault of ours")
        return look(db, content, one, now)

    monkeypatch.setattr("bot.conversation.service.look", look_or_break)
    runtime = Runtime(
        Settings(), database, CONTENT.library, CONTENT.lexicons, {}, LocalCarrier(), lambda: later
    )
    assert await Conversations(runtime).pay_due() == 2
    states = sorted(row.state for row in database.run(rows, PAYOUTS))
    assert states == ["requested", "requested", "reserved"]
    await database.aclose()


def test_a_day_that_pays_too_much_stops(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = CONTENT.library.studies["klantmonitor"]
    assert study.reward is not None
    limited = replace(study, reward=replace(study.reward, most_a_day=600))
    monkeypatch.setitem(CONTENT.library.studies, study.name, limited)
    database.run(stocked, "A1", "A2")

    def paid(db: Connection) -> None:
        for number in ("+31612345671", "+31612345672"):
            person = enrolled(db, number=number)
            for wave in (1, 2, 3):
                complete(db, person, wave, number=number)

    database.run(paid)

    assert sorted(row.state for row in database.run(rows, PAYOUTS)) == ["requested", "reserved"]
    assert looked(database, NOW + timedelta(hours=2)) == 0
    said(database)
    assert looked(database, LATER + timedelta(hours=3)) == 1


def test_whoever_asks_hears_what_is_in_the_pot_and_how_far_it_is(database: Database) -> None:
    def asked(db: Connection) -> None:
        person = enrolled(db)
        complete(db, person, 1)
        said = InboundMessage(Channel.LOCAL, "saldo", AMINA, "bot", "saldo", NOW)
        receive(db, CONTENT, said, NOW)

    database.run(asked)

    assert said(database)[-1] == "In je pot zit 2 euro. Tot je cadeaubon: nog 2 keer."


def test_whoever_asks_while_a_voucher_is_due_hears_that_it_comes(database: Database) -> None:
    def asked(db: Connection) -> None:
        thrice(db)
        said = InboundMessage(Channel.LOCAL, "saldo", AMINA, "bot", "saldo", NOW)
        receive(db, CONTENT, said, NOW)

    database.run(asked)

    assert said(database)[-1] == "In je pot zit 6 euro. Je cadeaubon komt eraan."


def test_who_wants_to_be_erased_hears_that_the_pot_is_lost_too(database: Database) -> None:
    def asked(db: Connection) -> None:
        person = enrolled(db)
        complete(db, person, 1)
        assert open_wave(db, PERIODIC, person, "periodic", 2, NOW).run
        said = InboundMessage(Channel.LOCAL, "erase", AMINA, "bot", "wis alles", NOW)
        receive(db, CONTENT, said, NOW)

    database.run(asked)

    assert "De 2 euro in je pot ook." in said(database)[-1]


SLIP = Table("slip", MetaData(), Column("id", Integer, primary_key=True, autoincrement=False))
SLIP_IN = Statement(SLIP.insert())


@pytest.mark.parametrize("fault", [None, LookupError], ids=["alone", "and something else"])
@pytest.mark.parametrize("way", [SLIP_IN.write, SLIP_IN.run])
def test_a_payout_that_the_database_refuses_does_not_take_the_answer_along(
    database: Database, way: Any, fault: type[Exception] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, logged = 4000 + 711, []

    def paying(db: Connection) -> int:
        way(db, id=number)
        way(db, id=number)
        if fault is not None:
            raise fault
        return 1

    def answer(db: Connection) -> int:
        SLIP_IN.write(db, id=1)
        waiting = apart(db, lambda: paying(db))
        SLIP_IN.write(db, id=3)
        return waiting

    log = SimpleNamespace(exception=lambda _: logged.append(traceback.format_exc()))
    monkeypatch.setattr("bot.conversation.apart.log", log)
    database.run(SLIP.metadata.create_all)
    assert database.run(answer) == 0
    assert database.run(lambda db: db.execute(select(SLIP.c.id)).scalars().all()) == [1, 3]
    assert len(logged) == 1
    assert "4711" not in logged[0]


def test_a_payout_that_is_stale_is_handled_again_with_the_answer(database: Database) -> None:
    late = Statement(update(SLIP).where(SLIP.c.id == bindparam("it")).values(id=9))
    runs: list[int] = []

    def paying(db: Connection) -> int:
        late.must(db, it=1 if len(runs) > 1 else 7)
        return 1

    def answer(db: Connection) -> int:
        runs.append(1)
        SLIP_IN.write(db, id=1)
        return apart(db, lambda: paying(db))

    database.run(SLIP.metadata.create_all)
    assert database.run(answer) == 1
    assert len(runs) == 2
    assert database.run(lambda db: db.execute(select(SLIP.c.id)).scalars().all()) == [9]


def test_a_payout_that_breaks_does_not_take_the_answer_along(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(db: Connection, payout: str) -> Any:
        raise LookupError("a voucher without a code")

    person = database.run(enrolled)
    database.run(stocked, "A1")
    with monkeypatch.context() as patched:
        patched.setattr("bot.conversation.pay.voucher_of", broken)
        for wave in (1, 2, 3):
            database.run(complete, person, wave)

    assert database.run(held, person) == 600
    assert database.run(balance, pot_of(person)) == 600, "what broke was undone"
    assert [run.status for run in database.run(rows, RUNS)] == ["completed"] * 3
    assert database.run(agree) == []


def test_a_voucher_that_is_leaving_just_now_cannot_be_told_lost(database: Database) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    row = carried(database)
    one = payout(database).id

    assert not database.run(settle, one, None, NOW)
    assert database.run(mark_abandoned, NOW + LEASE + timedelta(seconds=1)) == 1
    assert database.run(settle, one, None, NOW + timedelta(minutes=2))

    looked(database, NOW + timedelta(minutes=2))
    assert payout(database).tries == 2, "it is sent once more"
    assert database.run(held, person) == 600
    assert row != carried(database, NOW + timedelta(minutes=2))
