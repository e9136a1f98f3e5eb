"""Running the bot: the server with its clock, and the demo."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.channels.contract import Carrier
from bot.channels.local import LocalCarrier
from bot.conversation.service import Conversations
from bot.jobs.ticker import tick
from bot.message import Channel
from bot.runtime import Clock, FastClock, open_runtime
from bot.settings import Settings
from bot.store.keys import generate_key
from bot.store.migrations import upgrade
from bot.web.app import make_app


async def serve(
    settings: Settings,
    carriers: Mapping[Channel, Carrier],
    local: LocalCarrier,
    host: str,
    clock: Clock | None = None,
) -> None:
    """Serve until told to stop; what is under way is finished first."""
    async with open_runtime(settings, carriers, local, clock) as runtime:
        conversations = Conversations(runtime)
        app = make_app(conversations)

        async def ticking(_: web.Application) -> AsyncIterator[None]:
            task = asyncio.create_task(tick(conversations))
            yield
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        app.cleanup_ctx.append(ticking)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, settings.port).start()
            print(f"http://localhost:{settings.port}", file=sys.stderr)
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


def demo(settings: Settings) -> None:
    """The phone in the browser, on a database and a key of its own under ``var/``."""
    folder = Path("var")
    folder.mkdir(exist_ok=True)
    key = folder / "demo.key"
    if not key.exists():
        handle = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(generate_key())
    settings = settings.model_copy(
        update={
            "database_url": f"sqlite:///{folder}/demo.db",
            "polsbot_key": SecretStr(key.read_text()),
        }
    )
    upgrade(settings.database_url)
    print(f"Open http://localhost:{settings.port}/preview in your browser. Ctrl-C stops.")
    local = LocalCarrier()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings, {Channel.SMS: local}, local, "127.0.0.1", FastClock()))
