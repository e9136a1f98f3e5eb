"""What a participant agreed to, and withdrew."""

from datetime import datetime

from sqlalchemy import Connection, insert, update

from bot.panel.tables import Consent

CONSENTS = Consent.__table__  # type: ignore[attr-defined] # SQLModel adds it


def note_consent(
    db: Connection, participant: str, purpose: str, given: object, revision: str, now: datetime
) -> None:
    """Keep a yes under the wording it was given to; a no withdraws what stood before."""
    standing = (
        CONSENTS.c.participant_id == participant,
        CONSENTS.c.purpose == purpose,
        CONSENTS.c.withdrawn_at.is_(None),
    )
    db.execute(update(CONSENTS).where(*standing).values(withdrawn_at=now))
    if given:
        db.execute(
            insert(CONSENTS),
            {
                "participant_id": participant,
                "purpose": purpose,
                "revision": revision,
                "given_at": now,
            },
        )
