"""Words of the question in a reply: "do you open your post?" is answered by "I don't open it"."""

from enum import Enum
from functools import lru_cache

from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.options import akin


class Echo(Enum):
    """In which form a word of the question comes back."""

    WORD = "as it is, or in another form"
    DO = "what one is asked to do: I do"
    DO_NOT = "the same, denied within the word: I do not"
    PLACE = "no word of the question, but a place by its end"


@lru_cache(maxsize=4096)
def echo_of(word: str, lexicon: Lexicon, asked: frozenset[str]) -> Echo | None:
    """How a word that the lexicon does not know repeats one of the question."""
    ends = lexicon.inflection
    for is_no, of in ((True, ends.no), (False, ends.yes)):
        if any(_turned(word, end, asked) for end in of):
            return Echo.DO_NOT if is_no else Echo.DO
    if len(word) > 3 and any(said.startswith(word) for said in asked - {word}):
        return Echo.DO  # "maakt u", "ik maak"
    for letters in ends.deny:
        rest = word.removeprefix(letters)
        if rest != word and echo_of(rest, lexicon, asked) is Echo.DO:
            return Echo.DO_NOT
    stems = _stems(word, lexicon)
    others = {other for said in asked for other in _stems(said, lexicon)}
    if any(_meet(stem, other) for other in others for stem in stems):
        is_own = word.endswith(ends.yes) or word.startswith(ends.before)
        return Echo.DO if is_own and word not in asked else Echo.WORD
    return Echo.PLACE if len(word) > 4 and word.endswith(ends.place) else None


def _turned(word: str, end: str, asked: frozenset[str]) -> bool:
    stem = word.removesuffix(end)
    return stem != word and len(stem) > 1 and any(said.startswith(stem) for said in asked)


def _meet(stem: str, other: str) -> bool:
    short, long = sorted((stem, other), key=len)
    return akin(stem, other) or (len(short) > 2 and long.startswith(short))


def _stems(word: str, lexicon: Lexicon) -> set[str]:
    return {word} | {
        word.removeprefix(letters) for letters in lexicon.inflection.before if len(word) > 3
    }
