"""A whole study played through in minutes: the real code, a made-up clock, made-up people.

The participants are dealt over processes, each with a database of its own: nobody's conversation
depends on another's.
"""

import gc
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import reduce
from itertools import pairwise
from operator import add
from pathlib import Path

from bot.authoring.simulate.figures import Figures
from bot.authoring.simulate.world import Scenario, simulate
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.conversation.revisions import Content

Folders = tuple[Path, Path, Path]
"""Those of the studies, the locale files and the pictures."""


def simulate_parts(
    folders: Folders, scenario: Scenario, processes: int, told: Callable[[float], None]
) -> Figures:
    """The figures of all participants; ``told`` hears how far the first part is."""
    bounds = [
        scenario.first + (scenario.last - scenario.first) * place // processes
        for place in range(processes + 1)
    ]
    parts = [
        replace(scenario, first=first, last=last)
        for first, last in pairwise(bounds)
        if last > first
    ]
    if len(parts) == 1:
        return _part(folders, parts[0], told)
    with ProcessPoolExecutor(len(parts), multiprocessing.get_context("spawn")) as pool:
        others = [pool.submit(_quiet_part, folders, part) for part in parts[1:]]
        mine = _part(folders, parts[0], told)
        return reduce(add, (other.result() for other in others), mine)


def _quiet_part(folders: Folders, scenario: Scenario) -> Figures:
    return _part(folders, scenario, lambda _: None)


def _part(folders: Folders, scenario: Scenario, told: Callable[[float], None]) -> Figures:
    flows, locales, assets = folders
    content = Content(load_library(flows, locales, assets), load_lexicons(locales))
    gc.collect()
    gc.freeze()  # what was loaded stays: the collector need not look at it again
    return simulate(content, scenario, told)
