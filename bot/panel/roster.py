"""A list of people as CSV: what would be new, changed or wrong, before anything is saved.

One row is one person. Columns: ``first_name`` and ``phone``, and where they are given ``language``,
``channel``, ``organisation``, ``intake_on`` (2026-01-31), ``id`` (ours, to change that person) and
``shared`` (yes: a second person on a number that is known). Separated by commas or semicolons.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.content.study import Study
from bot.message import Channel
from bot.panel.numbers import NumberError, country_of, normal_number
from bot.panel.participants import (
    PARTICIPANTS,
    Enrolment,
    already_reached,
    enrol,
)

COLUMNS = (
    *("first_name", "phone", "language", "channel", "organisation", "intake_on", "id", "shared"),
)
NEEDED = ("first_name", "phone")
_FAR = timedelta(days=366)
_MOST_LETTERS = 80
_YES = frozenset({"yes", "ja", "1", "true"})


class RosterError(ValueError):
    """The file as a whole cannot be read; the message says the mend."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file, by its line number: ``new``, ``changed``, ``same`` or ``wrong``.

    ``changes`` holds columns of the participant with their new values.
    """

    number: int
    state: str
    reason: str = ""
    participant: str = ""
    person: Enrolment | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be read; ``cells`` are as the file has them."""

    number: int
    cells: Mapping[str, str]
    phone: str
    person: Enrolment


def read_roster(text: str, study: Study, country: str, today: date) -> list[Row | Line]:
    """Each row as an enrolment, or as a wrong line with its reason. Raises RosterError."""
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [name for name in NEEDED if name not in names]
        unknown = [name for name in names if name not in COLUMNS]
        if missing or unknown or len(set(names)) < len(names):
            raise RosterError(
                f"The first line must name the columns {', '.join(COLUMNS)}, each at most once; "
                f"first_name and phone are needed. Not so: {', '.join(missing + unknown) or names}."
            )
        reader.fieldnames = names
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise RosterError(f"Line {reader.line_num} is no CSV: {error}. Save it again.") from error
    found: list[Row | Line] = []
    for number, row in rows:
        if None in row or None in row.values():
            found.append(Line(number, "wrong", "more or fewer cells than the first line"))
            continue
        cells = {name: (value or "").strip() for name, value in row.items()}
        if any(cells.values()):
            found.append(_read(number, cells, study, country, today))
    return found


def compare(db: Connection, study: Study, rows: Sequence[Row | Line]) -> list[Line]:
    """What each row would do. Reads only."""
    seen: dict[tuple[str, str], int] = {}
    lines: list[Line] = []
    for row in rows:
        if isinstance(row, Line):
            lines.append(row)
            continue
        key = (row.phone, row.person.first_name.casefold())
        if key in seen:
            reason = f"the same person stands in line {seen[key]}"
            lines.append(Line(row.number, "wrong", reason))
            continue
        shared = next((at for (phone, _), at in seen.items() if phone == row.phone), None)
        seen[key] = row.number
        if shared is not None and not _is_shared(row):
            reason = f"the number of line {shared} again; write yes under `shared` for a household"
            lines.append(Line(row.number, "wrong", reason))
            continue
        lines.append(_compare(db, study, row))
    return lines


def save(db: Connection, lines: Sequence[Line], now: datetime) -> list[tuple[int, str]]:
    """Enrol and change what was compared; returns line numbers with the ids."""
    saved = []
    for line in lines:
        participant = line.participant
        if line.state == "new" and line.person is not None:
            participant = enrol(db, line.person, now)
        elif line.state == "changed":
            mine = PARTICIPANTS.c.id == participant
            db.execute(update(PARTICIPANTS).where(mine).values(**line.changes))
        if line.state in ("new", "changed"):
            saved.append((line.number, participant))
    return saved


def _read(
    number: int, cells: Mapping[str, str], study: Study, country: str, today: date
) -> Row | Line:
    language = cells.get("language") or study.languages[0]
    channel = cells.get("channel") or study.channels[0]
    phoned = [one for one in study.channels if one in (Channel.WHATSAPP, Channel.SMS)]
    try:
        phone = normal_number(cells["phone"], country)
        intake_on = date.fromisoformat(cells["intake_on"]) if cells.get("intake_on") else today
    except NumberError as error:
        return Line(number, "wrong", str(error))
    except ValueError:
        return Line(number, "wrong", "`intake_on` must be a date such as 2026-01-31")
    reason = ""
    if not cells["first_name"] or len(cells["first_name"]) > _MOST_LETTERS:
        reason = "the first name is missing or too long"
    elif country_of(phone) not in study.countries:
        allowed = ", ".join(study.countries)
        reason = f"a number of {country_of(phone)}, and the study writes to {allowed} only"
    elif language not in study.languages:
        reason = f"the study does not speak `{language[:10]}`: {', '.join(study.languages)}"
    elif channel not in phoned:
        reason = f"the study has no channel `{channel[:20]}`: {', '.join(phoned)}"
    elif abs(intake_on - today) > 10 * _FAR or intake_on - today > _FAR:
        reason = "`intake_on` is too far away"
    if reason:
        return Line(number, "wrong", reason)
    order = sorted(phoned, key=lambda one: one != channel)
    person = Enrolment(
        study=study.name,
        first_name=cells["first_name"],
        language=language,
        addresses=[(Channel(one), phone) for one in order],
        intake_on=intake_on,
        organisation=cells.get("organisation") or "default",
        timezone=study.hours.timezone,
    )
    return Row(number, cells, phone, person)


def _is_shared(row: Row) -> bool:
    return row.cells.get("shared", "").lower() in _YES


def _compare(db: Connection, study: Study, row: Row) -> Line:
    known = already_reached(db, row.person)
    named = row.cells.get("id")
    if named:
        person = db.execute(
            select(PARTICIPANTS).where(
                PARTICIPANTS.c.id == named, PARTICIPANTS.c.study == study.name
            )
        ).first()
        if person is None or person.status == "erased":
            return Line(row.number, "wrong", f"there is no participant {named[:40]} in this study")
        if person.id not in {one.id for one in known}:
            reason = "this id has another number; a new number is linked by hand"
            return Line(row.number, "wrong", reason)
        return _changed(row, person)
    same = [
        one
        for one in known
        if (one.first_name or "").casefold() == row.person.first_name.casefold()
    ]
    if same:
        return _changed(row, same[0])
    if known and not _is_shared(row):
        reason = (
            f"the number of {known[0].id} with another name; give the id to change the name, or "
            "write yes under `shared` for a second person"
        )
        return Line(row.number, "wrong", reason)
    return Line(row.number, "new", person=row.person)


def _changed(row: Row, person: Any) -> Line:
    """Only what the file says: an empty cell changes nothing."""
    wanted = {
        "first_name": row.person.first_name,
        "language": row.cells.get("language"),
        "channel": row.cells.get("channel"),
        "intake_on": row.person.intake_on if row.cells.get("intake_on") else None,
        "organisation_id": row.cells.get("organisation"),
    }
    changes = {
        name: value for name, value in wanted.items() if value and getattr(person, name) != value
    }
    if "organisation_id" in changes:
        reason = f"{person.id} belongs to another organisation; nobody is moved by a list"
        return Line(row.number, "wrong", reason)
    state = "changed" if changes else "same"
    return Line(row.number, state, ", ".join(sorted(changes)), person.id, None, changes)
