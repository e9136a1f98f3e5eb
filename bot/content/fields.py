"""The keys of one mapping in an author's file, read with types; every fault becomes a problem."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rapidfuzz import fuzz

from bot.content import slips
from bot.content.condition_slips import list_slip, slip_in
from bot.content.problem import did_you_mean, problem_at
from bot.content.source import Source
from bot.content.yaml_nodes import Mapping, Node, Scalar, Sequence
from bot.engine.expressions import Expression, ExpressionError, parse

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
PICTURE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_DURATION = re.compile(r"(\d{1,4}) (minute|hour|day|week)s?")
_MONEY = re.compile(r"(\d{1,7})(?:\.(\d{2}))? ([A-Z]{3})")
_AMOUNT = re.compile(r"(-?\d{1,9})(?:\.(\d{2}))?")
_LIKE = 80.0
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})")


@dataclass(frozen=True, slots=True)
class Field:
    """One key with its value. ``prefix`` begins the text keys of what stands in it."""

    source: Source
    key: Scalar
    value: Node
    prefix: str

    def report(self, code: str, message: str, suggestion: str = "") -> None:
        """Note an error at the value, or at the key if the value is empty."""
        empty = isinstance(self.value, Scalar) and self.value.text == ""
        self.source.report(self.key if empty else self.value, code, message, suggestion)


class Fields:
    """Keys and values of a mapping, perhaps laid over those of another (an item of the bank)."""

    def __init__(self, source: Source, owner: Node, fields: dict[str, Field]) -> None:
        """``owner`` is where a missing key is reported."""
        self.source = source
        self.owner = owner
        self.all = fields

    def over(self, below: "Fields") -> "Fields":
        """These keys, and those of ``below`` that are not here."""
        return Fields(self.source, self.owner, {**below.all, **self.all})

    def __contains__(self, key: str) -> bool:
        """Whether the author wrote this key."""
        return key in self.all

    def check_keys(self, known: Iterable[str], what: str) -> None:
        """Report every key that is not known here."""
        allowed = frozenset(known)
        for name, field in self.all.items():
            if name not in allowed:
                message = f"`{name}` is not a key of {what}"
                hint = slips.key_meant(name, allowed) or did_you_mean(name, allowed)
                field.source.report(field.key, "F001", message, hint)

    def require(self, key: str, what: str) -> None:
        """Report a missing key, unless a misspelled one stands for it, which is told anyway."""
        if key not in self.all and not any(_like(name, key) for name in self.all):
            hint = slips.NEEDED.get(key) or slips.EXAMPLES.get(key, "")
            self.source.report(self.owner, "F017", f"{what} needs `{key}:`", hint)

    def text(self, key: str) -> str | None:
        """A text of one or more lines, never empty."""
        field = self.all.get(key)
        if field is None:
            return None
        if not isinstance(field.value, Scalar):
            field.report("F016", f"`{key}` must be one text", 'write it in "quotes"')
            return None
        text = field.value.text.strip()
        if not text:
            hint = slips.NEEDED.get(key) or f"write something, or leave `{key}:` out"
            field.report("F016", f"`{key}` is empty", hint)
            return None
        return text

    def name(self, key: str) -> str | None:
        """A name of ours: small letters, digits and _."""
        text = self.text(key)
        if text is not None and not NAME.fullmatch(text):
            self.all[key].report("F014", f"`{text[:50]}` is not a name", slips.name_rule(text))
            return None
        return text

    def name_as(self, key: str, wanted: str, what: str) -> str | None:
        """The name of a file or folder, which its first key repeats; ``None`` if it cannot be one.

        ``what`` says which of the two.
        """
        if not NAME.fullmatch(wanted):
            message = f"the {what} is called `{wanted[:50]}`, which is not a name"
            hint = f"rename the {what}: {slips.name_rule(wanted)}"
            self.all[key].source.report(self.all[key].key, "F014", message, hint)
            return None
        name = self.text(key)
        if name is not None and name != wanted:
            message = f"`{name}` is not the name of its {what}, `{wanted}`"
            hint = f"write {key}: {wanted}, or rename the {what}"
            self.all[key].report("F024", message, hint)
        return wanted

    def picture(self, key: str) -> str | None:
        """The name of a picture or the beginning of several, never a path."""
        text = self.text(key)
        if text is not None and not PICTURE.fullmatch(text):
            message = f"`{text[:60]}` is not the name of a picture"
            stem = text.rpartition("/")[2].removesuffix(".svg")[:60] or "pot"
            self.all[key].report(
                "F021", message, f"write {stem}: the name under assets/images without .svg"
            )
            return None
        return text

    def flag(self, key: str, default: bool) -> bool:
        """True or false as YAML 1.2 writes them."""
        text = self.text(key)
        if text is None:
            return default
        if text not in {"true", "false"}:
            meant = slips.flag_for(text)
            hint = f"write {meant}" if meant else f"such as {key}: true"
            self.all[key].report("F016", f"`{key}` must be true or false", hint)
            return default
        return text == "true"

    def one_of(self, key: str, allowed: Iterable[str]) -> str | None:
        """One of these words."""
        text, words = self.text(key), list(allowed)
        if text is not None and text not in words:
            meant = slips.TYPES.get(text.lower(), "")
            hint = f"write {meant}" if meant in words else did_you_mean(text.lower(), words)
            self.all[key].report("F016", f"`{text[:40]}` cannot be `{key}`", hint)
            return None
        return text

    def integer(self, key: str) -> int | None:
        """A whole number."""
        text = self.text(key)
        if text is None:
            return None
        if not _INTEGER.fullmatch(text):
            self.all[key].report("F016", f"`{key}` must be a whole number", "such as 0, 5 or 99")
            return None
        return int(text)

    def euros(self, key: str) -> int | None:
        """An amount such as 25 or 12.50, as cents."""
        text = self.text(key)
        match = None if text is None else _AMOUNT.fullmatch(text)
        if text is not None and match is None:
            meant = slips.amount_for(text)
            hint = f"write {meant}" if meant else "such as 25 or 12.50"
            self.all[key].report("F016", f"`{key}` must be an amount in euro", hint)
        return None if match is None else int(match[1]) * 100 + int(match[2] or 0)

    def day(self, key: str) -> date | None:
        """A date as year-month-day."""
        text = self.text(key)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            self.all[key].report(
                "F016", f"`{key}` must be a date", "year-month-day, such as 2026-01-31"
            )
            return None

    def duration(self, key: str) -> timedelta | None:
        """A time such as 14 days."""
        text = self.text(key)
        match = None if text is None else _DURATION.fullmatch(text)
        if text is not None and match is None:
            message = f"`{key}` must be a time with its unit"
            meant = slips.duration_for(text)
            hint = f"write {meant}" if meant else "such as 3 hours, 1 day, 2 weeks"
            self.all[key].report("F016", message, hint)
        return None if match is None else timedelta(**{f"{match[2]}s": int(match[1])})

    def money(self, key: str) -> tuple[int, str] | None:
        """Cents and currency of a sum such as 2 EUR."""
        text = self.text(key)
        match = None if text is None else _MONEY.fullmatch(text)
        if text is not None and match is None:
            meant = slips.amount_for(text)
            hint = f"write {meant} EUR" if meant else "such as 2 EUR or 2.50 EUR"
            self.all[key].report("F016", f"`{key}` must be a sum of money", hint)
        return None if match is None else (int(match[1]) * 100 + int(match[2] or 0), match[3])

    def expression(self, key: str) -> Expression | None:
        """A condition or value in the small expression language."""
        text = self.text(key)
        if text is None:
            return None
        field = self.all[key]
        try:
            slip, found = list_slip(text), parse(text)
        except ExpressionError as error:
            slip, found = slip_in(text, error), None
        if slip is None:
            return found
        place = field.source.place(field.value)
        shown = text[slip.offset : slip.offset + slip.width]
        if place.excerpt.find(text, place.column - 1) >= 0:
            place = replace(place, column=place.at(text).column + slip.offset, width=len(shown))
        message = f"this cannot be read, because {slip.fault}"
        field.source.problems.append(problem_at(place, "F018", message, slip.mend))
        return None

    def words(self, key: str) -> list[Scalar]:
        """A list of words, each with its place."""
        field = self.all.get(key)
        if field is None:
            return []
        if isinstance(field.value, Sequence):
            items = field.value.items
            if items and all(isinstance(item, Scalar) and item.text for item in items):
                return [item for item in items if isinstance(item, Scalar)]
        written = field.value.text if isinstance(field.value, Scalar) else ""
        words = ", ".join(re.split(r"[,; ]+", written.strip())) or "one, two"
        field.report("F016", f"`{key}` must be a list of words", f"write {key}: [{words}]")
        return []

    def mapping(self, key: str) -> "Fields | None":
        """The mapping under a key; its text keys go on from this one's prefix."""
        field = self.all.get(key)
        if field is None:
            return None
        if not isinstance(field.value, Mapping) or not field.value.values:
            hint = slips.EXAMPLES.get(key, "write name: value below it, indented")
            field.report("F016", f"`{key}` must hold keys with values", hint)
            return None
        return fields_of(field.source, field.value, field.prefix, field.key)


def _like(word: str, key: str) -> bool:
    """Whether a word was meant to be this key."""
    meant = slips.key_meant(word, frozenset({key, "ask"}))
    return meant == f"write {key}:" or (word != key and fuzz.ratio(word, key) >= _LIKE)


def fields_of(
    source: Source, mapping: Mapping, prefix: str = "", owner: Node | None = None
) -> Fields:
    """The keys of a mapping in a file; ``prefix`` begins the keys of the texts in it."""
    fields = {
        name: Field(source, mapping.keys[name], value, prefix)
        for name, value in mapping.values.items()
    }
    return Fields(source, owner or mapping, fields)
