"""Random participants, from the terminal."""

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import fail
from bot.cli.folders import Assets, Flows, Locales

if TYPE_CHECKING:
    from bot.authoring.walk import Walked

SHOWN = 5
"""Faults that are told with their conversation."""


def walk(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    flow: Annotated[str | None, typer.Argument(help="study/flow; default: all.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="How many participants.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Number of the first one.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Faults and coverage as JSON.")] = False,
) -> None:
    """Send random participants through every flow, language and channel; tell what goes wrong.

    Exit code 1 when anything did.
    """
    from bot.authoring.walk import routes_of
    from bot.authoring.walk import walk as go
    from bot.content.lexicon import load_lexicons
    from bot.content.library import load_library

    library = load_library(flows, locales, assets)
    routes = [
        route
        for route in routes_of(library)
        if flow in (None, route.flow, f"{route.study.name}/{route.flow}")
    ]
    if not routes:
        raise fail(f"There is no flow {flow or ''} to walk through. See: polsbot check {flows}")
    walked = go(library, load_lexicons(locales), routes, range(seed, seed + runs))
    print(_json(walked) if as_json else _text(walked, runs))
    sys.stdout.flush()
    raise typer.Exit(1 if walked.stumbles else 0)


def _text(walked: "Walked", runs: int) -> str:
    """Each fault once, with a conversation that shows it, and how far the walkers came."""
    parts = []
    for fault, count in Counter(one.fault for one in walked.stumbles).most_common():
        first = next(one for one in walked.stumbles if one.fault == fault)
        again = f"polsbot walk --seed {first.number} --runs 1"
        parts.append(f"{fault}\n  {count} of {runs} walks; the first: {first.route} ({again})")
        if len(parts) <= SHOWN:
            parts.append("\n".join(f"    {line}" for line in first.story.splitlines()))
    for coverage in walked.coverage.values():
        parts.append(str(coverage))
        parts += [f"  never: {name}" for name in coverage.missing()]
    parts.append(f"{runs - len(walked.stumbles)} walks fine, {len(walked.stumbles)} not")
    return "\n".join(parts)


def _json(walked: "Walked") -> str:
    form = {
        "faults": [
            {"number": one.number, "route": str(one.route), "fault": one.fault, "story": one.story}
            for one in walked.stumbles
        ],
        "coverage": {
            name: {
                "runs": one.runs,
                "endings": dict(one.endings),
                "steps": {step: one.steps[step] for step in one.all_steps()},
                "choices": {".".join(choice): one.choices[choice] for choice in one.all_choices()},
                "never": list(one.missing()),
            }
            for name, one in walked.coverage.items()
        },
    }
    return json.dumps(form, ensure_ascii=False, indent=2)
