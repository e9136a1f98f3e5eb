"""The addresses of a participant, as routing sees them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.content.study import Study
from bot.conversation.effects import OUTBOUND, Scene
from bot.message import Channel
from bot.panel import participants
from bot.panel.routing import Way, route
from bot.store.statements import Statement

_USED = Statement(
    select(OUTBOUND.c.address_id)
    .distinct()
    .where(
        OUTBOUND.c.participant_id == bindparam("person"),
        OUTBOUND.c.run_id == bindparam("run"),
        OUTBOUND.c.address_id.is_not(None),
    )
)


def ways_of(db: Connection, participant: str) -> list[Way]:
    """Every address of a participant."""
    return [
        Way(one.id, one.channel, one.is_alive, one.opted_out_at, one.heard_at)
        for one in participants.addresses_of(db, participant)
    ]


def order_of(channels: Iterable[str], liked: str | None) -> list[str]:
    """These channels and our own, what the participant likes best in front."""
    order = list(channels)
    if "local" not in order:
        order.append("local")
    if liked in order:
        order.sort(key=lambda channel: channel != liked)
    return order


def can_be_reached(db: Connection, study: Study, participant: str) -> bool:
    """Whether any address is alive, wanted and of a channel of the study."""
    order = order_of(study.channels, None)
    return any(
        way.channel in order and way.is_alive and way.opted_out_at is None
        for way in ways_of(db, participant)
    )


def other_way(db: Connection, study: Study, person: Any, scene: Scene, wanted: str) -> Way | None:
    """Where a reminder goes that shall come by ``wanted``: a channel, or ``other`` than before.

    ``None`` when there is no such address that could be written to now: then it goes as usual.
    """
    ways = ways_of(db, person.id)
    order = order_of(study.channels, person.channel) if wanted == "other" else [wanted]
    avoid: frozenset[str] = frozenset()
    if wanted == "other":
        avoid = frozenset(row.address_id for row in _USED.rows(db, person=person.id, run=scene.run))
    templates = frozenset({str(Channel.WHATSAPP)})  # if there is one is seen when it leaves
    found = route(ways, order, scene.now, purpose="reminder", avoid=avoid, templates=templates)
    return found.way
