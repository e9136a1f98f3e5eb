"""The library's client over one shared session: with a time limit, JSON where asked for, another
address for tests, and the wait that a busy answer asks for.

The library's own async client ignores its time limit (twilio-python issue 925), sends JSON bodies
as forms (932) and, unpooled, mixes up answers under load; this one does not.
"""

import json
import logging
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import aiohttp
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from yarl import URL

TIMEOUT = 20.0
"""Seconds for one call: well below the lease of a message."""

UNREADABLE = (
    TwilioException, ValueError, KeyError, AttributeError, TypeError, RecursionError,
)  # fmt: skip
"""What the library raises over an answer of another shape than it expects."""

_BARE = {sign: quote(sign, safe="") for sign in "!$'()*,/:;?@"}
"""What may stand as it is in the query of an address, and not in a form."""

_NOT_YES = 300
_LONGEST_CODE = 20


class RefusedError(Exception):
    """Twilio answered, and not with yes. ``code`` is its own, ``retry_after`` in seconds, if told.

    The status is that of the answer itself: a body may say another, or be of somebody in between.
    """

    def __init__(self, status: int, code: str | None, retry_after: float | None) -> None:
        """No word of the answer is kept: it may hold an address."""
        super().__init__(f"Twilio answered {status} with code {code or 'none'}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


class HttpClient(AsyncHttpClient):  # type: ignore[misc] # the library is untyped
    """Carries the library's requests. ``base_url`` replaces Twilio's hosts, for tests."""

    def __init__(self, base_url: str | None = None, timeout: float = TIMEOUT) -> None:
        """The session is opened at the first call, inside the running loop."""
        super().__init__(logging.getLogger("twilio"), True, timeout)
        self._base = base_url.rstrip("/") if base_url else None
        self._limit = aiohttp.ClientTimeout(total=timeout)
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
        """One call; raises RefusedError, aiohttp's errors and TimeoutError."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = f"Basic {b64encode(':'.join(auth).encode()).decode()}"
        async with self._session.request(
            method.upper(),
            self._address(uri),
            params=_pairs(params),
            data=_body(data, sent.get("Content-Type", "")),
            headers=sent,
            timeout=aiohttp.ClientTimeout(total=timeout) if timeout else self._limit,
            allow_redirects=allow_redirects,
        ) as answer:
            text = await answer.text(errors="replace")
            if answer.status >= _NOT_YES:
                wait = _seconds(answer.headers.get("Retry-After"))
                raise RefusedError(answer.status, _code(text), wait)
            return Response(answer.status, text)

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _address(self, uri: str) -> str:
        if self._base is None:
            return uri
        _, _, path = uri.partition("://")[2].partition("/")
        return f"{self._base}/{path}"


def make_client(account: str, token: str, http: HttpClient) -> Client:
    """The library's client over our HTTP."""
    return Client(account, token, http_client=http)


def _body(data: dict[str, Any] | None, content_type: str) -> bytes | None:
    """What is posted: JSON where the library says so, else a form, which is the query of an address
    with more signs escaped: yarl writes it in a quarter of the time that urlencode takes.
    """
    if not data:
        return None
    if "json" in content_type:
        return json.dumps(data).encode()
    form = URL.build(query=_pairs(data)).raw_query_string
    for sign, escaped in _BARE.items():
        form = form.replace(sign, escaped)
    return form.encode()


def _pairs(values: dict[str, Any] | None) -> list[tuple[str, str]] | None:
    """Fields as they are written in a form: a list is a repeated name, true is a word."""
    if values is None:
        return None
    pairs = []
    for name, value in values.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            pairs.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs


def _code(text: str) -> str | None:
    """The code in a refusal, if it is Twilio's."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    code = told.get("code") if isinstance(told, dict) else None
    return str(code)[:_LONGEST_CODE] if isinstance(code, int | str) and code else None


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, min(float(header or ""), 3600.0))
    except ValueError:
        return None
