"""Running the bot: the server with its clock, or one half of it."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from enum import StrEnum
from typing import Any

import structlog
from aiohttp import web

from bot.channels.contract import Carrier
from bot.channels.local import LocalCarrier
from bot.channels.twilio import TwilioCarrier, Verifier
from bot.channels.twilio.contents import FIXED
from bot.cli.common import (
    check_duty,
    explained,
    fail,
    mail_of,
    opened,
    progress,
    run,
    tokens_of,
    twilio_of,
)
from bot.content.problem import Severity
from bot.conversation.alerts import alert
from bot.conversation.service import Conversations
from bot.jobs.books import look_after_books
from bot.jobs.cards import draw_ahead
from bot.jobs.contents import learn_contents
from bot.jobs.purchases import keep_buying
from bot.jobs.ticker import tick
from bot.logs import set_up_logs
from bot.message import Channel
from bot.runtime import Runtime, open_runtime
from bot.settings import Settings, SettingsError
from bot.web.app import make_app, make_metrics_app

log = structlog.get_logger()


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


def _serve(part: Part) -> None:
    with opened() as (settings, database):
        carrier, mail = twilio_of(settings, database), mail_of(settings)
        if carrier is None:  # a worker sends too, and would fail what it takes from the line
            raise fail(
                "No Twilio account is set, so nobody could be reached. Set TWILIO_ACCOUNT_SID, "
                "TWILIO_AUTH_TOKEN, PUBLIC_URL and a sender, or try `polsbot demo`."
            )
    set_up_logs("info")
    carriers: dict[Channel, Carrier] = {Channel.WHATSAPP: carrier, Channel.SMS: carrier}
    if mail is not None:
        carriers[Channel.EMAIL] = mail
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
) -> None:
    """Serve until told to stop; what is under way is finished first."""
    async with open_runtime(settings, carriers, local) as runtime:
        _check_studies(runtime)
        _check_seller(runtime)
        check_duty(settings, runtime.library.studies.values())
        conversations = Conversations(runtime)
        app = make_app(conversations, verifier)
        if part is not Part.WEB:
            app.cleanup_ctx.append(beside(_clock(conversations, settings.redis_url)))
            app.cleanup_ctx.append(beside(draw_ahead(conversations.content, progress("Cards"))))
            app.cleanup_ctx.append(beside(look_after_books(conversations)))
            app.cleanup_ctx.append(beside(keep_buying(conversations)))
        carrier = carriers.get(Channel.WHATSAPP)
        if isinstance(carrier, TwilioCarrier):
            wanted = [one.name for one in FIXED]
            app.cleanup_ctx.append(
                beside(learn_contents(runtime.database, carrier.contents, wanted))
            )
        if settings.metrics_port is not None:
            metrics = make_metrics_app(conversations)
            app.cleanup_ctx.append(listening(metrics, host, settings.metrics_port))
        await serve_until_stopped(app, host, settings.port)


def _check_studies(runtime: Runtime) -> None:
    """Raise SettingsError when there is nothing to ask: a wrong folder, or faults all over. Where
    only some files have faults the rest is asked, and people are told.
    """
    faults = sum(one.severity is Severity.ERROR for one in runtime.library.problems)
    if faults:
        sentence = "files have faults and what is in them is left out: run `polsbot check`"
        alert("files", sentence, faults=faults)
    if not runtime.library.studies:
        raise SettingsError(
            f"There is no study without faults in {runtime.settings.polsbot_studies}. "
            "Set POLSBOT_STUDIES to the folder of your studies, or see `polsbot check`."
        )


def _check_seller(runtime: Runtime) -> None:
    """Raise SettingsError when a study wants vouchers from a seller and none is set."""
    for study in runtime.library.studies.values():
        is_wanted = study.reward is not None and study.reward.supply == "seller"
        if is_wanted and runtime.seller is None:
            raise SettingsError(
                f"{study.name} buys vouchers from a seller (`supply: seller` in study.yaml), and "
                "none is set. Set VOUCHER_URL and VOUCHER_TOKEN, or leave `supply:` out and import."
            )


def _clock(conversations: Conversations, redis_url: str | None) -> Coroutine[Any, Any, None]:
    """Carried by arq where there is a Redis, else in this process alone."""
    if redis_url is None:
        return tick(conversations)
    from bot.jobs.worker import carry_clock

    return carry_clock(conversations, redis_url)


async def serve_until_stopped(app: web.Application, host: str, port: int) -> None:
    """Answer requests until a signal asks to stop."""
    stopped = asyncio.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_, stopped.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    try:
        await runner.setup()
        await _listen(runner, host, port, "PORT")
        print(f"Listening on port {port}.", file=sys.stderr, flush=True)
        await stopped.wait()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int, setting: str) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise SettingsError(
            f"Port {port} cannot be listened on ({error.strerror}). Set {setting} to a free one; "
            "web and worker on one machine need one PORT each, and one METRICS_PORT each."
        ) from error


def listening(
    app: web.Application, host: str, port: int
) -> Callable[[web.Application], AsyncIterator[None]]:
    """A second application on a port of its own, as long as the first one runs."""

    async def context(_: web.Application) -> AsyncIterator[None]:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await _listen(runner, host, port, "METRICS_PORT")
            yield
        finally:
            await runner.cleanup()

    return context


def beside(
    work: Coroutine[Any, Any, object],
) -> Callable[[web.Application], AsyncIterator[None]]:
    """Work that goes on while the server runs, and ends with it. Work that fails is told of at
    once, and not when the server stops, weeks later.
    """

    async def told() -> None:
        try:
            await work
        except Exception:
            log.exception("work beside the server failed and is not done any more: start it again")

    async def context(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(told())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    return context
