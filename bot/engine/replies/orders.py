"""The command in a reply: whose words are heard first, and when a word is an answer instead."""

from collections.abc import Sequence

from bot.engine.flow import AnswerType
from bot.engine.replies.answers import own_answer
from bot.engine.replies.asked import Asked
from bot.engine.replies.commands import read_command
from bot.engine.replies.crisis import has_crisis
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command, Commanded, Understood
from bot.engine.replies.senses import Sense
from bot.engine.replies.tokens import said_words

_YIELDING = (Command.START, Command.HUMAN)
"""Commands whose words are answers elsewhere: "employee" to a question about work."""
_CHANNELS = (Command.WHATSAPP, Command.SMS)
"""Commands that are wishes and no need: where their words can be an answer, they are one."""
_ANSWERS = frozenset({Sense.NUMBER, Sense.NONE, Sense.ALL, Sense.UNSURE})
_YES_OR_NO = frozenset({Sense.YES, Sense.NO})


def named_language(asked: Asked) -> Understood | None:
    """The answer to which language, given by a name that stands in no label, or by a code."""
    question = asked.question
    if question is None or question.type is not AnswerType.LANGUAGE:
        return None
    named = read_command(asked.tokens, asked.lexicons, asked.lexicons, "word")
    named = named or _language_code(asked)
    if named is None or named.command is not Command.LANGUAGE:
        return None
    language = named.language
    return Understood(language, "word") if language in question.codes else None


def named_channel(asked: Asked) -> Understood | None:
    """The answer to which channel, in the words in which one is wished for at any time."""
    question = asked.question
    if question is None or not any(channel in question.codes for channel in _CHANNELS):
        return None
    named = read_command(asked.tokens, asked.lexicons, asked.lexicons, "word")
    if named is None or named.command not in _CHANNELS or named.command not in question.codes:
        return None
    return asked.chosen(question.codes.index(named.command))


def whole_command(asked: Asked) -> Commanded | None:
    """The command that the whole message is, as it was typed."""
    command = _whole_command(asked)
    if command is None or command.command not in _CHANNELS:
        return command
    is_answer = asked.is_text or isinstance(own_answer(asked), Understood)
    return None if is_answer else command


def _whole_command(asked: Asked) -> Commanded | None:
    command = read_command(asked.tokens, asked.lexicons[:1], asked.lexicons, "word")
    is_answer = _is_own_answer(asked)
    if command is not None and not (command.command in _YIELDING and is_answer):
        return command
    if is_answer:
        return None
    command = read_command(asked.tokens, asked.others, asked.lexicons, "other language")
    if command is None:
        return _language_code(asked)
    return None if _is_word_here(asked, command) else command


def crisis(asked: Asked) -> Commanded | None:
    """Words of despair or danger anywhere in the message, stretched or not."""
    if has_crisis(asked.tokens, asked.lexicons):
        return Commanded(Command.CRISIS, "word")
    tokens = asked.unstretched(asked.own)
    if tokens != asked.tokens and has_crisis(tokens, asked.lexicons[:1]):
        return Commanded(Command.CRISIS, "word")
    return None


def stretched_command(asked: Asked, lexicons: Sequence[Lexicon]) -> Commanded | None:
    """The command of some languages that a message with stretched letters is."""
    for lexicon in lexicons:
        tokens = asked.unstretched(lexicon)
        if tokens != asked.tokens and (
            command := read_command(tokens, (lexicon,), asked.lexicons, "word")
        ):
            return command
    return None


def _language_code(asked: Asked) -> Commanded | None:
    """The language that only its code asks for ("EN"). In a text it may be any word, and to
    another question a word of the session's language ("en", and).
    """
    code = "".join(token.text for token in asked.tokens if token.kind == "word")
    if asked.is_text or not any(lexicon.language == code for lexicon in asked.lexicons):
        return None
    is_free = asked.question is None or asked.question.type is AnswerType.LANGUAGE
    is_meant = is_free or asked.typed.isupper() or code not in asked.own.vocabulary
    return Commanded(Command.LANGUAGE, "word", code) if is_meant else None


def _is_own_answer(asked: Asked) -> bool:
    """Whether the message is one phrase of answer in the session's language."""
    question = asked.closed
    if question is None:
        return False
    words = said_words(asked.tokens)
    answers = _ANSWERS | _YES_OR_NO if question.type is AnswerType.YES_NO else _ANSWERS
    is_said = not answers.isdisjoint(asked.own.phrases.get(words, {}))
    return is_said or words in asked.options(asked.own).whole


def _is_word_here(asked: Asked, command: Commanded) -> bool:
    """Whether a foreign command is a word of the session's language: then it means that. A stop
    yields only to a word that says something in an answer ("parę", a few; "pare", stop).
    """
    words = said_words(asked.tokens)
    if command.command is Command.STOP:
        return words in asked.own.phrases
    return len(words) == 1 and words[0] in asked.own.vocabulary
