"""A study played through before it starts."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.common import fail
from bot.cli.folders import Assets, Flows, Locales

if TYPE_CHECKING:
    from bot.authoring.simulate.figures import Figures
    from bot.content.study import Study


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
    from bot.content.lexicon import load_lexicons
    from bot.content.library import load_library
    from bot.conversation.revisions import Content

    library = load_library(flows, locales, assets)
    known = library.studies
    if study not in known:
        raise fail(f"There is no study {study}. Known: {', '.join(sorted(known)) or 'none'}.")
    scenario = Scenario(study, 0, participants, waves, first_morning(known[study]), seed=seed)
    if not as_json:
        print("People, made up:")
        print("".join(f"  {line}\n" for line in scenario.behaviour.lines()))
    content, folders = Content(library, load_lexicons(locales)), (flows, locales, assets)
    found = simulate_parts(content, folders, scenario, processes or cores(), _progress())
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(_json(found) if as_json else _text(found, known[study]))
    raise typer.Exit(1 if found.broken else 0)


def cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _progress() -> Callable[[float], None]:
    """Tells how far it is: in one place on a terminal, elsewhere a line for each tenth."""
    on_terminal = sys.stderr.isatty()
    steps = 100 if on_terminal else 10
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        if (step := int(share * steps)) <= told:
            return
        told = step
        text = f"{step / steps:.0%} played"
        print(f"\r{text} " if on_terminal else text, end="" if on_terminal else "\n",
              file=sys.stderr, flush=True)  # fmt: skip

    return tell


def _json(found: "Figures") -> str:
    figures = asdict(found)
    del figures["minutes"]
    figures["busiest_minute"], figures["p99_minute"] = found.busiest()[0], found.usual(0.99)
    return json.dumps(figures)


def _text(found: "Figures", study: "Study") -> str:
    each = found.waves_due / found.participants
    lines = [
        f"{found.participants} participants, {found.days} days, played in {found.seconds:.0f} s",
        "",
        f"waves       {found.waves_due} came due, {each:g} for each participant",
        f"opened      {found.waves_opened}: {_counted(found.dispositions)}",
        f"left out    {found.left_out.total()}: {_counted(found.left_out)}",
        f"people      {_counted(found.people)} at the end",
        f"received    {found.received} messages",
        f"sent        {found.messages.total()} messages",
        *(f"            {line}" for line in _by_channel(found)),
        f"load        {_load(found, study.hours.timezone)}",
    ]
    if study.reward is not None:
        lines.append(f"rewards     {found.earned_cents / 100:.2f} {study.reward.currency} earned")
    lines += [f"alerts      {count} times: {what}" for what, count in found.alerts.items()]
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


def _by_channel(found: "Figures") -> list[str]:
    lines = []
    for channel in sorted({name.partition(" ")[0] for name in found.messages}):
        theirs = {
            name.partition(" ")[2]: count
            for name, count in found.messages.items()
            if name.startswith(f"{channel} ")
        }
        segments = f", in {found.segments} segments" if channel == "sms" else ""
        lines.append(f"{channel:9} {sum(theirs.values())}: {_counted(theirs)}{segments}")
    return lines


def _load(found: "Figures", zone: str) -> str:
    most, at = found.busiest()
    when = "" if at is None else f" ({at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M})"
    return (
        f"at most {most} messages a minute{when}; in half of the minutes with any "
        f"{found.usual(0.5)} or fewer, in 99 of 100 {found.usual(0.99)} or fewer"
    )


def _counted(counts: dict[str, int]) -> str:
    """The most first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in ordered) or "none"
