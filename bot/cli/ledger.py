"""The money: proving it, its figures, and a file for the accountant."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.cli.common import opened, write
from bot.content.study import Study
from bot.runtime import library_of

app = typer.Typer(no_args_is_help=True, help="The ledger of the rewards.")


@app.command()
def check(
    everything: Annotated[bool, typer.Option("--all", help="Every difference.")] = False,
) -> None:
    """Prove that every cent is where it should be, or say the first difference."""
    from bot.reports.audit import differences, read_book, remarks

    def look(db: Connection, studies: Sequence[Study]) -> tuple[list[str], list[str], int]:
        return list(differences(db)), list(remarks(db, studies)), len(read_book(db))

    with opened() as (settings, database):
        studies = list(library_of(settings).studies.values())
        wrong, noticed, count = database.run(look, studies)
    for remark in noticed:
        print(f"Look at this: {remark}", file=sys.stderr)
    for one in wrong if everything else wrong[:1]:
        print(one)
    if wrong:
        print(f"{len(wrong)} differences in {count} entries.", file=sys.stderr)
        raise typer.Exit(1)
    print(f"{count} entries agree.")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """What each study's rewards cost, owe and will cost, in cents."""
    from bot.reports.money import money

    with opened() as (settings, database):
        library = library_of(settings)
        found = [
            asdict(database.run(money, study.name, study.reward))
            for study in library.studies.values()
            if study.reward is not None
        ]
    if as_json:
        print(json.dumps(found))
        return
    for figures in found:
        for name, value in figures.items():
            print(f"{figures['study']}\t{name}\t{'-' if value is None else value}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Such as ledger.beancount.")],
) -> None:
    """Write the ledger for beancount: check it there with bean-check. No names, no numbers."""
    from bot.reports.beancount import beancount

    with opened() as (_, database):
        write(file, database.run(beancount))
    print(file)
