"""Participants: enrol, import, list, stop, forget. Output holds ids, never names or numbers; only
``export`` shows a person, to that person.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.cli.common import Yes, fail, opened, study_of, write
from bot.cli.roster import import_people
from bot.conversation.forget import forget, stop
from bot.panel.participants import addresses_of, already_reached, enrol
from bot.panel.roster import STOP_HOLDS
from bot.panel.roster_file import Line, read_row
from bot.reports.people import everybody
from bot.reports.person import person_of
from bot.runtime import library_of

app = typer.Typer(no_args_is_help=True, help="Participants.")

app.command(name="import")(import_people)


@app.command()
def add(
    study: Annotated[str, typer.Argument(help="The study's name.")],
    name: Annotated[str, typer.Option("--name", help="First name.")],
    phone: Annotated[str, typer.Option(help="Such as 06 12345678 or +31612345678.")] = "",
    email: Annotated[str, typer.Option(help="Such as amina@example.org.")] = "",
    language: Annotated[str, typer.Option("--lang", help="Default: the study's first.")] = "",
    channel: Annotated[str, typer.Option(help="whatsapp, sms or email: liked best.")] = "",
    organisation: Annotated[str, typer.Option(help="Municipality.")] = "default",
    country: Annotated[str, typer.Option(help="Of a number without +.")] = "NL",
    timezone: Annotated[str, typer.Option(help="Default: the study's.")] = "",
    shared: Annotated[bool, typer.Option("--shared", help="A second person on a number.")] = False,
) -> None:
    """Enrol a person; prints the id."""
    if not phone and not email:
        raise fail("Give --phone or --email, or both.")
    now = datetime.now(UTC)
    with opened() as (settings, database):
        wanted = study_of(library_of(settings), study)
        cells = {
            "first_name": name.strip(), "phone": phone, "email": email, "language": language,
            "channel": channel, "organisation": organisation, "timezone": timezone,
        }  # fmt: skip
        row = read_row(1, cells, wanted, country, now.date())
        if isinstance(row, Line):
            raise fail(f"Nobody was enrolled: {row.reason}")
        person = row.person

        def enrol_once(db: Connection) -> tuple[list[str], str]:
            known = [one.id for one in already_reached(db, person)]
            return known, "" if known and not shared else enrol(db, person, now)

        known, made = database.run(enrol_once)
        if not made:
            raise fail(
                f"This number reaches {', '.join(known)} in {study} already. "
                "Add --shared when this is a second person with the same phone."
            )
        print(made)
        if all(one.opted_out_at is not None for one in database.run(addresses_of, made)):
            print(f"{STOP_HOLDS}.", file=sys.stderr)


@app.command(name="list")
def list_people(
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Every participant: id, study, organisation, language, channel liked best, status (active,
    paused, stopped, erased), why paused, day of intake.
    """
    with opened() as (_, database):
        found = [row._asdict() for row in database.run(everybody)]
    for row in found:
        if row.pop("has_stopped") and row["status"] != "erased":
            row["status"] = "stopped"
    if as_json:
        print(json.dumps(found, default=str))
        return
    for row in found:
        print("\t".join(str(cell or "-") for cell in row.values()))


@app.command(name="export")
def export_person(
    participant: str,
    file: Annotated[Path | None, typer.Argument(help="Default: on the screen.")] = None,
) -> None:
    """Write all that is held of one person as JSON, for when they ask for it. The only command that
    shows a name, numbers and words.
    """
    with opened() as (_, database):
        found = database.run(person_of, participant, datetime.now(UTC))
        if found is None:
            raise fail(f"There is no participant {participant}. See `polsbot participant list`.")
        text = json.dumps(found, ensure_ascii=False, indent=2)
        if file is None:
            print(text)
        else:
            write(file, text + "\n")
    where = "This" if file is None else str(file)
    print(
        f"{where} names the person and shows their numbers and words, as no other command does. "
        "Give it to that person only, and delete it afterwards.",
        file=sys.stderr,
    )


@app.command(name="stop")
def stop_person(participant: str) -> None:
    """Send this person nothing any more, on any address."""
    with opened() as (_, database):
        if not database.run(stop, participant, datetime.now(UTC)):
            raise fail(f"There is no participant {participant}. See `polsbot participant list`.")
        print(f"{participant} stopped")


@app.command(name="forget")
def forget_person(
    participant: str,
    yes: Yes = False,
) -> None:
    """Erase name, addresses, answers and typed words; how waves ended and amounts stay."""
    if not yes:
        raise fail(f"This cannot be undone. Say: polsbot participant forget {participant} --yes")
    with opened() as (_, database):
        if not database.run(forget, participant, datetime.now(UTC)):
            raise fail(f"There is no participant {participant}. See `polsbot participant list`.")
        print(f"{participant} erased")
