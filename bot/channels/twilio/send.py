"""Handing one message to Twilio, by REST; never by the answer to a webhook, which has no buttons.

Creating a message is not idempotent (https://www.twilio.com/docs/api/errors/20500): only what was
certainly not taken over may be tried again; an answer that never came makes the message uncertain.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from bot.channels.contract import Approval, Failure, Listed, Reaction, SendError
from bot.channels.pace import Pace
from bot.channels.twilio.client import (
    TIMEOUT,
    UNREADABLE,
    HttpClient,
    RefusedError,
    make_client,
)
from bot.channels.twilio.contents import content_of
from bot.channels.twilio.failures import refusal
from bot.channels.twilio.listing import is_service, list_received, list_sent
from bot.channels.twilio.templates import approval_of
from bot.message import (
    ButtonsForm,
    Channel,
    EmailForm,
    Form,
    InboundMessage,
    ListForm,
    OutboundMessage,
    PictureForm,
    Sent,
    TemplateForm,
    TextForm,
    VoiceForm,
)

LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
"""Seconds that Twilio keeps a message in its queue at most; it refuses more."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Our account. A sender is a number (``+31…``) or a messaging service (``MG…``); ``rates`` are
    messages a second that it may send, without limit where there is none.
    """

    account: str
    token: str
    public_url: str
    senders: Mapping[Channel, str]
    base_url: str | None = None
    rates: Mapping[Channel, float] = field(default_factory=dict)


class TwilioCarrier:
    """Carries WhatsApp and SMS. ``contents`` is resource name → sid and may grow while it runs."""

    def __init__(
        self, account: TwilioAccount, contents: dict[str, str], timeout: float = TIMEOUT
    ) -> None:
        """Nothing is connected before the first call; ``timeout`` is in seconds, for one."""
        self._account = account
        self.contents = contents
        self._paces = {channel: Pace(rate) for channel, rate in account.rates.items()}
        self._http = HttpClient(account.base_url, timeout)
        self.client = make_client(account.account, account.token, self._http)
        # Now, since the library loads this part at first use, which takes as long as many replies.
        self._messages = self.client.messages

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand a message over; raises SendError."""
        fields = {**self._addressed(message), **self._said(message.channel, message.form)}
        pace = self._paces.get(message.channel)
        if pace is not None:
            await asyncio.sleep(pace.wait(asyncio.get_running_loop().time()))
        try:
            made = await self._messages.create_async(**fields)
        except RefusedError as error:
            failure = refusal(error.status, error.code, error.retry_after)
            raise SendError(failure) from error
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise SendError(
                Failure("connect", Reaction.RETRY, "no connection to Twilio: nothing left")
            ) from error
        except (aiohttp.ClientError, TimeoutError, *UNREADABLE) as error:
            raise SendError(
                Failure("no answer", Reaction.ASK, "no answer from Twilio: the outcome is unknown")
            ) from error
        if not made.sid:
            raise SendError(Failure("no sid", Reaction.ASK, "an answer without an id"))
        return Sent(str(made.sid))

    async def sent_since(self, channel: Channel, to: str, since: datetime) -> list[Listed] | None:
        """Twilio's own list of what it took for this address, the newest 50."""
        return await list_sent(self.client, _prefixed(channel, to), since)

    async def received_since(self, since: datetime) -> list[InboundMessage] | None:
        """What people sent us since then, webhook or not; ``None`` if Twilio cannot be asked."""
        senders = {_prefixed(channel, one) for channel, one in self._account.senders.items()}
        return await list_received(self.client, senders, since)

    async def approval(self, template: str) -> Approval | None:
        """How far a template came with WhatsApp; ``None`` if Twilio cannot be asked."""
        return await approval_of(self.client, template)

    async def close(self) -> None:
        """Close the session."""
        await self._http.close()

    def _addressed(self, message: OutboundMessage) -> dict[str, Any]:
        sender = self._account.senders.get(message.channel)
        if not sender:
            why = f"no sender is set for {message.channel}"
            raise SendError(Failure("no sender", Reaction.NO_SENDER, why))
        base = self._account.public_url.rstrip("/")
        fields: dict[str, Any] = {
            "to": _prefixed(message.channel, message.to),
            "status_callback": f"{base}/twilio/statuses/{message.token}",
        }
        if is_service(sender):
            fields["messaging_service_sid"] = sender
        else:
            fields["from_"] = _prefixed(message.channel, sender)
        if message.valid_for is not None:
            fields["validity_period"] = max(1, min(message.valid_for, LONGEST_VALIDITY))
        return fields

    def _said(self, channel: Channel, form: Form) -> dict[str, Any]:
        match form:
            case TextForm(body=body):
                return {"body": _fitting(body)}
            case PictureForm(body=body, picture_url=url):
                words = {"body": _fitting(body)} if body else {}
                return words if channel is Channel.SMS and body else {**words, "media_url": [url]}
            case VoiceForm(audio_url=url):
                return {"media_url": [url]}
            case ButtonsForm() | ListForm() | TemplateForm():
                return self._content(form)
            case EmailForm():
                raise SendError(Failure("letter", Reaction.FIX, "Twilio carries no e-mail"))

    def _content(self, form: ButtonsForm | ListForm | TemplateForm) -> dict[str, Any]:
        name, variables = content_of(form)
        sid = name if isinstance(form, TemplateForm) else self.contents.get(name)
        if sid is None:
            raise SendError(
                Failure(
                    "no content",
                    Reaction.TEXT_FORM,
                    "its Content resource is not made yet: run `polsbot templates push`",
                )
            )
        if not all(variables):
            raise SendError(Failure("empty", Reaction.FIX, "a variable of the message is empty"))
        values = {str(place): text for place, text in enumerate(variables, start=1)}
        return {
            "content_sid": sid,
            "content_variables": json.dumps(values, ensure_ascii=False),
        }


def _fitting(body: str) -> str:
    """Twilio would refuse it with 21617; we never send what is too long."""
    if not body.strip() or len(body) > LONGEST_BODY:
        raise SendError(Failure("21617", Reaction.FIX, "empty, or longer than 1,600 characters"))
    return body


def _prefixed(channel: Channel, address: str) -> str:
    """An address as Twilio writes it; a messaging service stands for itself."""
    if channel is not Channel.WHATSAPP or is_service(address):
        return address
    return f"whatsapp:{address.removeprefix('whatsapp:')}"
