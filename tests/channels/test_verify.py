"""Only what Twilio signed is let in; its own library is the oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.twilio.verify import Verifier, signed_text
from tests.fakes.twilio import ACCOUNT, TOKEN, sign, whatsapp

URL = "https://bot.example.org"
PATH = "/twilio/messages"
FORM = whatsapp("hallo ë ١", "SM1", Empty="")
PAIRS = list(FORM.items())
GOOD = sign(URL + PATH, FORM)


def verifier(*tokens: str) -> Verifier:
    return Verifier(URL, ACCOUNT, tokens or (TOKEN,))


def test_a_signed_request_is_accepted_whatever_the_order_of_its_fields() -> None:
    assert verifier().accepts(PATH, PAIRS, GOOD)
    assert verifier().accepts(PATH, PAIRS[::-1], GOOD)


def test_both_tokens_are_valid_while_they_are_rotated() -> None:
    assert verifier("new", TOKEN).accepts(PATH, PAIRS, GOOD)
    assert not verifier("new").accepts(PATH, PAIRS, GOOD)


def test_anything_that_differs_is_refused() -> None:
    assert not verifier().accepts(PATH, PAIRS, None)
    assert not verifier().accepts(PATH, PAIRS, "")
    assert not verifier().accepts(PATH, PAIRS, GOOD[:-2] + "A=")
    assert not verifier().accepts(PATH, PAIRS, "\u00e9" * 28)
    assert not verifier().accepts(PATH + "?x=1", PAIRS, GOOD)
    assert not verifier().accepts(PATH, [*PAIRS, ("Extra", "1")], GOOD)
    assert not verifier().accepts(PATH, [("Body", "\ud800"), *PAIRS], GOOD)


@pytest.mark.parametrize(
    "told", ["https://b.example", "https://b.example:8443", "https://[::1]:81/x"]
)
def test_a_port_may_be_signed_or_not(told: str) -> None:
    bare = told.replace(":8443", "").replace(":81/", "/")
    with_port = told if bare != told else f"{told}:443"
    here = Verifier(told, ACCOUNT, [TOKEN])

    assert here.accepts(PATH, PAIRS, sign(bare + PATH, FORM))
    assert here.accepts(PATH, PAIRS, sign(with_port + PATH, FORM))
    assert not here.accepts(PATH, PAIRS, sign("https://b.example:1" + PATH, FORM))


def test_another_account_is_refused_even_when_signed() -> None:
    form = FORM | {"AccountSid": "AC" + "1" * 32}

    assert not verifier().accepts(PATH, list(form.items()), sign(URL + PATH, form))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(TEXTS, TEXTS, max_size=6))
def test_the_signed_text_is_the_librarys(form: dict[str, str]) -> None:
    form["AccountSid"] = ACCOUNT
    signature = RequestValidator(TOKEN).compute_signature(URL + PATH, form)

    assert verifier().accepts(PATH, list(form.items()), signature)


def test_a_repeated_name_is_signed_with_each_value_once() -> None:
    pairs = [("B", "2"), ("A", "2"), ("A", "1"), ("A", "2")]

    assert signed_text("u", pairs) == "uA1A2B2"
