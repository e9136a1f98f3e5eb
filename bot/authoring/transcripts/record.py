"""A conversation that was held on a phone, told as a ``*.chat`` file."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from bot.authoring.forms import find_older_tap, newest_taps, taps_of
from bot.authoring.talk import Talk
from bot.authoring.transcripts.lines import Attached, Line, Start, Tapped, Typed, Waited, write
from bot.authoring.transcripts.player import play
from bot.authoring.transcripts.retell import retell
from bot.content.compose import ComposeError
from bot.content.library import Library
from bot.engine.flow import RunStatus
from bot.engine.replies.lexicon import Lexicon
from bot.message import Form

Act = tuple[str, ...]
"""``("type", text)``, ``("tap", step, code)``, ``("attach", kind)``, ``("wait", hours)`` or
``("silence",)``: no reply until the bot says something or the run ends.
"""

_MOST_TIMERS = 20


class RecordError(Exception):
    """The conversation cannot be told as a test; the message says why and what to do."""


def record(talk: Talk, acts: Iterable[Act]) -> list[Line]:
    """Hold the conversation again with a talk that has not begun; raises RecordError."""
    begun = Start(talk.run.language, talk.channel, talk.revision.flow.name, talk.run.wave)
    lines: list[Line] = [begun]
    try:
        lines.extend(_come_of(talk, talk.start()))
        for act in acts:
            lines.extend(_done(talk, act))
    except ComposeError as error:
        raise RecordError(f"A text does not fit: {error}. Run polsbot check.") from None
    return lines


def keep(
    file: Path, lines: Iterable[Line], why: str, library: Library, lexicons: Mapping[str, Lexicon]
) -> None:
    """Write a new file and play it once; raises RecordError, and then there is no such file.

    A file that is there is never written over.
    """
    file.parent.mkdir(exist_ok=True)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(write(lines, why))
    except FileExistsError:
        raise RecordError(f"There is a test {file.name} already. Choose another name.") from None
    faults = play(file, library, lexicons)
    if faults:
        file.unlink()
        raise RecordError(f"It would not pass as a test: {str(faults[0]).splitlines()[0]}")


def _done(talk: Talk, act: Act) -> Iterator[Line]:
    match act:
        case ("type", text):
            yield Typed(" ".join(text.split()) or "?")
            yield from _come_of(talk, talk.type(text))
        case ("tap", step, code):
            tap = _tap(talk, f"{talk.run.id}.{step}.{code}")
            yield tap
            payload = f"{talk.run.id}.{step}.{code}"
            yield from _come_of(talk, talk.tap(payload, tap.title))
        case ("attach", kind):
            yield Attached(kind)
            yield from _come_of(talk, talk.attach())
        case ("wait", hours):
            yield from _waited(talk, timedelta(hours=int(hours)))
        case ("silence",):
            yield from _silence(talk)
        case _:
            raise RecordError(f"Nothing is called {act[0]} here.")


def _tap(talk: Talk, payload: str) -> Tapped:
    newest = next((tap for tap in newest_taps(talk.shown) if tap.id == payload), None)
    if newest is not None:
        return Tapped(newest.title)
    for form in reversed(talk.shown):
        for tap in taps_of(form):
            if tap.id == payload:
                found = find_older_tap(talk.shown, tap.title)
                if found is None or found.id != payload:
                    raise RecordError(
                        f"Several older messages have [{tap.title}]; a test can tap the newest "
                        "of them only. Restart and tap another one."
                    )
                return Tapped(tap.title, old=True)
    raise RecordError("Something was tapped that is not there any more. Restart and try again.")


def _silence(talk: Talk) -> Iterator[Line]:
    """Time until the next timer that does something, told as one wait."""
    begun = talk.now
    for _ in range(_MOST_TIMERS):
        due = min((timer.at for timer in talk.timers), default=None)
        if due is None:
            return
        lines = [line for forms in talk.wait(due - talk.now) for line in _come_of(talk, forms)]
        if lines or talk.run.status is not RunStatus.WAITING:
            yield Waited(_whole(talk.now - begun))
            yield from lines
            return


def _waited(talk: Talk, time: timedelta) -> Iterator[Line]:
    yield Waited(time)
    for forms in talk.wait(time):
        yield from _come_of(talk, forms)


def _come_of(talk: Talk, forms: list[Form]) -> Iterator[Line]:
    yield from retell(forms, talk.effects, talk.channel)


def _whole(time: timedelta) -> timedelta:
    """At least a minute: the smallest time that a file can tell."""
    return max(timedelta(minutes=1), time)
