"""What we send is accepted by Twilio's own description of its API, where that is at hand.

The description is served by a mock that nobody here wrote; it stands beside a checkout in
development and CI, never on a user's machine.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.contents import FIXED, create
from bot.channels.twilio.templates import Category, resource_of, submit
from bot.message import (
    Button,
    ButtonsForm,
    Channel,
    Form,
    ListForm,
    OutboundMessage,
    PictureForm,
    Row,
    Template,
    TemplateForm,
    TextForm,
    VoiceForm,
)
from tests.servers import free_port

MOCK = Path(__file__).parent.parent.parent.parent / "shared/twilio-oai/twilio_mock.py"
ASKED = os.environ.get("CI") or os.environ.get("POLSBOT_OPENAPI")

pytestmark = [
    pytest.mark.skipif(not MOCK.exists(), reason="Twilio's description is not beside the checkout"),
    pytest.mark.skipif(shutil.which("npx") is None, reason="the mock needs npx"),
    pytest.mark.skipif(not ASKED, reason="it downloads the mock: set POLSBOT_OPENAPI=1"),
]
PICTURE = "https://bot.example.org/media/x.png"
PATIENCE = 100
"""Seconds for the mock to be fetched and started."""
HX = "HX" + "1" * 32


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    port = free_port()
    mock = subprocess.Popen(
        [sys.executable, MOCK, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert mock.stdout is not None
    told, _, _ = select.select([mock.stdout], [], [], PATIENCE)
    url = mock.stdout.readline().strip() if told else ""
    if not url:
        mock.send_signal(signal.SIGTERM)
        mock.wait()
        mock.stdout.close()
        pytest.skip("the mock did not start")
    yield url
    mock.send_signal(signal.SIGTERM)
    mock.wait()
    mock.stdout.close()


def account(address: str, sender: str) -> TwilioAccount:
    senders = {Channel.WHATSAPP: sender, Channel.SMS: sender}
    return TwilioAccount("AC" + "a" * 32, "token", "https://bot.example.org", senders, address)


TEMPLATE = Template("polsbot_nl", "nl", "Hoi {{1}}! Tijd?", ("first_name",), ("Ali",), ("Ja",))
FORMS: list[Form] = [
    TextForm("Hoe gaat het? ë 😀 ١"),
    PictureForm("Hoe gaat het?", PICTURE),
    VoiceForm(PICTURE),
    ButtonsForm("Kies", (Button("r.s.1", "Ja"), Button("r.s.2", "Nee"))),
    ButtonsForm("Kies", (Button("r.s.1", "Ja"),), PICTURE),
    TemplateForm(HX, "nl", ("Amina",), "Hoi Amina!", (Button("r.invite.start", "Ja"),)),
    ListForm("Kies", "Open", tuple(Row(f"r.s.{n}", f"{n} Keuze") for n in range(1, 11))),
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: type(form).__name__)
@pytest.mark.parametrize("sender", ["+3197010200000", "MG" + "1" * 32])
async def test_every_kind_of_message_is_accepted(address: str, form: Form, sender: str) -> None:
    carrier = TwilioCarrier(account(address, sender), {one.name: HX for one in FIXED})
    try:
        for channel in (Channel.WHATSAPP, Channel.SMS):
            sent = await carrier.send(OutboundMessage("tok", channel, "+31612345678", form, 3600))
            assert sent.provider_id
    finally:
        await carrier.close()


async def test_every_content_resource_is_accepted(address: str) -> None:
    carrier = TwilioCarrier(account(address, "+31"), {})
    try:
        for resource in FIXED:
            assert await create(carrier.client, resource)
    finally:
        await carrier.close()


async def test_every_template_is_accepted_and_its_approval_understood(address: str) -> None:
    carrier = TwilioCarrier(account(address, "+31"), {})
    try:
        assert await create(carrier.client, resource_of(TEMPLATE))
        approval = await submit(carrier.client, HX, TEMPLATE.name, Category.UTILITY)
        assert "refused" not in approval.reason
        assert await carrier.approval(HX) is not None
    finally:
        await carrier.close()


async def test_the_list_of_messages_is_understood(address: str) -> None:
    carrier = TwilioCarrier(account(address, "+31"), {})
    try:
        listed = await carrier.sent_since(Channel.SMS, "+31612345678", datetime.now(UTC))
    finally:
        await carrier.close()

    assert listed is not None
