"""A small Twilio: takes messages and content, and misbehaves on demand. Loopback only."""

import asyncio
import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "0" * 32
TOKEN = "secret-token"
_BARE = re.compile(rb"[^0-9A-Za-z%&=+*._~-]")
"""What may not stand unescaped in a form: checkers of Twilio's description refuse it."""


@dataclass
class FakeTwilio:
    """``messages`` are the forms of accepted creates, in order. ``behave`` scripts the next calls:
    a status with a Twilio code (then headers, then the status that the body tells), ``lost``
    (accepted, then the line breaks), ``reset`` (the line breaks before), ``slow``, ``junk``, or
    text that is answered as it is with 201. ``received`` are messages of people that its list
    tells of, while it ``is_listing``. ``approvals`` are the words of WhatsApp on contents by their
    id, ``asked`` the requests for them. ``services`` are the senders of messaging services.
    """

    messages: list[dict[str, Any]] = field(default_factory=list)
    contents: list[dict[str, Any]] = field(default_factory=list)
    approvals: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    services: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_listing: bool = True
    account_status: str = "active"
    script: deque[Any] = field(default_factory=deque)
    calls: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    server: TestServer | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/2010-04-01/Accounts/{account}.json", self._tell_account)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._create)
        app.router.add_get("/2010-04-01/Accounts/{account}/Messages.json", self._list)
        app.router.add_post("/v1/Content", self._make_content)
        app.router.add_get("/v1/Content", self._list_content)
        app.router.add_get("/v1/Content/{sid}/ApprovalRequests", self._tell_approval)
        app.router.add_post("/v1/Content/{sid}/ApprovalRequests/whatsapp", self._ask_approval)
        app.router.add_get("/v1/Services/{sid}/PhoneNumbers", self._list_numbers)
        app.router.add_get("/v1/Services/{sid}/ChannelSenders", self._list_senders)
        self.server = TestServer(app)
        await self.server.start_server()

    async def close(self) -> None:
        assert self.server is not None
        await self.server.close()

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("")).rstrip("/")

    def behave(self, *steps: Any) -> None:
        self.script.extend(steps)

    def bodies(self) -> list[str]:
        return [message.get("Body", "") for message in self.messages]

    async def tell(self, http: ClientSession, bot: str, place: int, **told: str) -> int:
        """Post a status of the message at this place, signed, to the bot that listens at ``bot``;
        returns the status of its answer.
        """
        message = self.messages[place]
        callback = message["StatusCallback"]
        form = {"MessageSid": message["sid"], "AccountSid": ACCOUNT, "To": message["To"], **told}
        async with http.post(
            bot.rstrip("/") + urlsplit(callback).path,
            data=form,
            headers={"X-Twilio-Signature": sign(callback, form)},
        ) as answer:
            return answer.status

    async def _tell_account(self, request: web.Request) -> web.Response:
        if request.match_info["account"] != ACCOUNT:
            raise web.HTTPNotFound
        return web.json_response({"sid": ACCOUNT, "status": self.account_status})

    async def _create(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        written = await request.read()
        if _BARE.search(written):
            return web.json_response({"code": None, "message": "a sign is not escaped"}, status=422)
        form: dict[str, Any] = dict(await request.post())
        assert request.headers["Authorization"].startswith("Basic ")
        step = self.script.popleft() if self.script else None
        if step == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(step, tuple):
            status, code = step[:2]
            headers = step[2] if len(step) > 2 else None
            told = step[3] if len(step) > 3 else status
            body = {"status": told, "code": code, "message": "no", "more_info": ""}
            return web.json_response(body, status=status, headers=headers)
        if step == "junk":
            return web.Response(status=502, text="<html>bad gateway</html>")
        if step == "slow":
            await asyncio.sleep(30)
        if isinstance(step, str) and step != "lost":
            return web.Response(status=201, text=step, content_type="application/json")
        sid = f"SM{len(self.messages):032x}"
        self.messages.append({**form, "sid": sid})
        self.arrived.set()
        if step == "lost":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"sid": sid, "status": "queued", "error_code": None}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        if not self.is_listing:
            return web.json_response({"code": 20500}, status=500)
        sent = [
            {
                "sid": one["sid"],
                "to": one["To"],
                "body": one.get("Body", ""),
                "status": "sent",
                "direction": "outbound-api",
            }
            for one in self.messages
        ]
        to = request.query.get("To")
        found = [one for one in sent + self.received if to in (None, one["to"])]
        return web.json_response({"messages": found[::-1], "next_page_uri": None})

    async def _list_numbers(self, request: web.Request) -> web.Response:
        numbers = self.services.get(request.match_info["sid"], ())
        found = [{"phone_number": one} for one in numbers if one.startswith("+")]
        return web.json_response({"phone_numbers": found, "meta": {"key": "phone_numbers"}})

    async def _list_senders(self, request: web.Request) -> web.Response:
        numbers = self.services.get(request.match_info["sid"], ())
        found = [{"sender": one} for one in numbers if not one.startswith("+")]
        return web.json_response({"senders": found, "meta": {"key": "senders"}})

    async def _make_content(self, request: web.Request) -> web.Response:
        asked = await request.json()
        made = {**asked, "sid": f"HX{len(self.contents):032x}"}
        self.contents.append(made)
        return web.json_response(made, status=201)

    async def _ask_approval(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if not re.fullmatch("[a-z0-9_]{1,512}", asked["name"]):
            return web.json_response({"code": 63031, "status": 400}, status=400)
        self.approvals[request.match_info["sid"]] = {"rejection_reason": "", "status": "received"}
        self.asked.append(asked)
        return web.json_response({**asked, "status": "received"}, status=201)

    async def _tell_approval(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        return web.json_response({"sid": sid, "whatsapp": self.approvals.get(sid)})

    async def _list_content(self, _: web.Request) -> web.Response:
        meta = {"key": "contents", "next_page_url": None, "page": 0, "page_size": 500}
        return web.json_response({"contents": self.contents, "meta": meta})


def sign(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """What Twilio would put into X-Twilio-Signature, by its own library."""
    signature: str = RequestValidator(token).compute_signature(url, form)
    return signature


def whatsapp(text: str, sid: str, **more: str) -> dict[str, str]:
    """A message as Twilio posts it."""
    return {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ProfileName": "Amina",
        "SmsSid": sid,
        "WaId": "31612345678",
        "SmsStatus": "received",
        "Body": text,
        "To": "whatsapp:+3197010200000",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": "whatsapp:+31612345678",
        "ApiVersion": "2010-04-01",
    } | more


def raw(value: Any) -> str:
    """JSON as the channel would send it."""
    return json.dumps(value)
