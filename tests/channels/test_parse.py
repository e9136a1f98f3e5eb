"""What Twilio posts, read as our messages and statuses."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.twilio.parse import STATES, MalformedError, parse_message, parse_status
from bot.message import Channel, DeliveryState, InboundMessage
from tests.fakes.twilio import raw, whatsapp

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def read(**more: str) -> InboundMessage:
    return parse_message(list(whatsapp("hallo", "SM1", **more).items()), NOW)


def test_a_whatsapp_message_has_channel_address_and_text() -> None:
    message = read()

    assert (message.channel, message.sender) == (Channel.WHATSAPP, "+31612345678")
    assert (message.text, message.provider_id, message.to) == ("hallo", "SM1", "+3197010200000")


def test_what_has_no_prefix_is_a_text_message() -> None:
    assert read(From="+31612345678").channel is Channel.SMS


def test_a_hidden_number_is_an_address_like_any_other() -> None:
    message = read(From="whatsapp:NL.1A2B", ExternalUserId="whatsapp:NL.1A2B")

    assert (message.sender, message.alias) == ("NL.1A2B", None)


def test_the_other_address_of_a_person_is_told() -> None:
    assert read(ExternalUserId="whatsapp:NL.1A2B").alias == "NL.1A2B"


@pytest.mark.parametrize(
    "fields",
    [
        {"ButtonPayload": "r1.stress.3", "ButtonText": "Best veel"},
        {"ListId": "r1.stress.3", "ListTitle": "3 Best veel"},
        {"InteractiveData": raw({"list_reply": {"id": "r1.stress.3", "title": "x"}})},
        {"InteractiveData": raw({"button_reply": {"id": "r1.stress.3"}})},
    ],
)
def test_a_tap_brings_its_payload(fields: dict[str, str]) -> None:
    assert read(**fields).payload == "r1.stress.3"


@pytest.mark.parametrize("junk", ["{", "[]", "3", '{"list_reply": 3}', "[" * 100_000])
def test_broken_interactive_data_is_no_tap(junk: str) -> None:
    assert read(InteractiveData=junk).payload is None


@pytest.mark.parametrize("place", ["list_reply", "button_reply"])
def test_json_cannot_spell_what_a_database_refuses(place: str) -> None:
    told = read(InteractiveData=raw({place: {"id": "r1.\ud800.\0 3"}}))

    assert told.payload == "r1.\ufffd. 3"


def test_media_are_told_and_capped() -> None:
    fields = {f"MediaUrl{n}": f"https://x/{n}" for n in range(50)}

    assert len(read(NumMedia="50", **fields).media) == 10
    assert read(NumMedia="many").media == ()


@pytest.mark.parametrize("missing", ["From", "MessageSid"])
def test_a_message_without_sender_or_id_is_malformed(missing: str) -> None:
    form = whatsapp("hallo", "SM1")
    for name in (missing, *(("SmsSid", "SmsMessageSid") if missing == "MessageSid" else ())):
        del form[name]

    with pytest.raises(MalformedError):
        parse_message(list(form.items()), NOW)


def test_what_the_carrier_answered_itself_is_told() -> None:
    assert read(OptOutType="STOP").keyword == "stop"
    assert read(OptOutType="odd").keyword is None


def test_unknown_fields_and_long_texts_do_no_harm() -> None:
    message = read(Body="a" * 100_000, SomethingNew="x")

    assert len(message.text) == 5000


def test_what_a_database_refuses_is_taken_out() -> None:
    assert read(Body="st\0op \ud800 \ud83d\ude42").text == "stop \ufffd \U0001f642"


@pytest.mark.parametrize("name", ["From", "MessageSid"])
@pytest.mark.parametrize(
    "trap",
    ["+316\0", "\0", "+31\u200e6", "+316\n", " +316", "+316\x7f", "+31\ud8006", "1" * 201],
)
def test_who_it_is_from_is_taken_as_it_was_signed_or_not_at_all(name: str, trap: str) -> None:
    with pytest.raises(MalformedError):
        read(**{name: trap})


@pytest.mark.parametrize("alias", ["whatsapp:NL.1\0A2B", "\0", "whatsapp:", " ", "1" * 201])
def test_an_alias_that_cannot_be_kept_is_left_out_and_the_message_counts(alias: str) -> None:
    message = read(ExternalUserId=alias)

    assert (message.text, message.alias) == ("hallo", None)


@pytest.mark.parametrize("name", ["From", "MessageSid"])
def test_two_senders_or_two_ids_are_none(name: str) -> None:
    form = whatsapp("hallo", "SM1")
    pairs = list(form.items())

    with pytest.raises(MalformedError):
        parse_message([*pairs, (name, "whatsapp:+31687654321")], NOW)
    assert parse_message([*pairs, (name, form[name])], NOW).provider_id == "SM1"


@pytest.mark.parametrize("sender", ["whatsapp:", "WhatsApp: "])
def test_a_channel_without_an_address_is_malformed(sender: str) -> None:
    with pytest.raises(MalformedError):
        read(From=sender)


def test_the_first_of_a_repeated_field_counts() -> None:
    pairs = [*whatsapp("eerst", "SM1").items(), ("Body", "later")]

    assert parse_message(pairs, NOW).text == "eerst"


def test_addresses_of_media_are_capped() -> None:
    (media,) = read(NumMedia="1", MediaUrl0="https://x/" + "a" * 9000).media

    assert len(media.url) == 2048


def test_a_long_text_message_that_came_as_base64_is_read() -> None:
    said = "Ik heb al twee maanden geen brief gehad en ik weet niet wat ik moet doen. ë"

    assert read(Body=b64encode(said.encode()).decode()).text == said


@pytest.mark.parametrize("typed", ["ja", "a" * 60, "Zo" * 40, "0612345678" * 8, "é" * 80])
def test_what_people_type_is_never_taken_for_base64(typed: str) -> None:
    assert read(Body=typed).text == typed


ANY = st.text(st.characters(), max_size=40)
NAMES = st.sampled_from(
    ["Body", "From", "To", "MessageSid", "NumMedia", "MediaUrl0", "InteractiveData", "ErrorCode",
     "MessageStatus", "ExternalUserId", "ButtonPayload", "OptOutType", "Strange"]
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, ANY), max_size=12), ANY)
def test_nothing_that_is_posted_breaks_the_reading(
    pairs: list[tuple[str, str]], token: str
) -> None:
    parse_status(pairs, token)
    try:
        message = parse_message(pairs, NOW)
    except MalformedError:
        return
    for kept in (message.text, message.sender, message.to, message.provider_id):
        assert "\0" not in kept
        kept.encode()


@pytest.mark.parametrize(
    "word",
    [
        "accepted", "scheduled", "canceled", "queued", "sending", "sent", "failed", "delivered",
        "undelivered", "receiving", "received", "read", "partially_delivered",
    ],
)  # fmt: skip
def test_every_status_of_twilio_is_mapped(word: str) -> None:
    assert word in STATES


def test_a_failed_status_has_its_code() -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "30005")]
    status = parse_status(form, "token")

    assert status is not None
    assert (status.state, status.code) == (DeliveryState.FAILED, "30005")
    assert parse_status([("MessageStatus", "novel")], "token") is None
