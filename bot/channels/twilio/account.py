"""How our account stands, and how far our clock is from Twilio's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.channels.twilio.send import TwilioAccount

_API = "https://api.twilio.com"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_UNKNOWN = frozenset({401, 403, 404})


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
