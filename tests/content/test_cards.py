"""Which card a message gets and what is on it."""

from dataclasses import replace

import pytest

from bot.content.cards import Card, CardError, Kind, card_of
from bot.content.cards.ahead import cards_of, forms_of
from bot.content.cards.layout import drawing
from bot.content.pictures import FROM_BALANCE
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType, Step
from bot.engine.flow import Kind as Does
from tests.content.cards import EASY, FACES, LANGUAGES, asked, card, library

FLOWS = library().studies["klantmonitor"].flows
TEXTS = library().texts(FLOWS["baseline"])


def numbers(shown: Card) -> list[int]:
    return [cell.number for cell in shown.cells]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_of_the_study_can_be_drawn_in_every_language(language: str) -> None:
    ahead = [
        card
        for revision in FLOWS.values()
        for card in cards_of(revision.flow, library().texts(revision), [language])
    ]

    assert len(ahead) >= 40
    assert all(drawing(card, lambda _: "").startswith("<svg") for card in ahead)


def test_a_scale_stands_in_one_row() -> None:
    shown = card("stress", "nl")

    assert shown.kind is Kind.ROW
    assert numbers(shown) == [1, 2, 3, 4, 5]
    assert [cell.picture for cell in shown.cells] == [f"stress-{n}" for n in range(1, 6)]
    assert shown.question == "Hoeveel stress heb je door geld?"
    assert shown.hint == "Typ een cijfer."


def test_the_control_to_skip_is_not_on_the_card() -> None:
    send = asked("stress", "nl")

    assert [shown.number for shown in send.choices] == [1, 2, 3, 4, 5, None]
    assert len(card("stress", "nl").cells) == 5


def test_no_contact_stands_apart_from_the_scale() -> None:
    assert [cell.is_apart for cell in card("listened", "nl", "periodic").cells] == [
        False, False, False, False, False, True,
    ]  # fmt: skip


def test_i_do_not_know_stands_apart_from_the_scale_and_has_a_picture() -> None:
    last = card("debt_band", "nl").cells[-1]

    assert last.is_apart
    assert last.picture == "unknown"


def test_pictures_to_choose_from_stand_in_a_grid() -> None:
    assert card("self_picture", "nl").kind is Kind.GRID
    assert len(card("self_picture", "nl").cells) == 9
    assert card("life_areas", "nl").kind is Kind.GRID


def test_many_answers_have_a_hint_of_their_own() -> None:
    assert card("life_areas", "nl").hint == "Typ de cijfers. Bijvoorbeeld 1 3"


def test_choices_without_pictures_stand_line_by_line_under_the_picture_of_the_question() -> None:
    shown = card("language", "nl")

    assert shown.kind is Kind.LINES
    assert shown.picture == "language"
    assert numbers(shown) == [1, 2, 3, 4, 5, 6, 7]


def test_yes_and_no_have_pictures_of_their_own_when_the_question_has_one() -> None:
    shown = card("network_expert", "nl")

    assert shown.kind is Kind.ROW
    assert [cell.picture for cell in shown.cells] == ["yes", "no", "unknown"]
    assert shown.picture == "calculator-person"
    assert not any(cell.is_apart for cell in shown.cells)


def test_two_buttons_in_words_need_no_card() -> None:
    assert card_of(asked("channel", "nl"), "nl", TEXTS) is None
    assert card_of(asked("consent", "nl"), "nl", TEXTS) is None


def test_an_open_question_with_a_picture_shows_both_and_how_to_answer() -> None:
    send = Send("debts", Text("common.items.stress.ask"), type=AnswerType.NUMBER, picture="house")
    key = asked("stress", "nl").text
    assert key is not None
    shown = card_of(Send("debts", key, type=send.type, picture="house"), "nl", TEXTS)

    assert shown is not None
    assert (shown.kind, shown.picture, shown.cells) == (Kind.PICTURE, "house", ())
    assert shown.question
    assert shown.hint == "Typ een getal. Bijvoorbeeld 5"


def test_a_question_with_a_value_of_the_person_is_not_written_on_the_card() -> None:
    key = asked("consent", "nl").text
    send = Send("amount", key, type=AnswerType.AMOUNT, picture="voucher")
    shown = card_of(send, "nl", TEXTS)

    assert shown is not None
    assert shown.question == ""


def test_a_message_that_is_no_question_is_a_picture_alone() -> None:
    shown = card_of(Send("who", Text("polsbot.hint_choice"), picture="hello"), "nl", TEXTS)

    assert shown == Card(Kind.PICTURE, picture="hello")


def test_a_message_without_a_picture_has_no_card() -> None:
    assert card_of(Send("who", Text("polsbot.hint_choice")), "nl", TEXTS) is None


@pytest.mark.parametrize(
    ("pot", "picture", "amount"),
    [
        (None, "pot-0", "€ 0"),
        (-100, "pot-0", "€ 0"),
        (200, "pot-2", "€ 2"),
        (350, "pot-2", ""),
        (500, "pot-4", ""),
        (600, "pot-6", "€ 6"),
        (900, "pot-6", ""),
    ],
)
def test_the_pot_is_as_full_as_it_is_and_never_tells_another_amount(
    pot: int | None, picture: str, amount: str
) -> None:
    send = Send("thanks", Text("common.items.thanks.say"), picture=FROM_BALANCE)
    shown = card_of(send, "nl", TEXTS, pot)

    assert shown is not None
    assert (shown.picture, shown.amount) == (picture, amount)


def test_arabic_and_persian_begin_on_the_right() -> None:
    mirrored = {language for language in LANGUAGES if card("stress", language).is_mirrored}

    assert mirrored == {"ar", "fa"}


def test_a_card_is_the_same_wherever_it_is_asked() -> None:
    assert card("stress", "nl") == card("stress", "nl", "periodic")


def test_every_look_at_a_shuffled_question_is_known_ahead() -> None:
    ahead = set(cards_of(FLOWS["baseline"].flow, TEXTS, ["nl"]))
    orders = {shown.cells for shown in ahead if shown.step == "self_picture"}

    assert len(orders) == 8
    assert card("self_picture", "nl") in ahead


def test_the_easy_form_has_the_steps_1_3_and_5_and_counts_from_1() -> None:
    send = asked("listened", "nl", "periodic", EASY)
    shown = card("listened", "nl", "periodic", EASY)

    assert [(one.number, one.code) for one in send.choices[:4]] == [
        (1, 1), (2, 3), (3, 5), (4, "none"),
    ]  # fmt: skip
    assert [(cell.number, cell.picture, cell.is_apart) for cell in shown.cells] == [
        (1, "listened-1", False),
        (2, "listened-3", False),
        (3, "listened-5", False),
        (4, "no-contact", True),
    ]


def test_the_easy_form_leaves_other_questions_as_they_are() -> None:
    for step in ("debt_band", "self_picture", "life_areas", "network_expert"):
        assert asked(step, "nl", facts=EASY) == asked(step, "nl")


def test_the_easy_form_is_drawn_ahead_where_people_may_choose_it() -> None:
    flow, texts = FLOWS["periodic"].flow, library().texts(FLOWS["periodic"])
    choosing = replace(flow, steps=(Step("scale_form", Does.ASK), *flow.steps))
    easy, usual = card("stress", "nl", "periodic", EASY), card("stress", "nl", "periodic")

    assert usual in set(cards_of(flow, texts, ["nl"], forms_of([flow])))
    assert easy not in set(cards_of(flow, texts, ["nl"], forms_of([flow])))
    assert {easy, usual} <= set(cards_of(flow, texts, ["nl"], forms_of([flow, choosing])))


def test_a_fault_names_the_card_the_language_and_the_words() -> None:
    fault = FACES.fault("`word` does not fit")

    assert isinstance(fault, CardError)
    assert str(fault) == "card feeling in nl: `word` does not fit"


def test_a_choice_with_a_missing_picture_goes_line_by_line() -> None:
    label = "polsbot.skip"
    choices = tuple(Shown(n, label, f"r.s.{n}", n, "house" if n < 4 else None) for n in range(1, 5))
    shown = card_of(Send("s", None, choices=choices, type=AnswerType.CHOICE), "nl", TEXTS)

    assert shown is not None
    assert shown.kind is Kind.LINES
    assert [cell.picture for cell in shown.cells] == ["house", "house", "house", None]
