"""Buying vouchers on demand from another company, over a small protocol of JSON.

No two companies sell vouchers alike; one that is not spoken here gets a small translator in front::

    POST {url}/vouchers                      {"reference", "cents", "currency"}   hold one
    POST {url}/vouchers/{reference}/confirm                                       buy it
    POST {url}/vouchers/{reference}/cancel                                        give it back
    GET  {url}/vouchers/{reference}                                               what became of it

    {"reference": "o1f2-1", "state": "held", "cents": 600, "currency": "EUR", "shop": "HEMA",
     "expires": "2027-12-31", "barcode": "qr", "code": "only when sold"}

``state`` is held, sold or cancelled; ``barcode`` is qr (also when left out) or code128. The
reference is ours: a hold or a confirm that comes twice with the same one is one voucher, paid once.
404: there is nothing under this reference. Any other 4xx: certainly not done, ``{"reason"}`` says
why; to a GET it says nothing. All else (5xx, 401, 403, 408, 425, 429, no answer, an answer that
cannot be read): nobody knows, and it is asked with the reference before anything else is done.
Each call carries ``Authorization: Bearer <VOUCHER_TOKEN>``.
"""

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

import aiohttp

TIMEOUT = 20.0
"""Seconds for one call: well below the lease of a purchase."""

_MOST_BYTES = 64_000
_ASK_LATER = frozenset({401, 403, 408, 425, 429})
"""A wrong token or a hurry says nothing of the voucher."""
_LONGEST = 200


class Stage(StrEnum):
    """How far the seller is with a voucher."""

    HELD = "held"
    SOLD = "sold"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the seller has under a reference. ``code`` is secret and there when it is sold."""

    stage: Stage
    cents: int
    currency: str
    shop: str
    expires_on: date
    barcode: str
    code: str | None = None

    def __repr__(self) -> str:
        """All but the code, which must not come into a log."""
        return f"Offer({self.stage}, {self.cents} {self.currency}, until {self.expires_on})"


@dataclass(frozen=True, slots=True)
class Absent:
    """There is nothing under this reference."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not done."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it was done."""

    reason: str


Answer = Offer | Absent | Refused | Unknown


class Seller(Protocol):
    """A company that sells a voucher when it is wanted. No call raises: the answer says it."""

    async def hold(self, reference: str, cents: int, currency: str) -> Answer:
        """Set one aside; the same reference is the same voucher."""

    async def confirm(self, reference: str) -> Answer:
        """Buy what is held."""

    async def cancel(self, reference: str) -> Answer:
        """Give back what is held."""

    async def find(self, reference: str) -> Answer:
        """What became of it."""

    async def close(self) -> None:
        """Give back what was opened."""


class HttpSeller:
    """Speaks the protocol above."""

    def __init__(self, url: str, token: str, timeout: float = TIMEOUT) -> None:
        """``timeout`` is in seconds, for one call."""
        self._url = url.rstrip("/")
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def hold(self, reference: str, cents: int, currency: str) -> Answer:
        """Set one aside."""
        wanted = {"reference": reference, "cents": cents, "currency": currency}
        return await self._call("POST", "vouchers", reference, wanted)

    async def confirm(self, reference: str) -> Answer:
        """Buy what is held."""
        return await self._call("POST", f"vouchers/{reference}/confirm", reference)

    async def cancel(self, reference: str) -> Answer:
        """Give back what is held."""
        return await self._call("POST", f"vouchers/{reference}/cancel", reference)

    async def find(self, reference: str) -> Answer:
        """What became of it."""
        return await self._call("GET", f"vouchers/{reference}", reference)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _call(
        self, method: str, path: str, reference: str, body: dict[str, Any] | None = None
    ) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._token}"},
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
            )
        try:
            async with self._session.request(
                method, f"{self._url}/{path}", json=body, allow_redirects=False
            ) as answer:
                content = await answer.content.read(_MOST_BYTES)
                return read_answer(answer.status, content, reference)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return Unknown(type(error).__name__)  # its words may hold the address


def read_answer(status: int, content: bytes, reference: str) -> Answer:
    """What an answer says. Pure."""
    if status == 404:
        return Absent()
    if 400 <= status < 500 and status not in _ASK_LATER:
        return Refused(f"{status} {_reason(content)}".strip())
    if status not in (200, 201):
        return Unknown(str(status))
    try:
        told = json.loads(content)
        if told["reference"] != reference:
            return Unknown("the answer is about another reference")
        offer = _offer(told)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Unknown(f"the answer cannot be read ({type(error).__name__})")
    if offer.stage is Stage.SOLD and not offer.code:
        return Unknown("it is sold and has no code")
    return offer


def _offer(told: dict[str, Any]) -> Offer:
    cents, code = told["cents"], told.get("code")
    if type(cents) is not int or not isinstance(code, str | None):
        raise TypeError("an amount is whole cents and a code is text")
    words = [told["currency"], told["shop"], told.get("barcode", "qr")]
    if not all(isinstance(word, str) and word and len(word) <= _LONGEST for word in words):
        raise TypeError("currency, shop and barcode are short texts")
    until = date.fromisoformat(told["expires"])
    return Offer(Stage(told["state"]), cents, words[0], words[1], until, words[2], code)


def _reason(content: bytes) -> str:
    """The seller's own words, short; nothing when they cannot be read."""
    try:
        return str(json.loads(content)["reason"])[:_LONGEST]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
