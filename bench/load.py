"""The people: each sends the next message when the reply to the last one was seen."""

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import unquote

from bench.common import TYPED, form, number
from bench.lines import Client, Server

_TO = re.compile(rb"(?:^|&)To=([^&]*)")


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
        self.url = ""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Server(self._take), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        self._server.close()

    def _take(self, body: bytes) -> bytes:
        found = _TO.search(body)
        assert found is not None
        to = unquote(found[1].decode())
        self.count[to] += 1
        self.seen[to].set()
        return b'{"sid": "SM%d", "status": "queued"}' % time.monotonic_ns()


async def drive(
    port: int, first: int, people: int, api: Api | None = None, flight: int = 64, repeats: int = 0
) -> Result:
    """Let everybody answer all questions. ``repeats`` in a hundred messages are posted twice."""
    everybody = range(first, first + people)
    forms = [[form(person, turn) for turn in range(len(TYPED))] for person in everybody]
    turns: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    for person in everybody:
        turns.put_nowait((person, 0))
    left = people * len(TYPED)
    times: list[float] = []
    lost = 0

    async def person_after_person() -> None:
        nonlocal left, lost
        client = await Client.open(port)
        second = await Client.open(port) if repeats else client
        while left > 0:
            try:
                person, turn = turns.get_nowait()
            except asyncio.QueueEmpty:
                await asyncio.sleep(0.001)
                continue
            signed = forms[person - first][turn]
            to = f"whatsapp:{number(person)}"
            if api:
                api.seen[to].clear()
            begun = time.perf_counter()
            if repeats and (person * 8 + turn) % 100 < repeats:
                await asyncio.gather(client.post(*signed), second.post(*signed))
            else:
                await client.post(*signed)
            if api:
                try:
                    async with asyncio.timeout(20):
                        await api.seen[to].wait()
                except TimeoutError:
                    lost += 1
            times.append(time.perf_counter() - begun)
            left -= 1
            if turn + 1 < len(TYPED):
                turns.put_nowait((person, turn + 1))
        for one in {client, second}:
            one.transport.close()

    begun = time.perf_counter()
    await asyncio.gather(*(person_after_person() for _ in range(flight)))
    took = time.perf_counter() - begun
    times.sort()
    repeated = 0
    if api:
        repeated = sum(
            max(0, api.count[f"whatsapp:{number(person)}"] - len(TYPED)) for person in everybody
        )
    return Result(
        len(times) / took, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3,
        repeated, lost,
    )  # fmt: skip
