"""A list of people as CSV: each row as an enrolment, or why it is none.

One row is one person. Columns: ``first_name``, ``phone`` or ``email`` or both, and where they are
given ``language``, ``channel``, ``organisation``, ``intake_on`` (2026-01-31), ``timezone``
(Europe/Amsterdam), ``id`` (ours, to change that person) and ``shared`` (yes: a second person on a
number or e-mail address that is known). Separated by commas, semicolons or tabs.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot.content.study import Study
from bot.content.zones import zones
from bot.message import PHONED, Channel
from bot.panel.emails import EmailError, normal_email
from bot.panel.numbers import NumberError, country_of, normal_number
from bot.panel.participants import Enrolment

COLUMNS = (
    *("first_name", "phone", "email", "language", "channel", "organisation", "intake_on"),
    *("timezone", "id", "shared"),
)
_SEPARATORS = ",;\t"
_FAR = timedelta(days=366)
_MOST_LETTERS = 80
_JOINERS = frozenset("\u200c\u200d")
"""Signs without a form of their own that stand inside names, as in Persian; the others of that kind
come from the program that the list was copied from.
"""

_YES = frozenset({"yes", "ja", "1", "true"})


class RosterError(ValueError):
    """The file as a whole cannot be read; the message says the mend."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, by its line number: ``new``, ``changed``, ``same`` or ``wrong``.

    ``changes`` holds columns of the participant with their new values, ``ways`` the addresses by
    which this person was not reached before, ``gone`` the ids of those in whose place they come.
    ``is_stopped``: the person said stop, so it holds for what is new as well.
    """

    number: int
    state: str
    reason: str = ""
    participant: str = ""
    person: Enrolment | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    ways: Sequence[tuple[Channel, str]] = ()
    gone: Sequence[str] = ()
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be read; ``cells`` are as the file has them."""

    number: int
    cells: Mapping[str, str]
    person: Enrolment

    @property
    def is_shared(self) -> bool:
        """Whether the file says that somebody else is reached there too."""
        return self.cells.get("shared", "").lower() in _YES


def read_roster(text: str, study: Study, country: str, today: date) -> list[Row | Line]:
    """Each row as an enrolment, or as a wrong line with its reason. Raises RosterError."""
    separator, above, table = _table(text)
    reader = csv.DictReader(io.StringIO(table), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [] if "first_name" in names else ["first_name"]
        if not {"phone", "email"} & set(names):
            missing.append("phone or email")
        unknown = [name for name in names if name not in COLUMNS]
        if missing or unknown or len(set(names)) < len(names):
            raise RosterError(
                f"The first line must name the columns {', '.join(COLUMNS)}, each at most once; "
                "first_name and phone or email are needed. Not so: "
                f"{', '.join(missing + unknown) or names}."
            )
        reader.fieldnames = names
        rows = [(reader.line_num + above, row) for row in reader]
    except csv.Error as error:
        line = reader.line_num + above
        raise RosterError(f"Line {line} is no CSV: {error}. Save it again.") from error
    found: list[Row | Line] = []
    for number, row in rows:
        if not any(_cells(row)):
            continue
        if None in row or None in row.values():
            found.append(Line(number, "wrong", "more or fewer cells than the first line"))
            continue
        cells = {name: _cell(name, value or "") for name, value in row.items()}
        found.append(read_row(number, cells, study, country, today))
    return found


def _table(text: str) -> tuple[str, int, str]:
    """The separator, how many lines stand above the table, and the table. Spreadsheets put empty
    lines there, and ``sep=;``.
    """
    said, above = "", 0
    head, _, rest = text.partition("\n")
    while rest and (not head.strip() or head.lower().startswith("sep=")):
        said, above, text = head[4:5] or said, above + 1, rest
        head, _, rest = text.partition("\n")
    return said or max(_SEPARATORS, key=head.count), above, text


def _cells(row: Mapping[Any, Any]) -> list[str]:
    """What stands in a row that may have more or fewer cells than the first line."""
    found = (
        cell for value in row.values() for cell in (value if isinstance(value, list) else [value])
    )
    return [cell.strip() for cell in found if cell]


def _cell(name: str, value: str) -> str:
    """Spreadsheets like capital letters: ``NL``, ``Sms``."""
    value = value.strip()
    return value.lower() if name in ("language", "channel") and value.isalpha() else value


def _name(text: str) -> str:
    """A name as people write it: without the marks of direction and the odd blanks that come along
    when it is copied.
    """
    shown = (
        " " if one.isspace() else one
        for one in unicodedata.normalize("NFC", text)
        if one in _JOINERS or unicodedata.category(one) != "Cf"
    )
    return " ".join("".join(shown).split())


def _is_name(name: str) -> bool:
    letters = "".join(one for one in name if one not in _JOINERS)
    return bool(letters) and len(name) <= _MOST_LETTERS and letters.isprintable()


def _ways(study: Study, phone: str, email: str, country: str) -> list[tuple[Channel, str]]:
    """Where a person with this number and e-mail address is reached, on the study's channels in its
    order; each may be empty. ``country`` is that of a number without +.

    Raises NumberError, also for a number of another country than the study's, or EmailError.
    """
    number = normal_number(phone, country) if phone else ""
    if number and (country_of(number) or "001") == "001":
        raise NumberError("No person has this number. Write that of a phone, like +31612345678.")
    if number and country_of(number) not in study.countries:
        allowed = ", ".join(study.countries)
        raise NumberError(
            f"This is a number of {country_of(number)}, and the study writes to {allowed} only. "
            "Add the country under `countries:` in study.yaml."
        )
    at = dict.fromkeys(PHONED, number) | {Channel.EMAIL: normal_email(email) if email else ""}
    return [(Channel(one), at[Channel(one)]) for one in study.channels if at.get(Channel(one))]


def read_row(
    number: int, cells: Mapping[str, str], study: Study, country: str, today: date
) -> Row | Line:
    """One person as an enrolment, or the line that says why not."""
    language = cells.get("language") or study.languages[0]
    try:
        ways = _ways(study, cells.get("phone", ""), cells.get("email", ""), country)
        intake_on = date.fromisoformat(cells["intake_on"]) if cells.get("intake_on") else today
    except (NumberError, EmailError) as error:
        return Line(number, "wrong", str(error))
    except ValueError:
        return Line(number, "wrong", "`intake_on` must be a date such as 2026-01-31")
    channels = [str(one) for one, _ in ways]
    channel = cells.get("channel") or next(iter(channels), "")
    reason = ""
    name = _name(cells["first_name"])
    timezone = cells.get("timezone") or study.hours.timezone
    if not _is_name(name):
        reason = "the first name is missing, too long, or holds what is no letter"
    elif not ways:
        reason = "there is no phone number and no e-mail address of a channel of the study"
    elif language not in study.languages:
        reason = f"the study does not speak `{language[:10]}`: {', '.join(study.languages)}"
    elif channel not in channels:
        reason = f"there is no channel `{channel[:20]}` for this row: {', '.join(channels)}"
    elif timezone not in zones():
        reason = "`timezone` must be a name such as Europe/Amsterdam"
    elif abs(intake_on - today) > 10 * _FAR or intake_on - today > _FAR:
        reason = "`intake_on` is too far away"
    if reason:
        return Line(number, "wrong", reason)
    person = Enrolment(
        study=study.name,
        first_name=name,
        language=language,
        addresses=sorted(ways, key=lambda one: one[0] != channel),
        intake_on=intake_on,
        organisation=cells.get("organisation") or "default",
        timezone=timezone,
    )
    return Row(number, cells, person)
