"""Arabic letters as they look when they are joined, so that they can be measured one by one.

Unicode keeps a character for each joined look of a letter; its data tells which letter it is. A
letter that has a look for the start of a word joins the next one; one that has a look for the end
joins the one before. They are used to measure only: the renderer joins by itself.
"""

import unicodedata
from functools import lru_cache
from itertools import chain

_LOOKS = ("<isolated>", "<final>", "<initial>", "<medial>")
_LAM = "\u0644"
_ALEFS = frozenset("\u0622\u0623\u0625\u0627")


def joined(words: str) -> str:
    """The words with every Arabic letter in the look it gets from its neighbours, without marks
    above and below: those take no room of their own.
    """
    if words.isascii():
        return words
    looks = _looks()
    letters = ["", *_with_ligatures(words), ""]
    shown = []
    for before, letter, after in zip(letters, letters[1:], letters[2:], strict=False):
        follows = (before, "<initial>") in looks and (letter, "<final>") in looks
        leads = (letter, "<initial>") in looks and (after, "<final>") in looks
        shown.append(looks.get((letter, _LOOKS[follows + 2 * leads]), letter))
    return "".join(shown)


def _with_ligatures(words: str) -> list[str]:
    """The letters one by one; lam and alef become one sign in every font."""
    letters: list[str] = []
    for letter in words:
        if letter in _ALEFS and letters and letters[-1] == _LAM:
            letters[-1] += letter
        elif not unicodedata.combining(letter):
            letters.append(letter)
    return letters


@lru_cache(maxsize=1)
def _looks() -> dict[tuple[str, str], str]:
    """(letter or ligature, look) to the character that has it."""
    found: dict[tuple[str, str], str] = {}
    for code in chain(range(0xFB50, 0xFE00), range(0xFE70, 0xFF00)):
        look, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if look in _LOOKS:
            found["".join(chr(int(letter, 16)) for letter in letters), look] = chr(code)
    return found
