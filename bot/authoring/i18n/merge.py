"""One PO file brought up to date: by msgctxt and by nothing else, so nothing is ever guessed.

A note that holds ``Doubt:`` is a translator's word to the next reviewer, and stays; all other notes
are made anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.authoring.i18n.wanted import Wanted
from bot.content.po import FUZZY, PoEntry, PoFile

_DOUBT = "Doubt:"
_OURS = ("max-length:", "python-brace-format")


@dataclass(frozen=True, slots=True)
class Merged:
    """The new file and the keys that are new, whose source changed, and that went out of use."""

    file: PoFile
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def known_entries(files: Iterable[PoFile]) -> dict[str, PoEntry]:
    """The best entry of each key in all files of a language: in use before out of use, translated
    before empty.
    """
    known: dict[str, PoEntry] = {}
    for file in files:
        for entry in file.entries:
            held = known.get(entry.context)
            if held is None or _worth(entry) > _worth(held):
                known[entry.context] = entry
    return known


def merge(
    file: PoFile,
    wanted: Mapping[str, Wanted],
    known: Mapping[str, PoEntry],
    elsewhere: frozenset[str] = frozenset(),
) -> Merged:
    """The file with exactly the wanted texts, in their order; those out of use stand at the end.

    ``known`` are the entries of all files of the language, because a text may move between them;
    what is wanted ``elsewhere`` leaves this file.
    """
    entries = [_merged(text.entry(), known.get(key)) for key, text in wanted.items()]
    out = [
        _retired(entry)
        for entry in file.entries
        if entry.context not in wanted and entry.context not in elsewhere and entry.text
    ]
    return Merged(
        PoFile(file.comments, file.header, (*entries, *out)),
        tuple(key for key in wanted if key not in known),
        tuple(
            entry.context
            for entry in entries
            if entry.text and known[entry.context].source != entry.source
        ),
        tuple(
            entry.context
            for entry in file.entries
            if entry.context not in wanted
            and entry.context not in elsewhere
            and not entry.is_obsolete
        ),
    )


def _merged(fresh: PoEntry, held: PoEntry | None) -> PoEntry:
    if held is None:
        return fresh
    said = dict.fromkeys((*held.notes, *held.comments))
    doubts = tuple(note for note in said if _DOUBT in note and note not in fresh.notes)
    fresh = replace(
        fresh,
        comments=tuple(comment for comment in held.comments if comment not in doubts),
        notes=(*fresh.notes, *doubts),
    )
    flags = [flag for flag in held.flags if not flag.startswith((*_OURS, FUZZY))]
    entry = replace(fresh, text=held.text)
    if not held.text:
        return replace(entry, flags=(*fresh.flags, *flags))
    if held.source == fresh.source and not held.is_fuzzy:
        return replace(entry, flags=(*fresh.flags, *flags))
    # an older previous stays: it is the source that the old translation was made for
    meant = held.previous if held.is_fuzzy else held.source
    if meant is None and held.source != fresh.source:
        meant = held.source
    previous = None if meant == fresh.source else meant
    return replace(entry, flags=(FUZZY, *fresh.flags, *flags), previous=previous)


def _retired(entry: PoEntry) -> PoEntry:
    """Out of use, with the translation kept; where it stood and what it was means nothing now."""
    flags = (FUZZY,) if entry.is_fuzzy else ()
    doubts = tuple(note for note in entry.notes if _DOUBT in note)
    return replace(entry, is_obsolete=True, notes=doubts, references=(), flags=flags)


def _worth(entry: PoEntry) -> tuple[bool, bool, bool]:
    return not entry.is_obsolete, bool(entry.text), not entry.is_fuzzy
