"""One reply to one question, with what every way of reading it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.engine.flow import AnswerType
from bot.engine.replies.amounts import read_amount, read_number
from bot.engine.replies.choice import read_choice
from bot.engine.replies.choices import read_choices
from bot.engine.replies.dates import read_date
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.options import Options, options_of
from bot.engine.replies.reading import Question, Unclear, Understood
from bot.engine.replies.repair import THRICE, in_own_script, unstretched
from bot.engine.replies.scan import Item, scan
from bot.engine.replies.tokens import Token, joined, tokenise

ONE_CHOICE = frozenset(
    {AnswerType.CHOICE, AnswerType.YES_NO, AnswerType.PICTURE, AnswerType.LANGUAGE}
)
_Reader = Callable[[Question, list[Item]], Understood | Unclear]
_READERS: Mapping[AnswerType, _Reader] = {
    **dict.fromkeys(ONE_CHOICE, read_choice),
    AnswerType.CHOICES: read_choices,
    AnswerType.NUMBER: read_number,
    AnswerType.AMOUNT: read_amount,
    AnswerType.DATE: read_date,
}
_LONGEST_SEARCHED = 5000
"""Letters; what stands behind them is not looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One reply to one question, with the lexicons in the order in which they are heard."""

    question: Question | None
    typed: str
    tokens: Sequence[Token]
    lexicons: tuple[Lexicon, ...]
    short: dict[str, Sequence[Token]] = field(default_factory=dict)
    """The tokens without stretched letters by language, once they were needed."""

    @property
    def own(self) -> Lexicon:
        """The lexicon of the session's language."""
        return self.lexicons[0]

    @property
    def others(self) -> tuple[Lexicon, ...]:
        """The lexicons of all other languages."""
        return self.lexicons[1:]

    @property
    def is_text(self) -> bool:
        """Whether the question is open: whatever is typed is its answer."""
        return self.question is not None and self.question.type is AnswerType.TEXT

    @property
    def closed(self) -> Question | None:
        """The question, if its answers are known beforehand."""
        return None if self.is_text else self.question

    def options(self, lexicon: Lexicon) -> Options:
        """What can be said for each choice in a language."""
        if self.question is None:
            return options_of((), lexicon)
        labels = self.question.labels.get(lexicon.language, ())
        return options_of(tuple(labels), lexicon, self.question.ask.get(lexicon.language, ""))

    def unstretched(self, lexicon: Lexicon) -> Sequence[Token]:
        """The tokens without letters stretched to three and more, as a language writes them."""
        tokens = self.short.get(lexicon.language)
        if tokens is None:
            options = self.options(lexicon)
            apart = joined(self.tokens, lexicon.onto_next)
            tokens = unstretched(apart, lexicon, options, THRICE)
            if lexicon is self.own:
                tokens = in_own_script(tokens, lexicon, options)
            self.short[lexicon.language] = tokens
        return tokens

    def chosen(self, position: int) -> Understood | None:
        """The choice at a position, said by its label."""
        question = self.question
        if question is None or position >= len(question.codes):
            return None
        code = question.codes[position]
        return Understood((code,) if question.type is AnswerType.CHOICES else code, "label")


def ask(
    question: Question | None, typed: str, lexicons: Mapping[str, Lexicon], language: str
) -> Asked | None:
    """The reply cut into words; ``None`` where there is no lexicon to look them up in."""
    first = [lexicons[language]] if language in lexicons else []
    ordered = (*first, *(lexicon for code, lexicon in lexicons.items() if code != language))
    if not ordered:
        return None
    return Asked(question, typed, tokenise(typed[:_LONGEST_SEARCHED], _mixed(ordered)), ordered)


def read(
    question: Question, tokens: Sequence[Token], lexicon: Lexicon, options: Options
) -> Understood | Unclear:
    """The answer to a closed question in one language."""
    return _READERS[question.type](question, scan(tokens, lexicon, options))


@lru_cache(maxsize=64)
def _mixed(lexicons: tuple[Lexicon, ...]) -> frozenset[str]:
    """Words of letters and digits in any language."""
    return frozenset().union(*(lexicon.mixed for lexicon in lexicons))
