"""Enrolling many people from a CSV file: first a preview, then --yes."""

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.cli.common import Yes, fail, opened, study_of
from bot.panel.roster import compare, save
from bot.panel.roster_file import Line, RosterError, read_roster
from bot.runtime import library_of


def import_people(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    file: Annotated[Path, typer.Argument(help="CSV: first_name, phone or email, and more.")],
    country: Annotated[str, typer.Option(help="Of a number without +.")] = "NL",
    yes: Yes = False,
) -> None:
    """Enrol and change people from a list; says what is new, changed, the same or wrong."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail(f"{file} is not UTF-8 text. Save it as CSV UTF-8.") from error
    except OSError as error:
        raise fail(f"{file} cannot be read: {error.strerror}.") from error
    now = datetime.now(UTC)
    with opened() as (settings, database):
        wanted = study_of(library_of(settings), study)
        try:
            rows = read_roster(text, wanted, country, now.date())
        except RosterError as error:
            raise fail(error) from error

        def carry_out(db: Connection) -> tuple[list[Line], list[tuple[int, str]]]:
            lines = compare(db, wanted, rows)
            is_right = all(line.state != "wrong" for line in lines)
            return lines, save(db, lines, now) if yes and is_right else []

        lines, saved = database.run(carry_out)
        for line in lines:
            if line.state != "same":
                print(f"{file.name}:{line.number}\t{line.state}\t{line.participant}\t{line.reason}")
        counts = Counter(line.state for line in lines)
        said = ", ".join(f"{counts[one]} {one}" for one in ("new", "changed", "same", "wrong"))
        print(f"{said}.", file=sys.stderr)
        if counts["wrong"]:
            print("Mend the wrong rows or take them out; nothing was saved.", file=sys.stderr)
            raise typer.Exit(1)
        if not yes:
            print("Nothing was saved. Add --yes to save.", file=sys.stderr)
            return
        for number, participant in saved:
            print(f"{file.name}:{number}\tsaved\t{participant}")
