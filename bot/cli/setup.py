"""Setting up: configuration, database, and a look at everything."""

import asyncio
import re
from collections.abc import Callable
from contextlib import closing
from typing import Annotated

import typer
from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot.channels.contract import SendError
from bot.cli.common import explained, mail_of, opened, tokens_of
from bot.content.letter import number_in
from bot.rewards.pictures import rename_pictures
from bot.runtime import keys_of, library_of, open_ready
from bot.settings import Settings, SettingsError, read_settings
from bot.store.errors import StoreError
from bot.store.keys import Keys, generate_key
from bot.store.seal import Rekeyed, rekey

_PASSWORD = re.compile(r"://[^/@]*@")
"""Who and with which password, in an address."""

_EXAMPLE_NUMBER = "+31612345678"

db_app = typer.Typer(no_args_is_help=True, help="The database.")


def config(
    new_key: Annotated[bool, typer.Option("--new-key", help="Print a new POLSBOT_KEY.")] = False,
) -> None:
    """Show each setting and whether it was set; secrets are masked."""
    if new_key:
        print(generate_key())
        return
    with explained():
        settings = read_settings()
    for name in Settings.model_fields:
        origin = "set" if name in settings.model_fields_set else "default"
        value = str(getattr(settings, name) or "")
        print(f"{name.upper()}={_PASSWORD.sub('://***@', value)}\t{origin}")


@db_app.command()
def upgrade() -> None:
    """Bring the tables to this version."""
    from bot.store.migrations import upgrade as upgrade_database

    with explained():
        settings = read_settings()
        upgrade_database(settings.database_url)
        print("The database is up to date.")


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


def doctor() -> None:
    """Look at everything a running bot needs, and say the mend of what is wrong."""
    with explained():
        settings = read_settings()
    faults = 0
    for name, look in _LOOKS.items():
        try:
            print(f"ok    {name}: {look(settings)}")
        except (SettingsError, StoreError, SendError, OSError, ValueError) as error:
            faults += 1
            print(f"wrong {name}: {error}")
    raise typer.Exit(1 if faults else 0)


def _key(settings: Settings) -> str:
    keys_of(settings)
    return "there"


def _database(settings: Settings) -> str:
    with closing(open_ready(settings)) as database:
        return database.url.get_backend_name()


def _files(settings: Settings) -> str:
    from bot.content.problem import Severity

    library = library_of(settings)
    errors = [one for one in library.problems if one.severity is Severity.ERROR]
    if errors:
        raise ValueError(f"{len(errors)} errors in the files. Run `polsbot check`.")
    if not library.studies:
        raise ValueError(f"There is no study in {settings.polsbot_studies}.")
    return ", ".join(library.studies)


def _address(settings: Settings) -> str:
    if not settings.public_url:
        return "not set (only needed for Twilio)"
    if not settings.public_url.startswith("https://") and not settings.twilio_base_url:
        raise ValueError("PUBLIC_URL must begin with https:// and be what Twilio is told.")
    return settings.public_url


def _twilio(settings: Settings) -> str:
    if not settings.twilio_account_sid and not tokens_of(settings):
        return "not set (the local phone works without)"
    if not settings.twilio_account_sid.startswith("AC"):
        raise ValueError("TWILIO_ACCOUNT_SID must begin with AC.")
    if not tokens_of(settings):
        raise ValueError("TWILIO_AUTH_TOKEN is not set.")
    if not (settings.twilio_whatsapp_sender or settings.twilio_sms_sender):
        raise ValueError("Set TWILIO_WHATSAPP_SENDER or TWILIO_SMS_SENDER.")
    return "set"


def _mail(settings: Settings) -> str:
    """The server is spoken to, but nothing is sent."""
    carrier = mail_of(settings)
    if carrier is None:
        return "not set (e-mail is left out)"
    asyncio.run(carrier.try_out())
    if not any(map(number_in, (settings.twilio_whatsapp_sender, settings.twilio_sms_sender))):
        raise ValueError(
            "An e-mail is answered on WhatsApp or SMS: set TWILIO_WHATSAPP_SENDER or "
            "TWILIO_SMS_SENDER to a number."
        )
    return "the server takes our e-mail"


def _duty(settings: Settings) -> str:
    from bot.runtime import library_of

    if not settings.twilio_account_sid:
        return "no alarm can leave before Twilio is set"
    studies = library_of(settings).studies.values()
    if example := [one.name for one in studies if one.duty == _EXAMPLE_NUMBER]:
        raise ValueError(
            f"{', '.join(example)}: `duty:` is the number of the example. "
            "Put the number of who is on duty in study.yaml."
        )
    on_duty = [one.name for one in studies if one.duty]
    if on_duty and not settings.twilio_sms_sender:
        raise ValueError("Alarms are text messages. Set TWILIO_SMS_SENDER.")
    return ", ".join(on_duty) or "nobody (needed for questions in free words)"


_LOOKS: dict[str, Callable[[Settings], str]] = {
    "key": _key,
    "database": _database,
    "flows and locales": _files,
    "public address": _address,
    "twilio": _twilio,
    "e-mail": _mail,
    "on duty": _duty,
}
