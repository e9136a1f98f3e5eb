"""Whether changed questionnaires fit the data that is there, and making them those that count."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.authoring.check import check_library
from bot.authoring.check.render import failed
from bot.authoring.diff import Change, Verdict, changes, verdict_of
from bot.cli.common import fail, opened, study_of
from bot.cli.folders import Assets, Flows, Locales
from bot.content.library import Library, load_library
from bot.content.revision import Revision
from bot.conversation import revisions

Flow = tuple[str, str]
"""The names of a study and of its flow."""

Kept = Mapping[Flow, Sequence[Revision]]
Changes = Mapping[Flow, list[Change]]

Study = Annotated[str | None, typer.Argument(help="The study's name; default: all.")]


def diff(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    study: Study = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help="A folder with an older version of the studies, instead of the database."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Say what your changes do to the data, against what was published here: safe, needs retired,
    or breaks data. Exit code 1 unless all is safe.
    """
    library = _library(flows, locales, assets)
    names = _flows(library, study)
    if against is None:
        kept = _published(names)
    else:
        older = revisions_in(_library(against, locales, assets))
        kept = {name: [older[name]] if name in older else [] for name in names}
    found = changes_in(library, kept)
    print(_json(found) if as_json else _text(found, kept))
    raise typer.Exit(0 if _is_safe(found) else 1)


def publish(
    flows: Flows,
    locales: Locales,
    assets: Assets,
    study: Study = None,
    breaks_data: Annotated[
        bool,
        typer.Option("--breaks-data", help="Although answers before and after do not compare."),
    ] = False,
) -> None:
    """Freeze the questionnaires as they are: from now on `diff` compares with them. Start the bot
    anew to ask by them; whoever is in the middle of one finishes what was begun.
    """
    library = _library(flows, locales, assets)
    names = _flows(library, study)
    if failed(check_library(library)):
        print("There are errors in the files, so nothing was published. See `polsbot check`.",
              file=sys.stderr)  # fmt: skip
        raise typer.Exit(1)
    kept = _published(names)
    found = changes_in(library, kept)
    if not _is_safe(found) and not breaks_data:
        print(_text(found, kept))
        print("Nothing was published. Mend these first.", file=sys.stderr)
        raise typer.Exit(1)
    now, current = datetime.now(UTC), revisions_in(library)
    with opened() as (_, database):
        for name in names:
            is_new = database.run(revisions.publish, current[name], now)
            told = "published" if is_new else "published already"
            print(f"{'/'.join(name)}\t{current[name].hash[:12]}\t{told}")


def _library(flows: Path, locales: Path, assets: Path) -> Library:
    if not flows.is_dir():
        raise fail(f"{flows} is no folder. Give the folder that holds your studies.")
    return load_library(flows, locales, assets)


def revisions_in(library: Library) -> dict[Flow, Revision]:
    """Every flow that is whole."""
    return {
        (study.name, name): revision
        for study in library.studies.values()
        for name, revision in study.flows.items()
    }


def _flows(library: Library, study: str | None) -> list[Flow]:
    """The flows that are whole, of one study or all; raises Exit when there are none."""
    if study is not None:
        study_of(library, study)
    found = [one for one in revisions_in(library) if study in (None, one[0])]
    if not found:
        raise fail(f"No flow of {study or 'any study'} is without faults. See `polsbot check`.")
    return found


def _published(names: Sequence[Flow]) -> Kept:
    with opened() as (_, database):
        return {name: database.run(revisions.kept_of, *name) for name in names}


def changes_in(library: Library, kept: Kept) -> Changes:
    """What differs in each flow from what was kept of it."""
    current = revisions_in(library)
    return {
        name: changes(before, current[name], library.drafts[name].retired)
        for name, before in kept.items()
    }


def _is_safe(found: Changes) -> bool:
    return all(verdict_of(one) is Verdict.SAFE for one in found.values())


def _text(found: Changes, kept: Kept) -> str:
    lines = []
    for name, changed in found.items():
        told = verdict_of(changed) + ("" if changed else ", nothing changed")
        lines.append(f"{'/'.join(name)}: {told if kept[name] else 'safe, not published yet'}")
        for one in changed:
            place = f"{one.step} " if one.step else ""
            hint = f"; {one.mend}" if one.mend else ""
            lines.append(f"  {one.verdict}: {place}{one.what}{hint}")
    return "\n".join(lines)


def _json(found: Changes) -> str:
    rows = [
        {
            "flow": "/".join(name),
            "verdict": verdict_of(changed),
            "changes": [asdict(one) for one in changed],
        }
        for name, changed in found.items()
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)
