"""Cards for whoever knows their address: WhatsApp's servers, and the phone in the browser."""

import re
from pathlib import Path

from aiohttp import web

FOLDER = web.AppKey("cards", Path)

_NAME = re.compile(r"^[0-9a-f]{40}\.png$")
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def media_routes() -> list[web.AbstractRouteDef]:
    """Where cards are fetched."""
    return [web.get("/media/{name}", _card)]


async def _card(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    path = request.app[FOLDER] / name
    if not _NAME.match(name) or not path.is_file():
        raise web.HTTPNotFound(text="There is no such picture.")
    return web.FileResponse(path, headers=_HEADERS)
