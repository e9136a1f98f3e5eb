"""I rules: what keeps a language from being offered, and words that mean two things."""

import re
from collections.abc import Iterator
from pathlib import Path

from bot.authoring.check.recordings import check_recordings
from bot.authoring.check.spoken import Spoken, every_spoken
from bot.content.catalogues import Entry, fault_of
from bot.content.clashes import label_clashes, lexicon_clashes
from bot.content.draft import OWN
from bot.content.fields import fields_of
from bot.content.languages import RIGHT_TO_LEFT
from bot.content.lexicon import LexiconError, load_lexicons
from bot.content.library import Library
from bot.content.problem import Place, Problem, Severity, problem_at
from bot.content.source import read_source
from bot.content.words import SOURCE_LANGUAGE
from bot.engine.replies.lexicon import Lexicon

_MENDS = {
    "I001": "translate it",
    "I002": "compare it with the source, then take the mark away",
    "I003": "write each {name} as in the source",
    "I004": "`polsbot i18n update` brings the new source; then translate it again",
    "I006": "type it again",
}
_TURNED = re.compile(r"\d+(?:(?:[-+]| (?=\d{2}))\d+)+")
_ISOLATED = re.compile("[\u2066-\u2068][^\u2069]*\u2069")


def check_translations(library: Library) -> Iterator[Problem]:
    """Every text of every flow in every language of its study, and the bot's own words."""
    for (name, _), draft in library.drafts.items():
        for language in library.judged[name].languages:
            texts = {
                text.key: (text.text, text.place)
                for text in draft.texts.values()
                if text.language != language
            }
            yield from _faults(library, language, texts)
    words = {key: (word.text, word.place) for key, word in library.words.items() if not word.same}
    for language in sorted({one for study in library.judged.values() for one in study.languages}):
        if language != SOURCE_LANGUAGE:
            yield from _faults(library, language, words)
    yield from _not_begun(library)
    yield from check_recordings(library)


def _faults(
    library: Library, language: str, texts: dict[str, tuple[str, Place]]
) -> Iterator[Problem]:
    begun = library.catalogues.entries.get(language, {})
    if not begun:
        return
    for key, (source, place) in texts.items():
        entry = library.catalogues.entry(language, key, source)
        if entry is None:
            if language not in library.catalogues.unread:
                message = f"`{key}` has no translation into {language}"
                mend = "`polsbot i18n update` makes a place for it"
                yield problem_at(place, "I001", message, mend)
            continue
        fault = fault_of(entry, source)
        if fault is not None:
            hint = f"{_MENDS[fault[0]]} (`{key}`)"
            yield problem_at(entry.place, fault[0], f"{language}: {fault[1]}", hint)
        yield from _turned_numbers(entry, language)


def _turned_numbers(entry: Entry, language: str) -> Iterator[Problem]:
    """A dash between digits ends a number in Arabic script, and its halves change places: a
    telephone number would be shown backwards (https://www.unicode.org/reports/tr9/#W4).
    """
    if language.split("-")[0] not in RIGHT_TO_LEFT:
        return
    for number in _TURNED.findall(_ISOLATED.sub("", entry.text)):
        message = f"`{number}` is shown backwards in {language}"
        hint = "write 08000113, or 31/12/2025, or put it between U+2066 and U+2069"
        yield problem_at(entry.place, "I009", message, hint)


def _not_begun(library: Library) -> Iterator[Problem]:
    """One word for a language without any file, instead of one for each of its texts."""
    for name in library.studies:
        source = library.sources[name]
        for word in fields_of(source, source.root).words("languages"):
            spoken = {
                draft.flow.language for (one, _), draft in library.drafts.items() if one == name
            }
            known = {*spoken, SOURCE_LANGUAGE} | _unreadable(library)
            if word.text not in known and not _begun(library, word.text):
                message = f"there are no translations into {word.text}"
                hint = f"add locales/{word.text}, or take it out of `languages:`"
                yield problem_at(source.place(word), "I001", message, hint)


def _unreadable(library: Library) -> set[str]:
    """Languages of which a file cannot be read: that is told there, and hides its translations."""
    files = [Path(one.file) for one in library.catalogues.problems]
    return {file.parent.parent.name.replace("_", "-") for file in files}


def _begun(library: Library, language: str) -> bool:
    found = library.catalogues
    return bool(found.entries.get(language)) or language in found.unread


def check_lexicons(library: Library) -> Iterator[Problem]:
    """Labels that are a command too, and lexicons that contradict themselves."""
    try:
        lexicons = load_lexicons(library.locales)
    except LexiconError as error:
        lexicons = error.whole
        for fault in error.problems:
            place = read_source(fault.path).spot(fault.line, 1)
            message = f"in this lexicon: {fault.message}"
            yield problem_at(place, "I005", message, "compare it with that of another language")
    yield from _clashes_inside(library, lexicons)
    for spoken in every_spoken(library):
        if spoken.language in lexicons:
            yield from _clashing_labels(spoken, lexicons[spoken.language])


def _clashing_labels(spoken: Spoken, lexicon: Lexicon) -> Iterator[Problem]:
    """The bot's own labels are left out: "I do not know" may well mean skip too."""
    for step in spoken.draft.flow.steps:
        own = [choice.label for choice in step.choices if not choice.label.startswith(f"{OWN}.")]
        labels = {spoken.say(key): key for key in own}
        for clash in label_clashes({spoken.language: list(labels)}, {spoken.language: lexicon}):
            place = spoken.place(labels.get(clash.phrase, own[0]))
            message = f"`{clash.phrase}` of `{step.name}` {clash.message}"
            severity = Severity.ERROR if clash.hides_stop else Severity.WARNING
            yield problem_at(place, "I007", message, "choose another word", severity)


def _clashes_inside(library: Library, lexicons: dict[str, Lexicon]) -> Iterator[Problem]:
    for language, lexicon in lexicons.items():
        place = Place(library.locales / language / "lexicon.yaml")
        for clash in lexicon_clashes(lexicon):
            message = f"`{clash.phrase}` {clash.message}"
            hint = "take it out of one of them"
            yield problem_at(place, "I008", message, hint, Severity.WARNING)
