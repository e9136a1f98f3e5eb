"""Who may ask the phone for anything: pages of its own, on this machine, without foreign parts."""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def guard(*, is_shared: bool) -> Middleware:
    """The middleware. Unless shared, only this machine's own names are answered: a page elsewhere
    whose name is made to point here (DNS rebinding) gets nothing. A request that another page
    makes is never obeyed.
    """

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/preview"):
            return await handler(request)
        if not is_shared and _name(request.host) not in _HERE:
            raise web.HTTPForbidden(text="Open the phone as http://localhost, or share it.")
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            raise web.HTTPForbidden(text="Another page may not use the phone.")
        return await handler(request)

    return guarded


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, streams too: nothing but our own files is ever loaded."""
    if request.path.startswith("/preview"):
        response.headers.update(HEADERS)


def is_from_here(request: web.Request) -> bool:
    """Whether the request comes from this machine."""
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""
