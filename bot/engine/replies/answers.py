"""The answer in a reply that is no command: in the session's language, in another, or in part."""

from dataclasses import replace

from bot.engine.flow import AnswerType, Value
from bot.engine.replies.asked import ONE_CHOICE, Asked, read
from bot.engine.replies.dates import is_of_two_calendars
from bot.engine.replies.leading import read_leading
from bot.engine.replies.parts import UNKNOWN
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.repair import corrected, is_known
from bot.engine.replies.scan import scan
from bot.engine.replies.tokens import joined, said_words


def whole_label(asked: Asked) -> Understood | None:
    """The full label, even if it is a command too."""
    if asked.question is None:
        return None
    position = asked.options(asked.own).labels.get("".join(said_words(asked.tokens)))
    if position is None or any(token.kind == "emoji" for token in asked.tokens):
        return None
    return asked.chosen(position)


def own_answer(asked: Asked) -> Understood | Unclear | None:
    """The answer in the session's language, or the doubt if all its words are known there."""
    question, lexicon = asked.closed, asked.own
    if question is None:
        return None
    options = asked.options(lexicon)
    found = read(question, asked.unstretched(lexicon), lexicon, options)
    if _is_of_two_calendars(asked, question):
        return Unclear("a day in which calendar")
    if isinstance(found, Understood):
        return found
    is_sure = all(
        is_known(token, lexicon, options) for token in joined(asked.tokens, lexicon.onto_next)
    )
    return found if is_sure and found.reason != UNKNOWN else None


def foreign_answer(asked: Asked) -> Understood | Unclear | None:
    """The answer in another language, if all languages that have one agree."""
    question = asked.closed
    if question is None:
        return None
    found: dict[Value, Understood] = {}
    for lexicon in asked.others:
        reading = read(question, asked.unstretched(lexicon), lexicon, asked.options(lexicon))
        if isinstance(reading, Understood):
            found.setdefault(reading.value, replace(reading, language=lexicon.language))
    if len(found) > 1:
        return Unclear("means different things in different languages")
    return next(iter(found.values()), None)


def leading_answer(asked: Asked) -> Understood | None:
    """The answer that stands before or beside words that nobody knows."""
    question, own = asked.question, asked.own
    if question is None or question.type not in ONE_CHOICE:
        return None
    if any(token.text in own.refusal.end for token in asked.tokens):
        return None  # "yes I want to stop" may mean the messages
    options, tokens = asked.options(own), asked.unstretched(own)
    found = read_leading(question, scan(tokens, own, options))
    if found is None:
        return None
    mended = corrected(tokens, own, options, own.vocabulary)
    return found if read_leading(question, scan(mended, own, options)) == found else None


def _is_of_two_calendars(asked: Asked, question: Question) -> bool:
    return (
        question.type is AnswerType.DATE
        and asked.own.calendar == "solar"
        and is_of_two_calendars(asked.tokens, question.today)
    )
