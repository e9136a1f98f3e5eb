"""Run every claim, round by round, each beside its floor, and print medians of the ratios."""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from bench.common import cpu_seconds, memory_mib, pin
from bench.load import Api, Result, drive
from bench.small import compiled_flow, engine_turn
from tests.servers import Postgres, free_port, postgres

_NUMBERS = count(1)
WARM_UP = 20
"""So many people are not counted."""


@contextmanager
def server(*words: str) -> Any:
    """A server process that says when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        if "ready" not in process.stdout.readline():
            raise RuntimeError(f"this did not start: python -m {' '.join(words)}")
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def ours(port: int, url: str, people: int, *api: str) -> Any:
    """The bot over a database with so many people, and some to warm it up."""
    filled = [sys.executable, "-m", "bench.people", url, str(people + WARM_UP)]
    subprocess.run(filled, check=True)
    with server("bench.ours", str(port), url, *api) as pid:
        yield pid


def fresh(server: Postgres) -> str:
    """An empty database."""
    name = f"bench{next(_NUMBERS)}"
    server.execute(f"create database {name}")
    return server.database(name)


class Table:
    """Figures by name, round by round."""

    def __init__(self) -> None:
        self.figures: dict[str, list[Result]] = defaultdict(list)
        self.cpu: dict[str, list[float]] = defaultdict(list)
        self.memory: dict[str, list[float]] = defaultdict(list)

    async def add(self, name: str, pid: int, port: int, people: int, **more: Any) -> None:
        await drive(port, 0, WARM_UP)
        if more.get("api"):
            more["api"].count.clear()
        before = cpu_seconds(pid)
        self.figures[name].append(await drive(port, WARM_UP, people, **more))
        self.cpu[name].append((cpu_seconds(pid) - before) / (people * 8) * 1e6)

    def show(self) -> None:
        print(f"{'subject':34}{'msg/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'us CPU':>9}")
        for name, found in self.figures.items():
            middle = statistics.median
            print(
                f"{name:34}{middle(one.rate for one in found):9.0f}"
                f"{middle(one.p50 for one in found):9.1f}{middle(one.p99 for one in found):9.1f}"
                f"{middle(self.cpu[name]):9.0f}"
            )

    def ratio(self, claim: str, ours: str, floor: str, must: float, what: str = "rate") -> None:
        """Whether the median of the paired ratios holds, and the floor's CPU through ours."""
        pairs = zip(self.figures[ours], self.figures[floor], strict=True)
        ratios = sorted(getattr(a, what) / getattr(b, what) for a, b in pairs)
        middle = statistics.median(ratios)
        holds = middle <= must if what == "p99" else middle >= must
        sign = "<=" if what == "p99" else ">="
        spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
        cpu = statistics.median(b / a for a, b in zip(self.cpu[ours], self.cpu[floor], strict=True))
        print(
            f"{claim}: {what} of {ours} / {floor} = {middle:.2f} {spread}, must {sign} {must}: "
            f"{'holds' if holds else 'DOES NOT HOLD'} (by CPU {cpu:.2f})"
        )


async def one_round(table: Table, folder: Path, people: int, pg: Any, number: int) -> None:
    """Every subject once, one after the other."""
    port = free_port()

    def file(name: str) -> str:
        return f"{folder}/{name}{number}.db"

    with server("bench.floor", str(port), file("floor")) as pid:
        await table.add("floor B, SQLite", pid, port, people)
    with ours(port, f"sqlite:///{file('ours')}", people) as pid:
        await table.add("ours, SQLite", pid, port, people)
    with server("bench.floor", str(port), fresh(pg)) as pid:
        await table.add("floor C, PostgreSQL", pid, port, people)
    with ours(port, fresh(pg), people) as pid:
        await table.add("ours, PostgreSQL", pid, port, people)
    api = Api()
    await api.start()
    with server("bench.floor", str(port), file("d"), api.url) as pid:
        await table.add("floor D, sent by REST", pid, port, people, api=api)
    for name, repeats in (("ours, sent by REST", 0), ("ours, REST, 5 % twice", 5)):
        with ours(port, f"sqlite:///{file(f'sent{repeats}')}", people, api.url) as pid:
            await table.add(name, pid, port, people, api=api, repeats=repeats)
    api.close()


async def memory(folder: Path) -> tuple[float, float]:
    """MiB after 1,000 respondents, and for each further 10,000 (reckoned from 2,000 more)."""
    port = free_port()
    with ours(port, f"sqlite:///{folder}/memory.db", 3000) as pid:
        await drive(port, 0, 1000)
        after = memory_mib(pid)
        await drive(port, 1000, 2000)
        return after, (memory_mib(pid) - after) * 5


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--timers", type=int, default=20_000)
    asked = parser.parse_args()
    table = Table()
    pin(1)
    with tempfile.TemporaryDirectory() as folder, postgres(port=free_port()) as pg:
        for number in range(asked.rounds):
            asyncio.run(one_round(table, Path(folder), asked.people, pg, number))
            print(f"round {number + 1} of {asked.rounds}", file=sys.stderr)
        after, growth = asyncio.run(memory(Path(folder)))
    table.show()
    table.ratio("T1", "ours, SQLite", "floor B, SQLite", 0.35)
    table.ratio("T2", "ours, sent by REST", "floor D, sent by REST", 0.50)
    table.ratio("T3", "ours, PostgreSQL", "floor C, PostgreSQL", 0.60)
    table.ratio("T7", "ours, SQLite", "floor B, SQLite", 3, "p99")
    table.ratio("T10", "ours, REST, 5 % twice", "ours, sent by REST", 0.9)
    twice = table.figures["ours, REST, 5 % twice"]
    print(
        f"T10: double replies {sum(one.repeated for one in twice)}, "
        f"lost answers {sum(one.lost for one in twice)}, must 0 and 0"
    )
    print(
        f"T9: after 1,000 people {after:.0f} MiB, must <= 110; each 10,000 more {growth:.1f}, <= 5"
    )
    subprocess.run([sys.executable, "-m", "bench.sweep", str(asked.timers)], check=True)
    print(f"T11: engine turn = {engine_turn():.0f} us, must <= 100")
    ready, cached = compiled_flow()
    print(f"T12: a flow ready = {ready:.1f} x CSafeLoader, cached = {cached:.1f} x json, must <= 5")


if __name__ == "__main__":
    main()
