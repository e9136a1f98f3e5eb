"""The screen as events: every line that is on it, then each new one, where the run stands, and
what became of saved files (https://html.spec.whatwg.org/multipage/server-sent-events.html).
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from bot.web.preview.keys import STAGE
from bot.web.preview.rehearse import again
from bot.web.preview.rows import lost_of, run_of
from bot.web.preview.stage import Phone, Stage, StageError

_EVERY = 1.0
"""Seconds between two looks at what did not arrive; what arrives is shown at once."""


async def feed(request: web.Request) -> web.StreamResponse:
    """Tell one phone's screen until nobody watches."""
    stage = request.app[STAGE]
    try:
        phone = stage.phone(request.query.get("phone"))
    except StageError as error:
        raise web.HTTPNotFound(text=str(error)) from None
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)

    async def tell() -> None:
        async for name, data in _events(stage, phone):
            words = json.dumps(data, ensure_ascii=False)
            await response.write(f"event: {name}\ndata: {words}\n\n".encode())

    telling = asyncio.create_task(tell())
    stage.feeds.add(telling)
    try:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await telling
    finally:
        telling.cancel()
        stage.feeds.discard(telling)
    return response


async def _events(stage: Stage, phone: Phone) -> AsyncIterator[tuple[str, Any]]:
    runtime = stage.conversations.runtime
    shown, version, broken, own = 0, stage.version, "", ""
    last: dict[str, str] = {}
    async for _ in runtime.local.changes(phone.address, _EVERY):
        if stage.version != version:
            version = stage.version
            try:
                fresh = await again(stage, phone)
            except StageError as error:  # of this phone: others may go on
                own = str(error)
            else:
                yield "again", {"phone": fresh.address, "broken": stage.broken}
                return
        if (stage.broken or own) != broken:
            broken = stage.broken or own
            yield "broken", {"told": broken}
        phone.take(runtime.local)
        for row in await runtime.database.read(lost_of, phone.participant, stage.clock()):
            phone.lose(row)
        for line in phone.lines[shown:]:
            yield "line", line
        shown = len(phone.lines)
        run = await runtime.database.read(run_of, phone.participant)
        stands = {"now": stage.clock().isoformat(), "zone": phone.zone}
        if run is not None:
            stands |= {"step": run.step or "", "status": str(run.status)}
            stands |= {"language": run.language, "turn": str(run.turn)}
        if last != {**stands, "now": ""}:
            last = {**stands, "now": ""}
            yield "run", stands
        else:
            yield "beat", {"now": stands["now"]}  # fails when nobody watches any more
