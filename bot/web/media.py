"""Cards, recordings and vouchers for whoever knows their address: WhatsApp, and the phone in the
browser.

A card is the same for everybody and is kept by whoever fetches it. The picture of a voucher is as
good as money: drawn when it is asked for, kept by nobody, gone after a day.
"""

import asyncio
import re
from pathlib import Path

import structlog
from aiohttp import web

from bot.content.cards import CardError
from bot.content.cards.voucher import FOLDER as VOUCHERS
from bot.content.cards.voucher import draw_voucher
from bot.content.recordings import Voices
from bot.conversation.service import Conversations
from bot.conversation.voucher_card import card_named

log = structlog.get_logger()

CONVERSATIONS = web.AppKey("media-conversations", Conversations)

FOLDER = web.AppKey("cards", Path)
VOICES = web.AppKey("voices", Voices)

_CARD = re.compile(r"^[0-9a-f]{40}\.png$")
_KINDS = {".png": "image/png", ".ogg": "audio/ogg"}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
_SECRET_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def media_routes() -> list[web.AbstractRouteDef]:
    """Where they are fetched."""
    return [
        web.get("/media/{name}", _media),
        web.get(f"/media/{VOUCHERS}{{name}}", _voucher),
    ]


async def _media(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    voices = request.app.get(VOICES)
    path = voices.path(name) if voices is not None else None
    if path is None and _CARD.match(name):
        path = request.app[FOLDER] / name
    if path is None or not path.is_file():
        raise web.HTTPNotFound(text="There is no such picture or recording.")
    kind = {"Content-Type": _KINDS[path.suffix]}
    return web.FileResponse(path, headers={**_HEADERS, **kind})


async def _voucher(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    runtime = request.app[CONVERSATIONS].runtime
    content = request.app[CONVERSATIONS].content
    card = None
    if _CARD.match(name):
        secret = name.removesuffix(".png")
        card = await runtime.database.read(card_named, content, secret, runtime.clock())
    if card is None:
        raise web.HTTPNotFound(text="There is no such picture.")
    try:
        png = await asyncio.to_thread(draw_voucher, card)
    except CardError as error:
        log.error("a voucher cannot be drawn", reason=str(error))  # noqa: TRY400 - no code in logs
        raise web.HTTPNotFound(text="There is no such picture.") from error
    return web.Response(body=png, content_type="image/png", headers=_SECRET_HEADERS)
