"""Running the bot: the server with its clock, one half of it, or the demo."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from bot.channels.contract import Carrier
from bot.channels.local import LocalCarrier
from bot.channels.twilio import Verifier
from bot.cli.common import explained, fail, opened, progress, run, tokens_of, twilio_of
from bot.conversation.service import Conversations
from bot.jobs.books import look_after_books
from bot.jobs.cards import draw_ahead
from bot.jobs.ticker import tick
from bot.logs import set_up_logs
from bot.message import Channel
from bot.panel.hours import local_time
from bot.runtime import Clock, FastClock, open_runtime
from bot.settings import Settings, read_settings
from bot.store.keys import generate_key
from bot.store.migrations import upgrade
from bot.web.app import make_app


class Part(StrEnum):
    """Which half of the bot a process is."""

    BOTH = "both"
    WEB = "web"
    WORKER = "worker"


def serve() -> None:
    """Answer people and keep the clock, in one process."""
    _serve(Part.BOTH)


def web_only() -> None:
    """Answer people; a worker keeps the clock."""
    _serve(Part.WEB)


def worker() -> None:
    """Keep the clock: fire timers and send what waits. More than one may run."""
    _serve(Part.WORKER)


def demo() -> None:
    """Open the phone in the browser with the Klantmonitor; nothing leaves this machine."""
    with explained():
        folder = Path("var")
        folder.mkdir(exist_ok=True)
        settings = read_settings().model_copy(
            update={
                "database_url": f"sqlite:///{folder}/demo.db",
                "polsbot_key": SecretStr(_demo_key(folder / "demo.key")),
            }
        )
        upgrade(settings.database_url)
        set_up_logs("warning")
        address = f"http://localhost:{settings.port}/preview"
        print(f"Open {address} in your browser. Ctrl-C stops.", flush=True)
        local = LocalCarrier()
        run(
            _run(
                settings,
                {Channel.SMS: local},
                local,
                "127.0.0.1",
                Part.BOTH,
                clock=FastClock.at(_next_monday()),
            )
        )


def _serve(part: Part) -> None:
    with opened() as (settings, database):
        carrier = twilio_of(settings, database)
        if carrier is None and part is not Part.WORKER:
            raise fail(
                "No Twilio account is set, so nobody could be reached. Set TWILIO_ACCOUNT_SID, "
                "TWILIO_AUTH_TOKEN, PUBLIC_URL and a sender, or try `polsbot demo`."
            )
    set_up_logs("info")
    carriers: dict[Channel, Carrier] = {}
    if carrier is not None:
        carriers = {Channel.WHATSAPP: carrier, Channel.SMS: carrier}
    verifier = Verifier(settings.public_url, settings.twilio_account_sid, tokens_of(settings))
    with explained():
        run(_run(settings, carriers, LocalCarrier(), "0.0.0.0", part, verifier=verifier))  # noqa: S104 - behind a proxy


async def _run(
    settings: Settings,
    carriers: Mapping[Channel, Carrier],
    local: LocalCarrier,
    host: str,
    part: Part,
    *,
    verifier: Verifier | None = None,
    clock: Clock | None = None,
) -> None:
    """Serve until told to stop; what is under way is finished first."""
    stopped = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopped.set)
    async with open_runtime(settings, carriers, local, clock) as runtime:
        conversations = Conversations(runtime)
        app = make_app(conversations, verifier)
        if part is not Part.WEB:
            app.cleanup_ctx.append(_beside(tick(conversations)))
            app.cleanup_ctx.append(_beside(draw_ahead(conversations.content, progress("Cards"))))
            app.cleanup_ctx.append(_beside(look_after_books(conversations)))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, settings.port).start()
            print(f"Listening on port {settings.port}.", file=sys.stderr, flush=True)
            await stopped.wait()
        finally:
            await runner.cleanup()


def _beside(
    work: Coroutine[Any, Any, object],
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Work that goes on while the server runs, and ends with it."""

    async def context(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work)
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return context


def _next_monday() -> datetime:
    """Ten o'clock on a Monday to come: a decent hour, whenever the demo is started."""
    today = datetime.now(UTC).date()
    monday = today + timedelta(days=7 - today.weekday())
    return local_time(monday, time(10), "Europe/Amsterdam")


def _demo_key(path: Path) -> str:
    """The demo's own key, made once and readable by its owner only."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(generate_key())
    return path.read_text()
