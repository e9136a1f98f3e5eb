"""Questions that somebody read aloud: ``assets/audio/<lang>/<study>/<flow>.<step>.ogg``.

The name follows the text key: a question of the bank is recorded once, ``common/items.hope.ogg``.
Beside them lies ``recordings.json``, which holds for each file a digest of its sound and the words
it was made for. Words that changed make a recording outdated, and an outdated one is never sent;
new sound counts as made for the words of today until somebody notes it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.opus import seconds_of
from bot.content.placeholders import placeholders_in
from bot.content.problem import Place, Problem, problem_at
from bot.engine.flow import Kind, Step

INDEX = "recordings.json"
LARGEST = 16 * 1024 * 1024
"""WhatsApp takes 16 MB of sound: https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""
LONGEST = 20
"""Seconds. Who listens keeps no more than that in mind, and hears the choices last."""
SAME_FOR_ALL = frozenset({"desk", "reward", "sender_name", "crisis_line", "emergency"})
"""Placeholders that a voice can say: they are the study's, not the person's."""

_NAME = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?/[a-z0-9_]+/[a-z0-9_]+\.[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Recording:
    """One file. ``name`` is ``<lang>/<study>/<flow>.<step>``; ``says`` are the words it was made
    for, ``None`` until they are noted; ``sound`` is the digest of the file.
    """

    name: str
    path: Path
    sound: str
    says: str | None = None
    seconds: float = 0.0

    def fits(self, words: str) -> bool:
        """Whether it says these words, as far as anybody knows."""
        return self.says is None or self.says == words


def recording_name(language: str, key: str) -> str:
    """Which recording a question's text key has: ``nl/small/first.calm``."""
    study, _, rest = key.rpartition(".")[0].partition(".")
    return f"{language}/{study}/{rest}"


def words_to_read(step: Step, say: Callable[[str], str]) -> str | None:
    """The question and its choices, one a line; ``None`` for what cannot be recorded, because it
    is no question or differs from person to person.
    """
    if step.kind is not Kind.ASK or step.text is None:
        return None
    lines = [say(step.text), *(say(choice.label) for choice in step.choices)]
    found = {name for line in lines for name, _ in placeholders_in(line)}
    return "\n".join(lines) if found <= SAME_FOR_ALL else None


def read_recordings(folder: Path) -> tuple[dict[str, Recording], list[Problem]]:
    """Every usable file below ``folder`` by name, and what is wrong with the others."""
    noted, problems = _read_index(folder / INDEX)
    found: dict[str, Recording] = {}
    for path in sorted(folder.rglob("*.ogg")):
        name = path.relative_to(folder).with_suffix("").as_posix()
        fault, sound, seconds = _listen(path, name)
        if fault:
            problems.append(problem_at(Place(path), "I012", f"this recording {fault}"))
            continue
        known = noted.get(name, {})
        says = known.get("says") if known.get("sound") == sound else None
        found[name] = Recording(name, path, sound, says, seconds)
    return found, problems


def index_of(says: Mapping[str, tuple[str, str]]) -> str:
    """The text of the index, from the sound's digest and the words of each recording."""
    noted = {name: {"sound": sound, "says": words} for name, (sound, words) in says.items()}
    return json.dumps(noted, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


class Voices:
    """The public addresses of recordings, which nobody can guess; ``address`` is our own."""

    def __init__(self, recordings: Mapping[str, Recording], secret: bytes, address: str) -> None:
        """Nothing is copied: the files are served from where they are."""
        self._address = address
        self._secret = secret
        self.renew(recordings)

    def renew(self, recordings: Mapping[str, Recording]) -> None:
        """The files were read again."""
        secret = self._secret
        self._files = {self._file_name(one, secret): one.path for one in recordings.values()}
        self._names = {one.name: self._file_name(one, secret) for one in recordings.values()}

    def url(self, recording: Recording) -> str:
        """Where a recording can be fetched."""
        return f"{self._address}/media/{self._names[recording.name]}"

    def path(self, file_name: str) -> Path | None:
        """The file behind an address."""
        return self._files.get(file_name)

    @staticmethod
    def _file_name(recording: Recording, secret: bytes) -> str:
        said = f"{recording.name}\n{recording.sound}"
        return f"{hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()[:40]}.ogg"


def _read_index(path: Path) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    if not path.exists():
        return {}, []
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(name): {str(key): str(value) for key, value in one.items()}
            for name, one in noted.items()
        }, []
    except (OSError, ValueError, AttributeError):
        message = "this list of recordings cannot be read"
        hint = "delete it and run: polsbot i18n recordings --note"
        return {}, [problem_at(Place(path), "I012", message, hint)]


def _listen(path: Path, name: str) -> tuple[str, str, float]:
    """What is wrong with a file, or the digest of its sound and its length in seconds."""
    if not _NAME.fullmatch(name):
        return "is not called <lang>/<study>/<flow>.<step>.ogg", "", 0
    if path.is_symlink() or not path.is_file():
        return "is a link or a folder, not a file", "", 0
    if path.stat().st_size > LARGEST:
        return f"is larger than {LARGEST // 1024 // 1024} MB", "", 0
    sound = path.read_bytes()
    seconds = seconds_of(sound)  # the only Ogg that WhatsApp plays is Opus
    if seconds is None:
        return "is no Ogg with Opus: save it as Opus, in mono", "", 0
    return "", hashlib.sha256(sound).hexdigest(), seconds
