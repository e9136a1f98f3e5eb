"""The phone in the browser over real HTTP, on both databases."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.local import LocalCarrier
from bot.conversation.service import Conversations
from bot.engine.flow import RunStatus
from bot.message import Channel
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.web.app import make_app
from tests.conversation.test_receive import CONTENT, NOW

Client = TestClient[Any, Any]


@pytest.fixture
async def client(database: Database) -> AsyncIterator[Client]:
    local = LocalCarrier()
    runtime = Runtime(
        Settings.model_construct(),
        database,
        CONTENT.library,
        CONTENT.lexicons,
        {Channel.LOCAL: local, Channel.SMS: local},
        local,
        FastClock.at(NOW),
    )
    async with TestClient(TestServer(make_app(Conversations(runtime)))) as client:
        yield client


async def start(client: Client, **asked: str) -> dict[str, str]:
    body = {"flow": "klantmonitor/periodic", "language": "nl", "channel": "whatsapp"} | asked
    answer = await client.post("/preview/start", json=body)
    begun: dict[str, str] = await answer.json()
    return begun


async def say(client: Client, phone: dict[str, str], text: str, payload: str | None = None) -> None:
    answer = await client.post("/preview/say", json=phone | {"text": text, "payload": payload})
    assert answer.status == 200


async def screen(client: Client, phone: dict[str, str], count: int) -> list[dict[str, Any]]:
    """The first messages on the screen."""
    found: list[dict[str, Any]] = []
    async with client.get("/preview/feed", params={"phone": phone["phone"]}) as feed:
        while len(found) < count:
            line = await feed.content.readline()
            if line.startswith(b"data: "):
                found.append(json.loads(line.removeprefix(b"data: ")))
    return found


async def test_a_whole_questionnaire_is_answered_on_the_phone(client: Client) -> None:
    phone = await start(client)
    (invitation,) = await screen(client, phone, 1)
    await say(client, phone, "Ja, ik begin", invitation["buttons"][0]["id"])
    for _ in range(7):
        await say(client, phone, "2")

    shown = await screen(client, phone, 9)
    assert "2 euro" in shown[-1]["body"]
    answers = await (await client.get("/preview/answers", params=phone)).json()
    assert answers["status"] == RunStatus.COMPLETED
    assert len(answers["answers"]) == 7


async def test_an_sms_is_plain_numbered_text(client: Client) -> None:
    phone = await start(client, channel="sms", language="en")
    await say(client, phone, "yes")

    question = (await screen(client, phone, 2))[1]

    assert question["channel"] == "sms"
    assert "\n1 " in question["body"]
    assert "buttons" not in question


async def test_time_brings_the_reminder(client: Client) -> None:
    phone = await start(client)
    await screen(client, phone, 1)

    await client.post("/preview/wait", json={"hours": 25})

    assert len(await screen(client, phone, 2)) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"flow": 3}', b'{"flow": "../x"}'])
async def test_a_wrong_request_is_refused_with_a_sentence(client: Client, body: bytes) -> None:
    answer = await client.post("/preview/start", data=body)

    assert answer.status in (400, 404)
    assert await answer.text()


async def test_the_page_and_its_parts_are_there_without_a_network(client: Client) -> None:
    page = await (await client.get("/preview")).text()

    for part in ("phone.css", "phone.js"):
        assert part in page
        assert (await client.get(f"/preview/static/{part}")).status == 200
    folder = Path(__file__).parent.parent.parent / "bot/web/preview/static"
    assert not [path for path in folder.iterdir() if "http://" in path.read_text()]


async def test_machines_can_ask_whether_it_is_alive_and_ready(client: Client) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await client.get(path)).status == 200
