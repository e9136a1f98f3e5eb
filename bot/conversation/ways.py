"""The addresses of a participant, as routing sees them, and which of them a message takes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.content.study import Study
from bot.conversation.effects import OUTBOUND, Scene
from bot.conversation.settle import is_first_try
from bot.message import Channel, TemplateForm
from bot.panel import participants
from bot.panel.routing import Route, Way, route
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
    return [_way(one) for one in participants.addresses_of(db, participant)]


def _way(row: Any) -> Way:
    return Way(row.id, row.channel, row.is_alive, row.opted_out_at, row.heard_at)


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


def way_to(
    db: Connection, row: Any, study: Study | None, now: datetime, opening: TemplateForm | None
) -> tuple[Route, str]:
    """The way to the person and the address there, or no way and the reason.

    A reminder that was to come by another channel and cannot, comes as usual.
    """
    if row.address_id is not None:
        known = {row.address_id: row.address}
        ways = [Way(row.address_id, row.at_channel, row.is_alive, row.opted_out_at, row.heard_at)]
    else:
        rows = participants.addresses_of(db, row.participant_id)
        known = {one.id: one.address for one in rows}
        ways = [_way(one) for one in rows]
    order = order_of(study.channels if study else [way.channel for way in ways], row.liked)
    templates = frozenset() if opening is None else frozenset({str(Channel.WHATSAPP)})
    found = route(ways, order, now, purpose=row.purpose, templates=templates)
    if found.way is None and row.purpose == "reminder" and row.address_id and is_first_try(row):
        return way_to(db, row._replace(address_id=None), study, now, opening)
    if found.way is None:
        return found, ""
    if known[found.way.id] is None:
        return Route(None, "the address was erased"), ""
    return found, known[found.way.id]
