"""A folded reply cut into words, digits, emoji and marks."""

import re
from collections.abc import Collection, Container, Iterable, Sequence
from typing import NamedTuple

from bot.engine.replies.fold import fold

_RUN = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*'?|\s+|.", re.DOTALL)
_ABBREVIATION = re.compile(r"(?<![^\W_])[^\W\d_](?:[./][^\W\d_](?![^\W_]))+\.?")
_PART = re.compile(r"[0-9]+|[^0-9]+")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_ABOUT = re.compile(r"\+ ?/? ?-|-/\+")
_SMILEY = re.compile(r"(?<![^\W\d])(?:[:=]'?-?[()|D]|\(-?[:=])(?![\w(])", re.IGNORECASE)
_SAID = frozenset(("word", "digits"))
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[a-z]")
_LOOKALIKES = str.maketrans("aeopcxyikmtbh", "аеорсхуікмтвн")


class Token(NamedTuple):
    """``kind`` is word, digits, emoji or mark; ``glued`` if no space stands before it."""

    kind: str
    text: str
    glued: bool = False

    @property
    def is_said(self) -> bool:
        """Whether it is a word or a number, not a mark or an emoji."""
        return self.kind in _SAID


def tokenise(text: str, whole: Container[str] = ()) -> list[Token]:
    """Tokens in order. Letters and digits in one run come apart (``12k``), unless it is in
    ``whole`` (``la2``, where the digit is an Arabic letter).
    """
    tokens: list[Token] = []
    folded = _HYPHEN.sub(" ", fold(_SMILEY.sub(_as_emoji, text)))
    folded = _ABOUT.sub("±", folded)
    folded = _ABBREVIATION.sub(_as_word, folded)
    glued = False
    for run in _RUN.findall(folded):
        if run.isspace():
            glued = False
            continue
        tokens.extend(_cut(run, whole, glued))
        glued = True
    return tokens


def words_of(
    text: str, whole: Container[str] = (), onto_next: Collection[str] = ()
) -> tuple[str, ...]:
    """Only the words and digits of a text."""
    if text.isalpha() and (folded := fold(text)).isalpha():  # one word, as most are: the short way
        return (_one_script(folded),)
    return said_words(joined(tokenise(text, whole), onto_next))


def said_words(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The words and digits, without marks and emoji."""
    return tuple(token.text for token in tokens if token.is_said)


def joined(tokens: Sequence[Token], onto_next: Collection[str]) -> Sequence[Token]:
    """The tokens with words of ``onto_next`` and the next as one word: Persian ``mi khaham``."""
    if not onto_next:
        return tokens
    found: list[Token] = []
    for token in tokens:
        if found and token.kind == "word" and found[-1].text in onto_next:
            found[-1] = found[-1]._replace(text=found[-1].text + token.text)
        else:
            found.append(token)
    return found


def _cut(run: str, whole: Container[str], glued: bool) -> list[Token]:
    bare = run.replace("'", "")
    if not bare or not bare[0].isalnum():
        kind = "mark" if run.isascii() or run in "€±£§°" else "emoji"
        return [Token(kind, run, glued)]
    if bare.isdigit():
        return [Token("digits", bare, glued)]
    if bare.isalpha() or bare in whole:
        return [Token("word", _one_script(bare), glued)]
    parts = _PART.findall(bare)
    return [
        Token("digits" if p[0].isdigit() else "word", p, glued or i > 0)
        for i, p in enumerate(parts)
    ]


def _one_script(word: str) -> str:
    """A Cyrillic word with Latin look-alikes in it (``нi``) becomes all Cyrillic."""
    if _CYRILLIC.search(word) and _LATIN.search(word):
        return word.translate(_LOOKALIKES)
    return word


def _as_word(match: re.Match[str]) -> str:
    """``t/m`` and ``a.u.b.`` without their marks."""
    return match.group().replace(".", "").replace("/", "")


def _as_emoji(match: re.Match[str]) -> str:
    mouth = match.group().upper()
    if "(" in mouth and not mouth.startswith("("):
        return " 😢 " if "'" in mouth else " 🙁 "
    if "|" in mouth:
        return " 😐 "
    return " 😀 " if "D" in mouth else " 🙂 "
