"""A look at everything a running bot needs, with the mend of what is wrong."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import aiohttp
import typer

from bot.authoring.diff import Verdict, verdict_of
from bot.channels.contract import APPROVED, SendError
from bot.channels.twilio.account import standing_of, try_way_in
from bot.cli.common import account_of, check_duty, explained, mail_of
from bot.cli.publishing import changes_in, revisions_in
from bot.content.letter import number_in
from bot.content.library import Library
from bot.content.problem import Severity
from bot.content.templates import templates_of
from bot.conversation.revisions import Content, kept_of
from bot.conversation.templates import known_templates
from bot.jobs.cards import wanted
from bot.runtime import card_store, keys_of, library_of, open_ready
from bot.settings import Settings, SettingsError, read_settings
from bot.store.errors import StoreError

_CLOCK = timedelta(minutes=2)
"""Further apart, statuses and missed messages would be looked for at the wrong time."""

_PATIENCE = 3
"""Seconds for Redis."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is looked at; the files are read once."""

    settings: Settings
    library: Library


Look = Callable[[Installation], str]
"""What is found to be right, in a few words; raises what is wrong with its mend."""


def doctor(
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody but the database.")
    ] = False,
) -> None:
    """Look at everything a running bot needs, and say the mend of what is wrong."""
    with explained():
        settings = read_settings()
        here = Installation(settings, library_of(settings))
    faults = 0
    for name, look in (_HERE if offline else _HERE | _ELSEWHERE).items():
        try:
            print(f"ok    {name}: {look(here)}")
        except (SettingsError, StoreError, SendError, OSError, ValueError) as error:
            faults += 1
            print(f"wrong {name}: {error}")
    raise typer.Exit(1 if faults else 0)


def _key(here: Installation) -> str:
    keys_of(here.settings)
    return "there"


def _database(here: Installation) -> str:
    with closing(open_ready(here.settings)) as database:
        return database.url.get_backend_name()


def _files(here: Installation) -> str:
    errors = [one for one in here.library.problems if one.severity is Severity.ERROR]
    if errors:
        raise ValueError(f"{len(errors)} errors in the files. Run `polsbot check`.")
    if not here.library.studies:
        raise ValueError(f"There is no study in {here.settings.polsbot_studies}.")
    return ", ".join(here.library.studies)


def _data(here: Installation) -> str:
    """The server begins runs by whatever files it finds: nobody would notice two meanings."""
    with closing(open_ready(here.settings)) as database:
        kept = {name: database.run(kept_of, *name) for name in revisions_in(here.library)}
    for (study, flow), found in changes_in(here.library, kept).items():
        verdict = verdict_of(found)
        if verdict is not Verdict.SAFE:
            raise ValueError(f"{study}/{flow} {verdict}. Run `polsbot diff`.")
    return "fits what was asked before"


def _languages(here: Installation) -> str:
    """A language with a gap is not offered; whoever waits for it should know."""
    gaps = [
        f"{one.name}/{revision.flow.name} in {language}"
        for one in here.library.studies.values()
        for revision in one.flows.values()
        for language in one.languages
        if language not in revision.flow.languages
    ]
    if gaps:
        raise ValueError(f"not offered: {', '.join(gaps)}. See `polsbot i18n status`.")
    return "all complete"


def _cards(here: Installation) -> str:
    store = card_store(here.settings, here.library)
    cards = wanted(Content(here.library, {}))
    missing = sum(store.ready(card) is None for card in cards)
    if missing:
        return f"{missing} of {len(cards)} are not drawn yet: the server or `polsbot cards` does it"
    return f"all {len(cards)} drawn"


def _address(here: Installation) -> str:
    if not here.settings.public_url:
        return "not set (only needed for Twilio)"
    if not here.settings.public_url.startswith("https://") and not here.settings.twilio_base_url:
        raise ValueError("PUBLIC_URL must begin with https:// and be what Twilio is told.")
    return here.settings.public_url


def _sender(here: Installation) -> str:
    if account_of(here.settings) is None:
        return "not set (the local phone works without)"
    if not here.settings.twilio_account_sid.startswith("AC"):
        raise ValueError("TWILIO_ACCOUNT_SID must begin with AC.")
    return here.settings.twilio_whatsapp_sender or here.settings.twilio_sms_sender


def _templates(here: Installation) -> str:
    """What may open a conversation on WhatsApp: without it, SMS does."""
    if not here.settings.twilio_whatsapp_sender:
        return "not needed without WhatsApp"
    needed = {one.name for one in templates_of(here.library)}
    with closing(open_ready(here.settings)) as database:
        states = {one.name: one.state for one in database.run(known_templates)}
    if missing := needed - states.keys():
        raise ValueError(
            f"{len(missing)} of {len(needed)} are not made. Run: polsbot templates push"
        )
    approved = sum(states[name] == APPROVED for name in needed)
    return f"{approved} of {len(needed)} are approved; see `polsbot templates status`"


def _desk(here: Installation) -> str:
    """People are told to turn to it."""
    studies = here.library.studies.values()
    if example := [one.name for one in studies if "example." in one.desk or not one.desk]:
        if here.settings.twilio_account_sid:
            raise ValueError(
                f"{', '.join(example)}: put your own address into `desk:` in study.yaml."
            )
        return "still that of the example"
    return "set"


def _duty(here: Installation) -> str:
    if not here.settings.twilio_account_sid:
        return "no alarm can leave before Twilio is set"
    studies = here.library.studies.values()
    check_duty(here.settings, studies)
    on_duty = [one.name for one in studies if one.duty]
    return ", ".join(on_duty) or "nobody (needed for questions in free words)"


def _mail(here: Installation) -> str:
    """The server is spoken to, but nothing is sent."""
    carrier = mail_of(here.settings)
    if carrier is None:
        return "not set (e-mail is left out)"
    asyncio.run(carrier.try_out())
    senders = here.settings.twilio_whatsapp_sender, here.settings.twilio_sms_sender
    if not any(map(number_in, senders)):
        raise ValueError(
            "An e-mail is answered on WhatsApp or SMS: set TWILIO_WHATSAPP_SENDER or "
            "TWILIO_SMS_SENDER to a number."
        )
    return "the server takes our e-mail"


def _redis(here: Installation) -> str:
    if here.settings.redis_url is None:
        return "not set (each process keeps its own clock)"
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with closing(Redis.from_url(here.settings.redis_url, socket_timeout=_PATIENCE)) as redis:
            redis.ping()
    except (RedisError, ValueError) as error:
        raise ValueError(f"{error}. Nothing is lost meanwhile; look at REDIS_URL.") from error
    return "answers"


def _twilio(here: Installation) -> str:
    account = account_of(here.settings)
    if account is None:
        return "not set"
    try:
        standing = asyncio.run(standing_of(account))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ValueError("Twilio cannot be reached. Look at the network.") from error
    if standing.status != "active":
        raise ValueError(f"The account is {standing.status}. Look at Twilio's console.")
    if abs(standing.ahead) > _CLOCK:
        seconds = round(standing.ahead.total_seconds())
        raise ValueError(f"The clock of this machine is {seconds} seconds ahead. Set it by NTP.")
    return "the account is active, and the clock is right"


def _way_in(here: Installation) -> str:
    account = account_of(here.settings)
    return "not needed without Twilio" if account is None else asyncio.run(try_way_in(account))


_HERE: dict[str, Look] = {
    "key": _key,
    "database": _database,
    "flows and locales": _files,
    "data": _data,
    "languages": _languages,
    "cards": _cards,
    "public address": _address,
    "sender": _sender,
    "templates": _templates,
    "desk": _desk,
    "on duty": _duty,
}
_ELSEWHERE: dict[str, Look] = {
    "redis": _redis,
    "twilio": _twilio,
    "way in": _way_in,
    "e-mail": _mail,
}
