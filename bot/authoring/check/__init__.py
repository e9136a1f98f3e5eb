"""``polsbot check``: every fault of every study at once, before anybody is asked anything."""

from pathlib import Path

from bot.authoring.check.flows import check_flows
from bot.content.library import Library, load_library
from bot.content.problem import Problem

RULES = (check_flows,)


def check(flows: Path, locales: Path, assets: Path) -> list[Problem]:
    """All problems of all files, sorted by file and line. Never raises for what they hold."""
    return check_library(load_library(flows, locales, assets))


def check_library(library: Library) -> list[Problem]:
    """The same for files that were read already."""
    found = set(library.problems)
    for rule in RULES:
        found.update(rule(library))
    return sorted(found)
