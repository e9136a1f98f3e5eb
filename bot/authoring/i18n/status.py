"""How far each language is, flow by flow."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.authoring.check.lengths import check_lengths
from bot.authoring.check.spoken import every_spoken
from bot.authoring.check.text_messages import text_messages
from bot.authoring.i18n.wanted import languages_of
from bot.content.catalogues import fault_of
from bot.content.compose import ComposeError
from bot.content.draft import OWN
from bot.content.library import Library
from bot.content.problem import Place, Severity
from bot.content.sms import parts_of
from bot.content.words import SOURCE_LANGUAGE

_FUZZY = frozenset({"I002", "I004"})


@dataclass(frozen=True, slots=True)
class Row:
    """One language of one flow, in numbers of texts. ``wrong`` have another placeholder or such;
    ``over`` are those among all that do not fit a channel. ``sms`` is the most parts that a
    question takes as a text message; ``None`` where nothing can be said yet.
    """

    language: str
    flow: str
    texts: int
    done: int
    fuzzy: int
    missing: int
    wrong: int
    over: int
    sms: int | None = None

    @property
    def percent(self) -> int:
        """How much is done, rounded down: 100 means all."""
        return 100 * self.done // self.texts if self.texts else 100

    def form(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "percent": self.percent}


def status_of(library: Library) -> list[Row]:
    """A row for each language of each flow, and of the bot's own words."""
    over = {
        (one.file, one.line) for one in check_lengths(library) if one.severity is Severity.ERROR
    }
    words = {
        key: (word.text, word.place, SOURCE_LANGUAGE)
        for key, word in library.words.items()
        if not word.same
    }
    rows = [
        _row(library, language, OWN, words, over)
        for language in sorted(languages_of(library, OWN) - {SOURCE_LANGUAGE})
    ]
    parts = _most_parts(library)
    for (name, flow), draft in library.drafts.items():
        texts = {key: (text.text, text.place, text.language) for key, text in draft.texts.items()}
        for language in sorted(languages_of(library, name)):
            row = _row(library, language, f"{name}/{flow}", texts, over)
            rows.append(replace(row, sms=parts.get((language, row.flow))))
    return sorted(rows, key=lambda row: (row.language, row.flow))


def _most_parts(library: Library) -> dict[tuple[str, str], int]:
    """By language and flow."""
    most: dict[tuple[str, str], int] = {}
    for spoken in every_spoken(library):
        flow = spoken.draft.flow
        key = (spoken.language, f"{spoken.study.name}/{flow.name}")
        for step in (*((flow.invite,) if flow.invite else ()), *flow.steps):
            if step.text is not None:
                with suppress(ComposeError):  # counted as too long
                    forms = text_messages(spoken, step, step.text)
                    parts = sum(parts_of(form.body) for form in forms)
                    most[key] = max(most.get(key, 0), parts)
    return most


def _row(
    library: Library,
    language: str,
    flow: str,
    texts: Mapping[str, tuple[str, Place, str]],
    over: set[tuple[str, int]],
) -> Row:
    counts = {"done": 0, "fuzzy": 0, "missing": 0, "wrong": 0, "over": 0}
    for key, (source, place, written) in texts.items():
        if written == language:
            counts["done"] += 1
            counts["over"] += (place.file.as_posix(), place.line) in over
            continue
        entry = library.catalogues.entry(language, key, source)
        fault = ("I001", "") if entry is None else fault_of(entry, source)
        if fault is None:
            counts["done"] += 1
        elif fault[0] == "I001":
            counts["missing"] += 1
        else:
            counts["fuzzy" if fault[0] in _FUZZY else "wrong"] += 1
        if entry is not None:
            counts["over"] += (entry.place.file.as_posix(), entry.place.line) in over
    return Row(language, flow, len(texts), **counts)
