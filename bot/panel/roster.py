"""A list of people beside what is known: what would be new, changed or wrong, before anything is
saved. Whoever is known by number or e-mail address is given the other; another number takes the
place of the one before.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.content.study import Study
from bot.message import PHONED, Channel
from bot.panel.participants import (
    PARTICIPANTS,
    addresses_of,
    already_reached,
    anchor,
    enrol,
    find_address,
    keep_address,
    link,
    opt_out,
    unlink,
)
from bot.panel.pauses import WRONG_PERSON, resume
from bot.panel.roster_file import Line, Row
from bot.panel.tables import INVITATIONS

STOP_HOLDS = "Stop was said there: nothing is sent until the person writes START"


def compare(db: Connection, study: Study, rows: Sequence[Row | Line]) -> list[Line]:
    """What each row would do. Reads only."""
    seen: dict[tuple[Channel, str], dict[str, int]] = defaultdict(dict)
    lines: list[Line] = []
    for row in rows:
        if isinstance(row, Line):
            lines.append(row)
            continue
        name = row.person.first_name.casefold()
        above = {who: at for way in row.person.addresses for who, at in seen[way].items()}
        for way in row.person.addresses:
            seen[way][name] = row.number
        if name in above:
            reason = f"the same person stands in line {above[name]}"
        elif above and not row.is_shared:
            reason = (
                f"the number or e-mail of line {min(above.values())} again; write yes under "
                "`shared` for a household"
            )
        else:
            lines.append(_compare(db, study, row))
            continue
        lines.append(Line(row.number, "wrong", reason))
    return lines


def save(db: Connection, lines: Sequence[Line], now: datetime) -> list[tuple[int, str]]:
    """Enrol and change what was compared; returns line numbers with the ids."""
    saved = []
    for line in lines:
        participant = line.participant
        if line.state == "new" and line.person is not None:
            participant = enrol(db, line.person, now)
        elif line.state == "changed":
            if line.changes:
                mine = PARTICIPANTS.c.id == participant
                db.execute(update(PARTICIPANTS).where(mine).values(**line.changes))
            if "intake_on" in line.changes:
                _count_from(db, participant, line.changes["intake_on"], now)
            for channel, address in line.ways:
                new = keep_address(db, channel, address, now)
                link(db, participant, new.id)
                if line.is_stopped:
                    opt_out(db, new.id, now)
            for old in line.gone:
                unlink(db, participant, old)
            if line.ways:
                resume(db, participant, now, WRONG_PERSON)
        if line.state in ("new", "changed"):
            saved.append((line.number, participant))
    return saved


def _count_from(db: Connection, participant: str, intake_on: date, now: datetime) -> None:
    """Whoever was asked nothing yet is asked from the mended day on, never before the enrolment;
    after that the waves keep their days.
    """
    asked = select(INVITATIONS.c.id).where(INVITATIONS.c.participant_id == participant)
    if db.execute(asked.limit(1)).first() is not None:
        return
    mine = PARTICIPANTS.c.id == participant
    person = db.execute(select(PARTICIPANTS).where(mine)).one()
    values: dict[str, Any] = {"anchor_on": anchor(intake_on, person.created_at, person.timezone)}
    if person.next_wave_at is not None:
        values["next_wave_at"] = now  # to look when it is now
    db.execute(update(PARTICIPANTS).where(mine).values(**values))


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
        is_same = (person.first_name or "").casefold() == row.person.first_name.casefold()
        if not is_same and person.id not in {one.id for one in known}:
            reason = "this id has another name and another number or e-mail; change one at a time"
            return Line(row.number, "wrong", reason)
        return _changed(db, row, person)
    same = [
        one
        for one in known
        if (one.first_name or "").casefold() == row.person.first_name.casefold()
    ]
    if len(same) > 1:
        both = f"{same[0].id} and {same[1].id}"
        return Line(row.number, "wrong", f"{both} are both reached there; give the id")
    if same:
        return _changed(db, row, same[0])
    if known and not row.is_shared:
        reason = (
            f"the number or e-mail of {known[0].id} with another name; give the id to change the "
            "name, or write yes under `shared` for a second person"
        )
        return Line(row.number, "wrong", reason)
    reason = ""
    here = [find_address(db, *way) for way in row.person.addresses]
    if all(one is not None and one.opted_out_at is not None for one in here):
        reason = STOP_HOLDS
    return Line(row.number, "new", reason, person=row.person)


def _changed(db: Connection, row: Row, person: Any) -> Line:
    """Only what the file says: an empty cell changes nothing."""
    wanted = {
        "first_name": row.person.first_name,
        "language": row.cells.get("language"),
        "channel": row.cells.get("channel"),
        "intake_on": row.person.intake_on if row.cells.get("intake_on") else None,
        "organisation_id": row.cells.get("organisation"),
        "timezone": row.cells.get("timezone"),
    }
    changes = {
        name: value for name, value in wanted.items() if value and getattr(person, name) != value
    }
    if "organisation_id" in changes:
        reason = f"{person.id} belongs to another organisation; nobody is moved by a list"
        return Line(row.number, "wrong", reason)
    known = addresses_of(db, person.id)
    reached = {(one.channel, one.address) for one in known}
    ways = [way for way in row.person.addresses if way not in reached]
    gone = [one.id for one in known if _has_another(one.channel, reached, row.person.addresses)]
    told = ", ".join(sorted({*changes, *(str(channel) for channel, _ in ways)}))
    if gone:
        told += ": in the place of what was there"
    phones = [one for one in known if one.channel in PHONED]
    is_stopped = bool(ways and phones) and person.paused_for != WRONG_PERSON
    is_stopped = is_stopped and all(one.opted_out_at is not None for one in phones)
    if is_stopped:
        told += f". {STOP_HOLDS}"
    state = "changed" if told else "same"
    return Line(row.number, state, told, person.id, None, changes, ways, gone, is_stopped)


def _has_another(
    channel: str, known: Collection[tuple[str, str]], listed: Collection[tuple[Channel, str]]
) -> bool:
    """Whether the list has another number, or another e-mail address, than all that are known."""
    alike = PHONED if channel in PHONED else {channel}
    before = {address for one, address in known if one in alike}
    now = {address for one, address in listed if one in alike}
    return bool(now) and not now & before
