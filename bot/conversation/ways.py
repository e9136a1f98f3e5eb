"""The addresses of a participant, as routing sees them, and which of them a message takes."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.content.study import Study
from bot.conversation.reactions import first_batch, is_first_try
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.tables import OUTBOUND, UNPROMPTED
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

_TRIED = Statement(
    select(OUTBOUND.c.channel)
    .distinct()
    .where(
        OUTBOUND.c.participant_id == bindparam("person"),
        OUTBOUND.c.batch == bindparam("batch"),
        OUTBOUND.c.channel.is_not(None),
        OUTBOUND.c.id < bindparam("it"),
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


def other_way(
    db: Connection,
    content: Content,
    study: Study,
    person: Any,
    scene: Scene,
    wanted: str,
    opening: TemplateForm | None,
) -> Way | None:
    """Where a reminder goes that shall come by ``wanted``: a channel, or ``other`` than before.

    ``opening`` is its approved template. ``None`` when there is no such address that could be
    written to now: then it goes as usual.
    """
    ways = ways_of(db, person.id)
    channels = content.channels(study)
    order = order_of(channels, person.channel) if wanted == "other" else [wanted]
    avoid: frozenset[str] = frozenset()
    if wanted == "other":
        used = {row.address_id for row in _USED.rows(db, person=person.id, run=scene.run)}
        avoid = _on(ways, {way.channel for way in ways if way.id in used})
    templates = _with_template(opening)
    found = route(ways, order, scene.now, purpose="reminder", avoid=avoid, templates=templates)
    return found.way


def way_to(
    db: Connection,
    content: Content,
    row: Any,
    study: Study | None,
    now: datetime,
    opening: TemplateForm | None,
) -> tuple[Route, str]:
    """The way to the person and the address there, or no way and the reason.

    What nobody asked for and was to come by one channel and cannot, comes as usual. What failed on
    one channel is said on another.
    """
    avoid: frozenset[str] = frozenset()
    if row.address_id is not None:
        known = {row.address_id: row.address}
        stopped_at = None if _is_asked_for(row) else row.opted_out_at
        ways = [Way(row.address_id, row.at_channel, row.is_alive, stopped_at, row.heard_at)]
    else:
        rows = participants.addresses_of(db, row.participant_id)
        known = {one.id: one.address for one in rows}
        ways = [_way(one) for one in rows]
        if not is_first_try(row):
            avoid = _failed(db, row, ways)
    channels = content.channels(study) if study else [way.channel for way in ways]
    order = order_of(channels, row.liked)
    templates = _with_template(opening)
    found = route(ways, order, now, purpose=row.purpose, avoid=avoid, templates=templates)
    if found.way is None and row.purpose in UNPROMPTED and row.address_id and is_first_try(row):
        return way_to(db, content, row._replace(address_id=None), study, now, opening)
    if found.way is None:
        return found, ""
    if known[found.way.id] is None:
        return Route(None, "the address was erased"), ""
    return found, known[found.way.id]


def _is_asked_for(row: Any) -> bool:
    """Whether it answers what the person asked there after the stop: a later stop counts."""
    stopped_at = row.opted_out_at
    return row.purpose == "answer" and stopped_at is not None and stopped_at < row.created_at


def _failed(db: Connection, row: Any, ways: Iterable[Way]) -> frozenset[str]:
    """The addresses on the channels on which this was tried before."""
    found = _TRIED.rows(db, person=row.participant_id, batch=first_batch(row), it=row.id)
    return _on(ways, {tried.channel for tried in found})


def _on(ways: Iterable[Way], channels: Container[str]) -> frozenset[str]:
    return frozenset(way.id for way in ways if way.channel in channels)


def _with_template(opening: TemplateForm | None) -> frozenset[str]:
    return frozenset() if opening is None else frozenset({str(Channel.WHATSAPP)})
