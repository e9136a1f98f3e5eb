"""Setting up: the configuration and the database."""

import json
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot.cli.common import explained, opened
from bot.rewards.payouts import rename_pictures
from bot.runtime import keys_of
from bot.settings import Settings, origin_of, read_settings
from bot.store.keys import Keys, generate_key
from bot.store.seal import Rekeyed, rekey

_PASSWORD = re.compile(r"(?<=://).*@|(?<=[?&]password=)[^&]*")
"""Who and with which password, in an address."""

db_app = typer.Typer(no_args_is_help=True, help="The database.")


def config(
    new_key: Annotated[bool, typer.Option("--new-key", help="Print a new POLSBOT_KEY.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For other programs.")] = False,
) -> None:
    """Show each setting and where it comes from; secrets are masked."""
    if new_key:
        print(generate_key())
        return
    with explained():
        settings = read_settings()
        rows = [
            {
                "name": name.upper(),
                "value": _PASSWORD.sub(_mask, str(getattr(settings, name) or "")),
                "from": origin_of(name),
            }
            for name in Settings.model_fields
        ]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("{name}={value}\t{from}".format(**row))


def _mask(secret: re.Match[str]) -> str:
    return "***@" if secret[0].endswith("@") else "***"


@db_app.command()
def upgrade() -> None:
    """Bring the tables to this version."""
    from bot.store.migrations import upgrade as upgrade_database

    with explained():
        settings = read_settings()
        upgrade_database(settings.database_url)
        print("The database is up to date.")


@db_app.command()
def backup(file: Annotated[Path, typer.Argument(help="A file that is not there yet.")]) -> None:
    """Copy the database to a file while the bot goes on. Keep POLSBOT_KEY elsewhere: the copy is of
    no use without it, and of no harm.
    """
    from bot.store.backup import copy_to

    with explained():
        size = copy_to(read_settings().database_url, file)
    print(file)
    print(
        f"{size / 1_000_000:.1f} MB, whole. Names and numbers in it need POLSBOT_KEY to be read; "
        "keep that elsewhere.",
        file=sys.stderr,
    )


@db_app.command("rekey")
def rekey_database() -> None:
    """Write everything anew with the first secret of POLSBOT_KEY. Stop the bot first.

    Put a new secret in front of the old one (`polsbot config --new-key`), run this, then leave the
    old one out. Nothing is changed unless all of it is.
    """
    with opened() as (settings, database):
        keys = keys_of(settings).renewed()
        database.use_keys(keys)
        done = database.run(_rekey, keys)
    for table, values in done.values.items():
        print(f"{table}: {values}")
    print("Everything belongs to the first secret of POLSBOT_KEY now. Leave the others out.")
    if done.lost:
        print(
            f"{done.lost} erased addresses or codes, of which only the hash was kept, cannot be "
            "recognised any more: who was erased and said stop counts as new if enrolled again."
        )


def _rekey(db: Connection, keys: Keys) -> Rekeyed:
    done = rekey(db, keys, SQLModel.metadata.sorted_tables)
    rename_pictures(db)
    return done
