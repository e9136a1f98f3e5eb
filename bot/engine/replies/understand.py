"""What a typed reply means: a value only if a careful clerk would be sure, else ask again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.engine.flow import AnswerType, Value
from bot.engine.replies.amounts import read_amount, read_number
from bot.engine.replies.choice import read_choice
from bot.engine.replies.choices import read_choices
from bot.engine.replies.commands import in_order, read_command
from bot.engine.replies.crisis import has_crisis
from bot.engine.replies.dates import read_date
from bot.engine.replies.fold import is_invisible, strip_ends
from bot.engine.replies.leading import read_leading
from bot.engine.replies.lexicon import Lexicon, Sense
from bot.engine.replies.options import Options, options_of
from bot.engine.replies.parts import UNKNOWN
from bot.engine.replies.reading import Command, Commanded, Question, Reading, Unclear, Understood
from bot.engine.replies.repair import (
    EVER,
    THRICE,
    corrected,
    in_own_script,
    is_known,
    mistyped_label,
    unstretched,
)
from bot.engine.replies.scan import scan
from bot.engine.replies.tokens import Token, tokenise

_SINGLE = frozenset({AnswerType.CHOICE, AnswerType.YES_NO, AnswerType.PICTURE, AnswerType.LANGUAGE})
_LONGEST_SEARCHED = 5000
_LONGEST_ANSWER = 200
_MOST_TOKENS = 40
_READERS = {
    AnswerType.CHOICE: read_choice,
    AnswerType.PICTURE: read_choice,
    AnswerType.YES_NO: read_choice,
    AnswerType.LANGUAGE: read_choice,
    AnswerType.CHOICES: read_choices,
    AnswerType.NUMBER: read_number,
    AnswerType.AMOUNT: read_amount,
    AnswerType.DATE: read_date,
}
_NO_OPTIONS = Options({}, {}, frozenset(), {}, frozenset(), 1)
_LONGEST_MISTYPED_STOP = 3
_YIELDING = (Command.START, Command.HUMAN)
"""Commands whose words are answers elsewhere: "employee" to a question about work."""


def understand(
    question: Question | None, reply: str, lexicons: Mapping[str, Lexicon], language: str
) -> Reading:
    """The value, the command or the doubt in a reply; never raises, whatever was typed.

    ``question`` is ``None`` when none is open: then only commands are understood. ``language`` is
    the one the person is spoken to in; its words come first, then those of all other lexicons.
    """
    typed = strip_ends(reply)
    if lexicons and question is not None and (place := _bare_digit(question, typed)) is not None:
        return Understood(question.codes[place], "digit")
    if is_invisible(typed):
        return Unclear("nothing typed")
    ordered = in_order(lexicons, language)
    if not ordered:
        return Unclear("no lexicon")
    asked = _Asked(question, typed, tokenise(typed[:_LONGEST_SEARCHED], _mixed(ordered)), ordered)
    return asked.reading()


def _bare_digit(question: Question, typed: str) -> int | None:
    """The place of the choice in the commonest reply, one plain digit; ``None`` for all else.

    Where labels begin with digits themselves, a digit may mean a label: that is read with care.
    """
    if question.type not in _SINGLE or not "1" <= typed <= "9" or typed[1:]:
        return None
    place = int(typed) - 1
    in_labels = any(map(_have_digits, question.labels.values()))
    return place if place < len(question.codes) and not in_labels else None


@lru_cache(maxsize=512)  # the labels of a language at a question: few, and asked of each digit
def _have_digits(labels: tuple[str, ...]) -> bool:
    return any(label[:1].isdigit() for label in labels)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reply to one question, with the lexicons in the order in which they are heard."""

    question: Question | None
    typed: str
    tokens: Sequence[Token]
    lexicons: tuple[Lexicon, ...]
    short: dict[str, list[Token]] = field(default_factory=dict)
    """The tokens without stretched letters by language, once they were needed."""

    def reading(self) -> Reading:
        return (
            self._whole_label()
            or self._named_language()
            or self._command()
            or self._crisis()
            or self._long()
            or self._stretched_command(self.lexicons[:1])
            or self._own_answer()
            or self._stretched_command(self.lexicons[1:])
            or self._foreign_answer()
            or self._mistyped()
            or self._leading_answer()
            or self._text_or_unclear()
        )

    def _whole_label(self) -> Understood | None:
        """The full label, even if it is a command too."""
        if self.question is None:
            return None
        said = "".join(t.text for t in self.tokens if t.kind in ("word", "digits"))
        position = self._options(self.lexicons[0]).labels.get(said)
        if position is None or any(t.kind == "emoji" for t in self.tokens):
            return None
        return self._chosen(position)

    def _chosen(self, position: int) -> Understood | None:
        question = self.question
        if question is None or position >= len(question.codes):
            return None
        code = question.codes[position]
        return Understood((code,) if question.type is AnswerType.CHOICES else code, "label")

    def _command(self) -> Commanded | None:
        own, others = self.lexicons[:1], self.lexicons[1:]
        command = read_command(self.tokens, own, self.lexicons, "word")
        is_answer = self._is_own_word()
        if command is not None and not (command.command in _YIELDING and is_answer):
            return command
        if is_answer:
            return None
        command = read_command(self.tokens, others, self.lexicons, "other language")
        if command is None:
            return self._language_code()
        return None if self._is_word_here(command) else command

    def _named_language(self) -> Understood | None:
        """The answer to which language, given by a name that stands in no label, or by a code."""
        question = self.question
        if question is None or question.type is not AnswerType.LANGUAGE:
            return None
        named = read_command(self.tokens, self.lexicons, self.lexicons, "word")
        named = named or self._language_code()
        if named is None or named.command is not Command.LANGUAGE:
            return None
        language = named.language
        return Understood(language, "word") if language in question.codes else None

    def _language_code(self) -> Commanded | None:
        """The language that only its code asks for ("EN"). In a text it may be any word, and to
        another question a word of the session's language ("en", and).
        """
        question, code = self.question, "".join(token.text for token in self.tokens)
        if self._is_text() or not any(lexicon.language == code for lexicon in self.lexicons):
            return None
        is_free = question is None or question.type is AnswerType.LANGUAGE
        is_meant = is_free or self.typed.isupper() or code not in self.lexicons[0].vocabulary
        return Commanded(Command.LANGUAGE, "word", code) if is_meant else None

    def _is_own_word(self) -> bool:
        """Whether the message is one word of answer in the session's language."""
        if self.question is None or self._is_text():
            return False
        lexicon = self.lexicons[0]
        words = tuple(t.text for t in self.tokens if t.kind in ("word", "digits"))
        senses = lexicon.phrases.get(words, {})
        answers = [Sense.NUMBER, Sense.NONE, Sense.ALL, Sense.UNSURE]
        if self.question.type is AnswerType.YES_NO:
            answers += [Sense.YES, Sense.NO]
        return words in self._options(lexicon).whole or any(s in senses for s in answers)

    def _is_word_here(self, command: Commanded) -> bool:
        """Whether a foreign command is a word of the session's language: then it means that. A stop
        yields only to a word that says something in an answer ("parę", a few; "pare", stop).
        """
        words = tuple(t.text for t in self.tokens if t.kind in ("word", "digits"))
        own = self.lexicons[0]
        if command.command is Command.STOP:
            return words in own.phrases
        return len(words) == 1 and words[0] in own.vocabulary

    def _crisis(self) -> Commanded | None:
        if has_crisis(self.tokens, self.lexicons):
            return Commanded(Command.CRISIS, "word")
        tokens = self._unstretched(self.lexicons[0])
        if tokens != self.tokens and has_crisis(tokens, self.lexicons[:1]):
            return Commanded(Command.CRISIS, "word")
        return None

    def _long(self) -> Reading | None:
        if len(self.typed) <= _LONGEST_ANSWER and len(self.tokens) <= _MOST_TOKENS:
            return None
        return self._text_or_unclear("too long")

    def _stretched_command(self, lexicons: Sequence[Lexicon]) -> Commanded | None:
        for lexicon in lexicons:
            tokens = self._unstretched(lexicon)
            if tokens != self.tokens and (
                command := read_command(tokens, (lexicon,), self.lexicons, "word")
            ):
                return command
        return None

    def _own_answer(self) -> Understood | Unclear | None:
        """The answer in the session's language, or the doubt if all its words are known there."""
        if self.question is None or self._is_text():
            return None
        lexicon, options = self.lexicons[0], self._options(self.lexicons[0])
        own = self._read(lexicon)
        if isinstance(own, Understood):
            return own
        is_sure = all(is_known(token, lexicon, options) for token in self.tokens)
        return own if is_sure and own.reason != UNKNOWN else None

    def _foreign_answer(self) -> Understood | Unclear | None:
        """The answer in another language, if all languages that have one agree."""
        if self.question is None or self._is_text():
            return None
        found: dict[Value, Understood] = {}
        for lexicon in self.lexicons[1:]:
            reading = self._read(lexicon)
            if isinstance(reading, Understood):
                found.setdefault(reading.value, replace(reading, language=lexicon.language))
        if len(found) > 1:
            return Unclear("means different things in different languages")
        return next(iter(found.values()), None)

    def _leading_answer(self) -> Understood | None:
        """The answer that stands before or beside words that nobody knows."""
        if self.question is None or self.question.type not in _SINGLE:
            return None
        own = self.lexicons[0]
        if any(token.text in own.refusal.end for token in self.tokens):
            return None  # "yes I want to stop" may mean the messages
        options, tokens = self._options(own), self._unstretched(own)
        found = read_leading(self.question, scan(tokens, own, options))
        if found is None:
            return None
        mended = corrected(tokens, own, options, own.vocabulary)
        return found if read_leading(self.question, scan(mended, own, options)) == found else None

    def _mistyped(self) -> Reading | None:
        """What it is once the typing mistakes are mended."""
        own = self.lexicons[0]
        options = self._options(own)
        tokens = unstretched(self._unstretched(own), own, options, EVER)
        tokens = corrected(tokens, own, options, own.vocabulary)
        command = read_command(tokens, (own,), self.lexicons, "typo")
        if self._is_text():
            command = self._sure_stop(tokens, command)
        if command is not None:
            return command
        if tokens != self.tokens and has_crisis(tokens, (own,)):
            return Commanded(Command.CRISIS, "typo")
        if self._is_text():
            return self._mistyped_stop()
        if self.question is not None:
            label = mistyped_label(self._unstretched(own), own, options)
            if label is not None and (chosen := self._chosen(label)):
                return replace(chosen, reason="typo")
            reading = _READERS[self.question.type](self.question, scan(tokens, own, options))
            if isinstance(reading, Understood):
                return replace(reading, reason="typo")
            if reading.reason != UNKNOWN:
                return reading
        return self._mistyped_stop()

    def _mistyped_stop(self) -> Commanded | None:
        """A stop with a typing mistake in another language than the session's."""
        own = self.lexicons[0].vocabulary
        if len(self.tokens) > _LONGEST_MISTYPED_STOP or any(t.text in own for t in self.tokens):
            return None
        for lexicon in self.lexicons[1:]:
            tokens = corrected(self.tokens, lexicon, _NO_OPTIONS, lexicon.stops)
            command = read_command(tokens, (lexicon,), self.lexicons, "typo")
            if self._is_text():
                command = self._sure_stop(tokens, command)
            if command is not None and command.command is Command.STOP:
                return command
        return None

    def _sure_stop(self, tokens: Sequence[Token], command: Commanded | None) -> Commanded | None:
        """The stop, if all its letters were typed: a text may well be another word ("cancer")."""
        if command is None or command.command is not Command.STOP:
            return None
        typed, meant = ("".join(t.text for t in said) for said in (self.tokens, tokens))
        return command if set(typed) == set(meant) else None

    def _text_or_unclear(self, reason: str = UNKNOWN) -> Understood | Unclear:
        return Understood(self.typed, "word") if self._is_text() else Unclear(reason)

    def _is_text(self) -> bool:
        return self.question is not None and self.question.type is AnswerType.TEXT

    def _unstretched(self, lexicon: Lexicon) -> list[Token]:
        tokens = self.short.get(lexicon.language)
        if tokens is None:
            options = self._options(lexicon)
            tokens = unstretched(self.tokens, lexicon, options, THRICE)
            if lexicon is self.lexicons[0]:
                tokens = in_own_script(tokens, lexicon, options)
            self.short[lexicon.language] = tokens
        return tokens

    def _read(self, lexicon: Lexicon) -> Understood | Unclear:
        question = self.question
        if question is None:
            return Unclear("no question is open")
        options = self._options(lexicon)
        return _READERS[question.type](question, scan(self._unstretched(lexicon), lexicon, options))

    def _options(self, lexicon: Lexicon) -> Options:
        if self.question is None:
            return options_of((), lexicon)
        labels = self.question.labels.get(lexicon.language, ())
        return options_of(tuple(labels), lexicon, self.question.ask.get(lexicon.language, ""))


@lru_cache(maxsize=64)
def _mixed(lexicons: tuple[Lexicon, ...]) -> frozenset[str]:
    """Words of letters and digits in any language."""
    return frozenset().union(*(lexicon.mixed for lexicon in lexicons))
