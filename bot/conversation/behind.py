"""Who and what a case is about, for whoever takes it over."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.conversation.tables import INBOUND
from bot.panel.participants import PARTICIPANTS, REACHES

_MOST = 20
_BEFORE = timedelta(hours=1)


def person_in(db: Connection, case: Any) -> Any:
    """The participant whom a case is about."""
    return db.execute(select(PARTICIPANTS).where(PARTICIPANTS.c.id == case.participant_id)).one()


def told_in(db: Connection, case: Any) -> list[Any]:
    """What the person wrote from an hour before the case on: when and in which words."""
    found = (
        select(INBOUND.c.received_at, INBOUND.c.text)
        .join(REACHES, REACHES.c.address_id == INBOUND.c.address_id)
        .where(
            REACHES.c.participant_id == case.participant_id,
            INBOUND.c.text.is_not(None),
            INBOUND.c.received_at > case.opened_at - _BEFORE,
        )
        .order_by(INBOUND.c.received_at.desc(), INBOUND.c.id.desc())
        .limit(_MOST)
    )
    return list(db.execute(found))[::-1]
