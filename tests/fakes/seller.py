"""A stand-in for a company that sells vouchers, over real HTTP, with every way to misbehave."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "made-up-seller-token"

_NOT_DONE = {"refuse": 409, "forbidden": 401, "busy": 429, "before": 500}


@dataclass
class FakeSeller:
    """``faults`` are used up one for each call: ``before`` (nothing done, 500), ``after`` (done,
    then 500), ``silent`` (done, no answer in time), ``hangs`` (nothing done, no answer in time),
    ``nonsense`` (done, unreadable), ``refuse`` 409, ``forbidden`` 401, ``busy`` 429. ``terms``
    replace what is delivered.
    """

    faults: list[str] = field(default_factory=list)
    terms: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    codes: list[str] = field(default_factory=list)
    always: str | None = None

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.router.add_post("/vouchers", self._hold)
        app.router.add_post("/vouchers/{reference}/{step:confirm|cancel}", self._step)
        app.router.add_get("/vouchers/{reference}", self._find)
        return app

    async def _hold(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        return await self._do(request, "hold", wanted["reference"], wanted)

    async def _step(self, request: web.Request) -> web.StreamResponse:
        reference = request.match_info["reference"]
        return await self._do(request, request.match_info["step"], reference, {})

    async def _find(self, request: web.Request) -> web.StreamResponse:
        return await self._do(request, "find", request.match_info["reference"], {})

    async def _do(
        self, request: web.Request, call: str, reference: str, wanted: dict[str, Any]
    ) -> web.StreamResponse:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        self.calls[call] += 1
        fault = self.always or (self.faults.pop(0) if self.faults else "")
        if fault in _NOT_DONE:
            return web.json_response({"reason": "sold out"}, status=_NOT_DONE[fault])
        if fault == "hangs":
            await asyncio.sleep(30)
        if call == "hold":
            self.kept.setdefault(
                reference,
                {
                    "reference": reference, "state": "held", "cents": wanted["cents"],
                    "currency": wanted["currency"], "shop": "HEMA", "expires": "2027-12-31",
                    "barcode": "code128", **self.terms,
                },
            )  # fmt: skip
        if reference not in self.kept:
            return web.json_response({"reason": "unknown"}, status=404)
        kept = self.kept[reference]
        if call == "confirm" and kept["state"] != "sold":
            kept.update(state="sold", code=self._code(reference))
            self.paid[reference] += 1
        if call == "cancel" and kept["state"] == "held":
            kept.update(state="cancelled")
        if fault == "after":
            return web.Response(status=502)
        if fault == "silent":
            await asyncio.sleep(30)
        if fault == "nonsense":
            return web.Response(text="<html>all is well</html>")
        return web.json_response(kept)

    def _code(self, reference: str) -> str:
        return self.codes.pop(0) if self.codes else f"CODE-{reference[-6:]}"
