"""What machines ask: is it alive, can it serve, what are its numbers."""

import asyncio
import contextlib
import math
from dataclasses import asdict, fields

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import Connection, select

from bot.conversation.service import Conversations
from bot.reports.backlog import Backlog, backlog
from bot.store.errors import StoreError

CONVERSATIONS = web.AppKey("health-conversations", Conversations)

_PATIENCE = 2.0
_WAITING = {
    one.name: Gauge(f"polsbot_waiting_{one.name}", f"What waits in the database: {one.name}.")
    for one in fields(Backlog)
}


def health_routes() -> list[web.AbstractRouteDef]:
    """Alive and ready."""
    return [web.get("/healthz", _alive), web.get("/readyz", _ready)]


def metrics_routes() -> list[web.AbstractRouteDef]:
    """The numbers; on a port of their own where the other one is open to the world."""
    return [web.get("/metrics", _metrics)]


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="alive\n")


async def _ready(request: web.Request) -> web.Response:
    """The database answers within two seconds."""
    database = request.app[CONVERSATIONS].runtime.database
    try:
        await asyncio.wait_for(database.read(_look), _PATIENCE)
    except Exception:  # noqa: BLE001 - whatever it is, we cannot serve
        return web.Response(status=503, text="the database does not answer\n")
    return web.Response(text="ready\n")


async def _metrics(request: web.Request) -> web.Response:
    """What this process counted, and what waits in the database; when that does not answer, the
    counters are wanted most, and of the latter nobody knows: an old figure would calm.
    """
    runtime = request.app[CONVERSATIONS].runtime
    found = dict.fromkeys(_WAITING, math.nan)
    with contextlib.suppress(StoreError, TimeoutError):
        looked = runtime.database.read(backlog, runtime.clock())
        found = asdict(await asyncio.wait_for(looked, _PATIENCE))
    for name, value in found.items():
        _WAITING[name].set(value)
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _look(db: Connection) -> None:
    db.execute(select(1))
