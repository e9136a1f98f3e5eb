"""The F rules that need a whole flow; those of single files are found while they are read."""

from collections.abc import Iterator

from bot.authoring.check.domains import names_of
from bot.authoring.check.names import check_names
from bot.authoring.check.reach import check_reach
from bot.content.library import Library
from bot.content.problem import Problem

BASELINE = "baseline"
"""The wave and flow whose answers are known as ``baseline.``."""


def check_flows(library: Library) -> Iterator[Problem]:
    """Names, values, conditions and reach of every flow."""
    for (study, _), draft in library.drafts.items():
        first = library.drafts.get((study, BASELINE))
        unread = [BASELINE] if (study, BASELINE) in library.unread else []
        names = names_of(draft, first, unread)
        found = {step.name: list(check_names(draft, step, names)) for step in draft.flow.steps}
        for problems in found.values():
            yield from problems
        yield from check_reach(draft, names, {step for step, faults in found.items() if faults})
