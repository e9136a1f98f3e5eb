"""Getting answers out."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import opened, write


def export(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
) -> None:
    """Write answers.csv and codebook.csv; no names, no numbers."""
    from bot.reports.export import answers_csv, codebook_csv

    with opened() as (_, database):
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in (("answers.csv", answers_csv), ("codebook.csv", codebook_csv)):
            write(folder / name, database.run(make, study))
            print(folder / name)
