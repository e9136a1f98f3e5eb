"""Getting answers out."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import opened, study_of, write
from bot.runtime import library_of


def export(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
) -> None:
    """Write answers.csv and codebook.csv; no names, no numbers."""
    from bot.reports.export import answers_csv, codebook_csv, has_asked

    with opened() as (settings, database):
        if not database.run(has_asked, study):
            study_of(library_of(settings), study)  # nobody was asked yet: is it one at all?
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in (("answers.csv", answers_csv), ("codebook.csv", codebook_csv)):
            write(folder / name, database.run(make, study))
            print(folder / name)
