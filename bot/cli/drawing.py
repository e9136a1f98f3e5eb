"""A flow drawn, from the terminal."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import fail


def diagram(
    flow: Annotated[str, typer.Argument(help="study/flow")],
    language: Annotated[str | None, typer.Option("--lang", help="Language of the texts.")] = None,
    flows: Annotated[Path, typer.Option(help="Folder of the studies.")] = Path("flows"),
    locales: Annotated[Path, typer.Option(help="Folder of the locale files.")] = Path("locales"),
    assets: Annotated[Path, typer.Option(help="Folder of the pictures.")] = Path("assets"),
) -> None:
    """Draw a flow as a Mermaid flowchart: put it in a page of GitHub between ```mermaid and ```."""
    from bot.authoring.diagram import diagram as draw
    from bot.content.library import load_library

    study_name, _, name = flow.partition("/")
    library = load_library(flows, locales, assets)
    study = library.studies.get(study_name)
    revision = study.flows.get(name) if study else None
    if revision is None:
        known = [f"{one.name}/{each}" for one in library.studies.values() for each in one.flows]
        raise fail(f"There is no flow {flow}. Known: {', '.join(known) or 'none'}.")
    spoken = language or revision.flow.language
    if spoken not in revision.texts:
        raise fail(f"{flow} is not complete in {spoken}. Complete: {', '.join(revision.texts)}.")
    sys.stdout.write(draw(revision.flow, revision.texts[spoken]))
