"""The rules of reading a reply, each by an example; the corpus tests have the many cases."""

from datetime import date

import pytest

from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import (
    Command,
    Commanded,
    Question,
    Reading,
    Unclear,
    Understood,
)

Lexicons = dict[str, Lexicon]
Questions = dict[str, Question]

STOPS = {
    "nl": ["stop", "STOP!!!", "stoppp", "stpo", "geen berichten meer aub", "laat me met rust"],
    "en": ["stop", "unsubscribe", "please stop texting me", "leave me alone", "STOPALL"],
    "tr": ["dur", "İPTAL", "bana mesaj atmayın artık", "beni listeden çıkarın"],
    "ar": ["توقف", "إيقاف", "لا ترسلوا لي رسائل", "الغاء الاشتراك"],
    "pl": ["stop", "wypisz mnie", "proszę nie pisać do mnie", "rezygnuję"],
    "uk": ["стоп", "відписатися", "не пишіть мені більше", "отпишите меня"],
    "fa": ["توقف", "لغو", "دیگه پیام ندید", "لطفا دیگر به من پیام نفرستید"],
    "es": ["basta", "no me escriban más"],
    "fr": ["arrêtez", "je ne veux plus recevoir de messages"],
}


def command_of(reading: Reading) -> Command | None:
    return reading.command if isinstance(reading, Commanded) else None


@pytest.mark.parametrize("said_in", STOPS)
def test_stop_in_any_language_counts_in_every_session_and_every_question(
    said_in: str, lexicons: Lexicons, questions: Questions
) -> None:
    for reply in STOPS[said_in]:
        for session in lexicons:
            for question in (None, *questions.values()):
                reading = understand(question, reply, lexicons, session)
                assert command_of(reading) is Command.STOP, (reply, session, question)


@pytest.mark.parametrize(
    "reply", ["ik stop niet", "stop met bellen aub", "stop met roken", "de stress stopt niet"]
)
def test_a_sentence_that_holds_stop_is_no_stop(
    reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    assert isinstance(understand(questions["scale"], reply, lexicons, "nl"), Unclear)
    assert understand(questions["text"], reply, lexicons, "nl") == Understood(reply, "word")


def test_the_full_label_beats_the_command_and_the_command_a_part(
    lexicons: Lexicons, questions: Questions
) -> None:
    whole = understand(questions["choices"], "hulp met brieven", lexicons, "nl")
    part = understand(questions["choices"], "hulp", lexicons, "nl")
    assert whole == Understood(("letters",), "label")
    assert command_of(part) is Command.HELP


def test_not_knowing_is_a_skip_and_never_a_no(lexicons: Lexicons, questions: Questions) -> None:
    for reply, session in (("geen idee", "nl"), ("nie wiem", "pl"), ("نمی‌دانم", "fa")):
        reading = understand(questions["yes_no"], reply, lexicons, session)
        assert command_of(reading) is Command.SKIP


def test_a_language_is_asked_for_in_any_language(lexicons: Lexicons) -> None:
    for reply in ("türkçe", "turks graag", "in Turkish please", "ترکی", "турецькою"):
        reading = understand(None, reply, lexicons, "nl")
        assert isinstance(reading, Commanded)
        assert (reading.command, reading.language) == (Command.LANGUAGE, "tr")


def test_not_speaking_a_language_opens_the_menu(lexicons: Lexicons) -> None:
    reading = understand(None, "ik spreek geen Nederlands", lexicons, "nl")
    assert isinstance(reading, Commanded)
    assert (reading.command, reading.language) == (Command.LANGUAGE, None)


def test_a_language_question_takes_the_name_as_its_answer(
    lexicons: Lexicons, questions: Questions
) -> None:
    for reply in ("Türkçe", "turkce", "2"):
        reading = understand(questions["language"], reply, lexicons, "nl")
        assert isinstance(reading, Understood)
        assert reading.value == "tr"


@pytest.mark.parametrize(
    ("reply", "command"),
    [
        ("terug", Command.BACK), ("start", Command.START), ("?", Command.HELP),
        ("ik wil een mens spreken", Command.HUMAN), ("mijn saldo", Command.BALANCE),
        ("mijn gegevens", Command.MY_DATA), ("verwijder mijn gegevens", Command.ERASE),
        ("verkeerd nummer", Command.WRONG_PERSON), ("overslaan", Command.SKIP),
    ],
)  # fmt: skip
def test_every_command_is_understood_without_a_question(
    reply: str, command: Command, lexicons: Lexicons
) -> None:
    assert command_of(understand(None, reply, lexicons, "nl")) is command


@pytest.mark.parametrize(
    "reply",
    [
        "ik wil niet meer leven", "Ik slaap niet. Ik wil niet meer.", "soms denk ik aan zelfmoord",
        "my husband hits me", "بدي موت", "ölmek istiyorum", "nie chcę już żyć", "не хочу жити",
        "می‌خواهم بمیرم", "quiero morir", "j'ai envie de mourir",
    ],
)  # fmt: skip
def test_despair_is_heard_anywhere_in_every_question(
    reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    for question in (None, *questions.values()):
        assert command_of(understand(question, reply, lexicons, "nl")) is Command.CRISIS


def test_wanting_no_part_any_more_is_a_stop_and_no_crisis(lexicons: Lexicons) -> None:
    reading = understand(None, "ik wil niet meer meedoen", lexicons, "nl")
    assert command_of(reading) is Command.STOP


def test_a_negation_within_a_word_is_never_mended_away(
    lexicons: Lexicons, questions: Questions
) -> None:
    work = Question(
        questions["scale"].type,
        date(2026, 11, 22),
        ("paid", "seeking"),
        {"tr": ("Ücretli iş", "İş arıyorum")},
    )
    assert isinstance(understand(work, "çalışmıyorum", lexicons, "tr"), Unclear)
    assert isinstance(understand(work, "iş aramıyorum", lexicons, "tr"), Unclear)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [("3", "digit"), ("veel stress", "label"), ("drie", "digit"), ("vele stress", "typo")],
)
def test_the_reason_is_kept(
    reply: str, reason: str, lexicons: Lexicons, questions: Questions
) -> None:
    reading = understand(questions["scale"], reply, lexicons, "nl")
    assert isinstance(reading, Understood)
    assert reading.reason == reason


def test_an_answer_in_another_language_says_which(lexicons: Lexicons, questions: Questions) -> None:
    reading = understand(questions["scale"], "çok fazla stres", lexicons, "nl")
    assert isinstance(reading, Understood)
    assert (reading.value, reading.language) == (5, "tr")


def test_run_together_digits_are_a_list_only_below_ten_choices(lexicons: Lexicons) -> None:
    def many(count: int) -> Question:
        codes = tuple(f"c{n}" for n in range(1, count + 1))
        return Question(AnswerType.CHOICES, date(2026, 11, 22), codes)

    nine, twelve = many(9), many(12)
    assert understand(nine, "13", lexicons, "nl") == Understood(("c1", "c3"), "digit")
    assert isinstance(understand(twelve, "12", lexicons, "nl"), Unclear)
    assert understand(twelve, "11, 3", lexicons, "nl") == Understood(("c3", "c11"), "digit")


@pytest.mark.parametrize("reply", ["", "   ", "\u200b\u200f", "\ufe0f", "\u3164", "\x00"])
def test_nothing_to_be_seen_is_unclear(
    reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    for question in questions.values():
        assert isinstance(understand(question, reply, lexicons, "nl"), Unclear)


def test_text_is_kept_as_typed(lexicons: Lexicons, questions: Questions) -> None:
    reading = understand(questions["text"], "\u200f  <b>ja</b>\n =1+1 👍🏽 \n", lexicons, "nl")
    assert reading == Understood("<b>ja</b>\n =1+1 👍🏽", "word")


def test_without_lexicons_nothing_is_understood(questions: Questions) -> None:
    assert isinstance(understand(questions["scale"], "3", {}, "nl"), Unclear)


@pytest.mark.parametrize("typed", ["5", "5.", "٥", "5 weet ik niet", "weet ik niet"])
def test_a_row_number_is_never_the_amount_that_stands_in_another_label(
    lexicons: Lexicons, typed: str
) -> None:
    labels = ("Tot 5.000", "Van 5.000 tot 20.000", "Van 20.000 tot 50.000", "Boven 50.000")
    codes = (1, 2, 3, 4, "unknown")
    asked = Question(AnswerType.CHOICE, date(2026, 3, 2), codes, {"nl": (*labels, "Weet ik niet")})

    reading = understand(asked, typed, lexicons, "nl")

    assert isinstance(reading, Understood)
    assert reading.value == "unknown"


@pytest.mark.parametrize(("typed", "value"), [("1 Tot 5.000", 1), ("2 van 5.000 tot 20.000", 2)])
def test_a_whole_row_with_its_number_is_that_row(
    lexicons: Lexicons, typed: str, value: int
) -> None:
    labels = ("Tot 5.000", "Van 5.000 tot 20.000", "Boven 20.000")
    asked = Question(AnswerType.CHOICE, date(2026, 3, 2), (1, 2, 3), {"nl": labels})

    reading = understand(asked, typed, lexicons, "nl")

    assert isinstance(reading, Understood)
    assert reading.value == value
