"""Answers in the words of the question, and answers among words that nobody knows."""

from datetime import date

import pytest

from bot.engine.flow import AnswerType
from bot.engine.replies import understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Question, Unclear, Understood

TODAY = date(2026, 11, 22)
POST = Question(
    AnswerType.YES_NO,
    TODAY,
    ("yes", "no"),
    {"nl": ("Ja", "Nee"), "tr": ("Evet", "Hayır"), "pl": ("Tak", "Nie"), "uk": ("Так", "Ні"),
     "ar": ("نعم", "لا"), "en": ("Yes", "No")},
    ask={
        "nl": "Maakt u uw post open?",
        "en": "Do you open your post?",
        "tr": "Size gelen mektupları açıyor musunuz?",
        "pl": "Czy otwiera Pan/Pani swoją pocztę?",
        "uk": "Ви відкриваєте листи, які вам приходять?",
        "ar": "هل تفتح رسائل البريد التي تصلك؟",
    },
)  # fmt: skip
CHILDREN = Question(
    AnswerType.NUMBER, TODAY, low=0, high=15,
    ask={"nl": "Hoeveel kinderen wonen bij u?", "tr": "Sizinle kaç çocuk yaşıyor?"},
)  # fmt: skip
WORK = Question(
    AnswerType.CHOICE,
    TODAY,
    ("paid", "seeking"),
    {"nl": ("Betaald werk", "Ik zoek werk"), "fa": ("کار با حقوق", "دنبال کار هستم")},
)
DEBTS = Question(
    AnswerType.CHOICES, TODAY, ("rent", "energy", "health", "phone"),
    {"nl": ("Huur", "Energie", "Zorgverzekering", "Telefoon"),
     "pl": ("Czynsz", "Energia", "Ubezpieczenie zdrowotne", "Telefon")},
)  # fmt: skip


def value(question: Question, reply: str, lexicons: dict[str, Lexicon], language: str) -> object:
    reading = understand(question, reply, lexicons, language)
    return reading.value if isinstance(reading, Understood) else None


@pytest.mark.parametrize(
    ("language", "reply", "said"),
    [
        ("tr", "açmıyorum", "no"),
        ("tr", "açıyorum", "yes"),
        ("pl", "otwieram", "yes"),
        ("pl", "nie otwieram", "no"),
        ("uk", "не відкриваю", "no"),
        ("uk", "відкриваю", "yes"),
        ("ar", "ما بفتحها بخاف", "no"),
        ("nl", "ik maak ze niet open", "no"),
    ],
)
def test_the_verb_of_the_question_is_a_yes_or_denied_a_no(
    lexicons: dict[str, Lexicon], language: str, reply: str, said: str
) -> None:
    assert value(POST, reply, lexicons, language) == said


@pytest.mark.parametrize(
    ("language", "reply", "said"),
    [
        ("nl", "nee dat durf ik echt niet meer", "no"),
        ("nl", "ja, de postbode kent mij al", "yes"),
        ("nl", "ja hoezo?", None),
        ("nl", "ja maar mijn zoon leest alles voor", None),
        ("nl", "ja ik wil stoppen", None),
        ("en", "no money", None),
        ("pl", "nie mam czasu", None),
    ],
)
def test_a_first_yes_or_no_counts_unless_something_contradicts(
    lexicons: dict[str, Lexicon], language: str, reply: str, said: str | None
) -> None:
    assert value(POST, reply, lexicons, language) == said


def test_the_nouns_of_the_question_say_nothing_beside_a_number(
    lexicons: dict[str, Lexicon],
) -> None:
    assert value(CHILDREN, "2 kinderen", lexicons, "nl") == 2
    assert value(CHILDREN, "iki çocuk", lexicons, "tr") == 2
    assert value(CHILDREN, "2 katten", lexicons, "nl") is None


def test_one_choice_and_a_place_is_the_choice(lexicons: dict[str, Lexicon]) -> None:
    assert value(WORK, "ik werk bij de bloemenveiling", lexicons, "nl") == "paid"
    assert value(WORK, "تو رستوران کار میکنم", lexicons, "fa") == "paid"
    assert value(WORK, "ik werk niet bij de bloemenveiling", lexicons, "nl") is None


def test_a_range_said_in_full_is_all_of_it(lexicons: dict[str, Lexicon]) -> None:
    three = ("rent", "energy", "health")
    assert value(DEBTS, "de eerste drie", lexicons, "nl") == three
    assert value(DEBTS, "od 1 do 3 włącznie", lexicons, "pl") == three
    assert value(DEBTS, "huur telefoon", lexicons, "nl") == ("rent", "phone")


def test_a_foreign_stop_yields_to_a_word_of_an_answer(lexicons: dict[str, Lexicon]) -> None:
    assert isinstance(understand(CHILDREN, "parę", lexicons, "pl"), Unclear)
    stopped = understand(CHILDREN, "paren", lexicons, "pl")
    assert isinstance(stopped, Commanded)
    assert stopped.command is Command.STOP
