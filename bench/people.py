"""Makes the tables and enrols people whose wave is open and whose invitation is out.

``python -m bench.people DATABASE_URL PEOPLE``: in a process of its own, as an installation does it,
so that its memory is not counted as the server's.
"""

import asyncio
import sys
from pathlib import Path

from sqlalchemy import Connection

from bench.common import KEY, NOON, number
from bot.content.library import load_library
from bot.content.revision import Revision
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_sent
from bot.message import Channel, Sent
from bot.panel.participants import Enrolment, enrol, find_address, heard_from
from bot.store.database import open_database
from bot.store.keys import Keys
from bot.store.migrations import upgrade


def enrol_some(db: Connection, revision: Revision, first: int, last: int) -> None:
    """People whose wave is open and whose service window is, too."""
    for person in range(first, last):
        address = [(Channel.WHATSAPP, number(person))]
        one = enrol(db, Enrolment("klantmonitor", "Someone", "nl", address, NOON.date()), NOON)
        heard_from(db, find_address(db, "whatsapp", number(person)).id, NOON)
        open_wave(db, revision, one, "periodic", 1, NOON)


def invite(db: Connection, content: Content) -> int:
    """Claim and settle invitations; returns how many."""
    taken = claim(db, content, NOON, 200)
    for one in taken:
        settle_sent(db, one.row, Sent(f"SM{one.row}"), NOON)
    return len(taken)


async def main(url: str, people: int) -> None:
    """Fill the database."""
    upgrade(url)
    database = open_database(url, keys=Keys.from_text(KEY))
    library = load_library(Path("flows"), Path("locales"), Path("assets"))
    revision = library.studies["klantmonitor"].flows["periodic"]
    for first in range(0, people, 200):
        await database.transact(enrol_some, revision, first, min(first + 200, people))
    while await database.transact(invite, Content(library, {})):
        pass
    await database.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
