"""Whether a conversation went as written, and the difference as a person can read it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.authoring.forms import body_of
from bot.authoring.transcripts.lines import Happened, Kept, Outcome, Said
from bot.authoring.transcripts.retell import happened, kept, said, titles_of
from bot.engine.effects import Effect
from bot.message import Channel, Form

Told = Sequence[tuple[int, Outcome]]
"""What the file says came of a turn, each with the number of its line."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    forms: Sequence[Form]
    effects: Sequence[Effect]
    channel: Channel


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a comparison: ``=`` it went so, ``-`` only written, ``+`` only happened.

    ``number`` is that of the line in the file, ``None`` for what only happened.
    """

    sign: str
    text: str
    number: int | None = None


def compare(told: Told, seen: Seen) -> Iterator[Mark]:
    """Every line of a turn, as written and as it went: first the messages, then the rest."""
    messages = [(number, line) for number, line in told if isinstance(line, Said)]
    yield from _messages(messages, seen.forms)
    for number, line in told:
        if isinstance(line, Kept):
            known = [one for one in kept(seen.effects) if one.step == line.step][-1:]
            yield from _outcome(number, line, known)
        elif isinstance(line, Happened):
            yield from _outcome(number, line, list(happened(seen.effects, seen.channel)))


def agrees(line: Said, form: Form) -> bool:
    """Whether a message is the one that a line tells of."""
    if not fits(line.text.removeprefix("(card)"), body_of(form)):
        return False
    return line.titles is None or fits(" | ".join(line.titles), " | ".join(titles_of(form)))


def fits(pattern: str, text: str) -> bool:
    """``…`` stands for anything; spaces and line breaks are one space."""
    parts = (re.escape(" ".join(part.split())) for part in pattern.split("…"))
    return re.fullmatch(r"\s*.*?\s*".join(parts), " ".join(text.split()), re.DOTALL) is not None


def _outcome(number: int, line: Outcome, went: Sequence[Outcome]) -> Iterator[Mark]:
    if line in went:
        yield Mark("=", str(line), number)
        return
    yield Mark("-", str(line), number)
    for one in went:
        yield Mark("+", str(one))


def _messages(told: Sequence[tuple[int, Said]], forms: Sequence[Form]) -> Iterator[Mark]:
    """Messages as written and as said, paired as well as their order allows."""
    best = _pairs(told, forms)
    place = count = 0
    while place < len(told) or count < len(forms):
        is_both = place < len(told) and count < len(forms)
        if is_both and agrees(told[place][1], forms[count]):
            yield Mark("=", str(told[place][1]), told[place][0])
            place, count = place + 1, count + 1
        elif count == len(forms) or (is_both and best[place + 1][count] >= best[place][count + 1]):
            yield Mark("-", str(told[place][1]), told[place][0])
            place += 1
        else:
            yield Mark("+", str(said(forms[count])))
            count += 1


def _pairs(told: Sequence[tuple[int, Said]], forms: Sequence[Form]) -> list[list[int]]:
    """How many messages can be paired from each place on: the longest common sequence."""
    best = [[0] * (len(forms) + 1) for _ in range(len(told) + 1)]
    for place in reversed(range(len(told))):
        for count in reversed(range(len(forms))):
            pair = best[place + 1][count + 1] + agrees(told[place][1], forms[count])
            best[place][count] = max(pair, best[place + 1][count], best[place][count + 1])
    return best
