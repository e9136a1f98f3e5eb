"""Twilio's form fields as our messages and statuses. Unknown fields are ignored.

Fields: https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import json
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime

from bot.message import Channel, DeliveryState, DeliveryStatus, InboundMessage, Media

LONGEST_TEXT = 5000
LONGEST_ID = 200
LONGEST_URL = 2048
MOST_MEDIA = 10

STATES: dict[str, DeliveryState] = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.SENDING,
    "sent": DeliveryState.SENT,
    "partially_delivered": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "received": DeliveryState.DELIVERED,
    "receiving": DeliveryState.SENT,
    "failed": DeliveryState.FAILED,
    "undelivered": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
"""Every status of Twilio's own description of its API."""

_SHORTEST_BASE64 = 60
_KEYWORDS = {"STOP": "stop", "START": "start", "HELP": "help"}


class MalformedError(ValueError):
    """A field is missing without which the message cannot be kept."""


def parse_message(pairs: Sequence[tuple[str, str]], received_at: datetime) -> InboundMessage:
    """A person's message; raises MalformedError. Texts are cut to lengths no person types; what
    tells who it is from and which one it is, is taken as it was signed or not at all.
    """
    form = _safe(pairs)
    provider_id = _told_once(pairs, "MessageSid", "SmsMessageSid", "SmsSid")
    sender = _told_once(pairs, "From")
    channel, address = split_address(sender)
    if not address:
        raise MalformedError("From has no address")
    payload = form.get("ButtonPayload") or form.get("ListId") or _interactive(form)
    return InboundMessage(
        channel=channel,
        provider_id=provider_id,
        sender=address,
        to=split_address(form.get("To", ""))[1][:LONGEST_ID],
        text=_words(form)[:LONGEST_TEXT],
        received_at=received_at,
        alias=_alias(pairs, address),
        payload=payload[:LONGEST_ID] if payload else None,
        media=_media(form),
        keyword=_KEYWORDS.get(form.get("OptOutType", "").upper()),
    )


def parse_status(pairs: Sequence[tuple[str, str]], token: str) -> DeliveryStatus | None:
    """What became of our message; ``None`` for a status we do not know, which changes nothing."""
    form = _safe(pairs)
    state = STATES.get((form.get("MessageStatus") or form.get("SmsStatus") or "").lower())
    if state is None:
        return None
    return DeliveryStatus(
        token=_without_traps(token)[:LONGEST_ID],
        provider_id=(form.get("MessageSid") or form.get("SmsSid") or "")[:LONGEST_ID],
        state=state,
        code=form.get("ErrorCode", "")[:LONGEST_ID] or None
        if state is DeliveryState.FAILED
        else None,
    )


def split_address(address: str) -> tuple[Channel, str]:
    """``whatsapp:+316…`` → (whatsapp, ``+316…``); what has no prefix is a text message's."""
    prefix, colon, rest = address.partition(":")
    if colon and prefix.lower() == "whatsapp":
        return Channel.WHATSAPP, rest.strip()
    return Channel.SMS, address.strip()


def _safe(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The first value of each field, fit to be kept."""
    return {name: _without_traps(value) for name, value in reversed(pairs)}


def _told_once(pairs: Sequence[tuple[str, str]], *names: str) -> str:
    """The value of the first of these fields that has one; raises MalformedError when there is
    none, or two, or one that would be kept as another than was signed.
    """
    for name in names:
        values = {value for field, value in pairs if field == name and value}
        if len(values) > 1:
            raise MalformedError(f"{name} is there more than once")
        for value in values:
            if len(value) > LONGEST_ID or not value.isprintable() or value != value.strip():
                raise MalformedError(f"{name} is too long or has signs that cannot be seen")
            return value
    raise MalformedError(f"{' or '.join(names)} is needed")


def _without_traps(text: str) -> str:
    """Without what a database refuses: NUL goes, half a surrogate pair becomes U+FFFD."""
    if text.isascii():
        return text.replace("\0", "")
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "")


def _words(form: dict[str, str]) -> str:
    """What was typed, or the title of what was tapped.

    A long text message sometimes comes as base64 (seen by nyaruka/courier); it is read only where
    it cannot be anything else.
    """
    words = form.get("Body") or form.get("ButtonText") or form.get("ListTitle") or ""
    if len(words) < _SHORTEST_BASE64 or len(words) % 4 or not words.isascii():
        return words
    try:
        decoded = b64decode(words, validate=True).decode()
    except ValueError:
        return words
    is_speech = " " in decoded and all(sign.isprintable() or sign in "\r\n\t" for sign in decoded)
    return decoded if is_speech else words


def _alias(pairs: Sequence[tuple[str, str]], address: str) -> str | None:
    """The other address of the same person: a WhatsApp id beside the number. One that cannot be
    kept as it was signed is left out; the message counts without it.
    """
    try:
        _, other = split_address(_told_once(pairs, "ExternalUserId"))
    except MalformedError:
        return None
    return other if other and other != address else None


def _interactive(form: dict[str, str]) -> str | None:
    """The id of a tapped row where only the channel's raw JSON tells it."""
    raw = form.get("InteractiveData")
    if not raw:
        return None
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    for place in ("list_reply", "button_reply"):
        reply = data.get(place) if isinstance(data, dict) else None
        if isinstance(reply, dict) and isinstance(reply.get("id"), str):
            return _without_traps(reply["id"])  # JSON may spell what the form cannot
    return None


def _media(form: dict[str, str]) -> tuple[Media, ...]:
    try:
        count = min(int(form.get("NumMedia") or 0), MOST_MEDIA)
    except ValueError:
        return ()
    return tuple(
        Media(
            form[f"MediaUrl{place}"][:LONGEST_URL],
            form.get(f"MediaContentType{place}", "")[:LONGEST_ID],
        )
        for place in range(max(count, 0))
        if f"MediaUrl{place}" in form
    )
