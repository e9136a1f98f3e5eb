"""What one order becomes on each channel."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.compose import ComposeError, compose
from bot.content.library import load_library
from bot.content.texts import Texts
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType, Value
from bot.message import ButtonsForm, Channel, Form, ListForm, PictureForm, TextForm
from tests.content.studies import FIRST, load, steps

ROOT = Path(__file__).parents[2]
VALUES: dict[str, Value] = {"first_name": "Amina", "sender_name": "Team", "pot": 450}
SKIP = Shown("-skip", "polsbot.skip", "r.s.-skip")


def texts(tmp_path: Path, lines: str = "") -> Texts:
    library = load(tmp_path, first=steps(lines) if lines else FIRST)
    return library.texts(library.studies["small"].flows["first"])


def ask(*labels: str, skip: bool = True, kind: AnswerType = AnswerType.CHOICE) -> Send:
    shown = tuple(
        Shown(code, f"small.first.q.{code}", f"r.q.{code}", number)
        for number, code in enumerate(labels, 1)
    )
    choices = (*shown, SKIP) if skip else shown
    return Send("q", Text("small.first.q.ask"), choices=choices, type=kind, skip=skip)


def question(count: int) -> str:
    choices = ", ".join(f'c{number}: "Keuze {number}"' for number in range(1, count + 1))
    return f'  q: {{ask: "Wat kies je?", choices: {{{choices}}}}}\n'


def codes(count: int) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in range(1, count + 1))


def say(send: Send, channel: Channel, known: Texts, picture: str | None = None) -> tuple[Form, ...]:
    return compose(send, channel, "nl", known, VALUES, lambda _: picture)


def test_two_choices_and_skip_are_three_buttons(tmp_path: Path) -> None:
    (form,) = say(ask("c1", "c2"), Channel.WHATSAPP, texts(tmp_path, question(2)))

    assert isinstance(form, ButtonsForm)
    assert [button.title for button in form.buttons] == ["Keuze 1", "Keuze 2", "Overslaan"]
    assert [button.id for button in form.buttons] == ["r.q.c1", "r.q.c2", "r.s.-skip"]


def test_three_choices_and_skip_are_a_list_with_digits(tmp_path: Path) -> None:
    (form,) = say(ask(*codes(3)), Channel.WHATSAPP, texts(tmp_path, question(3)))

    assert isinstance(form, ListForm)
    assert form.opener == "Kies"
    assert [row.title for row in form.rows] == ["1 Keuze 1", "2 Keuze 2", "3 Keuze 3", "Overslaan"]


def test_the_picture_comes_before_its_list(tmp_path: Path) -> None:
    forms = say(ask(*codes(5)), Channel.WHATSAPP, texts(tmp_path, question(5)), "https://x/p")

    assert [type(form) for form in forms] == [PictureForm, ListForm]
    assert isinstance(forms[0], PictureForm)
    assert forms[0].alt == "Wat kies je?"


def test_more_choices_than_a_list_holds_are_numbered_words(tmp_path: Path) -> None:
    (form,) = say(ask(*codes(11)), Channel.WHATSAPP, texts(tmp_path, question(11)))

    assert isinstance(form, TextForm)
    assert form.body.splitlines()[1] == "1 Keuze 1"
    assert form.body.splitlines()[-1] == "Typ een cijfer. 0 = overslaan"


def test_many_answers_are_numbered_words_with_an_example(tmp_path: Path) -> None:
    send = ask("c1", "c2", kind=AnswerType.CHOICES)

    (form,) = say(send, Channel.WHATSAPP, texts(tmp_path, question(2)), "https://x/p")

    assert isinstance(form, PictureForm)
    assert form.body.endswith(
        "1 Keuze 1\n2 Keuze 2\nTyp de cijfers. Bijvoorbeeld 1 3\n0 = overslaan"
    )


def test_a_repeated_question_shows_a_row_a_line_with_an_example(tmp_path: Path) -> None:
    first = ask(*codes(5))
    again = Send(first.step, first.text, (), first.choices, first.type, repeated=True, skip=True)

    (form,) = say(again, Channel.WHATSAPP, texts(tmp_path, question(5)))

    assert isinstance(form, TextForm)
    assert form.body.splitlines()[1:] == [
        *(f"{number} Keuze {number}" for number in range(1, 6)),
        "Typ een cijfer. Bijvoorbeeld 3",
        "0 = overslaan",
    ]


def test_sms_has_one_numbered_line_a_choice(tmp_path: Path) -> None:
    (form,) = say(ask(*codes(3)), Channel.SMS, texts(tmp_path, question(3)), "https://x/p")

    assert form == TextForm(
        "Wat kies je?\n1 Keuze 1\n2 Keuze 2\n3 Keuze 3\nTyp een cijfer. 0 = overslaan"
    )


def test_the_local_phone_shows_what_whatsapp_shows(tmp_path: Path) -> None:
    known = texts(tmp_path, question(5))

    assert say(ask(*codes(5)), Channel.LOCAL, known) == say(ask(*codes(5)), Channel.WHATSAPP, known)


def test_a_number_is_asked_in_words_with_a_button_to_skip(tmp_path: Path) -> None:
    known = texts(tmp_path, '  q: {ask: "Hoeveel?", type: number}\n')
    send = ask(kind=AnswerType.NUMBER)

    (tapped,) = say(send, Channel.WHATSAPP, known)
    (typed,) = say(send, Channel.SMS, known)

    assert isinstance(tapped, ButtonsForm)
    assert [button.title for button in tapped.buttons] == ["Overslaan"]
    assert isinstance(typed, TextForm)
    assert "0 = overslaan" not in typed.body  # 0 is a number


def test_notices_come_first_after_a_blank_line(tmp_path: Path) -> None:
    send = Send("thanks", Text("small.first.thanks.say"), notices=(Text("polsbot.corrected"),))

    (form,) = say(send, Channel.SMS, texts(tmp_path))

    assert isinstance(form, TextForm)
    notice, blank, body = form.body.splitlines()
    assert notice == "Goed, je antwoord is veranderd."
    assert blank == ""
    assert body == "Dank je, Amina. In je pot zit 4,50 euro."


def test_a_too_long_label_is_an_error_and_never_cut(tmp_path: Path) -> None:
    lines = '  q: {ask: "Wat?", choices: {c1: "Dit is toch echt te lang", c2: "Kort"}}\n'

    with pytest.raises(ComposeError, match="only 20 fit"):
        say(ask("c1", "c2"), Channel.WHATSAPP, texts(tmp_path, lines))


def test_two_equal_labels_are_an_error(tmp_path: Path) -> None:
    lines = '  q: {ask: "Wat?", choices: {c1: "Ja", c2: "ja"}}\n'

    with pytest.raises(ComposeError, match="read the same"):
        say(ask("c1", "c2"), Channel.WHATSAPP, texts(tmp_path, lines))


def test_sms_holds_no_sign_that_halves_its_room(tmp_path: Path) -> None:
    lines = '  q: {ask: "“Wat” – of ’t…", choices: {c1: "A", c2: "B"}}\n'

    (form,) = say(ask("c1", "c2"), Channel.SMS, texts(tmp_path, lines))

    assert isinstance(form, TextForm)
    assert form.body.splitlines()[0] == '"Wat" - of \'t...'


def test_a_notice_that_makes_a_text_message_too_long_goes_before_it_in_its_own(
    tmp_path: Path,
) -> None:
    known = texts(tmp_path, question(5))
    asked = ask(*codes(5))
    short = replace(asked, notices=(Text("polsbot.corrected"),))
    long = replace(asked, notices=(Text("polsbot.help"), Text("polsbot.my_data")) * 3)

    assert len(say(short, Channel.SMS, known)) == 1
    first, second = say(long, Channel.SMS, known)
    assert isinstance(second, TextForm)
    assert second.body.startswith("Wat kies je?\n1 Keuze 1")
    assert first != second
    assert len(say(long, Channel.EMAIL, known)) == 1


def test_a_number_filled_into_arabic_is_kept_in_order_on_old_phones() -> None:
    known = load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets").texts()
    send = Send(None, Text("polsbot.unknown_sender"))
    desk: dict[str, Value] = {"desk": "14 0123456"}

    (sms,) = compose(send, Channel.SMS, "ar", known, desk, lambda _: None)
    (whatsapp,) = compose(send, Channel.WHATSAPP, "ar", known, desk, lambda _: None)

    assert isinstance(sms, TextForm)
    assert isinstance(whatsapp, TextForm)
    assert "\u200e14 0123456\u200e" in sms.body
    assert "\u206814 0123456\u2069" in whatsapp.body
