"""What the provider would be told: the very request that the real carrier makes, caught."""

import hashlib
import json
from typing import Any

from twilio.http.response import Response

from bot.channels.contract import SendError
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.client import HttpClient
from bot.channels.twilio.contents import content_of
from bot.message import ButtonsForm, Channel, ListForm, OutboundMessage, TemplateForm

_ACCOUNT = TwilioAccount(
    account="AC" + "0" * 32,
    token="0" * 32,
    public_url="https://polsbot.example.org",
    senders={Channel.WHATSAPP: "+3197010200000", Channel.SMS: "+3197010200001"},
)
_FIRST = {"From": 0, "To": 1, "Body": 2, "ContentSid": 3}
_TO = "+31612345678"


class _Caught(HttpClient):
    """Keeps the request and answers as the provider does."""

    def __init__(self) -> None:
        super().__init__()
        self.uri = ""
        self.fields: dict[str, Any] = {}

    async def request(self, method: str, uri: str, *_: Any, **parts: Any) -> Response:
        self.uri = f"{method} {uri}"
        self.fields = dict(parts.get("data") or {})
        return Response(201, json.dumps({"sid": "SM" + "0" * 32}))


async def payload_of(message: OutboundMessage) -> dict[str, Any]:
    """The request as address and form fields; ``error`` when the carrier would not make it."""
    channel = Channel.WHATSAPP if message.channel is Channel.LOCAL else message.channel
    contents = {}
    if isinstance(message.form, ButtonsForm | ListForm | TemplateForm):
        name, _ = content_of(message.form)
        contents[name] = "HX" + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
    carrier = TwilioCarrier(_ACCOUNT, contents)
    caught = _Caught()
    carrier.client.http_client = caught
    try:
        await carrier.send(OutboundMessage(message.token, channel, _TO, message.form))
    except SendError as error:
        return {"error": str(error)}
    finally:
        await carrier.close()
    order = sorted(caught.fields, key=lambda key: (_FIRST.get(key, len(_FIRST)), key))
    fields = [[key, _readable(caught.fields[key])] for key in order]
    return {"request": caught.uri, "fields": fields, "content": next(iter(contents), "")}


def _readable(value: Any) -> str:
    """JSON in several lines; it is sent in one."""
    text = ", ".join(value) if isinstance(value, list) else str(value)
    if text.startswith("{"):
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    return text
