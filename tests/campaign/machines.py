"""The machines of a campaign: processes that are started again when they end, and their servers."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import Postgres, postgres, valkey

PARTS = {"web": "web", "worker 1": "worker", "worker 2": "worker"}
RESTART_SECONDS = 0.3


@dataclass
class Process:
    """One `polsbot` process and how it is started; ``log`` is where it writes."""

    words: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    running: "subprocess.Popen[bytes] | None" = None
    begun_at: float = 0.0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "tests.campaign.process", *self.words],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.begun_at = time.monotonic()

    def signal(self, number: signal.Signals) -> None:
        assert self.running is not None
        with contextlib.suppress(ProcessLookupError):
            self.running.send_signal(number)

    def stop(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait()


@dataclass
class Machines:
    """Web, two workers, PostgreSQL and Valkey, and what befell them."""

    database: Postgres
    url: str
    processes: dict[str, Process]
    redis: "Redis"
    port: int
    befell: Counter[str] = field(default_factory=Counter)

    async def watch(self) -> None:
        """Start again what has ended, as a supervisor does, until cancelled."""
        while True:
            for process in self.processes.values():
                if process.running is None or process.running.poll() is not None:
                    await asyncio.sleep(RESTART_SECONDS)
                    process.start()
                    self.befell["start"] += 1
            await asyncio.sleep(0.05)

    def kill(self, name: str) -> None:
        self.befell[f"kill -9 {name.partition(' ')[0]}"] += 1
        self.processes[name].signal(signal.SIGKILL)

    async def freeze(self, name: str, seconds: float) -> None:
        """It stands still and then goes on, not knowing."""
        self.befell[f"freeze {name.partition(' ')[0]}"] += 1
        self.processes[name].signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self.processes[name].signal(signal.SIGCONT)

    async def stop_database(self, seconds: float) -> None:
        self.befell["stop PostgreSQL"] += 1
        await asyncio.to_thread(self.database.kill)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.database.start)


class Redis:
    """A Valkey that can be emptied, or be away and come back as another one that knows nothing."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.url = f"unix://{place}"
        self._server = ExitStack()
        self._begin()

    def _begin(self) -> None:
        url = self._server.enter_context(valkey())
        self.place.unlink(missing_ok=True)
        self.place.symlink_to(url.removeprefix("unix://"))

    def flush(self) -> None:
        import redis

        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            client.flushall()

    async def replace(self, seconds: float) -> None:
        self.close()
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._begin)

    def close(self) -> None:
        self._server.close()


@contextmanager
def machines(folder: Path, clock: Path, settings: dict[str, str], port: int) -> Iterator[Machines]:
    """Servers that run and processes that do not yet; all of them end with the block."""
    given = os.environ.pop("TEST_POSTGRES_URL", None)  # this one is stopped: it has to be ours
    with ExitStack() as stack:
        try:
            server = stack.enter_context(postgres())
        finally:
            if given is not None:
                os.environ["TEST_POSTGRES_URL"] = given
        server.execute("CREATE DATABASE town")
        redis = Redis(folder / "redis.sock")
        stack.callback(redis.close)
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "DATABASE_URL": server.database("town"), "REDIS_URL": redis.url, "TZ": "UTC",
            **settings,
        }  # fmt: skip
        processes = {}
        for place, (name, word) in enumerate(PARTS.items()):
            mine = {**environment, "PORT": str(port + place)}
            log = folder / f"{name.replace(' ', '-')}.log"
            processes[name] = Process((str(clock), word), mine, log)
            stack.callback(processes[name].stop)
        yield Machines(server, server.database("town"), processes, redis, port)
