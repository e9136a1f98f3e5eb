"""What keeps a fault or a stranger from making us write without end.

Only to allowed countries; a loop between two machines breaks; a day has its measure, for one
number, for an organisation and for everybody. What is held back raises an alert.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from bot.channels.local import is_screen
from bot.content.study import Study
from bot.conversation.alerts import alert_afterwards
from bot.conversation.revisions import Content
from bot.conversation.tables import DROPPED, INBOUND, OUTBOUND
from bot.message import PHONED
from bot.panel.numbers import country_of
from bot.panel.participants import ADDRESSES, PARTICIPANTS
from bot.store.statements import Statement

LOOP, LOOP_SPAN = 5, timedelta(seconds=60)
"""So many messages in this time are answered that answer nothing themselves, the last of them with
the request to wait."""

A_DAY = 100
"""And so many of one address in a day."""

STRANGERS_A_DAY = 500
"""So many people whom we do not know are told each day how to reach the desk."""

MOVING = ("answer", "tap", "command skip", "command back")
"""How messages are called that move a run on: however fast they come, it has an end."""


class Pace(StrEnum):
    """How fast somebody writes what answers nothing: it is ``TOO_MUCH`` until they were asked to
    wait, and a ``LOOP`` after that.
    """

    STEADY = "steady"
    TOO_MUCH = "too much"
    LOOP = "loop"


TOO_FAST = "too fast"
"""The batch of the request to wait, by which it is known that it was said."""

NOT_ALLOWED = "not an allowed country"
"""Why a message was dropped."""

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)

_LATELY = INBOUND.c.received_at > bindparam("lately")
_SAME = INBOUND.c.reading == bindparam("name")
_IDLE = Statement(
    select(
        func.count().label("a_day"),
        func.count().filter(_LATELY).label("lately"),
        func.count().filter(_SAME).label("same_a_day"),
        func.count().filter(_LATELY, _SAME).label("same_lately"),
    ).where(
        INBOUND.c.address_id == bindparam("address"),
        INBOUND.c.received_at > bindparam("since"),
        *(~INBOUND.c.reading.startswith(name) for name in MOVING),
    )
)
_TOLD = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.address_id == bindparam("address"),
        OUTBOUND.c.created_at > bindparam("since"),
        OUTBOUND.c.batch == TOO_FAST,
    )
    .limit(1)
)
_NOT_ALLOWED = (
    OUTBOUND.c.created_at > bindparam("since"),
    OUTBOUND.c.code == NOT_ALLOWED,
)
_ABROAD = Statement(
    select(OUTBOUND.c.id).where(*_NOT_ALLOWED, OUTBOUND.c.participant_id.is_(None)).limit(1)
)
_THEIRS = PARTICIPANTS.alias("theirs")
_ABROAD_WITH_US = Statement(
    select(OUTBOUND.c.id)
    .join(PARTICIPANTS, PARTICIPANTS.c.id == OUTBOUND.c.participant_id)
    .join(_THEIRS, _THEIRS.c.organisation_id == PARTICIPANTS.c.organisation_id)
    .where(*_NOT_ALLOWED, _THEIRS.c.id == bindparam("person"))
    .limit(1)
)
_GREETED = Statement(
    select(func.count().label("number")).where(ADDRESSES.c.greeted_at > bindparam("since"))
)


def may_write_to(content: Content, study: Study | None, channel: str, address: str) -> bool:
    """Whether this is a person's number in a country of the study; of any study for a stranger.

    Short codes, names, premium and satellite numbers are in no country.
    """
    if channel not in PHONED or is_screen(address):
        return True
    studies = [study] if study is not None else list(content.library.studies.values())
    return country_of(address) in {country for one in studies for country in one.countries}


def note_abroad(db: Connection, row: Any, now: datetime) -> None:
    """Tell of a message that may not leave, since its number is in no country that is allowed: the
    first one in a day for an organisation, and the first one to strangers. Who writes to us from
    everywhere must not drown what else people have to look at.
    """
    if not was_abroad_told(db, row.participant_id, now):
        alert_afterwards(
            db, "country", "a number of a country that is not allowed; told once a day", row=row.id
        )


def was_abroad_told(db: Connection, participant: str | None, now: datetime) -> bool:
    """Whether such a message was held back within a day: to somebody of the same organisation, or
    to a stranger (``None``).
    """
    since = now - _DAY
    if participant is None:
        return _ABROAD.row(db, since=since) is not None
    return _ABROAD_WITH_US.row(db, since=since, person=participant) is not None


def pace_of(db: Connection, address: str, name: str, now: datetime) -> Pace:
    """Whether this message, kept already under this name, is one too many that answers nothing.

    A command is not, the first time in the span: whoever cries for help, asks for a person or says
    stop after much else is answered.
    """
    if name.startswith(MOVING):
        return Pace.STEADY
    found = _IDLE.row(db, address=address, since=now - _DAY, lately=now - LOOP_SPAN, name=name)
    is_full = found.a_day >= A_DAY
    if not is_full and found.lately < LOOP:
        return Pace.STEADY
    same = found.same_a_day if is_full else found.same_lately
    if name.startswith("command") and same == 1:
        return Pace.STEADY
    told = _TOLD.row(db, address=address, since=now - (_DAY if is_full else _HOUR))
    return Pace.TOO_MUCH if told is None else Pace.LOOP


def are_strangers_too_many(db: Connection, now: datetime) -> bool:
    """Whether enough people whom we do not know were answered today."""
    number = _GREETED.row(db, since=now - _DAY).number
    if number == STRANGERS_A_DAY:
        alert_afterwards(
            db, "strangers", "so many strangers write that no more are answered", number=number
        )
    return bool(number >= STRANGERS_A_DAY)


def full_organisations(db: Connection, most: int, most_each: int, now: datetime) -> frozenset[str]:
    """Those in whose name no wave is opened any more today: the day's measure is full.

    ``most`` counts the messages of all of them together since midnight (UTC), when in Europe
    nobody is written to anyway.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = (
        OUTBOUND.c.created_at >= midnight,
        OUTBOUND.c.state != DROPPED,
        OUTBOUND.c.participant_id.is_not(None),
    )
    total = db.execute(select(func.count()).select_from(OUTBOUND).where(*of_today)).scalar_one()
    if total >= most:
        return frozenset(db.execute(select(PARTICIPANTS.c.organisation_id).distinct()).scalars())
    if total < most_each:
        return frozenset()  # whose they are costs much more to find
    each = (
        select(PARTICIPANTS.c.organisation_id)
        .join(OUTBOUND, OUTBOUND.c.participant_id == PARTICIPANTS.c.id)
        .where(*of_today)
        .group_by(PARTICIPANTS.c.organisation_id)
        .having(func.count() >= most_each)
    )
    return frozenset(db.execute(each).scalars())
