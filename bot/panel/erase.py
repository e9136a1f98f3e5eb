"""Erasing who a person is: name and addresses; ``conversation.forget`` erases the answers too."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.panel import participants


def erase(db: Connection, participant: str, now: datetime) -> bool:
    """Forget who a participant is; false when there is no such one.

    An address that another person of the household shares stays with that person. A number that
    opted out is kept as its hash alone, so that the stop holds should it ever be enrolled again.
    """
    people, addresses, reaches = (
        participants.PARTICIPANTS,
        participants.ADDRESSES,
        participants.REACHES,
    )
    here = people.c.id == participant
    known = (people.c.status != "erased") | people.c.first_name.is_not(None)  # or has just left
    found = db.execute(
        update(people).where(here, known).values(first_name=None, status="erased")
    ).rowcount
    mine = [row.id for row in participants.addresses_of(db, participant)]
    db.execute(delete(reaches).where(reaches.c.participant_id == participant))
    for address in mine:
        shared = select(reaches.c.address_id).where(reaches.c.address_id == address)
        if db.execute(shared).first() is None:
            db.execute(
                update(addresses)
                .where(addresses.c.id == address)
                .values(address=None, opted_out_at=now, heard_at=None)
            )
    return bool(found or mine)
