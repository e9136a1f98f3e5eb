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
    ("reply", "command"),
    [
        ("sms", Command.SMS), ("kan het ook via sms", Command.SMS), ("WhatsApp!", Command.WHATSAPP),
        ("I prefer SMS", Command.SMS), ("whatsapp yerine sms", Command.SMS),
        ("бажаю через смс", Command.SMS), ("wolę na whatsapp", Command.WHATSAPP),
        ("بدي واتساب", Command.WHATSAPP), ("با پیامک بفرستید", Command.SMS),
        ("por sms", Command.SMS), ("je préfère par sms", Command.SMS),
        ("geen sms meer", Command.STOP), ("stop met sms", Command.STOP),
        ("sms istemiyorum", Command.STOP), ("لا اريد رسائل نصية", Command.STOP),
        ("не пишіть смс", Command.STOP), ("پیامک نفرستید", Command.STOP),
        ("no more whatsapp", Command.STOP), ("geen whatsapp meer", Command.STOP),
        ("whatsapp'tan yazmayın", Command.STOP), ("لا أريد واتساب", Command.STOP),
        ("nie piszcie na whatsapp", Command.STOP), ("не пишіть у ватсап", Command.STOP),
        ("در واتساپ پیام ندهید", Command.STOP), ("geen whatsapp, sms graag", Command.SMS),
        ("no sms, whatsapp please", Command.WHATSAPP),
        ("niet via whatsapp maar via sms", Command.SMS),
    ],
)  # fmt: skip
def test_a_channel_can_be_asked_for_and_no_wish_to_stop_is_taken_for_it(
    reply: str, command: Command, lexicons: Lexicons
) -> None:
    assert command_of(understand(None, reply, lexicons, "nl")) is command


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("via sms", "sms"), ("liever sms dan whatsapp", "sms"), ("ik heb geen whatsapp", "sms"),
        ("I prefer SMS", "sms"), ("смс", "sms"), ("przez whatsapp", "whatsapp"),
        ("على الواتس", "whatsapp"), ("با پیامک", "sms"), ("whatsapp'tan", "whatsapp"),
    ],
)  # fmt: skip
def test_a_wish_for_a_channel_answers_the_question_for_it(
    reply: str, value: str, lexicons: Lexicons
) -> None:
    labels = {"nl": ("WhatsApp", "Sms"), "uk": ("WhatsApp", "SMS")}
    channel = Question(AnswerType.CHOICE, date(2026, 11, 22), ("whatsapp", "sms"), labels)
    for session in labels:
        assert understand(channel, reply, lexicons, session) == Understood(value, "label")
    assert command_of(understand(channel, "stop met sms", lexicons, "nl")) is Command.STOP


@pytest.mark.parametrize("reply", ["via de app", "sms", "ik heb geen whatsapp", "por whatsapp"])
def test_where_words_can_be_an_answer_they_are_no_wish_for_a_channel(
    reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    assert understand(questions["text"], reply, lexicons, "nl") == Understood(reply, "word")

    labels = {"nl": ("Op de website", "Via de app van de bank")}
    bank = Question(AnswerType.CHOICE, date(2026, 11, 22), ("site", "bank"), labels)
    assert understand(bank, "via de app", lexicons, "nl") == Understood("bank", "word")


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


@pytest.mark.parametrize(
    ("reply", "code"),
    [("TR", "tr"), ("nl", "nl"), ("tr.", "tr"), ("hollands", "nl"), ("ingilizce", None)],
)
def test_a_language_question_takes_codes_and_every_name(
    reply: str, code: str | None, lexicons: Lexicons, questions: Questions
) -> None:
    reading = understand(questions["language"], reply, lexicons, "nl")
    if code is None:  # it is not among the choices, but it is a language
        assert reading == Commanded(Command.LANGUAGE, "other language", "en")
    else:
        assert isinstance(reading, Understood)
        assert reading.value == code


def test_a_language_code_asks_for_it_unless_it_is_a_word_here(
    lexicons: Lexicons, questions: Questions
) -> None:
    for question in (None, questions["scale"]):
        for reply in ("EN", "pl", "TR"):
            reading = understand(question, reply, lexicons, "nl")
            assert command_of(reading) is Command.LANGUAGE, reply
    assert isinstance(understand(questions["scale"], "en", lexicons, "nl"), Unclear)
    assert understand(questions["text"], "uk", lexicons, "nl") == Understood("uk", "word")


@pytest.mark.parametrize(
    ("language", "reply", "cents"),
    [
        ("nl", "anderhalf duizend", 150_000), ("nl", "tweeëneenhalf duizend", 250_000),
        ("nl", "een half duizend", 50_000), ("nl", "2,5 duizend", 250_000),
        ("en", "two thousand and a half", 250_000), ("en", "half a thousand", 50_000),
        ("pl", "dwa i pół tysiąca", 250_000), ("ar", "نص ألف", 50_000),
        ("ar", "ألفين ونص", 250_000), ("tr", "bir buçuk bin", 150_000),
        ("fa", "دو هزار و نیم", 250_000),
        ("es", "dos mil y medio", 250_000), ("fr", "deux mille et demi", 250_000),
        ("nl", "twee en een half euro", 250), ("nl", "anderhalf", None), ("tr", "bir buçuk", None),
    ],
)  # fmt: skip
def test_a_half_is_half_of_the_thousand_beside_it(
    language: str, reply: str, cents: int | None, lexicons: Lexicons, questions: Questions
) -> None:
    reading = understand(questions["amount"], reply, lexicons, language)
    assert (reading.value if isinstance(reading, Understood) else None) == cents


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "not no stress"), ("nl", "niet geen stress"), ("nl", "heel een beetje stress"),
        ("nl", "veel maar niet altijd"),
    ],
)  # fmt: skip
def test_a_denied_or_heightened_label_is_asked_again(
    language: str, reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    assert isinstance(understand(questions["scale"], reply, lexicons, language), Unclear)


@pytest.mark.parametrize("reply", ["best wl stress", "bst wel stress", "best wel stresz"])
def test_a_label_with_one_letter_wrong_is_that_label(
    reply: str, lexicons: Lexicons, questions: Questions
) -> None:
    reading = understand(questions["scale"], reply, lexicons, "nl")
    assert isinstance(reading, Understood)
    assert reading.value == 3


def test_days_are_counted_where_days_are_asked_for(lexicons: Lexicons) -> None:
    today = date(2026, 11, 22)
    days = Question(AnswerType.NUMBER, today, low=0, high=7, ask={"nl": "Hoeveel dagen sport u?"})
    children = Question(AnswerType.NUMBER, today, low=0, high=7, ask={"nl": "Hoeveel kinderen?"})
    reading = understand(days, "4 dagen", lexicons, "nl")
    assert isinstance(reading, Understood)
    assert reading.value == 4
    assert isinstance(understand(children, "4 dagen", lexicons, "nl"), Unclear)


@pytest.mark.parametrize("joiner", ["\u200c", " ", ""])
def test_a_persian_joiner_a_space_and_nothing_are_the_same(joiner: str, lexicons: Lexicons) -> None:
    work = Question(
        AnswerType.CHOICE,
        date(2026, 11, 22),
        ("paid", "seeking"),
        {"fa": ("کار با حقوق", f"دنبال کار می{joiner}گردم")},
    )
    for typed in ("\u200c", " ", ""):
        reading = understand(work, f"دنبال کار می{typed}گردم", lexicons, "fa")
        assert isinstance(reading, Understood), typed
        assert reading.value == "seeking"
        stopped = understand(work, f"پیام نمی{typed}خوام", lexicons, "fa")
        assert command_of(stopped) is Command.STOP
