"""The page behind the stop link of an e-mail, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.email import EmailCarrier, MailServer
from bot.channels.local import LocalCarrier
from bot.conversation.open import open_wave
from bot.conversation.service import Conversations
from bot.message import Channel
from bot.panel.participants import ADDRESSES, Enrolment, enrol
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.web.app import make_app
from tests.conversation.test_receive import CONTENT, NOW, PERIODIC
from tests.fakes.mail import Mailbox, mail_server

MAIL = "amina@example.org"


class World:
    """A running bot with a mail server, and somebody invited by it."""

    def __init__(
        self, client: TestClient[web.Request, web.Application], bot: Conversations, box: Mailbox
    ) -> None:
        self.client = client
        self.bot = bot
        self.box = box

    async def invite(self, language: str = "nl") -> str:
        """Send the letter; returns the path of its stop link."""

        def begin(db):  # type: ignore[no-untyped-def]
            ways = [(Channel.EMAIL, MAIL)]
            person = Enrolment("klantmonitor", "Amina", language, ways, NOW.date())
            open_wave(db, PERIODIC, enrol(db, person, NOW), "periodic", 1, NOW)

        await self.bot.runtime.database.transact(begin)
        async with asyncio.timeout(20):
            while not self.box.taken:  # the bot's own senders may be carrying it
                await self.bot.senders.drain()
        ((_, letter),) = self.box.taken
        link = str(letter["List-Unsubscribe"]).strip("<>")
        assert link.startswith("https://bot.example/stop/")
        return link.removeprefix("https://bot.example")

    async def is_stopped(self) -> bool:
        found = await self.bot.runtime.database.read(
            lambda db: db.execute(select(ADDRESSES.c.opted_out_at)).scalar()
        )
        return found is not None


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    box = Mailbox()
    settings = Settings.model_construct(
        public_url="https://bot.example",
        smtp_url=SecretStr("smtp+plain://127.0.0.1"),
        twilio_whatsapp_sender="+3197010200000",
        polsbot_cards=tmp_path,
    )
    async with mail_server(box) as port:
        carrier = EmailCarrier(MailServer("smtp+plain", "127.0.0.1", port), "us@bot.example")
        runtime = Runtime(
            settings,
            database,
            CONTENT.library,
            CONTENT.lexicons,
            {Channel.EMAIL: carrier},
            LocalCarrier(),
            lambda: NOW,
        )
        bot = Conversations(runtime)
        async with TestClient(TestServer(make_app(bot))) as client:
            yield World(client, bot, box)


async def test_one_tap_in_the_mail_program_stops_at_once(world: World) -> None:
    path = await world.invite()

    answer = await world.client.post(path, data={"List-Unsubscribe": "One-Click"})

    assert answer.status == 200
    assert await world.is_stopped()


async def test_a_machine_that_opens_links_stops_nobody(world: World) -> None:
    path = await world.invite()

    assert (await world.client.get(path)).status == 200
    assert (await world.client.head(path)).status == 200

    assert not await world.is_stopped()


async def test_a_browser_that_opens_the_page_sends_its_form_by_itself(world: World) -> None:
    answer = await world.client.get(await world.invite())

    page = await answer.text()
    assert "document.forms[0].submit()" in page
    assert '<form method="post">' in page
    assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Amina" not in page
    assert MAIL not in page


async def test_whoever_stopped_can_come_back_on_the_same_page(world: World) -> None:
    path = await world.invite("ar")
    stopped = await (await world.client.post(path)).text()
    assert '<html lang="ar" dir="rtl">' in stopped
    assert f'action="{path.rpartition("/")[2]}/again"' in stopped

    answer = await world.client.post(f"{path}/again")

    assert answer.status == 200
    assert not await world.is_stopped()


async def test_the_same_tap_twice_is_one_stop(world: World) -> None:
    path = await world.invite()

    assert [(await world.client.post(path)).status for _ in range(3)] == [200] * 3
    assert await world.is_stopped()


@pytest.mark.parametrize(("method", "below"), [("get", ""), ("post", ""), ("post", "/again")])
async def test_what_cannot_be_kept_is_told_to_come_back(
    world: World, database: Database, method: str, below: str
) -> None:
    path = await world.invite()
    await database.aclose()

    answer = await world.client.request(method, path + below)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_guessed_link_tells_and_does_nothing(world: World, method: str) -> None:
    path = await world.invite()

    answer = await world.client.request(method, path[:-1] + ("A" if path[-1] != "A" else "B"))

    assert answer.status == 404
    assert not await world.is_stopped()


async def test_what_cannot_be_read_is_a_stop(world: World) -> None:
    path = await world.invite()

    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await world.client.post(path, data=b"--x\r\nnothing", headers=broken)

    assert answer.status == 200
    assert await world.is_stopped()
