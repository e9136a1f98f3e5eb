"""How our account stands, how far our clock is from Twilio's, and whether Twilio can call us."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from twilio.request_validator import RequestValidator

from bot.channels.twilio.send import TwilioAccount

_API = "https://api.twilio.com"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_UNKNOWN = frozenset({401, 403, 404})
_OF_NO_MESSAGE = "/twilio/statuses/doctor"
_AWAY = frozenset({502, 503, 504})
_FINE, _REFUSED = 200, 403
_OURS, _MUCH = b"<Response/>", 1000
"""What our server says to Twilio, among so many bytes: a website says 200 to anything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """``status`` is Twilio's word: active, suspended or closed. ``ahead`` is how much later it is
    here than there.
    """

    status: str
    ahead: timedelta


async def standing_of(account: TwilioAccount) -> Standing:
    """Ask Twilio for the account; raises ValueError with the mend, aiohttp's errors and
    TimeoutError when out of reach.

    https://www.twilio.com/docs/iam/api/account
    """
    address = f"{account.base_url or _API}/2010-04-01/Accounts/{account.account}.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(account.account, account.token)}
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT) as http,
        http.get(address, headers=headers) as answer,
    ):
        if answer.status in _UNKNOWN:
            raise ValueError(
                "Twilio does not know this account with this token. Copy both from its console."
            )
        answer.raise_for_status()
        told = parsedate_to_datetime(answer.headers["Date"])
        return Standing(str((await answer.json())["status"]), datetime.now(UTC) - told)


async def try_way_in(account: TwilioAccount) -> str:
    """Call the server from outside as Twilio would, with a status of no message, which changes
    nothing; returns how that went, raises ValueError with the mend.
    """
    url = account.public_url.rstrip("/") + _OF_NO_MESSAGE
    form = {"AccountSid": account.account, "MessageSid": "SM0", "MessageStatus": "sent"}
    signed = RequestValidator(account.token).compute_signature(url, form)
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as http,
            http.post(
                url, data=form, headers={"X-Twilio-Signature": signed}, allow_redirects=False
            ) as answer,
        ):
            status, said = answer.status, await answer.content.read(_MUCH)
    except aiohttp.ClientSSLError as error:
        raise ValueError(
            "The certificate at PUBLIC_URL is not one that Twilio trusts. Get one from a known "
            "authority, such as Let's Encrypt, and have it sent with its whole chain."
        ) from error
    except (aiohttp.ClientError, TimeoutError):
        status, said = None, b""
    if status == _FINE and _OURS in said:
        return "the server answers at PUBLIC_URL and knows Twilio's signature"
    if status is None or status in _AWAY:
        return "nothing answers at PUBLIC_URL yet: look again when the server runs"
    if status == _REFUSED:
        raise ValueError(
            "The server at PUBLIC_URL refuses Twilio's signature. It must have the same PUBLIC_URL "
            "and TWILIO_AUTH_TOKEN, and no proxy may change the path."
        )
    raise ValueError(
        f"Something else answers at PUBLIC_URL ({status}). Let /twilio/ through to the server."
    )
