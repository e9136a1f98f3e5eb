"""What the commands share: opening what they need, and saying what went wrong in one sentence."""

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.channels.email import EmailCarrier, ServerError, server_of
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.content.library import Library
from bot.content.study import Study
from bot.conversation.contents import known_contents
from bot.logs import set_up_logs
from bot.message import Channel
from bot.panel.emails import EmailError, normal_email
from bot.runtime import open_ready
from bot.settings import Settings, SettingsError, read_settings
from bot.store.database import Database
from bot.store.errors import StoreError

_BAR = 30
_SENDER = re.compile(r"(?:\+[1-9][0-9]{4,14}|MG[0-9A-Za-z]+)?")

Yes = Annotated[bool, typer.Option("--yes", help="Really do it; else only say what would be done.")]
"""The one word for what saves, opens, pays or erases: the same in every command."""

EXAMPLE_NUMBER = "+31612345678"
"""Whoever is on duty in the study that comes with the program."""


def fail(message: object) -> typer.Exit:
    """Say what is wrong on stderr; raise what this returns: exit code 2."""
    print(message, file=sys.stderr)
    return typer.Exit(2)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """What a person can mend is said in a sentence, not as a traceback."""
    try:
        yield
    except (SettingsError, StoreError) as error:
        raise fail(error) from error
    except OSError as error:
        raise fail(said(error)) from error


def said(error: Exception) -> str:
    """What the system says about a file, without its number."""
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    return str(error)


@contextlib.contextmanager
def opened() -> Iterator[tuple[Settings, Database]]:
    """The settings and the database they name, its tables and keys checked. From here on a line of
    the log holds nothing of a person, an error's least of all.
    """
    set_up_logs("warning")
    with explained():
        settings = read_settings()
        database = open_ready(settings)
        try:
            yield settings, database
        finally:
            database.close()


def study_of(library: Library, name: str) -> Study:
    """The study of this name; an unknown one is said with those that are known."""
    study = library.studies.get(name)
    if study is None:
        known = ", ".join(sorted(library.studies)) or "none; see `polsbot check`"
        raise fail(f"There is no study {name}. Known: {known}.")
    return study


def tokens_of(settings: Settings) -> list[str]:
    """The auth tokens that may sign; the first one is ours to use."""
    if settings.twilio_auth_token is None:
        return []
    parts = settings.twilio_auth_token.get_secret_value().split(",")
    return [part.strip() for part in parts if part.strip()]


def account_of(settings: Settings) -> TwilioAccount | None:
    """Our account at Twilio, ``None`` without one; raises SettingsError when half set."""
    tokens = tokens_of(settings)
    if not settings.twilio_account_sid and not tokens:
        return None
    missing = [
        name
        for name, value in (
            ("TWILIO_ACCOUNT_SID", settings.twilio_account_sid),
            ("TWILIO_AUTH_TOKEN", tokens),
            ("PUBLIC_URL", settings.public_url),
            (
                "TWILIO_WHATSAPP_SENDER or TWILIO_SMS_SENDER",
                settings.twilio_whatsapp_sender or settings.twilio_sms_sender,
            ),
        )
        if not value
    ]
    if missing:
        raise SettingsError(f"Set {', '.join(missing)} too: Twilio needs all of them.")
    _check_twilio(settings)
    senders = {
        Channel.WHATSAPP: settings.twilio_whatsapp_sender,
        Channel.SMS: settings.twilio_sms_sender,
    }
    return TwilioAccount(
        settings.twilio_account_sid,
        tokens[0],
        settings.public_url,
        {channel: sender for channel, sender in senders.items() if sender},
        settings.twilio_base_url,
        {
            Channel.WHATSAPP: settings.twilio_whatsapp_rate,
            Channel.SMS: settings.twilio_sms_rate,
        },
    )


def _check_twilio(settings: Settings) -> None:
    """Raise SettingsError for what Twilio would refuse with every message."""
    if not settings.twilio_account_sid.startswith("AC"):
        raise SettingsError("TWILIO_ACCOUNT_SID must begin with AC.")
    is_real = not settings.twilio_base_url
    place = urlsplit(settings.public_url)
    is_safe = place.scheme == "https" or (place.scheme == "http" and not is_real)
    if not is_safe or not place.hostname or place.query or place.fragment:
        raise SettingsError(
            "PUBLIC_URL must begin with https:// and be what Twilio is told, such as "
            "https://bot.example.org."
        )
    if not is_real and not str(settings.twilio_base_url).startswith(("https://", "http://")):
        raise SettingsError("TWILIO_BASE_URL must begin with http:// or https://.")
    for name in ("twilio_whatsapp_sender", "twilio_sms_sender"):
        if not _SENDER.fullmatch(getattr(settings, name)):
            raise SettingsError(
                f"{name.upper()} must be a number with its country, such as +3197010200000, or a "
                "messaging service (MG…)."
            )


def twilio_of(settings: Settings, database: Database) -> TwilioCarrier | None:
    """What carries WhatsApp and SMS, ``None`` without an account; raises SettingsError."""
    account = account_of(settings)
    return None if account is None else TwilioCarrier(account, database.run(known_contents))


def check_duty(settings: Settings, studies: Iterable[Study]) -> None:
    """Raise SettingsError when an alarm would ring at a stranger's phone, or nowhere."""
    if not settings.twilio_account_sid or settings.twilio_base_url:
        return  # nothing leaves this machine, or to a stand-in
    on_duty = [one for one in studies if one.duty]
    if example := [one.name for one in on_duty if one.duty == EXAMPLE_NUMBER]:
        raise SettingsError(
            f"{', '.join(example)}: `duty:` is the number of the example. "
            "Put the number of who is on duty in study.yaml."
        )
    if on_duty and not settings.twilio_sms_sender:
        raise SettingsError("Alarms are text messages. Set TWILIO_SMS_SENDER.")


def mail_of(settings: Settings) -> EmailCarrier | None:
    """The carrier of e-mail, ``None`` without a server; raises SettingsError when half set."""
    if settings.smtp_url is None:
        return None
    if not settings.public_url.startswith("https://"):
        raise SettingsError(
            "PUBLIC_URL must begin with https://: every e-mail carries the link that stops it."
        )
    try:
        server = server_of(settings.smtp_url.get_secret_value())
        sender = normal_email(settings.smtp_sender)
    except ServerError as error:
        raise SettingsError(str(error)) from None
    except EmailError as error:
        raise SettingsError(f"SMTP_SENDER is no address. {error}") from None
    return EmailCarrier(server, sender, settings.smtp_rate)


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    part = path.with_suffix(path.suffix + ".part")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def print_rows(rows: Sequence[Mapping[str, object]], as_json: object) -> None:
    """A list on stdout: a line each with tabs, or one array for other programs. Times are UTC."""
    if as_json:
        print(json.dumps(rows, default=_of_time))
        return
    for row in rows:
        print("\t".join(_cell(value) for value in row.values()))


def _of_time(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _cell(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def progress(what: str) -> Callable[[int, int], None] | None:
    """A bar on stderr, told how many of how many are done; ``None`` where nobody looks at it."""
    if not sys.stderr.isatty():
        return None

    def told(done: int, of: int) -> None:
        filled = _BAR * done // max(of, 1)
        bar = "█" * filled + "░" * (_BAR - filled)
        end = "\n" if done == of else ""
        print(f"\r{what} {bar} {done}/{of}", end=end, file=sys.stderr, flush=True)

    return told


def run(work: object) -> None:
    """Run a coroutine; Ctrl-C ends it quietly."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work)  # type: ignore[arg-type] # a coroutine
