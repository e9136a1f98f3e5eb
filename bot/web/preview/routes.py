"""What the phone asks for: a new conversation, a message in, time, a test kept."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.conversation import listening
from bot.web.preview import looks
from bot.web.preview.acts import attach, fail_next, say, silence, start, wait
from bot.web.preview.feed import feed
from bot.web.preview.files import watch
from bot.web.preview.guard import add_headers, guard, is_from_here
from bot.web.preview.keys import STAGE
from bot.web.preview.rehearse import start_at
from bot.web.preview.stage import CHANNELS, Phone, Stage, StageError
from bot.web.preview.workbench import KeepError, Told

STATIC = Path(__file__).parent / "static"
_LONGEST = 5000
_LONGEST_WAIT = 24 * 365
_LISTENING = ("tap", listening.STEP)
"""Whether questions are read aloud: no part of the flow, and a test has no sound."""
_TEST_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")

Asked = dict[str, Any]
Answer = Callable[[Stage, Asked], Awaitable[Any]]


def add_preview(app: web.Application, stage: Stage) -> None:
    """Put the phone under ``/preview`` of an application that runs on this machine only."""
    app[STAGE] = stage
    app.middlewares.append(guard(is_shared=stage.workbench.is_shared))
    app.on_response_prepare.append(add_headers)
    app.add_routes(
        [
            web.get("/preview", _page),
            web.static("/preview/static", STATIC),
            web.get("/preview/feed", feed),
            web.get("/preview/flows", looks.flows),
            web.get("/preview/row", looks.row),
            web.get("/preview/steps", looks.steps),
            web.get("/preview/wire", looks.wire),
            web.get("/preview/problems", looks.problems),
            web.post("/preview/start", _answering(_start)),
            web.post("/preview/say", _answering(_say)),
            web.post("/preview/wait", _answering(_wait)),
            web.post("/preview/silence", _answering(_silence)),
            web.post("/preview/fail", _answering(_fail)),
            web.post("/preview/keep", _keep),
        ]
    )
    app.cleanup_ctx.append(_watching)
    app.on_shutdown.append(_end_feeds)


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "phone.html")


async def _start(stage: Stage, asked: Asked) -> Any:
    name, language = str(asked.get("flow", "")), str(asked.get("language", ""))
    channel, at = str(asked.get("channel", "")), str(asked.get("at") or "")
    if at:
        phone = await start_at(stage, name, language, channel, at)
    else:
        phone = await start(stage, name, language, channel)
    study = stage.conversations.content.library.studies[phone.study]
    return {"phone": phone.address, "sender": study.sender_name}


async def _say(stage: Stage, asked: Asked) -> Any:
    phone = stage.phone(asked.get("phone"))
    payload, text = asked.get("payload"), str(asked.get("text", ""))[:_LONGEST]
    if asked.get("attach"):
        await attach(stage, phone)
    else:
        await say(stage, phone, text, None if payload is None else str(payload)[:200])
    return {}


async def _wait(stage: Stage, asked: Asked) -> Any:
    hours = asked.get("hours", 24)
    if not isinstance(hours, int) or not 0 < hours <= _LONGEST_WAIT:
        raise StageError("The time must be a number of hours, at most a year.")
    await wait(stage, stage.phone(asked.get("phone")), hours)
    return {}


async def _silence(stage: Stage, asked: Asked) -> Any:
    return {"told": await silence(stage, stage.phone(asked.get("phone")))}


async def _fail(stage: Stage, asked: Asked) -> Any:
    return {"told": fail_next(stage, stage.phone(asked.get("phone")))}


async def _keep(request: web.Request) -> web.Response:
    """Keep the conversation as a test, for whoever sits at this machine."""
    stage, asked = request.app[STAGE], await _body(request)
    if not is_from_here(request):
        raise web.HTTPForbidden(text="Tests are kept from the machine that the files are on.")
    name = str(asked.get("name", "")).strip()
    if not _TEST_NAME.fullmatch(name):
        raise web.HTTPBadRequest(
            text="Name the test with small letters, digits and _, such as periodic_two_wrong."
        )
    try:
        told = _told(stage.phone(asked.get("phone")), name, str(asked.get("why", ""))[:300])
        file = await asyncio.to_thread(stage.workbench.keep, told)
    except (KeepError, StageError) as error:
        raise web.HTTPConflict(text=str(error)) from None
    return web.json_response({"file": file.as_posix()})


def _told(phone: Phone, name: str, why: str) -> Told:
    channel = next(word for word, one in CHANNELS.items() if one is phone.first)
    return Told(
        study=phone.study,
        flow=phone.revision.flow.name,
        language=phone.language,
        channel=channel,
        wave=phone.wave,
        acts=tuple(act for act in phone.acts if act[:2] != _LISTENING),
        name=name,
        why=why,
    )


def _answering(work: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A request with a JSON body, and its answer; what cannot be done is said in a sentence."""

    async def answer(request: web.Request) -> web.Response:
        asked = await _body(request)
        try:
            return web.json_response(await work(request.app[STAGE], asked))
        except StageError as error:
            raise web.HTTPNotFound(text=str(error)) from None

    return answer


async def _body(request: web.Request) -> Asked:
    try:
        asked = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="The body must be JSON.") from None
    if not isinstance(asked, dict):
        raise web.HTTPBadRequest(text="The body must be a JSON object.")
    return asked


async def _watching(app: web.Application) -> Any:
    task = asyncio.create_task(watch(app[STAGE]))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _end_feeds(app: web.Application) -> None:
    """Let go of every screen, or nobody could stop the server."""
    for one in app[STAGE].feeds:
        one.cancel()
