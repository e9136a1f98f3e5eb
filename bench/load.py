"""The people: each sends the next message when the reply to the last one was seen."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from bench.common import PATH, TYPED, form, number


@dataclass(frozen=True, slots=True)
class Result:
    """Messages a second, and milliseconds to the reply."""

    rate: float
    p50: float
    p99: float
    repeated: int = 0
    lost: int = 0


class Api:
    """A provider that takes every message and tells who was answered."""

    def __init__(self) -> None:
        self.seen: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.count: dict[str, int] = defaultdict(int)
        self.runner: Any = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/send", self.take)
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self.take)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    async def take(self, request: web.Request) -> web.Response:
        fields = await request.post()
        to = str(fields["To"])
        self.count[to] += 1
        self.seen[to].set()
        return web.json_response(
            {"sid": f"SM{time.monotonic_ns()}", "status": "queued"}, status=201
        )


async def drive(  # noqa: C901 - one loop of a person
    port: int, first: int, people: int, api: Api | None = None, flight: int = 64, repeats: int = 0
) -> Result:
    """Let everybody answer all questions. ``repeats`` in a hundred messages are posted twice."""
    turns: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    for person in range(first, first + people):
        turns.put_nowait((person, 0))
    left = people * len(TYPED)
    times: list[float] = []
    lost = 0
    url = f"http://127.0.0.1:{port}{PATH}"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def post(body: bytes, signature: str) -> None:
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature,
            }
            async with session.post(url, data=body, headers=headers) as answer:
                await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"status {answer.status}")

        async def person_after_person() -> None:
            nonlocal left, lost
            while left > 0:
                try:
                    person, turn = turns.get_nowait()
                except asyncio.QueueEmpty:
                    await asyncio.sleep(0.001)
                    continue
                body, signature = form(person, turn)
                to = f"whatsapp:{number(person)}"
                if api:
                    api.seen[to].clear()
                begun = time.perf_counter()
                if repeats and (person * 8 + turn) % 100 < repeats:
                    await asyncio.gather(post(body, signature), post(body, signature))
                else:
                    await post(body, signature)
                if api:
                    try:
                        await asyncio.wait_for(api.seen[to].wait(), 20)
                    except TimeoutError:
                        lost += 1
                times.append(time.perf_counter() - begun)
                left -= 1
                if turn + 1 < len(TYPED):
                    turns.put_nowait((person, turn + 1))

        begun = time.perf_counter()
        await asyncio.gather(*(person_after_person() for _ in range(flight)))
        took = time.perf_counter() - begun
    times.sort()
    repeated = 0
    if api:
        repeated = sum(
            max(0, api.count[f"whatsapp:{number(p)}"] - len(TYPED))
            for p in range(first, first + people)
        )
    return Result(
        len(times) / took, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3,
        repeated, lost,
    )  # fmt: skip
