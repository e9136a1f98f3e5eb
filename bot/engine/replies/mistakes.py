"""What a reply is once its typing mistakes are mended."""

from collections.abc import Sequence
from dataclasses import replace

from bot.engine.replies.asked import Asked, read
from bot.engine.replies.commands import read_command
from bot.engine.replies.crisis import has_crisis
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.options import Options
from bot.engine.replies.parts import UNKNOWN
from bot.engine.replies.reading import Command, Commanded, Question, Reading, Understood
from bot.engine.replies.repair import EVER, corrected, mistyped_label, unstretched
from bot.engine.replies.tokens import Token

_NO_OPTIONS = Options({}, {}, frozenset(), {}, frozenset(), 1)
_LONGEST_STOP = 3
"""Words of a mistyped stop in another language than the session's."""


def mistyped(asked: Asked) -> Reading | None:
    """The command, the crisis or the value that was meant; what is left may be a foreign stop."""
    own = asked.own
    options = asked.options(own)
    tokens = unstretched(asked.unstretched(own), own, options, EVER)
    tokens = corrected(tokens, own, options, own.vocabulary)
    if command := _command(asked, tokens, own):
        return command
    if tokens != asked.tokens and has_crisis(tokens, (own,)):
        return Commanded(Command.CRISIS, "typo")
    found = asked.closed and _answer(asked, asked.closed, tokens, options)
    return found or _foreign_stop(asked)


def _answer(
    asked: Asked, question: Question, tokens: Sequence[Token], options: Options
) -> Reading | None:
    own = asked.own
    label = mistyped_label(asked.unstretched(own), own, options)
    if label is not None and (chosen := asked.chosen(label)):
        return replace(chosen, reason="typo")
    reading = read(question, tokens, own, options)
    if isinstance(reading, Understood):
        return replace(reading, reason="typo")
    return None if reading.reason == UNKNOWN else reading


def _foreign_stop(asked: Asked) -> Commanded | None:
    own = asked.own.vocabulary
    if len(asked.tokens) > _LONGEST_STOP or any(token.text in own for token in asked.tokens):
        return None
    for lexicon in asked.others:
        command = _command(
            asked, corrected(asked.tokens, lexicon, _NO_OPTIONS, lexicon.stops), lexicon
        )
        if command is not None and command.command is Command.STOP:
            return command
    return None


def _command(asked: Asked, tokens: Sequence[Token], lexicon: Lexicon) -> Commanded | None:
    """The command that mended words give. A text may well be another word ("cancer"): there it is
    only a stop, and only if all its letters were typed.
    """
    command = read_command(tokens, (lexicon,), asked.lexicons, "typo")
    if command is None or not asked.is_text:
        return command
    typed, meant = ({*"".join(t.text for t in some)} for some in (asked.tokens, tokens))
    return command if command.command is Command.STOP and typed == meant else None
