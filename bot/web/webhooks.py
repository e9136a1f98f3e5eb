"""Twilio calls us: a person's message, and what became of one of ours.

Signature, then the transaction, then an empty answer: replies go out by REST from the outbox.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import PayloadEncodingError
from yarl import query_to_pairs

from bot.channels.twilio import MalformedError, Verifier, parse_message, parse_status
from bot.channels.twilio.failures import undelivered
from bot.conversation.service import Conversations
from bot.message import DeliveryState

log = structlog.get_logger()

CONVERSATIONS = web.AppKey("webhook-conversations", Conversations)
VERIFIER = web.AppKey("verifier", Verifier)

MOST_FIELDS = 300
PATIENCE = 5.0
"""Seconds for a body to arrive; Twilio gives up on us after 15 in all."""

_FORM = "application/x-www-form-urlencoded"
_EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def webhook_routes() -> list[web.AbstractRouteDef]:
    """What Twilio is told to call."""
    return [
        web.post("/twilio/messages", _message),
        web.post("/twilio/statuses/{message}", _status),
    ]


async def _message(request: web.Request) -> web.Response:
    pairs = await _signed_form(request)
    try:
        inbound = parse_message(pairs, datetime.now(UTC))
    except MalformedError as error:
        log.warning("a signed message was malformed", reason=str(error))
        return _empty()
    received = await request.app[CONVERSATIONS].receive(inbound)
    log.info("message", channel=str(inbound.channel), outcome=received.outcome)
    return _empty()


async def _status(request: web.Request) -> web.Response:
    pairs = await _signed_form(request)
    status = parse_status(pairs, request.match_info["message"])
    if status is None:
        log.warning("a status that we do not know")
        return _empty()
    failure = undelivered(status.code) if status.state is DeliveryState.FAILED else None
    outcome = await request.app[CONVERSATIONS].note(status, failure)
    log.info("status", state=str(status.state), code=status.code, outcome=outcome)
    return _empty()


async def _signed_form(request: web.Request) -> Sequence[tuple[str, str]]:
    """The fields of a request that is really Twilio's; raises an HTTP refusal for any other."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise web.HTTPUnsupportedMediaType(text="Send the form without a content encoding.")
    if request.content_type != _FORM:
        raise web.HTTPUnsupportedMediaType(text=f"Send {_FORM}.")
    body = await _body(request)
    try:
        pairs = query_to_pairs(body.decode("ascii"), max_fields=MOST_FIELDS)
    except (ValueError, UnicodeDecodeError):
        raise web.HTTPBadRequest(text="The body is not a form.") from None
    signature = request.headers.get("X-Twilio-Signature")
    if not request.app[VERIFIER].accepts(request.raw_path, pairs, signature):
        log.warning("a request that Twilio did not sign was refused")
        raise web.HTTPForbidden(text="The signature is missing or wrong.")
    return pairs


async def _body(request: web.Request) -> bytes:
    """All that was posted, up to the application's ``client_max_size``."""
    if request.content.is_eof():  # it came with its head, as nearly always: no alarm to be set
        return await request.read()
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body did not arrive in time.") from None
    except (ConnectionError, ClientPayloadError, PayloadEncodingError) as error:
        raise web.HTTPBadRequest(text="The body broke off.") from error


def _empty() -> web.Response:
    return web.Response(body=_EMPTY, content_type="text/xml", charset="utf-8")
