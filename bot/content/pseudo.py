"""Made-up languages that show what a real one will do to a flow, with nothing to translate.

``en-XA`` is longer and full of accents, ``ar-XB`` is the same letters in Arabic script, right to
left. What still reads as plain English or Dutch there was never put into the locale files.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.content.draft import TextKind
from bot.content.library import Library
from bot.content.limits import BUTTON_TITLE
from bot.content.placeholders import placeholders_in
from bot.content.revision import Revision, revision_of

NAMES = {"en-XA": "[Ļõñğéř]", "ar-XB": "[عربى]"}
"""What each is called."""

_SOURCES = ("en", "nl")
_LONGER = 0.4
_LONG = re.compile(r"[a-z]{8,}")
_ACCENTS = str.maketrans(
    "aceghijklnorstuwyzACEGHIJKLNORSTUWYZ", "áçéĝĥîĵķļñöŕšţûŵýžÁÇÉĜĤÎĴĶĻÑÖŔŠŢÛŴÝŽ"
)
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدهفغحيجكلمنوپقرستعڤشخىز")


def with_pseudo(library: Library) -> Library:
    """The library with both languages in every flow that has a source to make them from."""
    own = dict(library.own)
    source = next((own[code] for code in _SOURCES if code in own), None)
    if source is None:
        return library
    limits = {key: word.limit for key, word in library.words.items()}
    same = {key for key, word in library.words.items() if word.same}
    for language in NAMES:
        own[language] = {
            key: text if key in same else made(language, text, limits.get(key))
            for key, text in source.items()
        }
    own = {code: {**words, **_names()} for code, words in own.items()}
    studies = {}
    for name, study in library.studies.items():
        flows = {flow: _added(library, name, one) for flow, one in study.flows.items()}
        studies[name] = replace(study, flows=flows)
    return replace(library, own=own, studies=studies)


def made(language: str, text: str, limit: int | None = None) -> str:
    """A text in one of these languages; placeholders stay as they are."""
    if language == "ar-XB":
        return _outside(text, lambda part: _LONG.sub(_shortened, part.lower()).translate(_ARABIC))
    accented = _outside(text, lambda part: part.translate(_ACCENTS))
    wanted = len(text) + max(1, round(len(text) * _LONGER)) + 2
    room = wanted if limit is None else min(wanted, limit)
    if room < len(text) + 4:
        return accented
    return f"[{accented} {'~' * (room - len(text) - 3)}]"


def _shortened(word: re.Match[str]) -> str:
    """Without the vowels inside, as Arabic is written: its letters are wide."""
    return word[0][0] + re.sub("[aeiou]", "", word[0][1:])


def _added(library: Library, study: str, revision: Revision) -> Revision:
    source = next((revision.texts[code] for code in _SOURCES if code in revision.texts), None)
    if source is None:
        return revision
    draft = library.drafts.get((study, revision.flow.name))
    kinds = {key: text.kind for key, text in draft.texts.items()} if draft else {}
    texts = dict(revision.texts)
    for language in NAMES:
        texts[language] = {
            key: made(language, text, BUTTON_TITLE if kinds.get(key) is TextKind.CHOICE else None)
            for key, text in source.items()
        }
    flow = replace(revision.flow, languages=(*revision.flow.languages, *NAMES))
    return revision_of(flow, texts, revision.samples)


def _names() -> Mapping[str, str]:
    return {f"polsbot.language.{code}": name for code, name in NAMES.items()}


def _outside(text: str, change: Callable[[str], str]) -> str:
    """Change all but the placeholders."""
    parts, end = [], 0
    for name, start in placeholders_in(text):
        parts.append(change(text[end:start]))
        end = start + len(name) + 2
        parts.append(text[start:end])
    return "".join([*parts, change(text[end:])])
