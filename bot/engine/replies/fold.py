"""One spelling for many: case, accents, digits of all scripts and letter variants folded away.

The same folding serves all languages, since none of ours tells two of its own words of interest
apart by what is folded here: Turkish dotted and dotless i become one letter, Arabic and Persian
yeh, kaf, hamza and teh marbuta one each, Polish and Ukrainian letters lose what people leave out.
"""

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_LETTERS = {
    "ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss",
    "ґ": "г", "Ґ": "г",
    "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ة": "ه", "ە": "ه", "ہ": "ه", "ٱ": "ا",
    "ء": "", "ـ": "",
}  # fmt: skip
_MARKS = {
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ʹ": "'", "′": "'",
    "،": ",", "؛": ";", "؟": "?", "٫": ".", "٬": ",", "٪": "%", "۔": ".",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "⁄": "/", "№": "#",
    "½": ".5", "¼": ".25", "¾": ".75", "¹": "^", "²": "^", "³": "^",
}  # fmt: skip
_DIGITS = {
    chr(point + step - unicodedata.decimal(chr(point))): str(step)
    for point in range(0, sys.maxunicode, 10)  # the ten of a script stand in a row: one is met
    if chr(point).isdecimal()
    for step in range(10)
}
_TABLE = str.maketrans(_LETTERS | _MARKS | _DIGITS)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show as nothing."""


def strip_ends(text: str) -> str:
    """The text without spaces, controls and format characters at both ends."""
    first, last = 0, len(text)
    while first < last and _is_edge(text[first]):
        first += 1
    while first < last and _is_edge(text[last - 1]):
        last -= 1
    return text[first:last]


def is_invisible(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return all(_is_edge(c) or c in _BLANK or unicodedata.category(c) in ("Mn", "Me") for c in text)


def fold(text: str) -> str:
    """The folded text; controls have become spaces, so words stay apart."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = unicodedata.normalize("NFKD", text.translate(_TABLE)).casefold().translate(_TABLE)
    return plain if plain.isascii() else "".join(map(_shown, plain))


def squeeze(word: str) -> str:
    """The word with every run of one letter written once: ``heeeel`` and ``heel`` meet."""
    return "".join(c for index, c in enumerate(word) if index == 0 or c != word[index - 1])


def by_squeeze(words: Iterable[str]) -> dict[str, str]:
    """From a word with every letter once to the longest of the words it may be."""
    return {
        sys.intern(squeeze(word)): word
        for word in sorted(words, key=lambda word: (len(word), word))
    }


@lru_cache(maxsize=4096)
def _is_edge(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf")


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf") or ord(character) in _SKIN_TONES:
        return ""
    return " " if category in ("Cc", "Zs", "Zl", "Zp", "Cs") else character
