"""Cards and recordings for whoever knows their address: WhatsApp, and the phone in the browser."""

import re
from pathlib import Path

from aiohttp import web

from bot.content.recordings import Voices

FOLDER = web.AppKey("cards", Path)
VOICES = web.AppKey("voices", Voices)

_CARD = re.compile(r"^[0-9a-f]{40}\.png$")
_KINDS = {".png": "image/png", ".ogg": "audio/ogg"}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def media_routes() -> list[web.AbstractRouteDef]:
    """Where they are fetched."""
    return [web.get("/media/{name}", _media)]


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
