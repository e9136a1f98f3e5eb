"""What the phone asks for: a new conversation, a message in, the screen, some time."""

import asyncio
import contextlib
import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, select

from bot.channels.local import PHONE
from bot.content.revision import Revision
from bot.conversation.effects import ANSWERS, RUNS
from bot.conversation.service import Conversations
from bot.engine.stored import load_run
from bot.message import (
    ButtonsForm,
    Channel,
    Form,
    InboundMessage,
    ListForm,
    OutboundMessage,
    PictureForm,
    TemplateForm,
    TextForm,
    VoiceForm,
)
from bot.panel.participants import Enrolment, enrol, find_address, people_at
from bot.runtime import FastClock

STATIC = Path(__file__).parent / "static"
CONVERSATIONS = web.AppKey("conversations", Conversations)
CLOCK = web.AppKey("clock", FastClock)
FEEDS = web.AppKey("feeds", set[asyncio.Task[None]])
"""Screens that are being watched; they end when the server does, or nobody could stop it."""

_LONGEST = 5000
_HEARTBEAT = 15.0
_CHANNELS = {"whatsapp": Channel.LOCAL, "sms": Channel.SMS}


def preview_routes() -> list[web.AbstractRouteDef]:
    """The phone's addresses; only for a loopback server."""
    return [
        web.get("/preview", _page),
        web.static("/preview/static", STATIC),
        web.get("/preview/flows", _flows),
        web.post("/preview/start", _start),
        web.post("/preview/say", _say),
        web.post("/preview/wait", _wait),
        web.get("/preview/feed", _feed),
        web.get("/preview/answers", _answers),
    ]


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "phone.html")


async def _flows(request: web.Request) -> web.Response:
    studies = request.app[CONVERSATIONS].content.library.studies.values()
    flows = [
        {
            "name": f"{study.name}/{name}",
            "title": revision.flow.title,
            "languages": list(revision.flow.languages),
        }
        for study in studies
        for name, revision in sorted(study.flows.items(), reverse=True)
    ]
    own = request.app[CONVERSATIONS].content.library.own
    names = {code: own.get(code, {}).get(f"polsbot.language.{code}", code) for code in own}
    return web.json_response({"flows": flows, "names": names})


async def _start(request: web.Request) -> web.Response:
    """Enrol a test participant and open the flow for them."""
    asked = await _body(request)
    conversations = request.app[CONVERSATIONS]
    runtime = conversations.runtime
    study, revision = _revision(conversations, str(asked.get("flow", "")))
    language = str(asked.get("language", ""))
    if language not in revision.flow.languages:
        raise web.HTTPBadRequest(text=f"The flow is not complete in {language}.")
    channel = _CHANNELS.get(str(asked.get("channel")), Channel.LOCAL)
    address = f"{PHONE}{secrets.token_hex(8)}"
    now = runtime.clock()
    person = Enrolment(
        study, "Amina", language, [(channel, address)], now.date(),
        organisation="demo", is_test=False,
    )  # fmt: skip
    participant = await runtime.database.transact(enrol, person, now)
    await conversations.open(revision, participant, revision.flow.name, 1)
    return web.json_response({"phone": address, "channel": str(channel)})


async def _say(request: web.Request) -> web.Response:
    """A message from the phone: typed, or a tap with its payload."""
    asked = await _body(request)
    conversations = request.app[CONVERSATIONS]
    payload = asked.get("payload")
    inbound = InboundMessage(
        channel=Channel(str(asked.get("channel", "local"))),
        provider_id=str(asked.get("id") or secrets.token_hex(8))[:64],
        sender=str(asked.get("phone", ""))[:64],
        to="preview",
        text=str(asked.get("text", ""))[:_LONGEST],
        received_at=conversations.runtime.clock(),
        payload=None if payload is None else str(payload)[:200],
    )
    received = await conversations.receive(inbound)
    return web.json_response({"outcome": received.outcome})


async def _wait(request: web.Request) -> web.Response:
    """Let time pass for everybody on this server; what comes due happens now."""
    asked = await _body(request)
    clock = request.app[CLOCK]
    clock.ahead += timedelta(hours=max(0, min(int(asked.get("hours", 24)), 24 * 365)))
    fired = await request.app[CONVERSATIONS].fire_due()
    return web.json_response({"fired": fired, "now": clock().isoformat()})


async def _feed(request: web.Request) -> web.StreamResponse:
    """The screen as events: every message that is on it, then each new one."""
    local = request.app[CONVERSATIONS].runtime.local
    phone = request.query.get("phone", "")
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await response.prepare(request)

    async def watch() -> None:
        shown = 0
        async for _ in local.changes(phone, _HEARTBEAT):
            messages = local.sent_to(phone)
            for message in messages[shown:]:
                data = json.dumps(_shown(message), ensure_ascii=False)
                await response.write(f"data: {data}\n\n".encode())
            shown = len(messages)
            await response.write(b":\n\n")  # fails when nobody watches any more

    watching = asyncio.create_task(watch())
    request.app[FEEDS].add(watching)
    try:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await watching
    finally:
        watching.cancel()
        request.app[FEEDS].discard(watching)
    return response


async def end_feeds(app: web.Application) -> None:
    """Let go of every screen."""
    for feed in app[FEEDS]:
        feed.cancel()


async def _answers(request: web.Request) -> web.Response:
    """The run of this phone: its answers, its step and why steps were passed."""
    phone = request.query.get("phone", "")
    channel = request.query.get("channel", "local")
    found = await request.app[CONVERSATIONS].runtime.database.read(_row, channel, phone)
    return web.json_response(found)


def _row(db: Connection, channel: str, phone: str) -> dict[str, Any]:
    address = find_address(db, channel, phone)
    people = [] if address is None else people_at(db, address.id)
    if not people:
        return {"answers": [], "step": None, "status": "none", "passed": []}
    run = db.execute(
        select(RUNS).where(RUNS.c.participant_id == people[0].id).order_by(RUNS.c.started_at.desc())
    ).first()
    kept = db.execute(
        select(ANSWERS).where(ANSWERS.c.participant_id == people[0].id).order_by(ANSWERS.c.id)
    )
    state = load_run(run.state) if run else None
    return {
        "answers": [
            {"step": row.step, "value": row.value, "reason": row.reason, "corrects": row.corrects}
            for row in kept
        ],
        "step": state.step if state else None,
        "status": str(state.status) if state else "none",
        "passed": [list(entry) for entry in state.passed] if state else [],
    }


def _shown(message: OutboundMessage) -> dict[str, Any]:
    """A message as the phone draws it."""
    return {"token": message.token, "channel": str(message.channel), **_form(message.form)}


def _form(form: Form) -> dict[str, Any]:
    match form:
        case TextForm(body=body):
            return {"body": body}
        case PictureForm(body=body, picture_url=url, alt=alt):
            return {"body": body, "picture": url, "alt": alt}
        case ButtonsForm(body=body, buttons=buttons, picture_url=url):
            shown = [{"id": button.id, "title": button.title} for button in buttons]
            return {"body": body, "buttons": shown, "picture": url}
        case ListForm(body=body, opener=opener, rows=rows):
            listed = [{"id": row.id, "title": row.title} for row in rows]
            return {"body": body, "opener": opener, "rows": listed}
        case TemplateForm(body=body, buttons=buttons):
            shown = [{"id": button.id, "title": button.title} for button in buttons]
            return {"body": body, "buttons": shown}
        case VoiceForm(audio_url=url):
            return {"body": "", "audio": url}


def _revision(conversations: Conversations, name: str) -> tuple[str, Revision]:
    study, _, flow = name.partition("/")
    found = conversations.content.library.studies.get(study)
    if found is None or flow not in found.flows:
        raise web.HTTPNotFound(text=f"There is no flow {name}.")
    return study, found.flows[flow]


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="The body must be JSON.") from None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest(text="The body must be a JSON object.")
    return asked
