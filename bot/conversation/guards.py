"""What keeps a fault or a stranger from making us write without end.

Only to allowed countries; a loop between two machines breaks; a day has its measure, for one
number, for an organisation and for everybody. What is held back raises an alert.
"""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from bot.channels.local import is_screen
from bot.content.study import Study
from bot.conversation.alerts import alert
from bot.conversation.effects import OUTBOUND
from bot.conversation.revisions import Content
from bot.conversation.tables import Inbound
from bot.message import Channel
from bot.panel.numbers import country_of
from bot.panel.participants import ADDRESSES, PARTICIPANTS
from bot.store.statements import Statement

INBOUND = Inbound.__table__  # type: ignore[attr-defined] # SQLModel adds it

LOOP, LOOP_SPAN = 5, timedelta(seconds=60)
"""So many messages in this time are answered that answer nothing themselves."""

A_DAY = 100
"""And so many of one address in a day."""

STRANGERS_A_DAY = 500
"""So many people whom we do not know are told each day how to reach the desk."""

MOVING = ("answer", "tap", "command skip", "command back")
"""How messages are called that move a run on: however fast they come, it has an end."""

_DAY = timedelta(days=1)
_PHONED = frozenset({Channel.WHATSAPP, Channel.SMS})

_IDLE = Statement(
    select(
        func.count().label("a_day"),
        func.count().filter(INBOUND.c.received_at > bindparam("lately")).label("lately"),
    ).where(
        INBOUND.c.address_id == bindparam("address"),
        INBOUND.c.received_at > bindparam("since"),
        *(~INBOUND.c.reading.startswith(name) for name in MOVING),
    )
)
_GREETED = Statement(
    select(func.count().label("number")).where(ADDRESSES.c.greeted_at > bindparam("since"))
)


def may_write_to(content: Content, study: Study | None, channel: str, address: str) -> bool:
    """Whether this is a person's number in a country of the study; of any study for a stranger.

    Short codes, names, premium and satellite numbers are in no country.
    """
    if channel not in _PHONED or is_screen(address):
        return True
    studies = [study] if study is not None else list(content.library.studies.values())
    return country_of(address) in {country for one in studies for country in one.countries}


def is_loop(db: Connection, address: str, name: str, now: datetime) -> bool:
    """Whether this message, kept already under this name, is one too many that answers nothing."""
    if name.startswith(MOVING):
        return False
    found = _IDLE.row(db, address=address, since=now - _DAY, lately=now - LOOP_SPAN)
    if found.lately == LOOP + 1 or found.a_day == A_DAY + 1:
        alert("loop", "too many messages that answer nothing; no more is said", address_id=address)
    return bool(found.lately > LOOP or found.a_day > A_DAY)


def are_strangers_too_many(db: Connection, now: datetime) -> bool:
    """Whether enough people whom we do not know were answered today."""
    number = _GREETED.row(db, since=now - _DAY).number
    if number == STRANGERS_A_DAY:
        alert("strangers", "so many strangers write that no more are answered", number=number)
    return bool(number >= STRANGERS_A_DAY)


def full_organisations(db: Connection, most: int, most_each: int, now: datetime) -> frozenset[str]:
    """Those in whose name no wave is opened any more today: the day's measure is full.

    ``most`` counts the messages of all of them together since midnight (UTC), when in Europe
    nobody is written to anyway.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = (
        select(PARTICIPANTS.c.organisation_id, func.count().label("number"))
        .select_from(OUTBOUND.join(PARTICIPANTS, PARTICIPANTS.c.id == OUTBOUND.c.participant_id))
        .where(OUTBOUND.c.created_at >= midnight, OUTBOUND.c.state != "dropped")
        .group_by(PARTICIPANTS.c.organisation_id)
    )
    counts = Counter({row.organisation_id: int(row.number) for row in db.execute(sent)})
    if counts.total() >= most:
        return frozenset(db.execute(select(PARTICIPANTS.c.organisation_id).distinct()).scalars())
    return frozenset(name for name, count in counts.items() if count >= most_each)
