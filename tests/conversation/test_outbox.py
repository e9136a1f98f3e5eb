"""The outbox on both databases: saved before sent, in order, never twice, never after a stop."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from bot.casework.alarms import CASES
from bot.channels.contract import Failure, Listed, Reaction, SendError
from bot.channels.local import LocalCarrier
from bot.channels.twilio.failures import undelivered
from bot.conversation.effects import queue
from bot.conversation.left_behind import mark_abandoned
from bot.conversation.line import PATIENCE
from bot.conversation.making import LEASE
from bot.conversation.open import open_wave
from bot.conversation.orders import load_send
from bot.conversation.outbox import (
    BROKEN,
    BROKEN_AT_MOST,
    Claimed,
    claim,
)
from bot.conversation.reactions import SOON
from bot.conversation.receive import receive
from bot.conversation.reconcile import doubts, resolve
from bot.conversation.send import Senders
from bot.conversation.settle import note_status, settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import (
    ButtonsForm,
    Channel,
    DeliveryState,
    DeliveryStatus,
    OutboundMessage,
    Sent,
    TextForm,
)
from bot.panel.participants import (
    ADDRESSES,
    PARTICIPANTS,
    Enrolment,
    bury,
    enrol,
    keep_address,
    link,
)
from bot.panel.pauses import pause
from bot.panel.timers import due_timers
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, message, rows


def begin(db: Connection, channel: Channel = Channel.LOCAL, address: str = AMINA) -> str:
    person = Enrolment("klantmonitor", "Amina", "nl", [(channel, address)], NOW.date(), seed=0)
    participant = enrol(db, person, NOW)
    assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
    return participant


def begin_with_two(db: Connection) -> None:
    """Somebody who is reached on two channels."""
    both = [(Channel.LOCAL, AMINA), (Channel.SMS, AMINA)]
    person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", both, NOW.date()), NOW)
    open_wave(db, PERIODIC, person, "periodic", 1, NOW)


def hear(db: Connection, text: str, number: int, now: datetime = NOW) -> None:
    inbound = message(text, number)
    local = type(inbound)(Channel.LOCAL, f"L{number}", AMINA, "bot", text, now)
    assert receive(db, CONTENT, local, now).outcome == "handled"


def next_wave_in_two_weeks(db: Connection) -> None:
    db.execute(update(PARTICIPANTS).values(next_wave_at=NOW + timedelta(days=14)))


def states(database: Database) -> list[str]:
    return [row.state for row in database.run(rows, OUTBOUND)]


def test_a_claimed_message_has_its_words_and_is_claimed_once(database: Database) -> None:
    database.run(begin)

    (one,) = database.run(claim, CONTENT, NOW)

    assert one.message.to == AMINA
    assert isinstance(one.message.form, ButtonsForm)
    assert one.message.form.body.startswith("Hoi Amina!")
    assert database.run(claim, CONTENT, NOW) == []


def test_nothing_overtakes_an_older_open_message(database: Database) -> None:
    database.run(begin)
    database.run(hear, "ja", 1)

    (first,) = database.run(claim, CONTENT, NOW)
    assert database.run(claim, CONTENT, NOW) == []
    database.run(settle_sent, first.row, Sent("SM1"), NOW)

    (second,) = database.run(claim, CONTENT, NOW)
    assert second.row > first.row


def test_a_message_of_the_same_turn_waits_for_delivery_but_not_for_ever(
    database: Database,
) -> None:
    database.run(begin)

    def twice(db: Connection) -> None:
        hear(db, "ja", 1)
        batch = rows(db, OUTBOUND)[0].batch
        db.execute(update(OUTBOUND).values(batch=batch))

    database.run(twice)
    (first,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, first.row, Sent("SM1"), NOW)

    assert database.run(claim, CONTENT, NOW + PATIENCE / 2) == []

    assert len(database.run(claim, CONTENT, NOW + PATIENCE)) == 1


def test_an_abandoned_message_is_uncertain_and_never_sent_again(database: Database) -> None:
    database.run(begin)
    database.run(claim, CONTENT, NOW)

    assert database.run(mark_abandoned, NOW) == 0
    assert database.run(mark_abandoned, NOW + LEASE * 1.1) == 1

    assert states(database) == ["uncertain"]
    assert database.run(claim, CONTENT, NOW + timedelta(days=1)) == []


def test_a_lease_from_the_future_counts_as_expired(database: Database) -> None:
    database.run(begin)
    database.run(claim, CONTENT, NOW)

    assert database.run(mark_abandoned, NOW - timedelta(hours=1)) == 1


def test_an_unknown_outcome_is_settled_by_a_status(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    ask = Failure("time-out", Reaction.ASK, "no answer")
    database.run(settle_failed, one.row, ask, NOW)
    assert states(database) == ["uncertain"]

    status = DeliveryStatus(one.message.token, "SM9", DeliveryState.DELIVERED)
    assert database.run(note_status, status, None, NOW) == "moved"

    assert states(database) == ["delivered"]


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent")])
def test_a_late_status_does_not_undo_a_later_one(
    database: Database, order: tuple[str, str]
) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    for state in order:
        status = DeliveryStatus(one.message.token, "SM9", DeliveryState(state))
        database.run(note_status, status, None, NOW)
    database.run(settle_sent, one.row, Sent("SM9"), NOW)

    assert states(database) == ["delivered"]


def test_a_status_that_is_not_ours_changes_nothing(database: Database) -> None:
    database.run(begin)

    status = DeliveryStatus("guess", "SM9", DeliveryState.DELIVERED)

    assert database.run(note_status, status, None, NOW) == "foreign"
    assert states(database) == ["queued"]


def test_only_a_refusal_is_tried_again_and_later_each_time(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    busy = Failure("429", Reaction.RETRY, "too many", retry_after=7)
    database.run(settle_failed, one.row, busy, NOW)

    assert database.run(claim, CONTENT, NOW + timedelta(seconds=6)) == []
    assert len(database.run(claim, CONTENT, NOW + timedelta(seconds=7))) == 1


@pytest.mark.parametrize(
    ("code", "reaction"), [("connect", Reaction.RETRY), ("20003", Reaction.HALT)]
)
def test_nothing_is_given_up_while_the_provider_is_out_of_reach_for_hours(
    database: Database, code: str, reaction: Reaction
) -> None:
    database.run(begin)
    now = NOW
    while now < NOW + timedelta(hours=7):  # later it is evening
        for one in database.run(claim, CONTENT, now):
            database.run(settle_failed, one.row, Failure(code, reaction, "nobody there"), now)
        now += timedelta(minutes=5)

    (one,) = database.run(claim, CONTENT, now)
    database.run(settle_sent, one.row, Sent("SM1"), now)

    assert states(database) == ["sent"]


def test_what_only_people_can_mend_is_told_once_for_many_messages(database: Database) -> None:
    wrong = Failure("20003", Reaction.HALT, "wrong account or token")
    with capture_logs() as logs:
        for number in range(3):
            database.run(begin, Channel.LOCAL, f"+3161234567{number}")
        for minutes in (0, 30, 59):
            for one in database.run(claim, CONTENT, NOW + timedelta(minutes=minutes)):
                database.run(settle_failed, one.row, wrong, NOW + timedelta(minutes=minutes))

    told = [one for one in logs if one.get("kind") == "sending"]
    assert [(one["event"], one["code"]) for one in told] == [("wrong account or token", "20003")]


def test_a_refusal_that_is_told_later_is_told_to_people_too(database: Database) -> None:
    for number in range(3):
        database.run(begin, Channel.LOCAL, f"+3161234567{number}")

    with capture_logs() as logs:
        assert len(undelivered_again(database, "30007", NOW)) == 3

    assert [one["code"] for one in logs if one.get("kind") == "sending"] == ["30007"]


def undelivered_again(database: Database, code: str, now: datetime) -> list[Claimed]:
    """Everything that may leave is taken over and then not delivered; returns it."""
    taken = database.run(claim, CONTENT, now)
    for one in taken:
        database.run(settle_sent, one.row, Sent(f"SM{one.row}"), now)
        told = DeliveryStatus(one.message.token, f"SM{one.row}", DeliveryState.FAILED, code)
        database.run(note_status, told, undelivered(code), now)
    return taken


def test_what_fails_on_its_way_for_a_moment_is_said_again_in_the_same_words(
    database: Database,
) -> None:
    database.run(begin)
    first = undelivered_again(database, "63012", NOW)
    assert database.run(claim, CONTENT, NOW + SOON / 2) == []

    (again,) = database.run(claim, CONTENT, NOW + SOON)

    assert again.message.form == first[0].message.form
    assert again.message.token != first[0].message.token


def test_what_never_arrives_is_given_up_and_said_on_another_channel(database: Database) -> None:
    database.run(begin_with_two)
    tried = [
        one.message.channel
        for hours in range(0, 9, 2)
        for one in undelivered_again(database, "30003", NOW + timedelta(hours=hours))
    ]

    assert tried == [Channel.LOCAL] * 3 + [Channel.SMS]


def test_a_question_is_not_said_again_hours_later(database: Database) -> None:
    database.run(begin)
    for one in database.run(claim, CONTENT, NOW):
        database.run(settle_sent, one.row, Sent("SM0"), NOW)
    database.run(hear, "ja", 1)
    assert len(undelivered_again(database, "30003", NOW + PATIENCE)) == 1

    assert database.run(claim, CONTENT, NOW + timedelta(hours=3)) == []


@pytest.mark.parametrize(("minutes", "again"), [(5, 1), (30, 0)])
def test_a_question_is_said_again_while_it_is_still_the_open_one(
    database: Database, minutes: int, again: int
) -> None:
    database.run(begin)
    for one in database.run(claim, CONTENT, NOW):
        database.run(settle_sent, one.row, Sent("SM0"), NOW)
    database.run(hear, "ja", 1)
    (question,) = database.run(claim, CONTENT, NOW + PATIENCE)
    database.run(settle_sent, question.row, Sent("SM1"), NOW + PATIENCE)

    told_at = NOW + timedelta(minutes=minutes)
    told = DeliveryStatus(question.message.token, "SM1", DeliveryState.FAILED, "63012")
    database.run(note_status, told, undelivered("63012"), told_at)

    assert len(database.run(claim, CONTENT, told_at + SOON)) == again


def test_a_goodbye_that_fails_on_its_way_comes_no_more(database: Database) -> None:
    database.run(begin)
    database.run(hear, "stop", 1)
    assert len(undelivered_again(database, "63012", NOW)) == 1

    assert database.run(claim, CONTENT, NOW + timedelta(hours=1)) == []


def test_nothing_leaves_after_a_stop_but_the_farewell(database: Database) -> None:
    database.run(begin)
    database.run(hear, "ja", 1)
    database.run(hear, "stop", 2)
    sent: list[str] = []
    while taken := database.run(claim, CONTENT, NOW):
        for one in taken:
            sent.append(one.message.form.body)  # type: ignore[union-attr] # all have words here
            database.run(settle_sent, one.row, Sent("x"), NOW)

    assert [words[:20] for words in sent] == ["Je krijgt geen beric"]
    assert set(states(database)) == {"dropped", "sent"}


def test_a_carriers_opt_out_is_ours_too(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, one.row, Failure("21610", Reaction.OPT_OUT, "stop"), NOW)

    (address,) = database.run(rows, ADDRESSES)
    assert address.opted_out_at == NOW


@pytest.mark.parametrize("code", ["21610", "63014"])
def test_who_stopped_at_the_carrier_is_written_to_on_no_other_channel(
    database: Database, code: str
) -> None:
    database.run(begin_with_two)
    (one,) = database.run(claim, CONTENT, NOW)
    failure = undelivered(code)
    told = DeliveryStatus(one.message.token, "SM1", DeliveryState.FAILED, code)
    database.run(note_status, told, failure, NOW)

    assert [row.opted_out_at for row in database.run(rows, ADDRESSES)] == [NOW, NOW]


def test_late_news_of_a_stop_does_not_stop_who_has_asked_back_since(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(hear, "stop", 1, NOW + timedelta(minutes=1))
    database.run(hear, "start", 2, NOW + timedelta(minutes=2))

    told = DeliveryStatus(one.message.token, "SM1", DeliveryState.FAILED, "21610")
    database.run(note_status, told, undelivered("21610"), NOW + timedelta(hours=1))
    (address,) = database.run(rows, ADDRESSES)
    assert address.opted_out_at is None

    later = NOW + timedelta(hours=2)
    database.run(open_wave, PERIODIC, database.run(rows, PARTICIPANTS)[0].id, "periodic", 2, later)
    *_, again = database.run(claim, CONTENT, later)
    told = DeliveryStatus(again.message.token, "SM2", DeliveryState.FAILED, "21610")
    database.run(note_status, told, undelivered("21610"), later)
    (address,) = database.run(rows, ADDRESSES)
    assert address.opted_out_at == later, "what left after the start tells of a stop after it"


def test_who_asked_back_elsewhere_is_stopped_only_where_the_carrier_still_holds_the_stop(
    database: Database,
) -> None:
    database.run(begin_with_two)
    stop = replace(message("stop", 1), channel=Channel.SMS, received_at=NOW)
    database.run(receive, CONTENT, stop, NOW)
    database.run(hear, "start", 2, NOW + timedelta(minutes=2))
    later = NOW + timedelta(hours=2)
    database.run(lambda db: db.execute(update(PARTICIPANTS).values(channel="sms")))
    database.run(open_wave, PERIODIC, database.run(rows, PARTICIPANTS)[0].id, "periodic", 2, later)

    *_, one = database.run(claim, CONTENT, later)
    told = DeliveryStatus(one.message.token, "SM2", DeliveryState.FAILED, "21610")
    database.run(note_status, told, undelivered("21610"), later)

    stopped = {row.channel: row.opted_out_at for row in database.run(rows, ADDRESSES)}
    assert (one.message.channel, stopped) == (Channel.SMS, {"sms": later, "local": None})
    (again,) = database.run(claim, CONTENT, later)
    assert again.message.channel is Channel.LOCAL


def test_late_news_of_a_dead_address_does_not_bury_one_that_was_heard_since(
    database: Database,
) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(hear, "ja", 1, NOW + timedelta(minutes=5))

    told = DeliveryStatus(one.message.token, "SM1", DeliveryState.FAILED, "30006")
    database.run(note_status, told, undelivered("30006"), NOW + timedelta(minutes=6))

    assert [row.is_alive for row in database.run(rows, ADDRESSES)] == [True]


def test_a_dead_address_is_left_and_the_next_one_is_used(database: Database) -> None:
    database.run(begin_with_two)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, one.row, Failure("21211", Reaction.DEAD, "invalid"), NOW)

    (other,) = database.run(claim, CONTENT, NOW)

    assert other.message.channel is Channel.SMS
    alive = {row.channel: row.is_alive for row in database.run(rows, ADDRESSES)}
    assert alive == {"local": False, "sms": True}


def test_a_closed_window_without_a_template_sends_nothing(database: Database) -> None:
    database.run(begin, Channel.WHATSAPP)

    assert database.run(claim, CONTENT, NOW) == []

    (row,) = database.run(rows, OUTBOUND)
    assert row.state == "dropped"
    assert "window" in row.code


def fire_all(db: Connection, now: datetime) -> int:
    return sum(fire(db, CONTENT, timer, now) for timer in due_timers(db, now))


def test_a_reminder_is_sent_once_and_none_after_a_reply(database: Database) -> None:
    database.run(begin)
    database.run(next_wave_in_two_weeks)
    (opening,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)
    day = NOW + timedelta(days=1, minutes=1)

    assert database.run(fire_all, day) == 1
    assert database.run(fire_all, day) == 0
    database.run(hear, "ja", 1, day)
    assert database.run(fire_all, day + timedelta(hours=4)) == 1, "the nudge"
    assert database.run(fire_all, NOW + timedelta(days=4)) == 0, "no reminder"


def test_a_closed_wave_sets_the_run_expired(database: Database) -> None:
    database.run(begin)

    database.run(fire_all, NOW + timedelta(days=8))

    (run,) = database.run(rows, RUNS)
    assert run.status == "expired"


class Slow(LocalCarrier):
    """Takes its time with every message."""

    def __init__(self) -> None:
        super().__init__()
        self.called = asyncio.Event()
        self.released = asyncio.Event()

    async def send(self, message: OutboundMessage) -> Sent:
        self.called.set()
        await self.released.wait()
        return await super().send(message)


class Silent(LocalCarrier):
    """A provider that takes the message and then breaks the line."""

    async def send(self, message: OutboundMessage) -> Sent:
        await super().send(message)
        raise SendError(Failure("reset", Reaction.ASK, "connection reset"))


class Idle:
    """A database in which nothing ever waits."""

    async def transact(self, *_: Any) -> list[Any]:
        return []


def doubt(database: Database, now: datetime, words: str | None) -> list[str]:
    """Look for every uncertain message; the provider lists one with these words, or none."""
    listed = [] if words is None else [Listed("SM77", words)]
    return [database.run(resolve, one, listed, now) for one in database.run(doubts, now)]


def uncertain(database: Database) -> str:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, one.row, Failure("reset", Reaction.ASK, "?"), NOW)
    body: str = one.message.form.body  # type: ignore[union-attr] # an invitation has words
    return body


def test_an_uncertain_message_that_is_listed_was_sent(database: Database) -> None:
    words = uncertain(database)
    assert doubt(database, NOW + timedelta(seconds=59), words) == [], "a status may still come"

    assert doubt(database, NOW + timedelta(seconds=61), words) == ["sent"]

    assert states(database) == ["sent"]


def test_a_listed_message_settles_only_one(database: Database) -> None:
    words = uncertain(database)
    doubt(database, NOW + timedelta(seconds=61), words)
    database.run(hear, "ja", 1)
    (second,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, second.row, Failure("reset", Reaction.ASK, "?"), NOW)

    (one,) = database.run(doubts, NOW + timedelta(minutes=9))
    same = Listed("SM77", one.words)

    assert database.run(resolve, one, [same], NOW + timedelta(minutes=9)) == "missing"


def test_what_is_missing_twice_is_sent_once_more_and_then_left_for_people(
    database: Database,
) -> None:
    uncertain(database)
    now = NOW + timedelta(seconds=61)
    assert doubt(database, now, None) == ["missing"]
    assert doubt(database, now + timedelta(minutes=1), None) == [], "five minutes apart"
    assert doubt(database, now + timedelta(minutes=5), None) == ["again"]
    (one,) = database.run(claim, CONTENT, now + timedelta(minutes=6))
    database.run(settle_failed, one.row, Failure("reset", Reaction.ASK, "?"), now)

    late = now + timedelta(minutes=12)
    assert doubt(database, late, None) == ["missing"]
    assert doubt(database, late + timedelta(minutes=5), None) == ["parked"]
    assert doubt(database, late + timedelta(hours=5), None) == []
    assert states(database) == ["uncertain"]
    assert [row.kind for row in database.run(rows, CASES)] == ["parked"]


def test_a_form_the_channel_refuses_is_said_in_plain_words(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    refused = Failure("no content", Reaction.TEXT_FORM, "not made yet")
    database.run(settle_failed, one.row, refused, NOW)

    (again,) = database.run(claim, CONTENT, NOW)

    assert isinstance(again.message.form, TextForm)
    assert again.message.form.body.splitlines()[1] == "1 Ja, ik begin"
    database.run(settle_failed, again.row, refused, NOW)
    assert database.run(claim, CONTENT, NOW) == []


def test_a_fault_of_our_set_up_makes_messages_wait(database: Database) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, one.row, Failure("20003", Reaction.HALT, "token"), NOW)

    assert database.run(claim, CONTENT, NOW + timedelta(minutes=9)) == []
    assert len(database.run(claim, CONTENT, NOW + timedelta(minutes=10))) == 1


async def test_the_senders_carry_what_waits(database: Database) -> None:
    await database.transact(begin)
    carrier = LocalCarrier()
    senders = Senders(database, CONTENT, {Channel.LOCAL: carrier}, lambda: NOW)

    await senders.drain()
    await database.transact(hear, "ja", 1)
    await senders.drain()

    assert len(carrier.sent_to(AMINA)) == 2
    assert {row.state for row in await database.read(rows, OUTBOUND)} == {"delivered"}


async def test_a_line_of_what_is_held_does_not_hold_up_who_stands_behind_it(
    database: Database,
) -> None:
    def many_held_and_one_free(db: Connection) -> None:
        for number in range(100):
            held = begin(db, address=f"held-{number}")
            pause(db, held, "operator")
        begin(db)

    await database.transact(many_held_and_one_free)
    carrier = LocalCarrier()
    senders = Senders(database, CONTENT, {Channel.LOCAL: carrier}, lambda: NOW)

    await senders.drain()

    assert len(carrier.sent_to(AMINA)) == 1


async def test_senders_that_are_rung_while_they_close_do_close() -> None:
    idle: Any = Idle()
    senders = Senders(idle, CONTENT, {}, lambda: NOW)
    senders.start()
    for _ in range(5):
        await asyncio.sleep(0)  # now they wait for the bell

    senders.ring()
    await asyncio.sleep(0)

    async with asyncio.timeout(5) as patience:
        await senders.close()
    assert not patience.expired()


async def test_what_is_under_way_at_the_end_is_written_down(database: Database) -> None:
    await database.transact(begin)
    carrier = Slow()
    senders = Senders(database, CONTENT, {Channel.LOCAL: carrier}, lambda: NOW)
    senders.start()
    await carrier.called.wait()

    closing = asyncio.create_task(senders.close())
    carrier.released.set()
    await closing

    assert {row.state for row in await database.read(rows, OUTBOUND)} == {"delivered"}


async def test_a_fate_that_cannot_be_written_down_takes_no_other_with_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in (AMINA, "+31600000002"):
        await database.transact(begin, Channel.LOCAL, address)
    senders = Senders(database, CONTENT, {Channel.LOCAL: LocalCarrier()}, lambda: NOW)
    first = min(row.id for row in await database.read(rows, OUTBOUND))

    def breaks(db: Connection, row: int, *rest: Any) -> None:
        if row == first:
            raise KeyError("a fault of ours")
        settle_sent(db, row, *rest)

    monkeypatch.setattr("bot.conversation.settle.settle_sent", breaks)
    with pytest.raises(KeyError):
        await senders.drain()

    found = {row.id: row.state for row in await database.read(rows, OUTBOUND)}
    assert found.pop(first) == "sending", "its lease runs out, and it becomes uncertain"
    assert set(found.values()) == {"delivered"}


async def test_a_broken_line_never_sends_twice(database: Database) -> None:
    await database.transact(begin)
    carrier = Silent()
    senders = Senders(database, CONTENT, {Channel.LOCAL: carrier}, lambda: NOW)

    await senders.drain()
    await senders.drain()

    assert len(carrier.sent_to(AMINA)) == 1


def test_a_message_that_breaks_our_code_holds_up_nobody_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(begin)

    def broken(*_: object) -> None:
        raise KeyError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr("bot.conversation.making.speak", broken)
        assert database.run(claim, CONTENT, NOW) == []
    assert states(database) == ["queued"]

    assert database.run(claim, CONTENT, NOW) == [], "it waits for a mended version"
    assert len(database.run(claim, CONTENT, NOW + BROKEN)) == 1


def test_a_message_that_stays_broken_is_dropped_with_its_reason(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(begin)

    def broken(*_: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr("bot.conversation.making.speak", broken)
    assert database.run(claim, CONTENT, NOW + BROKEN_AT_MOST) == []

    (row,) = database.run(rows, OUTBOUND)
    assert (row.state, row.code) == ("dropped", "broken: KeyError")


def test_who_says_stop_twice_is_told_goodbye_once(database: Database) -> None:
    database.run(begin)
    database.run(hear, "stop", 1)
    database.run(hear, "stop", 2)

    said = [load_send(row.order).text for row in database.run(rows, OUTBOUND)]
    assert [text.key for text in said if text] == [said[0].key, "polsbot.stopped"]  # type: ignore[union-attr]


def off(database: Database, at: datetime) -> None:
    """The provider tells that the phone of the last message was off."""
    row = database.run(rows, OUTBOUND)[-1]
    told = DeliveryStatus(row.token, row.provider_id, DeliveryState.FAILED, "30003")
    assert database.run(note_status, told, undelivered("30003"), at) == "moved"


def carried(database: Database, at: datetime) -> list[str]:
    taken = database.run(claim, CONTENT, at)
    for one in taken:
        database.run(settle_sent, one.row, Sent(f"SM{one.row}"), at)
    return [str(one.message.channel) for one in taken]


def test_an_invitation_to_a_phone_that_is_off_comes_again_and_then_elsewhere(
    database: Database,
) -> None:
    database.run(begin, Channel.SMS)
    other = database.run(keep_address, Channel.LOCAL, "screen", NOW)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(link, person.id, other.id)

    said = []
    for hours in range(8):
        at = NOW + timedelta(hours=hours)
        if channels := carried(database, at):
            said.append((hours, *channels))
        if channels == ["sms"]:
            off(database, at)

    assert said == [(0, "sms"), (2, "sms"), (4, "sms"), (5, "local")]


def test_who_answered_meanwhile_does_not_hear_it_again(database: Database) -> None:
    database.run(begin)
    assert carried(database, NOW) == ["local"]
    off(database, NOW)

    database.run(hear, "ja", 1, NOW + timedelta(hours=1))
    assert carried(database, NOW + timedelta(hours=1)) == ["local"]

    assert carried(database, NOW + timedelta(hours=3)) == []


def test_what_a_housemate_says_does_not_answer_an_invitation(database: Database) -> None:
    database.run(begin)
    assert carried(database, NOW) == ["local"]
    database.run(hear, "ja", 1)
    assert carried(database, NOW) == ["local"]
    (amina,) = database.run(rows, RUNS)
    bilal = Enrolment("klantmonitor", "Bilal", "nl", [(Channel.LOCAL, AMINA)], NOW.date(), seed=0)
    invited = NOW + timedelta(minutes=20)
    database.run(open_wave, PERIODIC, database.run(enrol, bilal, NOW), "periodic", 1, invited)
    assert carried(database, invited) == ["local"]
    off(database, invited)
    tap = message("", 2, payload=f"{amina.id}.stress.3")
    tapped = invited + timedelta(minutes=1)
    tap = replace(tap, channel=Channel.LOCAL, received_at=tapped)
    database.run(receive, CONTENT, tap, tapped)

    assert carried(database, tapped) == ["local"]
    assert carried(database, invited + timedelta(hours=2)) == ["local"]


def test_a_question_that_did_not_arrive_is_left_to_the_reminder(database: Database) -> None:
    database.run(begin)
    carried(database, NOW)
    database.run(hear, "ja", 1)
    assert carried(database, NOW) == ["local"]
    off(database, NOW)

    assert "queued" not in states(database)


def test_a_slow_provider_throws_an_invitation_away_rather_than_bring_it_in_the_evening(
    database: Database,
) -> None:
    database.run(begin)
    (opening,) = database.run(claim, CONTENT, NOW)
    assert opening.message.valid_for == 8 * 3600, "eleven in Amsterdam; the hours end at 19:00"
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)

    database.run(hear, "ja", 1)

    (reply,) = database.run(claim, CONTENT, NOW)
    assert reply.message.valid_for is None


def test_nothing_unprompted_leaves_in_the_last_minute_of_the_hours(database: Database) -> None:
    database.run(begin)
    end = NOW.replace(hour=18)

    assert carried(database, end - timedelta(seconds=50)) == []
    assert carried(database, end + timedelta(hours=14, minutes=59)) == []
    assert carried(database, end + timedelta(hours=15)) == ["local"]


def test_what_was_thrown_away_comes_the_next_morning(database: Database) -> None:
    database.run(begin)
    evening = NOW.replace(hour=17, minute=30)
    assert carried(database, evening) == ["local"]
    (row,) = database.run(rows, OUTBOUND)
    late = DeliveryStatus(row.token, row.provider_id, DeliveryState.FAILED, "30036")
    database.run(note_status, late, undelivered("30036"), evening + timedelta(hours=1))

    assert carried(database, evening + timedelta(hours=4)) == []
    assert carried(database, evening + timedelta(hours=17)) == ["local"]


def test_what_failed_on_its_way_is_not_said_again_after_a_stop_in_between(
    database: Database,
) -> None:
    database.run(begin)
    carried(database, NOW)
    database.run(hear, "stop", 1)
    carried(database, NOW)
    asked = NOW + timedelta(minutes=2)
    database.run(hear, "help", 2, asked)
    assert carried(database, asked) == ["local"], "it answers what was asked after the stop"
    answer = database.run(rows, OUTBOUND)[-1]

    database.run(hear, "stop", 3, asked + timedelta(minutes=1))
    told = DeliveryStatus(answer.token, answer.provider_id, DeliveryState.FAILED, "63012")
    told_at = asked + timedelta(minutes=2)
    database.run(note_status, told, undelivered("63012"), told_at)

    assert carried(database, told_at + SOON) == []


def test_who_answered_before_a_failure_was_told_is_not_invited_again(database: Database) -> None:
    database.run(begin, Channel.SMS)
    other = database.run(keep_address, Channel.LOCAL, AMINA, NOW)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(link, person.id, other.id)
    assert carried(database, NOW) == ["sms"]
    opening = database.run(rows, OUTBOUND)[0]

    database.run(hear, "ja", 1, NOW + timedelta(hours=1))
    assert carried(database, NOW + timedelta(hours=1)) == ["local"]
    told = DeliveryStatus(opening.token, opening.provider_id, DeliveryState.FAILED, "30003")
    database.run(note_status, told, undelivered("30003"), NOW + timedelta(hours=2))

    assert carried(database, NOW + timedelta(hours=5)) == []


@pytest.mark.parametrize("code", ["21614", "21620"])
def test_an_order_of_two_messages_that_both_fail_is_said_once_more(
    database: Database, code: str
) -> None:
    database.run(begin)
    other = database.run(keep_address, Channel.SMS, AMINA, NOW)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(link, person.id, other.id)
    (first,) = database.run(claim, CONTENT, NOW)
    (row,) = database.run(rows, OUTBOUND)
    same = ("participant_id", "run_id", "address_id", "channel", "batch", "purpose", "language",
            "order", "form")  # fmt: skip
    values = {name: getattr(row, name) for name in same}
    database.run(lambda db: queue(db, NOW, **values, place=row.id * 10 + 1))
    database.run(settle_sent, first.row, Sent("SM1"), NOW)
    (second,) = database.run(claim, CONTENT, NOW + PATIENCE)
    database.run(settle_sent, second.row, Sent("SM2"), NOW + PATIENCE)

    for one in (first, second):
        told = DeliveryStatus(one.message.token, "SM0", DeliveryState.FAILED, code)
        database.run(note_status, told, undelivered(code), NOW + PATIENCE)

    assert states(database) == ["failed", "failed", "queued"]


def test_a_question_is_not_said_again_behind_what_was_said_since(database: Database) -> None:
    database.run(begin)
    carried(database, NOW)
    database.run(hear, "ja", 1)
    carried(database, NOW)
    question = database.run(rows, OUTBOUND)[-1]
    later = NOW + timedelta(minutes=2)
    database.run(hear, "hallo?", 2, later)
    assert carried(database, later) == ["local"]

    told = DeliveryStatus(question.token, question.provider_id, DeliveryState.FAILED, "63012")
    database.run(note_status, told, undelivered("63012"), later)

    assert carried(database, later + SOON) == []


def test_an_invitation_that_comes_again_goes_elsewhere_when_its_address_died_meanwhile(
    database: Database,
) -> None:
    database.run(begin, Channel.SMS)
    other = database.run(keep_address, Channel.LOCAL, AMINA, NOW)
    (person,) = database.run(rows, PARTICIPANTS)
    database.run(link, person.id, other.id)
    assert carried(database, NOW) == ["sms"]
    off(database, NOW)

    dead = database.run(rows, OUTBOUND)[0].address_id
    database.run(bury, dead)

    (again,) = database.run(claim, CONTENT, NOW + timedelta(hours=2))
    assert again.message.channel == "local"
    assert isinstance(again.message.form, ButtonsForm), "and not as the words of an SMS"
