"""A reply that may leave now is claimed where it is made; all else goes by the line."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.conversation.effects import ANSWERS, OUTBOUND
from bot.conversation.outbox import LEASE, Claimed, claim, mark_abandoned
from bot.conversation.receive import receive
from bot.conversation.send import Senders
from bot.conversation.settle import settle_sent
from bot.message import Channel, DeliveryState, InboundMessage, Sent, TextForm
from bot.panel import participants
from bot.store.database import Database
from tests.conversation.test_outbox import Slow, begin, states
from tests.conversation.test_receive import AMINA, CONTENT, NOW, rows


def invited(db: Connection) -> None:
    """The invitation has left."""
    begin(db)
    (one,) = claim(db, CONTENT, NOW)
    settle_sent(db, one.row, Sent("SM0"), NOW)


def hear(db: Connection, text: str, number: int, hands: int = 1) -> tuple[Claimed, ...]:
    """What this message makes us send at once."""
    inbound = InboundMessage(Channel.LOCAL, f"L{number}", AMINA, "bot", text, NOW)
    return receive(db, CONTENT, inbound, NOW, hands).claimed


def test_a_reply_is_claimed_by_the_transaction_that_makes_it(database: Database) -> None:
    database.run(invited)

    (one,) = database.run(hear, "ja", 1)

    row = database.run(rows, OUTBOUND)[-1]
    assert (row.id, row.token, row.tries) == (one.row, one.message.token, one.tries)
    assert (row.state, row.leased_until) == ("sending", NOW + LEASE)
    assert database.run(claim, CONTENT, NOW) == []


def test_it_says_what_it_would_say_by_the_line(database: Database) -> None:
    database.run(invited)
    (at_once,) = database.run(hear, "ja", 1)
    database.run(settle_sent, at_once.row, Sent("SM1"), NOW)
    database.run(hear, "wat?", 2, hands=0)
    (by_line,) = database.run(claim, CONTENT, NOW)
    database.run(settle_sent, by_line.row, Sent("SM2"), NOW)

    (again,) = database.run(hear, "1", 3)
    stored = {row.id: row for row in database.run(rows, OUTBOUND)}
    database.run(settle_sent, again.row, Sent("SM3"), NOW)

    assert by_line.message.to == at_once.message.to == AMINA
    assert type(by_line.message.form) is type(at_once.message.form)
    same = ("participant_id", "run_id", "address_id", "channel", "purpose", "language", "place")
    for name in same:
        assert getattr(stored[again.row], name) == getattr(stored[by_line.row], name)
    assert set(states(database)) == {"sent"}


def test_without_a_free_hand_a_reply_goes_by_the_line(database: Database) -> None:
    database.run(invited)

    assert database.run(hear, "ja", 1, hands=0) == ()

    assert len(database.run(claim, CONTENT, NOW)) == 1


def test_a_reply_waits_behind_what_is_still_open(database: Database) -> None:
    database.run(invited)
    (first,) = database.run(hear, "ja", 1)

    assert database.run(hear, "1", 2) == ()
    assert database.run(claim, CONTENT, NOW) == []
    database.run(settle_sent, first.row, Sent("SM1"), NOW)

    (second,) = database.run(claim, CONTENT, NOW)
    assert second.row > first.row


def test_nothing_leaves_at_once_where_a_stop_was_kept_before(database: Database) -> None:
    database.run(invited)

    def stopped(db: Connection) -> None:
        (address,) = rows(db, participants.ADDRESSES)
        participants.opt_out(db, address.id, NOW)

    database.run(stopped)

    assert database.run(hear, "ja", 1) == ()
    assert database.run(claim, CONTENT, NOW) == []
    assert states(database)[1:] == ["dropped"]


def test_a_stop_says_goodbye_by_the_line(database: Database) -> None:
    database.run(invited)

    assert database.run(hear, "stop", 1) == ()

    assert len(database.run(claim, CONTENT, NOW)) == 1


def test_a_reply_that_nobody_came_to_send_is_uncertain(database: Database) -> None:
    database.run(invited)
    database.run(hear, "ja", 1)

    assert database.run(mark_abandoned, NOW + LEASE * 1.1) == 1

    assert states(database)[-1] == "uncertain"
    assert database.run(claim, CONTENT, NOW + timedelta(days=1)) == []


def test_a_reply_that_breaks_our_code_keeps_the_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(invited)
    database.run(hear, "ja", 1)
    database.run(mark_abandoned, NOW + LEASE * 1.1)

    def broken(*_: object) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr("bot.conversation.outbox.speak", broken)

    assert database.run(hear, "1", 2) == ()
    assert len(database.run(rows, ANSWERS)) == 1
    assert states(database)[-1] == "queued"


def test_what_one_order_makes_more_of_follows_behind(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.run(invited)
    parts = (TextForm("one"), TextForm("two"))
    monkeypatch.setattr("bot.conversation.outbox.speak", lambda *_: parts)

    (first,) = database.run(hear, "ja", 1)
    monkeypatch.undo()

    assert first.message.form == parts[0]
    assert database.run(claim, CONTENT, NOW) == [], "it waits until the first arrived"
    database.run(settle_sent, first.row, Sent("SM1", DeliveryState.DELIVERED), NOW)
    (second,) = database.run(claim, CONTENT, NOW)
    assert second.message.form == parts[1]


async def test_no_more_is_promised_than_there_are_free_hands(database: Database) -> None:
    carrier = Slow()
    senders = Senders(database, CONTENT, {Channel.LOCAL: carrier}, lambda: NOW, at_once=1)
    with senders.keep_free() as hands:
        assert hands == 0, "nobody sends yet"
    await database.transact(invited)
    senders.start()

    with senders.keep_free() as one, senders.keep_free() as none:
        assert (one, none) == (1, 0)
        senders.carry(await database.transact(hear, "ja", 1, one))
    with senders.keep_free() as while_it_is_on_its_way:
        assert while_it_is_on_its_way == 0

    await carrier.called.wait()
    carrier.released.set()
    await senders.close()
    assert [row.state for row in await database.read(rows, OUTBOUND)] == ["sent", "delivered"]
    assert len(carrier.sent_to(AMINA)) == 1
