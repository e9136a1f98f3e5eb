"""What the engine and the composer did, as lines of a transcript."""

import re
from collections.abc import Iterable, Iterator

from bot.authoring.forms import body_of, taps_of
from bot.authoring.transcripts.lines import Happened, Kept, Outcome, Said
from bot.engine.effects import (
    Effect,
    End,
    Erase,
    Grant,
    OpenCase,
    OptIn,
    OptOut,
    PreferChannel,
    Record,
    Send,
    SetTimer,
    SwitchLanguage,
)
from bot.engine.flow import Value
from bot.message import Channel, Form

_NUMBERED = re.compile(r"[1-9]\d? \S")


def retell(forms: Iterable[Form], effects: Iterable[Effect], channel: Channel) -> list[Outcome]:
    """What one event brought: the answers kept, the messages, and whatever else happened."""
    done = list(effects)
    return [*kept(done), *map(said, forms), *happened(done, channel)]


def said(form: Form) -> Said:
    """A message with all that can be tapped."""
    titles = tuple(_safe(tap.title, "[]|") for tap in taps_of(form))
    return Said(_safe(body_of(form), "[]"), titles or None)


def titles_of(form: Form) -> tuple[str, ...]:
    """The choices of a message: what can be tapped, or the numbered lines of plain words."""
    numbered = (line for line in body_of(form).splitlines() if _NUMBERED.match(line))
    return tuple(tap.title for tap in taps_of(form)) or tuple(numbered)


def kept(effects: Iterable[Effect]) -> Iterator[Kept]:
    """The answers that were kept, in order; a corrected one stands again."""
    for effect in effects:
        if isinstance(effect, Record):
            yield Kept(effect.step, written(effect.value))


def happened(effects: Iterable[Effect], channel: Channel) -> Iterator[Happened]:
    """Everything but messages, answers and timers."""
    for effect in effects:
        match effect:
            case Grant(reward=reward):
                euros, cents = divmod(reward.cents, 100)
                yield Happened(f"reward {euros}{f'.{cents:02}' if cents else ''} {reward.currency}")
            case End(status=status):
                yield Happened(str(status).replace("_", " "))
            case OpenCase(kind=kind):
                yield Happened(f"case {kind}")
            case SwitchLanguage(language=language):
                yield Happened(f"language {language}")
            case PreferChannel(channel=preferred):
                yield Happened(f"channel {preferred}")
            case OptOut():
                yield Happened(f"opted out {channel}")
            case OptIn():
                yield Happened("opted in")
            case Erase():
                yield Happened("erased")
            case Send() | Record() | SetTimer():
                pass


def _safe(text: str, signs: str) -> str:
    """On one line, with the signs that the file needs for itself as anything."""
    return " ".join(text.translate({ord(sign): "…" for sign in signs}).split())


def written(value: Value) -> str:
    """An answer as data: codes, cents, an ISO date; many choices with commas, empty for none."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return " ".join(str(value).split())
