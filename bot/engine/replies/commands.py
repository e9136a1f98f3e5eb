"""Whether a whole message is a command, in any of the languages."""

from collections.abc import Sequence

from bot.engine.replies import emoji
from bot.engine.replies.lexicon import Lexicon, Order
from bot.engine.replies.reading import Command, Commanded
from bot.engine.replies.senses import Sense
from bot.engine.replies.tokens import Token, said_words

_LONGEST = 14
"""Words; no command is longer."""
_MOST_PARTS = 4
_ENDS = frozenset(".,;:!?")
_CARRIERS = frozenset(("stop",))
"""What every carrier takes as a stop, so it is on posters in every language."""


def read_command(
    tokens: Sequence[Token], lexicons: Sequence[Lexicon], polite: Sequence[Lexicon], reason: str
) -> Commanded | None:
    """The command a whole message is; the first lexicon that knows it decides.

    Marks, emoji, greetings, thanks and "please" around it (in the languages of ``polite``) are
    ignored, and so is saying it twice.
    """
    words = list(said_words(tokens))
    if not words:
        return _sign(tokens)
    if len(words) > _LONGEST:
        return None
    if order := _ordered(words, lexicons, polite):
        return Commanded(order.command, reason, order.language)
    if any(lexicon.refusal.says(words) for lexicon in lexicons):
        return Commanded(Command.STOP, reason)
    if _is_stop_in_parts(tokens, lexicons, polite):
        return Commanded(Command.STOP, reason)
    return None


def _ordered(
    words: list[str], lexicons: Sequence[Lexicon], polite: Sequence[Lexicon]
) -> Order | None:
    for phrase in (words, _without_politeness(words, polite)):
        for said in (phrase, _once(phrase)):
            joined = "".join(said)
            for lexicon in lexicons:
                if order := lexicon.order(joined):
                    return order
    return None


def _is_stop_in_parts(
    tokens: Sequence[Token], lexicons: Sequence[Lexicon], polite: Sequence[Lexicon]
) -> bool:
    """Whether every sentence is a stop ("enough, leave me alone"), or the last one is no more than
    the session's word for it ("you are annoying, stop").
    """
    own = polite[0]
    *before, last = _parts(tokens, frozenset())
    if before and lexicons[0] is own and len(last) == 1 and last[0] in own.refusal.end | _CARRIERS:
        return _are_stops([last], own, polite)
    return any(
        _are_stops(parts, lexicon, polite)
        for lexicon in lexicons
        if 1 < len(parts := _parts(tokens, lexicon.ands)) <= _MOST_PARTS
    )


def _are_stops(parts: Sequence[list[str]], lexicon: Lexicon, polite: Sequence[Lexicon]) -> bool:
    orders = (_ordered(part, [lexicon], polite) for part in parts)
    return all(order is not None and order.command is Command.STOP for order in orders)


def _parts(tokens: Sequence[Token], ands: frozenset[str]) -> list[list[str]]:
    """The words of each sentence, cut at marks and at words for "and"."""
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.is_said and token.text not in ands:
            parts[-1].append(token.text)
        elif parts[-1] and (token.text in _ENDS or token.text in ands):
            parts.append([])
    return [part for part in parts if part]


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
