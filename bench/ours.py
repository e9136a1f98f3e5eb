"""The bot itself, over a database that ``bench.people`` has filled.

``python -m bench.ours PORT DATABASE_URL [API]``: with an API the replies go out through the outbox
and the twilio library; else they wait in the outbox, committed.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from bench.common import ACCOUNT, KEY, NOON, PUBLIC, SENDER, TOKEN, pin
from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioAccount, TwilioCarrier, Verifier
from bot.channels.twilio.contents import FIXED
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.conversation.service import Conversations
from bot.logs import set_up_logs
from bot.message import Channel
from bot.runtime import FastClock, Runtime
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.keys import Keys
from bot.web.app import make_app


async def main(port: int, url: str, api: str | None) -> None:
    """Serve until killed."""
    pin(0)
    set_up_logs("info")
    account = TwilioAccount(
        ACCOUNT, TOKEN, PUBLIC, {Channel.WHATSAPP: SENDER}, api or "http://127.0.0.1:9"
    )
    carrier = TwilioCarrier(account, {one.name: f"HX{one.name}" for one in FIXED})
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    runtime = Runtime(
        Settings.model_construct(), open_database(url, keys=Keys.from_text(KEY)), library,
        load_lexicons(Path("locales")), {Channel.WHATSAPP: carrier}, LocalCarrier(),
        FastClock.at(NOON),
    )  # fmt: skip
    conversations = Conversations(runtime)
    app = make_app(conversations, Verifier(PUBLIC, ACCOUNT, [TOKEN]))
    if api is None:
        conversations.senders.start = lambda: None  # type: ignore[method-assign] # replies wait
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
