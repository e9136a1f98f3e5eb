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


@contextmanager
def server(*words: str) -> Any:
    """A server process that says when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        assert process.stdout is not None
        if "ready" not in process.stdout.readline():
            raise RuntimeError(f"{words[0]} did not start")
        yield process.pid
    finally:
        process.kill()
        process.wait()


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

    async def add(self, name: str, pid: int, port: int, people: int, **more: Any) -> Result:
        await drive(port, 0, 20)
        if more.get("api"):
            more["api"].count.clear()
        before = cpu_seconds(pid)
        found = await drive(port, 20, people, **more)
        self.figures[name].append(found)
        self.cpu[name].append((cpu_seconds(pid) - before) / (people * 8) * 1e6)
        self.memory[name].append(memory_mib(pid))
        return found

    def show(self) -> None:
        print(f"{'subject':34}{'msg/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'us CPU':>9}{'MiB':>7}")
        for name, found in self.figures.items():
            middle = statistics.median
            print(
                f"{name:34}{middle(one.rate for one in found):9.0f}"
                f"{middle(one.p50 for one in found):9.1f}{middle(one.p99 for one in found):9.1f}"
                f"{middle(self.cpu[name]):9.0f}{middle(self.memory[name]):7.0f}"
            )

    def ratio(self, claim: str, ours: str, floor: str, must: float, what: str = "rate") -> None:
        pairs = zip(self.figures[ours], self.figures[floor], strict=False)
        ratios = sorted(getattr(a, what) / getattr(b, what) for a, b in pairs)
        middle = statistics.median(ratios)
        holds = middle <= must if what == "p99" else middle >= must
        sign = "<=" if what == "p99" else ">="
        spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
        print(
            f"{claim}: {what} of {ours} / {floor} = {middle:.2f} {spread}, "
            f"must {sign} {must}: {'holds' if holds else 'DOES NOT HOLD'}"
        )


async def one_round(table: Table, folder: Path, people: int, pg: Any, number: int) -> None:
    """Every subject once, one after the other."""
    enough = str(people + 20)
    port = free_port()
    with server("bench.floor", str(port), str(folder / f"floor{number}.db")) as pid:
        await table.add("floor B, SQLite", pid, port, people)
    with server("bench.ours", str(port), f"sqlite:///{folder}/ours{number}.db", enough) as pid:
        await table.add("ours, SQLite", pid, port, people)
    with server("bench.floor", str(port), fresh(pg)) as pid:
        await table.add("floor C, PostgreSQL", pid, port, people)
    with server("bench.ours", str(port), fresh(pg), enough) as pid:
        await table.add("ours, PostgreSQL", pid, port, people)
    for name, words in (
        ("floor D, sent by REST", ("bench.floor", str(port), str(folder / f"d{number}.db"))),
        (
            "ours, sent by REST",
            ("bench.ours", str(port), f"sqlite:///{folder}/sent{number}.db", enough),
        ),
        (
            "ours, REST, 5 % twice",
            ("bench.ours", str(port), f"sqlite:///{folder}/twice{number}.db", enough),
        ),
    ):
        api = Api()
        await api.start()
        with server(*words, api.url) as pid:
            repeats = 5 if "twice" in name else 0
            await table.add(name, pid, port, people, api=api, repeats=repeats)
        await api.runner.cleanup()


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
    memory = statistics.median(table.memory["ours, SQLite"])
    print(f"T9: memory after {asked.people} people = {memory:.0f} MiB, must <= 110")
    subprocess.run([sys.executable, "-m", "bench.sweep", str(asked.timers)], check=True)
    print(f"T11: engine turn = {engine_turn():.0f} us, must <= 100")
    ready, cached = compiled_flow()
    print(f"T12: a flow ready = {ready:.1f} x CSafeLoader, cached = {cached:.1f} x json, must <= 5")


if __name__ == "__main__":
    main()
