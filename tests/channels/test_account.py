"""How our account stands, asked over real HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.twilio import TwilioAccount
from bot.channels.twilio.account import standing_of
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio


@pytest.fixture
async def twilio() -> AsyncIterator[FakeTwilio]:
    fake = FakeTwilio()
    await fake.start()
    yield fake
    await fake.close()


def _account(fake: FakeTwilio, sid: str = ACCOUNT) -> TwilioAccount:
    return TwilioAccount(sid, TOKEN, "https://bot.example", {}, fake.url)


async def test_an_account_says_how_it_stands_and_what_time_it_is(twilio: FakeTwilio) -> None:
    twilio.account_status = "suspended"
    standing = await standing_of(_account(twilio))
    assert standing.status == "suspended"
    assert abs(standing.ahead) < timedelta(seconds=30)


async def test_a_wrong_account_is_told_with_the_mend(twilio: FakeTwilio) -> None:
    with pytest.raises(ValueError, match="Copy both from its console"):
        await standing_of(_account(twilio, "AC" + "9" * 32))
