"""Who takes part, as a list: ids and states, never a name or a number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, not_, select

from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES

_SHOWN = (
    "id", "study", "organisation_id", "language", "channel", "status", "paused_for", "intake_on",
)  # fmt: skip


def everybody(db: Connection) -> Sequence[Any]:
    """Every participant in the order of enrolment. ``has_stopped``: wants no message at any of
    their addresses.
    """
    theirs = exists().where(
        REACHES.c.participant_id == PARTICIPANTS.c.id, REACHES.c.address_id == ADDRESSES.c.id
    )
    has_stopped = and_(
        theirs.where(ADDRESSES.c.opted_out_at.is_not(None)),
        not_(theirs.where(ADDRESSES.c.opted_out_at.is_(None))),
    )
    shown = (*(PARTICIPANTS.c[name] for name in _SHOWN), has_stopped.label("has_stopped"))
    in_order = (PARTICIPANTS.c.created_at, PARTICIPANTS.c.id)
    return db.execute(select(*shown).order_by(*in_order)).all()
