"""What only Twilio's own list can tell: messages in doubt, and replies whose webhook was lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.channels.contract import Listed
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.listing import _moment
from bot.message import Channel, OutboundMessage, TextForm
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

SINCE = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = "+3197010200000"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    fake = FakeTwilio()
    await fake.start()
    yield fake
    await fake.close()


def carrier_of(fake: FakeTwilio, **senders: str) -> TwilioCarrier:
    by_channel = {Channel(name): sender for name, sender in senders.items()}
    return TwilioCarrier(
        TwilioAccount(ACCOUNT, TOKEN, "https://b.example", by_channel, fake.url), {}
    )


def received(sid: str, body: str, minute: int, **more: Any) -> dict[str, Any]:
    return {
        "sid": sid,
        "from": "whatsapp:+31612345678",
        "to": f"whatsapp:{OURS}",
        "body": body,
        "direction": "inbound",
        "num_media": "0",
        "date_sent": f"Mon, 02 Mar 2026 09:{minute:02}:00 +0000",
        "status": "received",
    } | more


async def test_what_was_taken_for_an_address_is_told_with_its_words(fake: FakeTwilio) -> None:
    carrier = carrier_of(fake, sms=OURS)
    for to in ("+31612345678", "+31687654321"):
        await carrier.send(OutboundMessage("tok", Channel.SMS, to, TextForm(f"Hoi {to}")))

    listed = await carrier.sent_since(Channel.SMS, "+31612345678", SINCE)
    await carrier.close()

    assert listed == [Listed(fake.messages[0]["sid"], "Hoi +31612345678")]


async def test_replies_whose_webhook_was_lost_are_found_in_their_order(fake: FakeTwilio) -> None:
    fake.received = [received("SM2", "4", 8), received("SM1", "ja", 5)]
    carrier = carrier_of(fake, whatsapp=OURS)

    found = await carrier.received_since(SINCE)
    await carrier.close()

    assert found is not None
    assert [(one.provider_id, one.text) for one in found] == [("SM1", "ja"), ("SM2", "4")]
    assert (found[0].channel, found[0].sender) == (Channel.WHATSAPP, "+31612345678")
    assert found[0].received_at == SINCE + timedelta(minutes=5)


async def test_a_listed_file_is_known_to_be_one(fake: FakeTwilio) -> None:
    fake.received = [received("MM1", "", 5, num_media="1", subresource_uris={"media": "/x.json"})]
    carrier = carrier_of(fake, whatsapp=OURS)

    found = await carrier.received_since(SINCE)
    await carrier.close()

    assert found is not None
    assert [media.url for media in found[0].media] == ["/x.json"]


async def test_a_messaging_service_has_many_senders_and_our_own_messages_are_left_out(
    fake: FakeTwilio,
) -> None:
    service = "MG" + "1" * 32
    fake.services[service] = ("+3197010200001", f"whatsapp:{OURS}", "messenger:1")
    fake.received = [
        received("SM1", "ja", 5, to="+3197010200001", **{"from": "+31612345678"}),
        received("SM2", "nee", 6),
    ]
    carrier = carrier_of(fake, sms=service, whatsapp=service)
    await carrier.send(OutboundMessage("tok", Channel.SMS, "+31612345678", TextForm("Hoi")))

    found = await carrier.received_since(SINCE)
    await carrier.close()

    assert found is not None
    assert [(one.channel, one.text) for one in found] == [
        (Channel.SMS, "ja"),
        (Channel.WHATSAPP, "nee"),
    ]


@pytest.mark.parametrize("sender", [OURS, "MG" + "1" * 32])
async def test_what_others_of_the_account_receive_is_never_read(
    fake: FakeTwilio, sender: str
) -> None:
    fake.services[sender] = (OURS,)
    fake.received = [received("SM1", "ja", 5, to="+3197019999999", **{"from": "+31612345678"})]
    carrier = carrier_of(fake, sms=sender)

    assert await carrier.received_since(SINCE) == []
    await carrier.close()


async def test_a_list_that_cannot_be_had_is_no_empty_list() -> None:
    account = TwilioAccount(
        ACCOUNT, TOKEN, "https://b.example", {Channel.SMS: OURS}, "http://127.0.0.1:9"
    )
    carrier = TwilioCarrier(account, {})

    assert await carrier.sent_since(Channel.SMS, "+31612345678", SINCE) is None
    assert await carrier.received_since(SINCE) is None
    await carrier.close()


def test_a_moment_is_asked_for_in_utc_and_a_little_earlier() -> None:
    amsterdam = timezone(timedelta(hours=1))

    assert _moment(datetime(2026, 3, 2, 10, tzinfo=amsterdam)) == SINCE - timedelta(minutes=1)
    assert _moment(datetime(2026, 3, 2, 10, tzinfo=amsterdam)).utcoffset() == timedelta()
