"""The picture of a voucher opens for whoever knows its address, for a day, and is kept nowhere."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, select

from bot.channels.local import LocalCarrier
from bot.content.cards import CardStore
from bot.conversation.forget import forget
from bot.conversation.revisions import Cards, Content
from bot.conversation.service import Conversations
from bot.conversation.tables import OUTBOUND
from bot.message import Channel
from bot.rewards.payouts import PAYOUTS
from bot.rewards.pictures import picture_name
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.web.app import make_app
from tests.conversation.test_pay import stocked, thrice
from tests.conversation.test_receive import CONTENT, NOW, rows

Client = TestClient[Any, Any]


@pytest.fixture
def clock() -> FastClock:
    return FastClock.at(NOW)


@pytest.fixture
async def client(database: Database, clock: FastClock) -> AsyncIterator[Client]:
    local = LocalCarrier()
    runtime = Runtime(
        Settings.model_construct(), database, CONTENT.library, CONTENT.lexicons,
        {Channel.LOCAL: local}, local, clock,
    )  # fmt: skip
    async with TestClient(TestServer(make_app(Conversations(runtime)))) as client:
        yield client


def address(db: Connection) -> str:
    payout = db.execute(select(PAYOUTS.c.id)).scalar_one()
    return f"/media/vouchers/{picture_name(db, payout)}.png"


async def test_the_picture_opens_and_is_kept_by_nobody(database: Database, client: Client) -> None:
    database.run(stocked, "A1")
    database.run(thrice)

    answer = await client.get(database.run(address))

    assert answer.status == 200
    assert answer.content_type == "image/png"
    assert (await answer.read()).startswith(b"\x89PNG")
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_nobody_guesses_an_address(database: Database, client: Client) -> None:
    database.run(stocked, "A1")
    database.run(thrice)
    known = database.run(address)
    payout = database.run(lambda db: db.execute(select(PAYOUTS.c.id)).scalar_one())

    for wrong in (known.replace(known[20], "0"), f"/media/vouchers/{payout}.png", "/media/x.png"):
        assert (await client.get(wrong)).status == (200 if wrong == known else 404)


async def test_after_a_day_the_address_is_dead(
    database: Database, client: Client, clock: FastClock
) -> None:
    database.run(stocked, "A1")
    database.run(thrice)
    clock.ahead += timedelta(days=1, minutes=1)

    assert (await client.get(database.run(address))).status == 404


async def test_an_erased_persons_voucher_is_shown_to_nobody(
    database: Database, client: Client
) -> None:
    database.run(stocked, "A1")
    person = database.run(thrice)
    database.run(forget, person, NOW)

    assert (await client.get(database.run(address))).status == 404


async def test_the_message_shows_the_picture(database: Database, client: Client) -> None:
    database.run(stocked, "A1")
    database.run(thrice)
    store = CardStore(Settings.model_construct().polsbot_cards, {}, b"secret")
    content = Content(CONTENT.library, CONTENT.lexicons, Cards(store, "https://bot.example"))

    database.run(carried_all, content)

    forms = database.run(lambda db: [row.form for row in rows(db, OUTBOUND)])
    assert f'"picture_url":"https://bot.example{database.run(address)}"' in forms[-1]


def carried_all(db: Connection, content: Content) -> None:
    from bot.conversation.outbox import claim
    from bot.conversation.settle import settle_sent
    from bot.message import DeliveryState, Sent

    while taken := claim(db, content, NOW):
        for one in taken:
            settle_sent(db, one.row, Sent(f"S{one.row}", DeliveryState.DELIVERED), NOW)
