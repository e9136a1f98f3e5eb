"""The list of what each recording says, kept beside them."""

from bot.authoring.check.recordings import State, readings
from bot.content.library import Library
from bot.content.recordings import index_of


def note_new(library: Library) -> str:
    """The list with the words of today for every new recording; what was noted stays."""
    says = {
        name: (one.sound, one.says)
        for name, one in library.recordings.items()
        if one.says is not None
    }
    for one in readings(library):
        if one.recording is not None and one.state is State.NEW:
            says[one.name] = (one.recording.sound, one.words)
    return index_of(says)
