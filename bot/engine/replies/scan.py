"""A reply as a row of items: the longest phrases that a lexicon or the labels know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.engine.replies.echo import Echo, echo_of
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.numbers import glued_number
from bot.engine.replies.options import Options
from bot.engine.replies.patterns import Words
from bot.engine.replies.senses import Sense, Senses
from bot.engine.replies.tokens import Token

_NONE: Senses = {}
_MARK_SENSES = {
    ",": Sense.AND, "&": Sense.AND, ";": Sense.AND, "+": Sense.AND, "~": Sense.ABOUT,
    "±": Sense.ABOUT, "<": Sense.BOUND, ">": Sense.BOUND, "€": Sense.EURO, "/": Sense.OUT_OF,
    "#": Sense.MARK,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """``kind`` as of tokens, phrase for words. ``option`` is the position of the choice that is
    said in full, ``fits`` the positions of the labels it is a part of; ``echo`` says that it is a
    word of the question.
    """

    kind: str
    text: str
    senses: Senses = field(default_factory=dict)
    option: int | None = None
    fits: frozenset[int] = frozenset()
    common: bool = False
    glued: bool = False
    echo: Echo | None = None

    def can_be(self, *senses: Sense) -> bool:
        """Whether it has one of these senses."""
        return bool(self.senses) and not self.senses.keys().isdisjoint(senses)


def scan(tokens: Sequence[Token], lexicon: Lexicon, options: Options) -> list[Item]:
    """Every token in one item, nothing left out."""
    items: list[Item] = []
    tokens = [part for token in tokens for part in _apart(token, lexicon, options)]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind in ("mark", "emoji"):
            sense = _MARK_SENSES.get(token.text)
            senses = _NONE if sense is None else {sense: Decimal(0)}
            items.append(Item(token.kind, token.text, senses, glued=token.glued))
            at += 1
            continue
        length, item = _longest(tokens, at, lexicon, options)
        if length:
            items.append(item)
            at += length
        else:
            items.extend(_single(token, lexicon, options))
            at += 1
    return items


def _longest(
    tokens: Sequence[Token], at: int, lexicon: Lexicon, options: Options
) -> tuple[int, Item]:
    words: list[str] = []
    for token in tokens[at : at + max(lexicon.longest, options.longest)]:
        if not token.is_said:
            break
        words.append(token.text)
    for length in range(len(words), 0, -1):
        phrase: Words = tuple(words[:length])
        option = options.whole.get(phrase)
        senses = lexicon.phrases.get(phrase, _NONE)
        if length == 1 and tokens[at].kind == "digits" and option is None:
            break
        if option is not None or senses:
            fits = options.fitting(phrase[0], lexicon) if length == 1 else frozenset[int]()
            common = length == 1 and phrase[0] in options.common
            echo = echo_of(phrase[0], lexicon, options.asked) if Sense.DAY in senses else None
            glued = tokens[at].glued
            return length, Item(
                "phrase", " ".join(phrase), senses, option, fits, common, glued, echo
            )
    return 0, Item("phrase", "")


def _single(token: Token, lexicon: Lexicon, options: Options) -> Iterator[Item]:
    if token.kind == "digits":
        yield Item("digits", token.text, glued=token.glued)
        return
    word = token.text
    number = glued_number(word, lexicon)
    fits = options.fitting(word, lexicon)
    if number is not None:
        yield Item("phrase", word, {Sense.NUMBER: number}, glued=token.glued)
    elif fits or options.is_common(word):
        yield Item("phrase", word, fits=fits, common=options.is_common(word), glued=token.glued)
    else:
        yield Item("phrase", word, glued=token.glued, echo=echo_of(word, lexicon, options.asked))


def _apart(token: Token, lexicon: Lexicon, options: Options) -> Iterator[Token]:
    """A word that is not known as it is without the small words that are written onto it."""
    word = token.text
    if token.kind == "word" and not is_said(word, lexicon, options):
        for prefix in lexicon.prefixes:
            rest = word.removeprefix(prefix)
            if rest not in (word, "") and is_said(rest, lexicon, options):
                yield token._replace(text=prefix)
                yield Token("word", rest, glued=True)
                return
    yield token


def is_said(word: str, lexicon: Lexicon, options: Options) -> bool:
    """Whether the word begins a phrase of the lexicon, or is one of the options'."""
    return word in lexicon.heads or word in options.words
