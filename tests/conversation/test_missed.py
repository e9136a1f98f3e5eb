"""What people sent and no webhook told of, over a fake Twilio, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import Connection, select, update

from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.conversation.missed import EVERY, FURTHEST, GRACE, LOOKS, OVERLAP, begin_look, end_look
from bot.conversation.open import open_wave
from bot.conversation.orders import load_send
from bot.conversation.service import Conversations
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.jobs.provider import catch_up
from bot.message import Channel, InboundMessage
from bot.panel.participants import (
    ADDRESSES,
    PARTICIPANTS,
    Enrolment,
    enrol,
    keep_address,
    link,
)
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

OURS = "+3197010200000"
MINUTE = timedelta(minutes=1)


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """A bot that has already looked once, Amina's open wave, and Twilio's list."""

    bot: Conversations
    twilio: FakeTwilio
    clock: Clock

    async def missed(self, text: str, number: int, after: timedelta = MINUTE) -> None:
        """Twilio has it; its webhook was lost."""
        self.twilio.received.append(listed(text, number, NOW + after))

    async def webhook(self, text: str, number: int, after: timedelta) -> str:
        """Twilio tells us of it."""
        self.clock.now = max(self.clock.now, NOW + after)
        inbound = InboundMessage(
            Channel.WHATSAPP, f"SM{number}", AMINA, OURS, text, NOW + after, payload=None
        )
        return (await self.bot.receive(inbound)).outcome

    async def look(self, after: timedelta) -> list[str]:
        self.clock.now = NOW + after
        return await catch_up(self.bot)

    async def answers(self) -> list[tuple[str, object]]:
        found = await self.bot.runtime.database.read(rows, ANSWERS)
        return [(row.step, row.value) for row in found]

    async def asked(self) -> list[str | None]:
        found = await self.bot.runtime.database.read(rows, OUTBOUND)
        return [load_send(row.order).step for row in found]


def listed(text: str, number: int, at: datetime) -> dict[str, object]:
    return {
        "sid": f"SM{number}",
        "from": f"whatsapp:{AMINA}",
        "to": f"whatsapp:{OURS}",
        "body": text,
        "direction": "inbound",
        "num_media": "0",
        "date_sent": format_datetime(at),
        "status": "received",
    }


def begin(db: Connection) -> str:
    person = Enrolment("klantmonitor", "Amina", "nl", [(Channel.WHATSAPP, AMINA)], NOW.date())
    participant = enrol(db, person, NOW)
    assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
    return participant


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    twilio = FakeTwilio()
    await twilio.start()
    senders = {Channel.WHATSAPP: OURS, Channel.SMS: OURS}
    account = TwilioAccount(ACCOUNT, TOKEN, "https://b.example", senders, twilio.url)
    carrier = TwilioCarrier(account, {})
    clock = Clock()
    runtime = Runtime(
        Settings.model_construct(),
        database,
        CONTENT.library,
        CONTENT.lexicons,
        {Channel.WHATSAPP: carrier, Channel.SMS: carrier},
        LocalCarrier(),
        clock,
    )
    world = World(Conversations(runtime), twilio, clock)
    await database.transact(begin)
    assert await catch_up(world.bot) == []
    yield world
    await carrier.close()
    await twilio.close()


async def test_missed_answers_are_found_within_15_minutes_and_handled_in_order(
    world: World,
) -> None:
    await world.missed("4", 2, 2 * MINUTE)
    await world.missed("ja", 1, MINUTE)
    await world.missed("3", 3, 3 * MINUTE)

    assert timedelta(minutes=15) > EVERY + GRACE
    assert await world.look(3 * MINUTE + EVERY + GRACE) == ["handled"] * 3

    assert await world.answers() == [("stress", 4), ("calm", 3)]
    assert await world.asked() == ["invite", "stress", "calm", "hope"]


async def test_a_webhook_that_comes_after_the_list_has_no_second_effect(world: World) -> None:
    await world.missed("ja", 1)
    await world.missed("4", 2, 2 * MINUTE)
    await world.look(10 * MINUTE)

    assert await world.webhook("4", 2, 11 * MINUTE) == "duplicate"

    assert await world.answers() == [("stress", 4)]


async def test_what_a_webhook_told_is_not_handled_again(world: World) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.webhook("4", 2, 2 * MINUTE)
    await world.missed("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)

    assert await world.look(10 * MINUTE) == ["duplicate"] * 2

    assert await world.answers() == [("stress", 4)]


@pytest.mark.parametrize("writers", [4])
async def test_list_and_webhook_at_the_same_moment_have_one_effect(world: World) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)
    world.clock.now = NOW + 10 * MINUTE

    await asyncio.gather(
        catch_up(world.bot), *(world.webhook("4", 2, 10 * MINUTE) for _ in range(5))
    )

    assert await world.answers() == [("stress", 4)]
    assert await world.asked() == ["invite", "stress", "calm"]


async def test_what_is_under_way_is_left_to_its_webhook(world: World) -> None:
    await world.missed("ja", 1, 9 * MINUTE + GRACE / 2)

    assert await world.look(10 * MINUTE) == []
    assert await world.look(10 * MINUTE + EVERY) == ["handled"]


async def test_a_missed_answer_is_never_taken_for_the_answer_to_a_later_question(
    world: World,
) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)
    await world.webhook("2", 3, 4 * MINUTE)

    assert await world.look(10 * MINUTE) == ["overtaken"]

    assert await world.answers() == [("stress", 2)]
    readings = [row.reading for row in await world.bot.runtime.database.read(rows, INBOUND)]
    assert readings[-1] == "overtaken"
    assert await world.webhook("4", 2, 11 * MINUTE) == "duplicate"


async def test_what_nobody_understood_has_not_overtaken_the_answer_before_it(
    world: World,
) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)
    await world.webhook("hallo??", 3, 3 * MINUTE)

    assert await world.look(10 * MINUTE) == ["handled"]

    assert await world.answers() == [("stress", 4)]


async def test_a_clock_that_was_set_forward_for_a_while_makes_no_answer_come_too_late(
    world: World,
) -> None:
    await world.webhook("ja", 1, 61 * MINUTE)  # an hour ahead: it is one minute past
    world.twilio.received.append(listed("ja", 1, NOW + MINUTE))
    await world.missed("4", 2, 2 * MINUTE)

    assert await world.look(10 * MINUTE) == ["duplicate", "handled"]

    assert await world.answers() == [("stress", 4)]


async def test_the_list_tells_the_order_within_one_second(world: World) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)
    await world.missed("2", 3, 2 * MINUTE)

    assert await world.look(10 * MINUTE) == ["handled", "handled"]

    assert [value for _, value in await world.answers()] == [4, 2]


@pytest.mark.parametrize("word", ["stop", "توقف", "przestań"])
async def test_a_missed_stop_is_obeyed_whatever_was_said_since(world: World, word: str) -> None:
    await world.webhook("ja", 1, MINUTE)
    await world.missed(word, 2, 2 * MINUTE)
    await world.webhook("2", 3, 4 * MINUTE)

    assert await world.look(10 * MINUTE) == ["handled"]

    (address,) = await world.bot.runtime.database.read(rows, ADDRESSES)
    assert address.opted_out_at is not None


async def test_a_missed_stop_is_not_obeyed_after_the_person_asked_back(world: World) -> None:
    await world.missed("stop", 1, MINUTE)
    await world.webhook("start", 2, 3 * MINUTE)

    assert await world.look(10 * MINUTE) == ["overtaken"]

    (address,) = await world.bot.runtime.database.read(rows, ADDRESSES)
    assert address.opted_out_at is None


async def test_a_missed_start_does_not_undo_a_later_stop(world: World) -> None:
    await world.missed("start", 1, MINUTE)
    await world.webhook("stop", 2, 3 * MINUTE)

    assert await world.look(10 * MINUTE) == ["overtaken"]

    (address,) = await world.bot.runtime.database.read(rows, ADDRESSES)
    assert address.opted_out_at is not None


async def test_what_was_sent_before_the_wave_opened_answers_nothing_in_it(world: World) -> None:
    await world.missed("ja", 1, -MINUTE)

    assert await world.look(10 * MINUTE) == ["overtaken"]

    assert await world.asked() == ["invite"]


async def test_what_was_sent_in_the_second_in_which_the_wave_opened_answers_it(
    world: World,
) -> None:
    opened = NOW + timedelta(milliseconds=20)
    began = update(RUNS).values(started_at=opened)
    await world.bot.runtime.database.transact(lambda db: db.execute(began))
    await world.missed("ja", 1, timedelta())  # its whole second

    assert await world.look(10 * MINUTE) == ["handled"]


async def test_a_missed_message_opens_the_window_from_when_it_was_sent(world: World) -> None:
    await world.missed("ja", 1, 2 * MINUTE)
    await world.look(timedelta(days=3))

    (address,) = await world.bot.runtime.database.read(rows, ADDRESSES)
    assert address.heard_at == NOW + 2 * MINUTE


async def test_a_list_that_cannot_be_had_is_asked_for_again(world: World) -> None:
    await world.missed("ja", 1)
    world.twilio.is_listing = False
    assert await world.look(10 * MINUTE) == []

    world.twilio.is_listing = True
    assert await world.look(60 * MINUTE) == ["handled"]


async def test_behind_a_message_that_fails_nothing_of_the_same_person_is_handled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.missed("ja", 1, MINUTE)
    await world.missed("4", 2, 2 * MINUTE)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr("bot.conversation.missed.receive", broken)
        assert await world.look(10 * MINUTE) == []

    assert await world.look(50 * MINUTE) == ["handled"] * 2
    assert await world.answers() == [("stress", 4)]


def test_one_process_looks_at_a_time(database: Database) -> None:
    assert database.run(begin_look, NOW) is None

    assert database.run(begin_look, NOW + EVERY) == NOW - OVERLAP
    assert database.run(begin_look, NOW + EVERY) is None


def test_a_look_that_was_not_ended_is_made_again(database: Database) -> None:
    database.run(begin_look, NOW)
    database.run(begin_look, NOW + EVERY)

    assert database.run(begin_look, NOW + 2 * EVERY) == NOW - OVERLAP

    database.run(end_look, NOW + EVERY)
    assert database.run(begin_look, NOW + 3 * EVERY) == NOW + EVERY - OVERLAP


def test_an_outage_is_made_good_but_not_of_all_times(database: Database) -> None:
    database.run(begin_look, NOW)

    later = NOW + timedelta(days=3)
    assert database.run(begin_look, later) == NOW - OVERLAP
    much_later = NOW + timedelta(days=300)
    assert database.run(begin_look, much_later) == much_later - FURTHEST


def test_a_clock_that_was_set_back_does_not_stop_the_looks(database: Database) -> None:
    database.run(begin_look, NOW)

    assert database.run(begin_look, NOW - timedelta(hours=1)) is not None


def test_reached_never_goes_back(database: Database) -> None:
    database.run(begin_look, NOW)
    database.run(end_look, NOW - timedelta(hours=1))

    def reached(db: Connection) -> list[datetime]:
        return list(db.execute(select(LOOKS.c.reached)).scalars())

    assert database.run(reached) == [NOW]


async def test_what_was_answered_on_another_channel_since_is_overtaken(world: World) -> None:
    """The same person: by text message, or by the WhatsApp id that hides the number."""
    await world.webhook("ja", 1, MINUTE)
    await world.missed("3", 2, 2 * MINUTE)

    def also_by_sms(db: Connection) -> None:
        person = db.execute(select(PARTICIPANTS.c.id)).scalar_one()
        link(db, person, keep_address(db, Channel.SMS, AMINA, NOW).id)

    await world.bot.runtime.database.transact(also_by_sms)
    world.clock.now = NOW + 4 * MINUTE
    said = InboundMessage(Channel.SMS, "SM3", AMINA, OURS, "4", world.clock.now, payload=None)
    assert (await world.bot.receive(said)).outcome == "handled"

    assert await world.look(EVERY + GRACE + 2 * MINUTE) == ["overtaken"]
    assert await world.answers() == [("stress", 4)]
