"""What a person does, done to a conversation."""

from collections.abc import Iterator

from bot.authoring.forms import find_older_tap, newest_taps
from bot.authoring.talk import Talk
from bot.authoring.transcripts.lines import Act, Attached, Start, Tapped, Typed, Waited
from bot.engine.events import Started
from bot.message import Form


class NoSuchTapError(LookupError):
    """What should be tapped was not shown; the message says what was."""


def perform(talk: Talk, act: Start | Act) -> Iterator[list[Form]]:
    """Do it; each event of it brings its messages, and ``talk.effects`` are that event's."""
    match act:
        case Start():
            yield talk.start(Started(again=act.again))
        case Typed(text=text):
            yield talk.type(text)
        case Attached():
            yield talk.attach()
        case Waited(time=time):
            yield from talk.wait(time)
        case Tapped(title=title, old=True):
            older = find_older_tap(talk.shown, title)
            if older is None:
                raise NoSuchTapError(f"no older message has [{title}]")
            yield talk.tap(older.id, older.title)
        case Tapped(title=title):
            taps = newest_taps(talk.shown)
            found = next((tap for tap in taps if tap.title == title), None)
            if found is None:
                shown = " | ".join(tap.title for tap in taps) or "nothing"
                hint = f"there is [{shown}]; an older message is tapped with: < [{title}] old"
                raise NoSuchTapError(f"the newest message has no [{title}]: {hint}")
            yield talk.tap(found.id, found.title)
