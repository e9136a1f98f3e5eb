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
        names = names_of(draft.flow, None if first is None else first.flow)
        found = list(check_names(draft, names))
        yield from found
        if not found:  # a wrong name makes every further claim worthless
            yield from check_reach(draft, names)
