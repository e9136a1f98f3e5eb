"""Twilio's own list of messages: what it took from us, and what people sent while we were away.

Twilio does not call again when a webhook failed (https://www.twilio.com/docs/api/errors/11200);
what it could not tell us is found only here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from twilio.rest import Client

from bot.channels.contract import Listed
from bot.channels.twilio.client import UNREADABLE, RefusedError
from bot.channels.twilio.parse import MalformedError, parse_message
from bot.message import InboundMessage

_EARLIER = timedelta(minutes=1)
"""Our clock and Twilio's may differ."""

_NEWEST = 50
_PAGE = 1000
_NO_LIST = (RefusedError, aiohttp.ClientError, TimeoutError, *UNREADABLE)


def is_service(sender: str) -> bool:
    """Whether a sender is a messaging service, which has many numbers."""
    return sender.startswith("MG")


async def list_sent(client: Client, to: str, since: datetime) -> list[Listed] | None:
    """What was taken for this address, the newest 50; ``None`` if Twilio cannot be asked."""
    try:
        found = await client.messages.list_async(
            to=to, date_sent_after=_moment(since), limit=_NEWEST
        )
        return [Listed(str(one.sid), str(one.body or "")) for one in found]
    except _NO_LIST:
        return None


async def list_received(
    client: Client, senders: Iterable[str], since: datetime
) -> list[InboundMessage] | None:
    """What came in for these senders, the oldest first; ``None`` if Twilio cannot be asked.

    The list knows less than a webhook: a tap is its words, media are an address only.
    """
    try:
        ours = {address for one in set(senders) for address in await _addresses(client, one)}
        listed = [
            one
            for to in sorted(ours)
            for one in await client.messages.list_async(
                to=to, date_sent_after=_moment(since), page_size=_PAGE
            )
        ]
        read = [_read(one, since) for one in listed if one.direction == "inbound"]
    except _NO_LIST:
        return None
    found = [one for one in read if one is not None]
    found.reverse()  # the list begins with the newest, also within one second
    return sorted(found, key=lambda one: one.received_at)


async def _addresses(client: Client, sender: str) -> list[str]:
    """Where people write to: a messaging service has numbers and WhatsApp senders. Nothing else of
    the account is read: it may serve others as well.
    """
    if not is_service(sender):
        return [sender]
    service = client.messaging.v1.services(sender)
    numbers = await service.phone_numbers.list_async(page_size=_PAGE)
    channels = await service.channel_senders.list_async(page_size=_PAGE)
    return [
        *(str(one.phone_number) for one in numbers if one.phone_number),
        *(str(one.sender) for one in channels if str(one.sender).startswith("whatsapp:")),
    ]


def _read(one: Any, since: datetime) -> InboundMessage | None:
    """A listed message as its webhook would have told it."""
    told = {
        "MessageSid": one.sid,
        "From": one.from_,
        "To": one.to,
        "Body": one.body,
    }
    if int(one.num_media or 0) > 0:
        told |= {"NumMedia": "1", "MediaUrl0": (one.subresource_uris or {}).get("media", "")}
    pairs = [(name, str(value)) for name, value in told.items() if value]
    try:
        return parse_message(pairs, one.date_sent or one.date_created or since)
    except MalformedError:
        return None


def _moment(since: datetime) -> datetime:
    """The library writes a time without looking at its zone."""
    return (since - _EARLIER).astimezone(UTC)
