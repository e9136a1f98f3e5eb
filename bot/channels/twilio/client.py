"""The library's client over one shared session: with a time limit, JSON where asked for, another
address for tests, and the wait that a busy answer asks for.

The library's own async client ignores its time limit (twilio-python issue 925), sends JSON bodies
as forms (932) and, unpooled, mixes up answers under load; this one does not.
"""

import json
import logging
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

TIMEOUT = 20.0
"""Seconds for one call: well below the lease of a message."""

UNREADABLE = (ValueError, KeyError, AttributeError, TypeError, RecursionError)
"""What the library raises over an answer of another shape than it expects."""

_TOO_MANY = 429
_SERVER_FAULT = 500


class BusyError(Exception):
    """Too many requests; this one was not handled. ``retry_after`` is in seconds, if told."""

    def __init__(self, retry_after: float | None) -> None:
        """Keep what the answer's header asks for."""
        super().__init__("Twilio is busy")
        self.retry_after = retry_after


class BrokenError(Exception):
    """Twilio failed on its side: nobody knows whether it handled the request."""

    def __init__(self, status: int) -> None:
        """Keep the status of the answer; its body is not to be trusted."""
        super().__init__(f"Twilio failed with {status}")
        self.status = status


class HttpClient(AsyncHttpClient):  # type: ignore[misc] # the library is untyped
    """Carries the library's requests. ``base_url`` replaces Twilio's hosts, for tests."""

    def __init__(self, base_url: str | None = None, timeout: float = TIMEOUT) -> None:
        """The session is opened at the first call, inside the running loop."""
        super().__init__(logging.getLogger("twilio"), True, timeout)
        self._base = urlsplit(base_url) if base_url else None
        self._limit = timeout
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own name
        allow_redirects: bool = False,
    ) -> Response:
        """One call; raises BusyError, BrokenError, aiohttp's errors and TimeoutError."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        is_json = "json" in sent.get("Content-Type", "")
        async with self._session.request(
            method.upper(),
            self._address(uri),
            params=_pairs(params),
            data=json.dumps(data).encode() if is_json else _pairs(data),
            headers=sent,
            timeout=aiohttp.ClientTimeout(total=timeout or self._limit),
            allow_redirects=allow_redirects,
        ) as answer:
            if answer.status == _TOO_MANY:
                raise BusyError(_seconds(answer.headers.get("Retry-After")))
            if answer.status >= _SERVER_FAULT:
                raise BrokenError(answer.status)
            return Response(answer.status, await answer.text(errors="replace"))

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _address(self, uri: str) -> str:
        if self._base is None:
            return uri
        asked = urlsplit(uri)
        path = self._base.path.rstrip("/") + asked.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))


def make_client(account: str, token: str, http: HttpClient) -> Client:
    """The library's client over our HTTP."""
    return Client(account, token, http_client=http)


def _pairs(values: dict[str, Any] | None) -> list[tuple[str, str]] | None:
    """Fields as they are written in a form: a list is a repeated name, true is a word."""
    if values is None:
        return None
    pairs = []
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            pairs.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, min(float(header or ""), 3600.0))
    except ValueError:
        return None
