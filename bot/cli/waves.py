"""Opening waves by hand."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import select

from bot.cli.common import fail, opened
from bot.content.library import load_library
from bot.conversation.open import open_wave
from bot.panel.participants import PARTICIPANTS

app = typer.Typer(no_args_is_help=True, help="Waves.")


@app.command()
def start(
    flow: Annotated[str, typer.Argument(help="study/flow")],
    number: Annotated[int, typer.Option(help="Which repetition.", min=1)] = 1,
    participant: Annotated[str, typer.Option(help="One participant; default: all.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Really open; else only say who.")] = False,
) -> None:
    """Open a flow now, for one participant or all. Once per participant and number."""
    study_name, _, flow_name = flow.partition("/")
    with opened() as (settings, database):
        library = load_library(
            settings.polsbot_studies, settings.polsbot_locales, settings.polsbot_assets
        )
        study = library.studies.get(study_name)
        revision = study.flows.get(flow_name) if study else None
        if revision is None:
            raise fail(f"There is no flow {flow}. Write it as study/flow; see `polsbot check`.")
        wanted = select(PARTICIPANTS.c.id).where(
            PARTICIPANTS.c.study == study_name, PARTICIPANTS.c.status == "active"
        )
        if participant:
            wanted = wanted.where(PARTICIPANTS.c.id == participant)
        people = list(database.run(lambda db: db.execute(wanted).scalars().all()))
        if not people:
            raise fail(f"Nobody to ask: no active participant of {study_name} fits.")
        if not yes:
            print("\n".join(people))
            print(f"{len(people)} would be asked. Add --yes to open.", file=sys.stderr)
            return
        now = datetime.now(UTC)
        for one in people:
            opened_now = database.run(open_wave, revision, one, flow_name, number, now)
            print(f"{one}\t{opened_now.run or opened_now.reason}")
        print("The running server sends the invitations.", file=sys.stderr)
