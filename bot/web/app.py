"""The HTTP side, put together: one application over the conversations of this process."""

from collections.abc import AsyncIterator

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.channels.twilio import Verifier
from bot.conversation.service import Conversations
from bot.store.errors import StoreError
from bot.web import health, media, stopping, webhooks

log = structlog.get_logger()

_LARGEST = 64 * 1024


@web.middleware
async def come_back(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever asks for what cannot be kept now, Twilio above all, is told to come back."""
    try:
        return await handler(request)
    except StoreError:
        log.exception("the database cannot do its work; the caller is told to come back")
        return web.Response(status=503, headers={"Retry-After": "5"})


def make_metrics_app(conversations: Conversations) -> web.Application:
    """The numbers alone, for a port that only the own network reaches (``METRICS_PORT``)."""
    app = web.Application()
    app[health.CONVERSATIONS] = conversations
    app.add_routes(health.metrics_routes())
    return app


def make_app(conversations: Conversations, verifier: Verifier | None = None) -> web.Application:
    """The whole application; it carries messages while it runs.

    Without a verifier there is no Twilio account, so its addresses are not there either.
    """
    app = web.Application(client_max_size=_LARGEST, middlewares=[come_back])
    app[health.CONVERSATIONS] = conversations
    app.add_routes(health.health_routes())
    if conversations.runtime.settings.metrics_port is None:
        app.add_routes(health.metrics_routes())
    app[media.FOLDER] = conversations.runtime.settings.polsbot_cards
    if conversations.content.voices is not None:
        app[media.VOICES] = conversations.content.voices
    app[media.CONVERSATIONS] = conversations
    app.add_routes(media.media_routes())
    app[stopping.CONVERSATIONS] = conversations
    app.add_routes(stopping.stopping_routes())
    if verifier is not None:
        app[webhooks.CONVERSATIONS] = conversations
        app[webhooks.VERIFIER] = verifier
        app.add_routes(webhooks.webhook_routes())

    async def carry(_: web.Application) -> AsyncIterator[None]:
        conversations.start()
        yield
        await conversations.close()

    app.cleanup_ctx.append(carry)
    return app
