"""Opening the cases that people take over."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.casework.tables import Case

CASES = Case.__table__  # type: ignore[attr-defined] # SQLModel adds it


def open_case(db: Connection, participant: str, kind: str, now: datetime) -> None:
    """Open a case, unless one of this kind is open for this participant."""
    db.execute(
        upsert(CASES).on_conflict_do_nothing(),
        {"participant_id": participant, "kind": kind, "open_key": kind, "opened_at": now},
    )
