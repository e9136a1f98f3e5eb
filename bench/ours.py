"""The bot itself, with the Klantmonitor and people enrolled.

``python -m bench.ours PORT DATABASE_URL PEOPLE [API]``: with an API the replies go out through the
outbox and the twilio library; else they wait in the outbox, committed.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from sqlalchemy import Connection

from bench.common import ACCOUNT, PUBLIC, SENDER, TOKEN, number, pin
from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioAccount, TwilioCarrier, Verifier
from bot.channels.twilio.contents import FIXED
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.content.revision import Revision
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.service import Conversations
from bot.conversation.settle import settle_sent
from bot.logs import set_up_logs
from bot.message import Channel, Sent
from bot.panel.participants import Enrolment, enrol, find_address, heard_from
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.keys import Keys, generate_key
from bot.store.migrations import upgrade
from bot.web.app import make_app

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A decent hour, whenever this runs."""


def enrol_some(db: Connection, revision: Revision, first: int, last: int) -> None:
    """People whose wave is open and whose service window is, too."""
    now = NOON
    for person in range(first, last):
        address = [(Channel.WHATSAPP, number(person))]
        one = enrol(db, Enrolment("klantmonitor", "Someone", "nl", address, now.date()), now)
        heard_from(db, find_address(db, "whatsapp", number(person)).id, now)
        open_wave(db, revision, one, "periodic", 1, now)


async def main(port: int, url: str, people: int, api: str | None) -> None:
    """Serve until killed."""
    pin(0)
    set_up_logs("warning")
    upgrade(url)
    database = open_database(url, keys=Keys.from_text(generate_key()))
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    revision = library.studies["klantmonitor"].flows["periodic"]
    for first in range(0, people, 200):
        await database.transact(enrol_some, revision, first, min(first + 200, people))
    account = TwilioAccount(
        ACCOUNT, TOKEN, PUBLIC, {Channel.WHATSAPP: SENDER}, api or "http://127.0.0.1:9"
    )
    carrier = TwilioCarrier(account, {one.name: f"HX{one.name}" for one in FIXED})
    runtime = Runtime(
        Settings.model_construct(), database, library, load_lexicons(Path("locales")),
        {Channel.WHATSAPP: carrier}, LocalCarrier(), FastClock.at(NOON),
    )  # fmt: skip
    conversations = Conversations(runtime)
    while taken := await database.transact(claim, conversations.content, runtime.clock(), 200):
        for one in taken:  # the invitations are out already
            await database.transact(settle_sent, one.row, Sent(f"SM{one.row}"), runtime.clock())
    app = make_app(conversations, Verifier(PUBLIC, ACCOUNT, [TOKEN]))
    if api is None:
        conversations.senders.start = lambda: None  # type: ignore[method-assign] # replies wait
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(
        main(
            int(sys.argv[1]),
            sys.argv[2],
            int(sys.argv[3]),
            sys.argv[4] if len(sys.argv) > 4 else None,
        )
    )
