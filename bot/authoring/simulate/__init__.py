"""A whole study played through in minutes: the real code, a made-up clock, made-up people.

The participants are dealt over processes, each with a database of its own: nobody's conversation
depends on another's.
"""

import gc
import multiprocessing
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import add
from pathlib import Path
from typing import Any

import structlog

from bot.authoring.simulate.figures import Figures
from bot.authoring.simulate.world import Scenario, simulate
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.conversation.revisions import Content

Folders = tuple[Path, Path, Path]
"""Those of the studies, the locale files and the pictures."""

_ASKED = (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else (signal.SIGTERM,)
"""To end, by whoever watches over processes or closes the terminal."""


def simulate_parts(
    content: Content,
    folders: Folders,
    scenario: Scenario,
    processes: int,
    told: Callable[[float], None],
) -> Figures:
    """The figures of all participants; ``told`` hears how far the first part is. ``content`` is
    what the other processes load from these folders.
    """
    bounds = [
        scenario.first + (scenario.last - scenario.first) * place // processes
        for place in range(processes + 1)
    ]
    parts = [
        replace(scenario, first=first, last=last)
        for first, last in pairwise(bounds)
        if last > first
    ]
    with _tidied():
        return _together(content, folders, parts, told)


def _together(
    content: Content, folders: Folders, parts: list[Scenario], told: Callable[[float], None]
) -> Figures:
    if len(parts) == 1:
        return _part(content, parts[0], told)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(parts), spawn, initializer=_listen) as pool:
        try:
            others = [pool.submit(_quiet_part, folders, part) for part in parts[1:]]
            mine = _part(content, parts[0], told)
            return reduce(add, (other.result() for other in others), mine)
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()  # else the pool waits for what nobody wants any more
            raise


@contextmanager
def _tidied() -> Iterator[None]:
    """Who is asked to end tidies up first: a database of years may lie in memory."""
    before = {asked: signal.getsignal(asked) for asked in _ASKED}
    _listen()
    try:
        yield
    finally:
        for asked, handler in before.items():
            signal.signal(asked, handler)


def _listen() -> None:
    for asked in _ASKED:
        if signal.getsignal(asked) is not signal.SIG_IGN:  # so that nohup is heard
            signal.signal(asked, _leave)


def _leave(asked: int, _: object) -> None:
    sys.exit(128 + asked)


def _quiet_part(folders: Folders, scenario: Scenario) -> Figures:
    flows, locales, assets = folders
    content = Content(load_library(flows, locales, assets), load_lexicons(locales))
    return _part(content, scenario, lambda _: None)


def _part(content: Content, scenario: Scenario, told: Callable[[float], None]) -> Figures:
    gc.collect()
    gc.freeze()  # what was loaded stays: the collector need not look at it again
    with _alerts_counted() as alerts:
        figures = simulate(content, scenario, told)
    figures.alerts += alerts
    return figures


@contextmanager
def _alerts_counted() -> Iterator[Counter[str]]:
    """Instead of told: nobody has to come running for people who are made up."""
    counts: Counter[str] = Counter()

    def count(_logger: Any, _method: str, line: Any) -> Any:
        if "kind" not in line:
            return line
        counts[line["event"]] += 1
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[count, *before])
    try:
        yield counts
    finally:
        structlog.configure(processors=before)
