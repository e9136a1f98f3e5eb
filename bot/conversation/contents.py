"""The provider's ids of our stored messages, remembered by content."""

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversation.tables import ContentResource

RESOURCES = ContentResource.__table__  # type: ignore[attr-defined] # SQLModel adds it


def known_contents(db: Connection) -> dict[str, str]:
    """Name → id of everything that was made."""
    return {row.name: row.sid for row in db.execute(select(RESOURCES))}


def keep_contents(db: Connection, made: Mapping[str, str]) -> None:
    """Remember what was made; an id that changed is the newer one."""
    for name, sid in made.items():
        db.execute(
            upsert(RESOURCES).on_conflict_do_update(index_elements=["name"], set_={"sid": sid}),
            {"name": name, "sid": sid},
        )
