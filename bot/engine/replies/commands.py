"""Whether a whole message is a command, in any of the languages."""

from collections.abc import Mapping, Sequence

from bot.engine.replies import emoji
from bot.engine.replies.lexicon import Lexicon, Sense
from bot.engine.replies.reading import Command, Commanded
from bot.engine.replies.tokens import Token

_LONGEST = 14
"""Words; no command is longer."""


def read_command(
    tokens: Sequence[Token], lexicons: Sequence[Lexicon], polite: Sequence[Lexicon], reason: str
) -> Commanded | None:
    """The command a whole message is; the first lexicon that knows it decides.

    Marks, emoji, greetings, thanks and "please" around it (in the languages of ``polite``) are
    ignored, and so is saying it twice.
    """
    words = [token.text for token in tokens if token.kind in ("word", "digits")]
    if not words:
        return _sign(tokens)
    if len(words) > _LONGEST:
        return None
    return _spoken(words, lexicons, polite, reason)


def _spoken(
    words: list[str], lexicons: Sequence[Lexicon], polite: Sequence[Lexicon], reason: str
) -> Commanded | None:
    for phrase in (words, _without_politeness(words, polite)):
        for said in (phrase, _once(phrase)):
            joined = "".join(said)
            for lexicon in lexicons:
                if order := lexicon.order(joined):
                    return Commanded(order.command, reason, order.language)
    if any(lexicon.refusal.says(words) for lexicon in lexicons):
        return Commanded(Command.STOP, reason)
    return None


def _sign(tokens: Sequence[Token]) -> Commanded | None:
    texts = {token.text for token in tokens}
    for sign, command in emoji.COMMANDS.items():
        if texts and texts <= {sign, "!"} and sign in texts:
            return Commanded(command, "emoji")
    if "?" in texts and texts <= {"?", "!", "."}:
        return Commanded(Command.HELP, "word")
    return None


def _once(words: list[str]) -> list[str]:
    """``stop stop stop`` said once."""
    for size in range(1, len(words) // 2 + 1):
        if len(words) % size == 0 and words == words[:size] * (len(words) // size):
            return words[:size]
    return words


def _without_politeness(words: list[str], lexicons: Sequence[Lexicon]) -> list[str]:
    kept = list(words)
    while kept and (cut := _polite_at(kept, lexicons, from_end=False)):
        kept = kept[cut:]
    while kept and (cut := _polite_at(kept, lexicons, from_end=True)):
        kept = kept[:-cut]
    return kept or words


def _polite_at(words: list[str], lexicons: Sequence[Lexicon], *, from_end: bool) -> int:
    """How many words of politeness stand at this end."""
    for size in range(min(4, len(words) - 1), 0, -1):
        phrase = tuple(words[-size:] if from_end else words[:size])
        if any(Sense.POLITE in lexicon.phrases.get(phrase, {}) for lexicon in lexicons):
            return size
    return 0


def in_order(lexicons: Mapping[str, Lexicon], language: str) -> tuple[Lexicon, ...]:
    """The session's lexicon first, then the others."""
    first = [lexicons[language]] if language in lexicons else []
    return (*first, *(lexicon for code, lexicon in lexicons.items() if code != language))
