"""Participants and their addresses: enrolling, finding by address, opting out and back in."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.message import Channel
from bot.panel.tables import Address, Organisation, Participant, Reach
from bot.store.statements import Statement

ORGANISATIONS = Organisation.__table__  # type: ignore[attr-defined] # SQLModel adds it
PARTICIPANTS = Participant.__table__  # type: ignore[attr-defined] # SQLModel adds it
ADDRESSES = Address.__table__  # type: ignore[attr-defined] # SQLModel adds it
REACHES = Reach.__table__  # type: ignore[attr-defined] # SQLModel adds it

_KNOW = Statement(upsert(ORGANISATIONS).on_conflict_do_nothing())
_ENROL = Statement(insert(PARTICIPANTS))
_KEEP = Statement(upsert(ADDRESSES).on_conflict_do_nothing())
_LINK = Statement(upsert(REACHES).on_conflict_do_nothing())
_FIND = Statement(
    select(ADDRESSES).where(
        ADDRESSES.c.channel == bindparam("channel"),
        ADDRESSES.c.address_hash == bindparam("address"),
    )
)
_HEARD = Statement(
    update(ADDRESSES)
    .where(ADDRESSES.c.id == bindparam("it"))
    .values(heard_at=bindparam("now"), is_alive=True)
)
_OPT = Statement(
    update(ADDRESSES).where(ADDRESSES.c.id == bindparam("it")).values(opted_out_at=bindparam("at"))
)
_GREET = Statement(
    update(ADDRESSES)
    .where(
        ADDRESSES.c.id == bindparam("it"),
        or_(ADDRESSES.c.greeted_at.is_(None), ADDRESSES.c.greeted_at <= bindparam("before")),
    )
    .values(greeted_at=bindparam("now"))
)
_REACHED = Statement(
    select(PARTICIPANTS)
    .join(REACHES, REACHES.c.participant_id == PARTICIPANTS.c.id)
    .where(REACHES.c.address_id == bindparam("it"), PARTICIPANTS.c.status != "erased")
    .order_by(PARTICIPANTS.c.created_at, PARTICIPANTS.c.id)
)
_ADDRESSES_OF = Statement(
    select(ADDRESSES)
    .join(REACHES, REACHES.c.address_id == ADDRESSES.c.id)
    .where(REACHES.c.participant_id == bindparam("it"))
    .order_by(ADDRESSES.c.created_at, ADDRESSES.c.id)
)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is known of a person at intake. ``addresses`` are (channel, address), the best first;
    ``seed`` is drawn where there is none.
    """

    study: str
    first_name: str
    language: str
    addresses: Sequence[tuple[Channel, str]]
    intake_on: date
    organisation: str = "default"
    timezone: str = "Europe/Amsterdam"
    is_test: bool = False
    seed: int | None = None


def enrol(db: Connection, person: Enrolment, now: datetime) -> str:
    """Make a participant; returns the new id."""
    _KNOW.run(db, id=person.organisation, name=person.organisation, created_at=now)
    participant = f"p{secrets.token_hex(8)}"
    _ENROL.run(
        db,
        id=participant,
        organisation_id=person.organisation,
        study=person.study,
        first_name=person.first_name,
        language=person.language,
        channel=str(person.addresses[0][0]) if person.addresses else None,
        seed=secrets.randbelow(2**31) if person.seed is None else person.seed,
        intake_on=person.intake_on,
        anchor_on=anchor(person.intake_on, now, person.timezone),
        next_wave_at=None if person.is_test else now,
        timezone=person.timezone,
        status="active",
        is_test=person.is_test,
        created_at=now,
    )
    for channel, address in person.addresses:
        link(db, participant, keep_address(db, channel, address, now).id)
    return participant


def anchor(intake_on: date, enrolled_at: datetime, zone: str) -> date:
    """The day from which the waves are counted: the intake, never before the enrolment."""
    return max(intake_on, enrolled_at.astimezone(ZoneInfo(zone)).date())


def find_address(db: Connection, channel: str, address: str) -> Any:
    """The row of an address, or ``None``."""
    return _FIND.row(db, channel=channel, address=address)


def keep_address(db: Connection, channel: str, address: str, now: datetime) -> Any:
    """The row of an address, made if it is new. One that was erased, or where nobody could be
    reached, can be written to again: numbers are given to others. If its stop holds is another
    matter.
    """
    row = find_address(db, channel, address)
    if row is not None and (row.address is None or not row.is_alive):
        here = ADDRESSES.c.id == row.id
        db.execute(update(ADDRESSES).where(here).values(address=address, is_alive=True))
        row = find_address(db, channel, address)
    if row is None:
        _KEEP.run(
            db,
            id=f"a{secrets.token_hex(8)}",
            channel=channel,
            address=address,
            address_hash=address,
            created_at=now,
        )
        row = find_address(db, channel, address)
    return row


def link(db: Connection, participant: str, address: str) -> None:
    """This address reaches this participant."""
    _LINK.run(db, participant_id=participant, address_id=address)


def unlink(db: Connection, participant: str, address: str) -> None:
    """This address reaches this participant no more. One that reaches nobody is forgotten but for
    its hash: the number may be another person's by now.
    """
    db.execute(
        delete(REACHES).where(
            REACHES.c.participant_id == participant, REACHES.c.address_id == address
        )
    )
    others = select(REACHES.c.address_id).where(REACHES.c.address_id == address)
    if db.execute(others.limit(1)).first() is None:
        here = ADDRESSES.c.id == address
        db.execute(update(ADDRESSES).where(here).values(address=None, heard_at=None))


def address_of(db: Connection, address: str) -> str | None:
    """The address itself; ``None`` when it was erased."""
    found: str | None = db.execute(
        select(ADDRESSES.c.address).where(ADDRESSES.c.id == address)
    ).scalar()
    return found


def people_at(db: Connection, address: str) -> list[Any]:
    """Everybody whom an address reaches, the one enrolled first in front."""
    return _REACHED.rows(db, it=address)


def already_reached(db: Connection, person: Enrolment) -> list[Any]:
    """Whom the addresses of this person reach in the study already."""
    found: dict[str, Any] = {}
    for channel, address in person.addresses:
        at = find_address(db, channel, address)
        if at is not None:
            for one in people_at(db, at.id):
                if one.study == person.study and not one.is_test:
                    found[one.id] = one
    return list(found.values())


def addresses_of(db: Connection, participant: str) -> list[Any]:
    """Every address of a participant, the oldest first."""
    return _ADDRESSES_OF.rows(db, it=participant)


def can_be_reached(db: Connection, channels: Iterable[str], participant: str) -> bool:
    """Whether any address is alive, wanted and of one of these channels or our own."""
    here = {*channels, Channel.LOCAL}
    return any(
        row.channel in here and row.is_alive and row.opted_out_at is None
        for row in addresses_of(db, participant)
    )


def heard_from(db: Connection, address: str, now: datetime) -> None:
    """A message came from there: somebody is there, and the service window is open again."""
    _HEARD.write(db, it=address, now=now)


def greet(db: Connection, address: str, now: datetime, pause: timedelta) -> bool:
    """Note that a stranger there is told how to reach the desk; false when one was told within
    ``pause``, also by a message that is handled at the same moment.
    """
    return _GREET.run(db, it=address, now=now, before=now - pause) == 1


def opt_out(db: Connection, address: str, now: datetime) -> None:
    """No more messages to this address until the person asks back."""
    _OPT.write(db, it=address, at=now)


def opt_in(db: Connection, address: str) -> None:
    """The person asked back."""
    _OPT.write(db, it=address, at=None)


def bury(db: Connection, address: str) -> None:
    """Nobody can be reached there any more."""
    db.execute(update(ADDRESSES).where(ADDRESSES.c.id == address).values(is_alive=False))


def leave(db: Connection, participant: str) -> bool:
    """Know this person no more: no message there is theirs and no wave opens. ``erase`` follows.
    False when they have left already, also by a message that is handled at the same moment.
    """
    here = (PARTICIPANTS.c.id == participant, PARTICIPANTS.c.status != "erased")
    left = update(PARTICIPANTS).where(*here).values(status="erased", next_wave_at=None)
    return db.execute(left).rowcount == 1


def set_language(db: Connection, participant: str, language: str) -> None:
    """The person wants to be spoken to in this language."""
    db.execute(
        update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant).values(language=language)
    )


def set_channel(db: Connection, participant: str, channel: str) -> None:
    """The person likes this channel best."""
    db.execute(update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant).values(channel=channel))


def expect_no_wave(db: Connection, participant: str) -> None:
    """No wave opens by itself for this participant: whoever enrolled them opens what is asked."""
    db.execute(
        update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant).values(next_wave_at=None)
    )


def set_listens(db: Connection, participant: str, listens: str) -> None:
    """Whether questions are read aloud to this person: offered, on or off."""
    db.execute(update(PARTICIPANTS).where(PARTICIPANTS.c.id == participant).values(listens=listens))
