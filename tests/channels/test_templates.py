"""Templates at a fake Twilio: made once, put before WhatsApp once, asked about."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.contract import Approval, Approver
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.templates import Category, push_templates
from bot.message import Button, Channel, OutboundMessage, Template, TemplateForm
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio

INVITE = Template(
    "polsbot_invite_nl_1", "nl", "Hoi {{1}}! Tijd?", ("first_name",), ("Ali",), ("Ja", "Nee")
)
PLAIN = Template("polsbot_nudge_nl_2", "nl", "Wil je verder?", (), (), ("Nu verder",))


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    fake = FakeTwilio()
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
async def carrier(fake: FakeTwilio) -> AsyncIterator[TwilioCarrier]:
    senders = {Channel.WHATSAPP: "+3197010200000"}
    carrier = TwilioCarrier(
        TwilioAccount(ACCOUNT, TOKEN, "https://b.example", senders, fake.url), {}
    )
    yield carrier
    await carrier.close()


async def test_a_template_is_made_and_put_before_whatsapp(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    (pushed, _) = await push_templates(carrier.client, [INVITE, PLAIN], Category.UTILITY)

    made = fake.contents[0]
    assert made["types"]["twilio/quick-reply"] == {
        "body": "Hoi {{1}}! Tijd?",
        "actions": [{"title": "Ja", "id": "{{2}}"}, {"title": "Nee", "id": "{{3}}"}],
    }
    assert made["variables"] == {"1": "Ali", "2": "id1", "3": "id2"}
    assert made["language"] == "nl"
    assert fake.asked[0] == {"name": "polsbot_invite_nl_1", "category": "UTILITY"}
    assert (pushed.provider_id, pushed.approval) == (made["sid"], Approval("received"))


async def test_a_second_push_makes_and_asks_nothing(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    await push_templates(carrier.client, [INVITE], Category.UTILITY)
    fake.approvals[fake.contents[0]["sid"]]["status"] = "approved"

    (pushed,) = await push_templates(carrier.client, [INVITE], Category.UTILITY)

    assert (len(fake.contents), len(fake.asked)) == (1, 1)
    assert pushed.approval == Approval("approved")


async def test_one_that_is_refused_does_not_hold_up_the_others(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    wrong = Template("Wrong Name", "nl", "Hoi", (), (), ("Ja",))

    pushed = await push_templates(carrier.client, [wrong, PLAIN], Category.MARKETING)

    assert [one.approval.state for one in pushed] == ["unsubmitted", "received"]
    assert pushed[0].approval.reason == "refused with code 63031"


async def test_whatsapps_word_is_told_with_its_reason(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    assert isinstance(carrier, Approver)
    fake.approvals["HX1"] = {"status": "Rejected", "rejection_reason": "INVALID_FORMAT"}

    assert await carrier.approval("HX1") == Approval("rejected", "INVALID_FORMAT")
    assert await carrier.approval("HX2") == Approval("unsubmitted")
    await fake.close()
    assert await carrier.approval("HX1") is None


async def test_an_opening_goes_out_under_the_id_of_its_template(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    form = TemplateForm("HX7", "nl", ("Amina",), "Hoi Amina!", (Button("r.invite.start", "Ja"),))

    await carrier.send(OutboundMessage("tok", Channel.WHATSAPP, "+31612345678", form))

    (sent,) = fake.messages
    assert sent["ContentSid"] == "HX7"
    assert sent["ContentVariables"] == '{"1": "Amina", "2": "r.invite.start"}'
    assert "Body" not in sent
