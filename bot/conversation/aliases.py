"""One person under two addresses: WhatsApp tells an id that hides the number beside it or, once the
person has chosen a username, instead of it.

https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bot.message import InboundMessage
from bot.panel import participants

AGAIN = timedelta(days=1)
"""After so long a silence the id is looked at again: it is another one once the number changes."""


def by_alias(db: Connection, inbound: InboundMessage) -> list[Any]:
    """Whom a message from an address that reaches nobody comes from, by the other one it tells of;
    from now on both reach them. None: a stranger.
    """
    if inbound.alias is None:
        return []
    known = participants.find_address(db, inbound.channel, inbound.alias)
    people = [] if known is None else participants.people_at(db, known.id)
    if people:
        _join(db, people, inbound, inbound.sender, known.opted_out_at)
    return people


def learn(db: Connection, inbound: InboundMessage, address: Any) -> None:
    """Keep the other address of those whom this one reaches, for the day on which a message comes
    from that one alone. Of a stranger none is kept. ``address`` has ``id`` and ``opted_out_at``.
    """
    people = participants.people_at(db, address.id)
    if people and inbound.alias is not None:
        _join(db, people, inbound, inbound.alias, address.opted_out_at)


def _join(
    db: Connection, people: Iterable[Any], inbound: InboundMessage, other: str, stopped_at: Any
) -> None:
    """``other`` reaches them, too; who stopped at the one has stopped at the other."""
    kept = participants.keep_address(db, inbound.channel, other, inbound.received_at)
    for person in people:
        participants.link(db, person.id, kept.id)
    if stopped_at is not None and kept.opted_out_at is None:
        participants.opt_out(db, kept.id, stopped_at)
