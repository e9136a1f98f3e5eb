"""What becomes of messages when something fails around them, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from structlog.testing import capture_logs

from bot.channels.contract import Failure, Reaction
from bot.channels.local import LocalCarrier
from bot.channels.twilio.failures import failure_of, undelivered
from bot.conversation.outbox import Claimed, claim
from bot.conversation.reactions import SOON
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.send import Senders
from bot.conversation.settle import note_status, settle_failed, settle_sent
from bot.conversation.tables import OUTBOUND
from bot.message import Channel, DeliveryState, DeliveryStatus, Sent
from bot.panel.participants import ADDRESSES, PARTICIPANTS
from bot.store.database import Database
from bot.store.errors import StoreError
from tests.conversation.test_outbox import begin, begin_with_two, hear, states
from tests.conversation.test_receive import AMINA, CONTENT, NOW, message, rows


@pytest.mark.parametrize("reaction", [Reaction.HALT, Reaction.RETRY, Reaction.LATER])
def test_what_is_said_in_a_crisis_waits_for_nothing_that_fails(
    database: Database, reaction: Reaction
) -> None:
    database.run(begin)
    (first,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, first.row, Failure("1", reaction, "", retry_after=600), NOW)

    database.run(hear, "ik wil dood", 1)

    (said,) = database.run(claim, CONTENT, NOW)
    assert "113" in str(said.message.form)


def test_who_is_in_crisis_gets_the_numbers_also_when_the_files_of_the_study_have_a_fault(
    database: Database,
) -> None:
    database.run(begin)
    (opening,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)
    study = CONTENT.library.studies["klantmonitor"]
    other = Content(
        replace(CONTENT.library, studies={"other": replace(study, name="other")}), CONTENT.lexicons
    )
    database.run(hear, "ik wil dood", 1)

    (said,) = database.run(claim, other, NOW)

    assert "113 / 08000113" in str(said.message.form)
    assert "Bel 112" in str(said.message.form)


def in_crisis(db: Connection) -> Claimed:
    """Somebody with two channels cries for help; the message that answers, under way."""
    begin_with_two(db)
    (opening,) = claim(db, CONTENT, NOW)
    settle_sent(db, opening.row, Sent("SM1"), NOW)
    hear(db, "ik wil dood", 1)
    (said,) = claim(db, CONTENT, NOW)
    return said


def not_delivered(db: Connection, said: Claimed, code: str) -> None:
    told = DeliveryStatus(said.message.token, "SM2", DeliveryState.FAILED, code)
    note_status(db, told, undelivered(code), NOW)


def test_what_is_said_in_a_crisis_and_fails_for_a_moment_is_said_again(database: Database) -> None:
    said = database.run(in_crisis)

    database.run(not_delivered, said, "63017")

    (again,) = database.run(claim, CONTENT, NOW + SOON)
    assert again.message.form == said.message.form


@pytest.mark.parametrize("code", ["30003", "30007", "63013", "63003", "99999"])
def test_what_is_said_in_a_crisis_and_cannot_be_delivered_goes_by_another_channel(
    database: Database, code: str
) -> None:
    said = database.run(in_crisis)

    database.run(not_delivered, said, code)

    (again,) = database.run(claim, CONTENT, NOW)
    if again.message.channel is said.message.channel:  # in words only, before it goes elsewhere
        database.run(not_delivered, again, code)
        (again,) = database.run(claim, CONTENT, NOW)
    assert again.message.channel is not said.message.channel
    assert "113" in str(again.message.form)


def test_a_stranger_who_cries_for_help_hears_whom_to_call_but_not_each_time(
    database: Database,
) -> None:
    def say(text: str, number: int, minutes: int) -> None:
        now = NOW + timedelta(minutes=minutes)
        said = replace(message(text, number), channel=Channel.SMS, received_at=now)
        assert database.run(receive, CONTENT, said, now).outcome == "stranger"

    say("hallo", 1, 0)
    say("stop", 2, 1)
    with capture_logs() as logs:
        say("ik wil dood", 3, 2)
        say("ik wil dood", 4, 3)
    say("hallo", 5, 14)

    claimed = database.run(claim, CONTENT, NOW + timedelta(minutes=15))
    (said,) = claimed
    assert "113 / 08000113" in str(said.message.form)
    assert [line["kind"] for line in logs if "kind" in line] == ["crisis"]


def test_after_a_crisis_nobody_is_asked_what_was_asked_before_it(database: Database) -> None:
    database.run(begin)
    (opening,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)
    database.run(hear, "ja", 1)
    database.run(hear, "ik wil dood", 2)

    (said,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, said.row, Sent("SM2"), NOW)

    assert database.run(claim, CONTENT, NOW) == []
    assert states(database) == ["sent", "dropped", "sent"]


@pytest.mark.parametrize("told", ["queued", "sending"])
def test_whatever_a_provider_tells_of_a_message_it_has_taken_it(
    database: Database, told: str
) -> None:
    database.run(begin)
    (one,) = database.run(claim, CONTENT, NOW)
    unknown = Failure("no answer", Reaction.ASK, "")
    database.run(settle_failed, one.row, unknown, NOW)
    status = DeliveryStatus(one.message.token, "SM1", DeliveryState(told))

    assert database.run(note_status, status, None, NOW) == "moved"

    assert states(database) == ["sent"]


def test_a_sender_that_cannot_reach_somebody_is_told_and_another_channel_tried(
    database: Database,
) -> None:
    database.run(begin_with_two)
    (one,) = database.run(claim, CONTENT, NOW)

    with capture_logs() as logs:
        database.run(settle_failed, one.row, failure_of(21606), NOW)

    assert [line["code"] for line in logs if line.get("kind") == "sending"] == ["21606"]
    (other,) = database.run(claim, CONTENT, NOW)
    assert other.message.channel is not one.message.channel


def test_words_that_are_refused_even_alone_are_told_to_people(database: Database) -> None:
    database.run(begin)
    for _ in range(2):
        (one,) = database.run(claim, CONTENT, NOW)
        with capture_logs() as logs:
            database.run(settle_failed, one.row, failure_of(63013), NOW)

    assert [line["code"] for line in logs if line.get("kind") == "sending"] == ["63013"]


async def test_a_process_that_lacks_a_carrier_leaves_the_message_to_another(
    database: Database,
) -> None:
    await database.transact(begin)

    await Senders(database, CONTENT, {}, lambda: NOW).drain()
    assert [row.state for row in await database.read(rows, OUTBOUND)] == ["queued"]

    later = NOW + timedelta(minutes=10)
    await Senders(database, CONTENT, {Channel.LOCAL: LocalCarrier()}, lambda: later).drain()
    assert [row.state for row in await database.read(rows, OUTBOUND)] == ["delivered"]


async def test_a_fate_that_came_while_the_database_was_away_is_written_down_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.transact(begin)
    senders = Senders(database, CONTENT, {Channel.LOCAL: LocalCarrier()}, lambda: NOW)

    def away(*_: Any) -> None:
        raise StoreError("The server does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr("bot.conversation.settle.settle_sent", away)
        for _ in range(2):
            with pytest.raises(StoreError):
                await senders.drain()
    assert {row.state for row in await database.read(rows, OUTBOUND)} == {"sending"}

    await senders.drain()

    assert {row.state for row in await database.read(rows, OUTBOUND)} == {"delivered"}


def test_late_news_of_a_dead_number_is_wrong_where_somebody_wrote_a_moment_ago(
    database: Database,
) -> None:
    database.run(begin)
    (opening,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)
    database.run(hear, "ja", 1)
    (asked,) = database.run(claim, CONTENT, NOW + timedelta(seconds=1))
    database.run(settle_sent, asked.row, Sent("SM2"), NOW + timedelta(seconds=1))
    database.run(hear, "3", 2, NOW + timedelta(seconds=30))

    database.run(not_delivered, asked, "30006")

    assert all(row.is_alive for row in database.run(rows, ADDRESSES))


async def test_only_one_fate_at_a_time_waits_for_a_database_that_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await database.transact(begin, Channel.LOCAL, f"{AMINA[:-1]}{number}")
    senders = Senders(database, CONTENT, {Channel.LOCAL: LocalCarrier()}, lambda: NOW)
    tried = []

    def away(_: Connection, row: int, *__: Any) -> None:
        tried.append(row)
        raise StoreError("The server does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr("bot.conversation.settle.settle_sent", away)
        with pytest.raises(StoreError):
            await senders.drain()
        await senders.close()
    assert len(set(tried)) == 2  # one when the turn had failed, one at the end


def test_a_text_that_does_not_fit_is_told_to_people_without_a_word_of_it(
    database: Database,
) -> None:
    database.run(begin)
    database.run(lambda db: db.execute(update(PARTICIPANTS).values(first_name="Fatima" * 300)))

    with capture_logs() as logs:
        assert database.run(claim, CONTENT, NOW) == []

    (row,) = database.run(rows, OUTBOUND)
    assert (row.state, row.code) == ("dropped", "does not fit")
    assert [line["row"] for line in logs if line.get("kind") == "text"] == [row.id]
    assert "Fatima" not in str(logs)


@pytest.mark.parametrize("word", ["stop", "verkeerd nummer"])
def test_a_stop_right_after_a_cry_for_help_does_not_hold_back_the_numbers(
    database: Database, word: str
) -> None:
    database.run(begin)
    (opening,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, opening.row, Sent("SM1"), NOW)

    database.run(hear, "ik wil dood", 1)
    database.run(hear, word, 2)

    (said, *_) = database.run(claim, CONTENT, NOW)
    assert "113" in str(said.message.form)


@pytest.mark.parametrize("code", ["63017", "30003"])
def test_what_is_said_again_in_a_crisis_waits_for_nothing_either(
    database: Database, code: str
) -> None:
    said = database.run(in_crisis)
    database.run(settle_sent, said.row, Sent("SM2"), NOW)
    database.run(hear, "mens", 2)
    (other,) = database.run(claim, CONTENT, NOW)
    database.run(settle_failed, other.row, Failure("1", Reaction.HALT, ""), NOW)

    database.run(not_delivered, said, code)

    (again,) = database.run(claim, CONTENT, NOW + SOON)
    assert "113" in str(again.message.form)


def test_who_is_in_crisis_and_has_stopped_at_the_carrier_gets_the_numbers_elsewhere(
    database: Database,
) -> None:
    said = database.run(in_crisis)

    database.run(settle_failed, said.row, failure_of(21610), NOW)

    (again,) = database.run(claim, CONTENT, NOW)
    assert again.message.channel is not said.message.channel
    assert "113" in str(again.message.form)


@pytest.mark.parametrize("code", [21611, 20003])
def test_the_numbers_for_a_crisis_do_not_wait_for_hours_or_for_people(
    database: Database, code: int
) -> None:
    said = database.run(in_crisis)

    database.run(settle_failed, said.row, failure_of(code), NOW)

    (elsewhere,) = database.run(claim, CONTENT, NOW)
    assert elsewhere.message.channel is not said.message.channel
    assert "113" in str(elsewhere.message.form)
    database.run(settle_sent, elsewhere.row, Sent("SM3"), NOW)
    assert database.run(claim, CONTENT, NOW) == []
    (again,) = database.run(claim, CONTENT, NOW + SOON)
    assert again.row == said.row


def test_the_numbers_for_a_crisis_do_not_wait_until_it_is_known_whether_they_left(
    database: Database,
) -> None:
    said = database.run(in_crisis)

    database.run(settle_failed, said.row, Failure("no answer", Reaction.ASK, ""), NOW)

    (elsewhere,) = database.run(claim, CONTENT, NOW)
    assert elsewhere.message.channel is not said.message.channel
    assert "113" in str(elsewhere.message.form)
