"""What is allowed but worth a look: money that may not go to the people it is meant for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from bot.content.study import Study
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES, find_address
from bot.rewards.ledger import POSTINGS, pot_of


def remarks(db: Connection, studies: Iterable[Study]) -> Iterator[str]:
    """Several who earn at one number: a household, or one person enrolled twice. And who earns at
    the number of a colleague on duty.
    """
    earning = _earning(db)
    at: dict[tuple[str, bytes], set[str]] = defaultdict(set)
    found = select(
        REACHES.c.participant_id, REACHES.c.address_id, PARTICIPANTS.c.study,
        ADDRESSES.c.address_hash,
    ).where(
        ADDRESSES.c.id == REACHES.c.address_id, PARTICIPANTS.c.id == REACHES.c.participant_id
    )  # fmt: skip
    by_address: dict[str, set[str]] = defaultdict(set)
    for row in db.execute(found):
        if row.participant_id in earning:
            at[row.study, row.address_hash].add(row.participant_id)
            by_address[row.address_id].add(row.participant_id)
    for (study, _), people in at.items():
        if len(people) > 1:
            yield f"{', '.join(sorted(people))} earn in {study} at one and the same number."
    for study_ in studies:
        for channel in study_.channels if study_.duty else ():
            address = find_address(db, channel, study_.duty)
            for person in sorted(by_address[address.id] if address else ()):
                yield f"{person} earns at the number of who is on duty in {study_.name}."


def _earning(db: Connection) -> set[str]:
    """Everybody who has ever had something in the pot."""
    pots = select(POSTINGS.c.account).distinct().where(POSTINGS.c.account.startswith(pot_of("")))
    return {account.removeprefix(pot_of("")) for account in db.execute(pots).scalars()}
