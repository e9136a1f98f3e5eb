"""I rules of recorded questions: missing, outdated, not noted, too long, for nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.authoring.check.spoken import every_spoken
from bot.content.library import Library
from bot.content.problem import Place, Problem, Severity, problem_at
from bot.content.recordings import LONGEST, Recording, recording_name, words_to_read


class State(StrEnum):
    """Whether a recording is there; a ``new`` one is sent, but nobody noted what it says."""

    DONE = "done"
    NEW = "new"
    OUTDATED = "outdated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Reading:
    """A question that can be recorded in a language, and the words to be read; ``place`` is where
    these stand.
    """

    name: str
    language: str
    words: str
    place: Place
    recording: Recording | None

    @property
    def state(self) -> State:
        """How it stands today."""
        if self.recording is None:
            return State.MISSING
        if self.recording.says is None:
            return State.NEW
        return State.DONE if self.recording.fits(self.words) else State.OUTDATED


def readings(library: Library) -> list[Reading]:
    """Every question that can be recorded, once, in the order of the flows."""
    found: dict[str, Reading] = {}
    for spoken in every_spoken(library):
        language = spoken.language
        for step in spoken.draft.flow.steps:
            words = words_to_read(step, lambda key: spoken.texts.raw(key, language))  # noqa: B023 - used at once
            if words is not None and step.text is not None:
                name = recording_name(language, step.text)
                recording = library.recordings.get(name)
                place = spoken.place(step.text)
                found.setdefault(name, Reading(name, language, words, place, recording))
    return list(found.values())


def check_recordings(library: Library) -> Iterator[Problem]:
    """Warnings only, because a question can always be read. A language without any recording is
    left in peace.
    """
    if not library.recordings:
        return
    wanted = readings(library)
    begun = {one.language for one in wanted if one.recording is not None}
    for one in wanted:
        file = f"{one.name}.ogg"
        place = one.place if one.recording is None else Place(one.recording.path)
        match one.state:
            case State.MISSING if one.language in begun:
                hint = f"read it aloud as assets/audio/{file}; `polsbot i18n recordings` has words"
                yield _warning(place, "I010", f"nobody has recorded {file}", hint)
            case State.OUTDATED:
                message = "this recording says other words than the question, so it is not sent"
                yield _warning(place, "I011", message, "record it again")
            case State.NEW:
                message = "nobody noted which words this recording says"
                yield _warning(place, "I013", message, "polsbot i18n recordings --note")
            case _:
                pass
    for recording in library.recordings.values():
        if recording.seconds > LONGEST:
            message = f"this recording takes {recording.seconds:.0f} seconds, at most {LONGEST} do"
            hint = "read it faster, or ask in fewer words"
            yield _warning(Place(recording.path), "I014", message, hint)
    for name in library.recordings.keys() - {one.name for one in wanted}:
        message = "no question has this recording"
        place = Place(library.recordings[name].path)
        yield _warning(place, "I012", message, "polsbot i18n recordings tells the names")


def _warning(place: Place, code: str, message: str, hint: str) -> Problem:
    return problem_at(place, code, message, hint, Severity.WARNING)
