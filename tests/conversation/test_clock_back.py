"""The clock of the machine is set back by an hour: nothing waits for the other clock, nothing is
lost, on both databases.
"""

from datetime import timedelta

from bot.casework.alarms import due_alarms, take_alarm
from bot.casework.cases import open_case
from bot.channels.contract import Failure, Reaction
from bot.conversation.effects import enqueue
from bot.conversation.left_behind import mend_times
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.reconcile import doubts
from bot.conversation.scene import Scene
from bot.conversation.settle import settle_failed, settle_sent
from bot.engine.effects import Send, Text
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, begin, hear
from tests.conversation.test_waves import BASELINE, enrolled, send_all, tick

AHEAD = NOW + timedelta(hours=1)
SOON = timedelta(seconds=30)


def said(text: str, channel: Channel = Channel.WHATSAPP) -> InboundMessage:
    return InboundMessage(channel, f"SM-{text}", AMINA, "+3197", text, AHEAD)


def test_a_reply_that_was_saved_by_the_other_clock_leaves_at_once(database: Database) -> None:
    database.run(begin)
    send_all(database, NOW)
    database.run(receive, CONTENT, said("ja"), AHEAD)
    assert send_all(database, NOW + SOON) == []

    assert database.run(mend_times, NOW + SOON) == 1

    assert len(send_all(database, NOW + SOON)) == 1
    assert database.run(mend_times, NOW + SOON) == 0


def test_what_has_to_wait_for_the_morning_waits_all_the_same(database: Database) -> None:
    person = database.run(enrolled)
    night = NOW.replace(hour=21)
    database.run(open_wave, BASELINE, person, "baseline", 1, night)

    assert database.run(mend_times, night - timedelta(hours=1)) == 1

    assert send_all(database, night - timedelta(hours=1)) == []
    assert len(send_all(database, NOW + timedelta(days=1))) == 1


def test_the_second_message_of_a_turn_follows_the_first(database: Database) -> None:
    person = database.run(enrolled)
    scene = Scene(person, "nl", NOW)
    for _ in range(2):
        database.run(enqueue, Send(None, Text("polsbot.help")), scene)
    (first,) = database.run(claim, CONTENT, AHEAD)
    database.run(settle_sent, first.row, Sent("SM1", DeliveryState.SENT), AHEAD)
    assert database.run(claim, CONTENT, AHEAD + timedelta(seconds=1)) == []

    assert len(database.run(claim, CONTENT, NOW + SOON)) == 1


def test_what_was_said_before_is_no_answer_to_an_invitation_that_comes_after_it(
    database: Database,
) -> None:
    database.run(enrolled)
    database.run(receive, CONTENT, said("hallo", Channel.LOCAL), AHEAD)
    send_all(database, AHEAD)

    tick(database, NOW + timedelta(minutes=10))

    assert len(send_all(database, NOW + timedelta(minutes=11))) == 1


def test_an_uncertain_message_is_looked_for_at_once(database: Database) -> None:
    database.run(begin)
    hear(database, "ja")
    (one,) = database.run(claim, CONTENT, AHEAD)
    database.run(settle_failed, one.row, Failure("timeout", Reaction.ASK, ""), AHEAD)

    assert [doubt.row for doubt in database.run(doubts, NOW)] == [one.row]


def test_the_alarm_of_a_crisis_rings_at_once_and_then_at_its_own_pace(database: Database) -> None:
    person = database.run(enrolled)
    database.run(open_case, person, "crisis", AHEAD)

    (case,) = database.run(due_alarms, NOW)
    assert database.run(take_alarm, case, NOW)
    assert database.run(due_alarms, NOW + SOON) == []
    (again,) = database.run(due_alarms, NOW + timedelta(minutes=15))
    assert again.id == case.id


def test_an_alarm_that_rang_by_the_other_clock_rings_again(database: Database) -> None:
    person = database.run(enrolled)
    database.run(open_case, person, "crisis", AHEAD)
    (case,) = database.run(due_alarms, AHEAD)
    database.run(take_alarm, case, AHEAD)

    assert [one.id for one in database.run(due_alarms, NOW)] == [case.id]
