"""What machines ask: is it alive, can it serve, what are its numbers."""

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import Connection, select

from bot.conversation.service import Conversations

CONVERSATIONS = web.AppKey("health-conversations", Conversations)

_PATIENCE = 2.0


def health_routes() -> list[web.AbstractRouteDef]:
    """Alive, ready, metrics."""
    return [
        web.get("/healthz", _alive),
        web.get("/readyz", _ready),
        web.get("/metrics", _metrics),
    ]


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


async def _metrics(_: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _look(db: Connection) -> None:
    db.execute(select(1))
