"""A study played through before it starts."""

import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import fail
from bot.cli.folders import Assets, Flows, Locales

if TYPE_CHECKING:
    from bot.authoring.simulate.figures import Figures


def simulate(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    flows: Flows,
    locales: Locales,
    assets: Assets,
    participants: Annotated[int, typer.Option(min=1, help="How many people.")] = 100,
    waves: Annotated[int, typer.Option(min=1, help="Repetitions, at most the study's.")] = 26,
    seed: Annotated[int, typer.Option(min=0, help="The same seed goes the same way.")] = 0,
    processes: Annotated[int, typer.Option(min=0, help="0: one a core.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Play a study with made-up people on a made-up clock; nothing leaves this machine.

    Exit code 1 when anything happened that never should.
    """
    from bot.authoring.simulate import simulate_parts
    from bot.authoring.simulate.world import Scenario, first_morning
    from bot.content.library import load_library

    known = load_library(flows, locales, assets).studies
    if study not in known:
        raise fail(f"There is no study {study}. Known: {', '.join(sorted(known)) or 'none'}.")
    scenario = Scenario(study, 0, participants, waves, first_morning(known[study]), seed=seed)
    if not as_json:
        print("People, made up:")
        print("".join(f"  {line}\n" for line in scenario.behaviour.lines()))
    found = simulate_parts((flows, locales, assets), scenario, processes or cores(), _told)
    print(_json(found) if as_json else _text(found, known[study].reward is not None))
    raise typer.Exit(1 if found.broken else 0)


def cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _told(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%} ", end="", file=sys.stderr, flush=True)


def _json(found: "Figures") -> str:
    figures = asdict(found)
    del figures["minutes"]
    figures["busiest_minute"], figures["p99_minute"] = found.busiest(), found.usual(0.99)
    return json.dumps(figures)


def _text(found: "Figures", rewards: object) -> str:
    sent = sum(found.messages.values())
    lines = [
        f"{found.participants} participants, {found.days} days, played in {found.seconds:.0f} s",
        "",
        f"waves       {found.waves_due} came due, {found.waves_opened} opened, left out: "
        + (_counted(found.left_out) or "none"),
        f"ended       {_counted(found.dispositions)}",
        f"people      {_counted(found.people)}",
        f"messages    {sent} sent ({_counted(found.messages)}), {found.received} received",
        f"SMS         {found.segments} segments",
        f"load        at most {found.busiest()} a minute; 99 of 100 busy minutes have "
        f"{found.usual(0.99)} or fewer, half {found.usual(0.5)} or fewer",
    ]
    if rewards:
        lines.append(f"rewards     {found.earned_cents / 100:.2f} earned")
    lines.append("")
    if found.broken:
        lines += [f"WRONG       {count} times: {rule}" for rule, count in found.broken.items()]
    else:
        lines.append(
            "right       each participant and wave opened once, none that was due forgotten; "
            "nothing unprompted\n            outside the hours, after a stop or a fourth time in "
            "14 days; the ledger has what was earned"
        )
    return "\n".join(lines)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
