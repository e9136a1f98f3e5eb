"""What is drawn from the terminal: a flow as a diagram, the cards of all flows."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import explained, fail, progress
from bot.cli.folders import Assets, Flows, Locales

if TYPE_CHECKING:
    from bot.content.library import Library

_LATE = timedelta(days=30)
"""So long after the last run with it has closed a card can still be fetched."""


def diagram(
    flow: Annotated[str, typer.Argument(help="study/flow")],
    flows: Flows,
    locales: Locales,
    assets: Assets,
    language: Annotated[str | None, typer.Option("--lang", help="Language of the texts.")] = None,
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


def cards() -> None:
    """Draw every picture card that is not there yet, as the server does when it starts, and throw
    away those that no run can need any more.
    """
    from bot.conversation.revisions import Content
    from bot.jobs.cards import wanted
    from bot.runtime import card_store, library_of
    from bot.settings import read_settings

    begun = time.monotonic()
    with explained():
        settings = read_settings()
        library = library_of(settings)
        ahead = wanted(Content(library, {}))
        store = card_store(settings, library)
        made = store.ahead(ahead, progress("Cards"))
        names = set() if made.faults else {store.file_name(card) for card in ahead}
        gone = _thrown_away(library, store.folder, names)
    for fault in made.faults:
        print(fault, file=sys.stderr)
    seconds = time.monotonic() - begun
    thrown = f", {gone} old ones deleted" if gone else ""
    told = f"{len(ahead)} cards, {made.drawn} drawn now{thrown}, in {seconds:.1f} s."
    print(told, file=sys.stderr)
    if made.faults:
        raise typer.Exit(1)


def _thrown_away(library: "Library", folder: Path, names: set[str]) -> int:
    """Nothing as long as a flow or a language is not whole: people go on with the last that was."""
    from bot.content.cards.prune import prune

    flows = [
        set(study.languages) <= set(revision.flow.languages)
        for study in library.studies.values()
        for revision in study.flows.values()
    ]
    if not names or not all(flows) or any(one.severity == "error" for one in library.problems):
        return 0
    open_for = max(study.close for study in library.studies.values())
    return prune(folder, names, datetime.now(UTC).date(), open_for + _LATE)
