"""Sending over Twilio: what goes over the wire, and what each failure makes of a message."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.channels.contract import Reaction, SendError
from bot.channels.twilio import TwilioAccount, TwilioCarrier
from bot.channels.twilio.contents import FIXED, push
from bot.channels.twilio.failures import failure_of, known_codes, undelivered
from bot.message import (
    Button,
    ButtonsForm,
    Channel,
    Form,
    ListForm,
    OutboundMessage,
    PictureForm,
    Row,
    TextForm,
)
from tests.fakes.twilio import ACCOUNT, TOKEN, FakeTwilio


@pytest.fixture
async def fake() -> AsyncIterator[FakeTwilio]:
    fake = FakeTwilio()
    await fake.start()
    yield fake
    await fake.close()


@pytest.fixture
async def carrier(fake: FakeTwilio) -> AsyncIterator[TwilioCarrier]:
    senders = {Channel.WHATSAPP: "+3197010200000", Channel.SMS: "MG" + "1" * 32}
    account = TwilioAccount(ACCOUNT, TOKEN, "https://bot.example.org/", senders, fake.url)
    carrier = TwilioCarrier(account, {one.name: f"HX{one.name}" for one in FIXED})
    yield carrier
    await carrier.close()


def message(form: Form, channel: Channel = Channel.WHATSAPP) -> OutboundMessage:
    return OutboundMessage("tok", channel, "+31612345678", form)


async def failing(carrier: TwilioCarrier, form: Form | None = None) -> Reaction:
    with pytest.raises(SendError) as caught:
        await carrier.send(message(form or TextForm("Hoi")))
    return caught.value.failure.reaction


async def test_words_go_out_with_our_status_address(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    sent = await carrier.send(message(TextForm("Hoi")))

    (form,) = fake.messages
    assert sent.provider_id == form["sid"]
    assert form["To"] == "whatsapp:+31612345678"
    assert form["From"] == "whatsapp:+3197010200000"
    assert form["Body"] == "Hoi"
    assert form["StatusCallback"] == "https://bot.example.org/twilio/statuses/tok"


async def test_a_text_message_goes_by_its_messaging_service(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    await carrier.send(message(TextForm("Hoi"), Channel.SMS))

    (form,) = fake.messages
    assert form["To"] == "+31612345678"
    assert form["MessagingServiceSid"].startswith("MG")
    assert "From" not in form


async def test_buttons_and_rows_go_by_content_with_their_ids(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    await carrier.send(
        message(ButtonsForm("Kies", (Button("r.s.1", "Ja"), Button("r.s.2", "Nee"))))
    )
    rows = tuple(Row(f"r.s.{n}", f"{n} Keuze") for n in range(1, 6))
    await carrier.send(message(ListForm("Kies", "Open", rows)))

    first, second = fake.messages
    assert json.loads(first["ContentVariables"]) == {
        "1": "Kies", "2": "Ja", "3": "r.s.1", "4": "Nee", "5": "r.s.2",
    }  # fmt: skip
    assert "Body" not in first
    assert json.loads(second["ContentVariables"])["4"] == "r.s.1"
    assert first["ContentSid"] != second["ContentSid"]


async def test_every_sign_arrives_as_it_was_written(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    every = "".join(chr(sign) for sign in range(0x20, 0x180))
    words = f"50% & 2+2=4; %41 😀 سلام\u200f\u2068\nregel {every}"
    await carrier.send(message(TextForm(words)))

    assert fake.messages[0]["Body"] == words


async def test_a_picture_goes_with_its_words(carrier: TwilioCarrier, fake: FakeTwilio) -> None:
    await carrier.send(message(PictureForm("Hoi", "https://bot.example.org/media/x.png")))

    assert fake.messages[0]["MediaUrl"] == "https://bot.example.org/media/x.png"


async def test_a_missing_content_resource_asks_for_plain_words(fake: FakeTwilio) -> None:
    account = TwilioAccount(
        ACCOUNT, TOKEN, "https://b.example", {Channel.WHATSAPP: "+31"}, fake.url
    )
    carrier = TwilioCarrier(account, {})

    assert await failing(carrier, ButtonsForm("Kies", (Button("a", "Ja"),))) is Reaction.TEXT_FORM
    assert fake.calls == 0


@pytest.mark.parametrize("body", ["", " ", "a" * 1601])
async def test_what_does_not_fit_never_leaves(
    carrier: TwilioCarrier, fake: FakeTwilio, body: str
) -> None:
    assert await failing(carrier, TextForm(body)) is Reaction.FIX
    assert fake.calls == 0


async def test_busy_is_tried_again_after_the_time_that_was_asked_for(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    fake.behave((429, 20429, {"Retry-After": "7"}))

    with pytest.raises(SendError) as caught:
        await carrier.send(message(TextForm("Hoi")))

    assert caught.value.failure.reaction is Reaction.RETRY
    assert caught.value.failure.retry_after == 7


@pytest.mark.parametrize(
    "fault",
    ["reset", "lost", "junk", (500, 20500), (503, 0), "[]", "null", "3", "{}", '{"sid": null}',
     '{"sid": "SM1", "date_created": 7}', "[" * 100_000],
    ids=lambda fault: str(fault)[:20],
)  # fmt: skip
async def test_an_unknown_outcome_is_never_tried_again_blindly(
    carrier: TwilioCarrier, fake: FakeTwilio, fault: object
) -> None:
    fake.behave(fault)

    assert await failing(carrier) is Reaction.ASK
    assert fake.calls == 1


@pytest.mark.parametrize(
    ("answer", "reaction"),
    [
        ((401, None), Reaction.HALT),
        ((401, 77777), Reaction.HALT),
        ((403, None), Reaction.HALT),
        ((404, None), Reaction.HALT),
        ((408, None), Reaction.ASK),
        ((429, None), Reaction.RETRY),
        ((429, 63038), Reaction.HALT),
        ((400, None), Reaction.FIX),
        ((302, None), Reaction.FIX),
        ((500, 21610), Reaction.ASK),
        ((400, 20003, {}, 500), Reaction.HALT),
        ((500, 21211, {}, 400), Reaction.ASK),
    ],
)
async def test_the_status_of_the_answer_decides_not_what_its_body_says_of_it(
    carrier: TwilioCarrier, fake: FakeTwilio, answer: tuple[object, ...], reaction: Reaction
) -> None:
    fake.behave(answer)

    assert await failing(carrier) is reaction


async def test_no_answer_in_time_is_an_unknown_outcome(fake: FakeTwilio) -> None:
    account = TwilioAccount(ACCOUNT, TOKEN, "https://b.example", {Channel.SMS: "+31"}, fake.url)
    carrier = TwilioCarrier(account, {}, timeout=0.05)
    fake.behave("slow")

    with pytest.raises(SendError) as caught:
        await carrier.send(message(TextForm("Hoi"), Channel.SMS))

    assert caught.value.failure.reaction is Reaction.ASK
    await carrier.close()


async def test_a_refused_connection_certainly_left_nothing() -> None:
    account = TwilioAccount(
        ACCOUNT, TOKEN, "https://b.example", {Channel.SMS: "+31"}, "http://127.0.0.1:9"
    )
    carrier = TwilioCarrier(account, {})

    with pytest.raises(SendError) as caught:
        await carrier.send(message(TextForm("Hoi"), Channel.SMS))

    assert caught.value.failure.reaction is Reaction.RETRY
    await carrier.close()


@pytest.mark.parametrize(
    ("code", "reaction"),
    [
        (21610, Reaction.OPT_OUT),
        (21211, Reaction.DEAD),
        (63016, Reaction.TEMPLATE),
        (20003, Reaction.HALT),
    ],
)
async def test_a_refusal_is_looked_up(
    carrier: TwilioCarrier, fake: FakeTwilio, code: int, reaction: Reaction
) -> None:
    fake.behave((400, code))

    assert await failing(carrier) is reaction


@pytest.mark.parametrize(("asked", "sent"), [(60, "60"), (90_000, "36000"), (0, "1")])
async def test_a_validity_is_one_that_twilio_takes(
    carrier: TwilioCarrier, fake: FakeTwilio, asked: int, sent: str
) -> None:
    await carrier.send(replace(message(TextForm("Hoi")), valid_for=asked))

    assert fake.messages[0]["ValidityPeriod"] == sent


async def test_a_sender_sends_no_faster_than_its_rate(
    fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def no_sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("bot.channels.twilio.send.asyncio.sleep", no_sleep)
    senders = {Channel.WHATSAPP: "+3197", Channel.SMS: "+3197"}
    rates = {Channel.SMS: 1.0}
    carrier = TwilioCarrier(
        TwilioAccount(ACCOUNT, TOKEN, "https://b.example", senders, fake.url, rates), {}
    )

    for _ in range(6):
        await carrier.send(message(TextForm("Hoi"), Channel.SMS))
        await carrier.send(message(TextForm("Hoi"), Channel.WHATSAPP))
    await carrier.close()

    assert len(waits) == 6
    assert waits[0] == 0
    assert 2 < waits[-1] <= 5


def test_an_unknown_code_is_never_tried_again() -> None:
    assert failure_of(99999).reaction is Reaction.FIX
    assert failure_of(35118).reaction is Reaction.FIX
    assert undelivered("99999").reaction is Reaction.OTHER
    assert undelivered(None).reaction is Reaction.OTHER


def test_what_meta_holds_back_goes_another_way_at_once() -> None:
    """Another try within a day is held back too: developers.facebook.com says so of 131049."""
    assert undelivered("63049").reaction is Reaction.OTHER


def test_every_code_that_vendors_tell_of_is_in_the_table() -> None:
    told = [
        "20429",
        "20500",
        "20003",
        "20404",
        "30002",
        "20005",
        "21211",
        "21217",
        "21401",
        "21614",
        "21635",
        "21608",
        "63015",
        "21610",
        "21408",
        "21606",
        "21612",
        "21659",
        "21611",
        "30001",
        "21617",
        "21654",
        "21656",
        "92002",
        "21620",
        "12300",
        "63019",
        "21621",
        "21622",
        "30003",
        "30004",
        "30005",
        "30006",
        "30007",
        "30008",
        "30017",
        "30018",
        "30024",
        "30022",
        "30023",
        "30034",
        "30036",
        "30047",
        "30610",
        "63001",
        "63002",
        "63007",
        "63008",
        "63020",
        "63022",
        "63051",
        "63003",
        "63024",
        "63005",
        "63006",
        "63013",
        "63011",
        "63021",
        "63030",
        "63009",
        "63010",
        "63012",
        "63014",
        "63033",
        "63016",
        "63017",
        "63018",
        "63026",
        "63038",
        "63027",
        "63028",
        "63029",
        "63031",
        "63032",
        "63034",
        "63037",
        "63041",
        "63040",
        "63049",
        "131050",
        "131062",
    ]

    assert set(told) <= known_codes()


async def test_pushing_content_twice_makes_nothing_twice(
    carrier: TwilioCarrier, fake: FakeTwilio
) -> None:
    first = await push(carrier.client, FIXED)
    second = await push(carrier.client, FIXED)

    assert first == second
    assert len(fake.contents) == len(FIXED) == 16
    assert fake.contents[0]["types"]["twilio/quick-reply"]["actions"][0] == {
        "title": "{{2}}",
        "id": "{{3}}",
    }
