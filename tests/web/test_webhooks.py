"""The main path over real HTTP: a signed webhook becomes a kept answer and the next question."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection

from bot.channels.contract import Carrier
from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioAccount, TwilioCarrier, Verifier
from bot.channels.twilio.account import try_way_in
from bot.channels.twilio.contents import FIXED
from bot.conversation.open import open_wave
from bot.conversation.service import Conversations
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND
from bot.message import Channel
from bot.panel.participants import ADDRESSES, Enrolment, enrol, find_address, heard_from
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store.database import Database
from bot.web.app import make_app
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio, sign, whatsapp

URL = "https://bot.example.org"


@dataclass
class World:
    """A server, the database behind it, and Twilio in front."""

    http: TestClient[Any, Any]
    twilio: FakeTwilio
    database: Database

    async def post(
        self, form: dict[str, str], path: str = "/twilio/messages", signature: str | None = None
    ) -> int:
        signed = sign(URL + path, form) if signature is None else signature
        answer = await self.http.post(
            path, data=FormData(list(form.items())), headers={"X-Twilio-Signature": signed}
        )
        if answer.status == 200:
            assert (await answer.text()).endswith("<Response/>")
        return answer.status

    async def said(self, count: int) -> list[str]:
        """Wait until Twilio has taken this many messages."""
        async with asyncio.timeout(10):
            while len(self.twilio.messages) < count:
                await self.twilio.arrived.wait()
                self.twilio.arrived.clear()
        return [
            message.get("Body") or message["ContentVariables"] for message in self.twilio.messages
        ]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    twilio = FakeTwilio()
    await twilio.start()
    senders = {Channel.WHATSAPP: "+3197010200000", Channel.SMS: "+3197010200000"}
    account = TwilioAccount(ACCOUNT, TOKEN, URL, senders, twilio.url)
    carrier = TwilioCarrier(account, {one.name: f"HX{one.name}" for one in FIXED})
    carriers = {Channel.WHATSAPP: carrier, Channel.SMS: carrier}
    runtime = runtime_of(database, carriers)
    app = make_app(Conversations(runtime), Verifier(URL, ACCOUNT, [TOKEN]))
    async with TestClient(TestServer(app)) as http:
        yield World(http, twilio, database)
    await carrier.close()
    await twilio.close()


def runtime_of(database: Database, carriers: Mapping[Channel, Carrier]) -> Runtime:
    return Runtime(
        Settings.model_construct(),
        database,
        CONTENT.library,
        CONTENT.lexicons,
        carriers,
        LocalCarrier(),
        lambda: NOW,
    )


def begin(db: Connection) -> None:
    now = NOW
    person = Enrolment("klantmonitor", "Amina", "nl", [(Channel.WHATSAPP, AMINA)], now.date())
    participant = enrol(db, person, now)
    heard_from(db, find_address(db, "whatsapp", AMINA).id, now)
    assert open_wave(db, PERIODIC, participant, "periodic", 1, now).run


async def test_a_signed_reply_is_kept_and_the_next_question_goes_out(world: World) -> None:
    await world.database.transact(begin)

    assert await world.post(whatsapp("ja", "SM1")) == 200
    await world.said(2)
    assert await world.post(whatsapp("4", "SM2")) == 200

    said = await world.said(3)
    assert "Hoe rustig ben je over je geld?" in said[2]
    (answer,) = await world.database.read(rows, ANSWERS)
    assert (answer.step, answer.value, answer.channel) == ("stress", 4, "whatsapp")


@pytest.mark.parametrize("writers", [4])
async def test_the_same_webhook_ten_times_at_once_has_one_effect(world: World) -> None:
    await world.database.transact(begin)
    await world.post(whatsapp("ja", "SM1"))

    answers = await asyncio.gather(*(world.post(whatsapp("4", "SM2")) for _ in range(10)))

    assert answers == [200] * 10
    await world.said(3)
    assert len(await world.database.read(rows, ANSWERS)) == 1
    assert len(await world.database.read(rows, OUTBOUND)) == 3


async def test_what_is_not_signed_is_refused_and_nothing_is_stored(world: World) -> None:
    assert await world.post(whatsapp("ja", "SM1"), signature="") == 403
    assert await world.post(whatsapp("ja", "SM1"), signature="AAAA") == 403
    other = whatsapp("ja", "SM1") | {"AccountSid": "AC" + "9" * 32}
    assert await world.post(other) == 403

    assert await world.database.read(rows, INBOUND) == []


@pytest.mark.parametrize("sender", ["whatsapp:+31612\0345678", "whatsapp:+31612345678\u200f", "\0"])
async def test_a_sender_with_hidden_signs_is_nobody_and_nothing_is_stored(
    world: World, sender: str
) -> None:
    await world.database.transact(begin)
    known = await world.database.read(rows, ADDRESSES)

    assert await world.post(whatsapp("stop", "SM1", From=sender)) == 200

    assert await world.database.read(rows, INBOUND) == []
    assert await world.database.read(rows, ADDRESSES) == known


async def test_what_cannot_be_kept_is_asked_for_again(world: World) -> None:
    await world.database.transact(begin)
    await world.database.aclose()

    assert await world.post(whatsapp("ja", "SM1")) == 503


async def test_a_status_settles_our_message_and_a_forged_token_changes_nothing(
    world: World,
) -> None:
    await world.database.transact(begin)
    await world.post(whatsapp("ja", "SM1"))
    await world.said(2)
    (first, *_) = await world.database.read(rows, OUTBOUND)
    status = {"MessageSid": "SMx", "MessageStatus": "read", "AccountSid": ACCOUNT}

    assert await world.post(status, f"/twilio/statuses/{first.token}") == 200
    assert await world.post(status, "/twilio/statuses/guess") == 200

    states = [row.state for row in await world.database.read(rows, OUTBOUND)]
    assert states[0] == "read"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "knows Twilio's signature"),
        ({"token": "another"}, "refuses Twilio's signature"),
        ({"path": "/elsewhere"}, "Something else answers"),
        ({"port": 1}, "nothing answers"),
    ],
)
async def test_the_doctor_calls_as_twilio_would_and_changes_nothing(
    database: Database, changed: dict[str, Any], told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    app = make_app(Conversations(runtime_of(database, {})), Verifier(url, ACCOUNT, [TOKEN]))
    called = f"http://127.0.0.1:{changed.get('port', port)}{changed.get('path', '')}"
    account = TwilioAccount(ACCOUNT, changed.get("token", TOKEN), called, {})

    async with TestServer(app, port=port):
        try:
            said = await try_way_in(account)
        except ValueError as error:
            said = str(error)

    assert told in said
    assert await database.read(rows, OUTBOUND) == []


async def test_a_stop_on_whatsapp_is_confirmed_once_and_nothing_follows(world: World) -> None:
    await world.database.transact(begin)
    await world.post(whatsapp("ja", "SM1"))
    await world.said(2)

    await world.post(whatsapp("STOP", "SM2"))
    said = await world.said(3)
    await world.post(whatsapp("4", "SM3"))
    await world.post(whatsapp("stop", "SM2"))

    assert said[2].startswith("Je krijgt geen berichten meer")


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"\xff\xfe", {}, 400),
        (b"a=1&" * 400, {}, 400),
        (b"a" * 100_000, {}, 413),
        (b"Body=x", {"Content-Encoding": "br"}, 415),
        (b"Body=x", {"Content-Encoding": "gzip"}, 400),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"", {}, 403),
        (b"Body=%ED%A0%80&AccountSid=" + ACCOUNT.encode(), {}, 403),
    ],
)
async def test_a_malformed_request_is_refused_and_never_a_fault_of_ours(
    world: World, body: bytes, headers: dict[str, str], status: int
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "x"}
    answer = await world.http.post(
        "/twilio/messages", data=body, headers=form | headers, compress=None
    )

    assert answer.status in (status, 400, 415)
    assert answer.status < 500


async def test_a_signed_message_without_an_id_is_acknowledged_and_not_kept(world: World) -> None:
    assert await world.post({"AccountSid": ACCOUNT, "Body": "hallo"}) == 200

    assert await world.database.read(rows, INBOUND) == []


@pytest.mark.parametrize("text", ["\x00", "\x00stop\x00", "a" * 1600, "'; DROP TABLE runs; --"])
async def test_a_signed_message_with_strange_text_is_kept(world: World, text: str) -> None:
    await world.database.transact(begin)

    assert await world.post(whatsapp(text, "SM1")) == 200

    assert len(await world.database.read(rows, INBOUND)) == 1


async def test_metrics_count_what_came_and_what_waits_and_name_nobody(world: World) -> None:
    await world.database.transact(begin)
    await world.post(whatsapp("ja", "SM1"))
    await world.said(2)

    text = await (await world.http.get("/metrics")).text()

    assert 'polsbot_messages_received_total{channel="whatsapp",outcome="handled"}' in text
    assert 'polsbot_messages_carried_total{channel="whatsapp",outcome="sent"}' in text
    assert "polsbot_waiting_queued" in text
    assert AMINA not in text


async def test_metrics_show_no_old_figure_while_the_database_is_away(world: World) -> None:
    await world.database.transact(begin)
    await world.http.get("/metrics")
    await world.database.aclose()

    text = await (await world.http.get("/metrics")).text()

    assert "polsbot_waiting_queued NaN" in text
    assert "polsbot_messages_received_total" in text
