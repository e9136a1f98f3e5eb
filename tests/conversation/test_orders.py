"""An order comes back from the store as it went in."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.orders import dump_send, forms, load_send
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType
from bot.message import (
    Button,
    ButtonsForm,
    Form,
    ListForm,
    PictureForm,
    Row,
    TemplateForm,
    TextForm,
    VoiceForm,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = st.one_of(
    st.none(), st.integers(-9, 9), WORDS, st.dates(), st.lists(WORDS, max_size=2).map(tuple)
)
TEXTS = st.builds(Text, WORDS, st.dictionaries(WORDS, VALUES, max_size=2))
SHOWN = st.builds(
    Shown, st.one_of(st.integers(0, 9), WORDS), WORDS, WORDS, st.none() | st.integers(1, 9)
)
SENDS = st.builds(
    Send,
    st.none() | WORDS,
    st.none() | TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.lists(SHOWN, max_size=3).map(tuple),
    st.none() | st.sampled_from(AnswerType),
    st.none() | WORDS,
    st.sampled_from(["reply", "opening", "farewell"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
TAPS = st.lists(st.builds(Button, WORDS, WORDS), max_size=3).map(tuple)
FORMS = st.one_of(
    st.builds(TextForm, WORDS),
    st.builds(PictureForm, WORDS, WORDS, WORDS),
    st.builds(ButtonsForm, WORDS, TAPS, st.none() | WORDS),
    st.builds(
        ListForm, WORDS, WORDS, st.lists(st.builds(Row, WORDS, WORDS), max_size=3).map(tuple)
    ),
    st.builds(TemplateForm, WORDS, WORDS, st.lists(WORDS, max_size=2).map(tuple), WORDS, TAPS),
    st.builds(VoiceForm, WORDS),
)


@given(SENDS)
def test_an_order_survives_the_store(send: Send) -> None:
    assert load_send(dump_send(send)) == send


@pytest.mark.parametrize(
    "value", ["2026-03-02", "3", "true", '{"$date":"2026-03-02"}', date(2026, 3, 2), ("a", 1)]
)
def test_a_value_comes_back_as_what_it_was(value: Any) -> None:
    send = Send("s", Text("k", {"before": value}))
    assert load_send(dump_send(send)) == send


def test_half_a_character_is_left_to_the_store_to_mend() -> None:
    assert "\ud83d" in dump_send(Send("s", Text("k", {"words": "half \ud83d"})))


@given(FORMS)
def test_a_form_survives_the_store(form: Form) -> None:
    assert forms().validate_json(forms().dump_json(form)) == form
