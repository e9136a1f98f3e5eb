"""Learning of stored messages that were made while the bot was running."""

import asyncio
from collections.abc import Collection, MutableMapping

import structlog

from bot.conversation.contents import known_contents
from bot.store.database import Database
from bot.store.errors import StoreError

log = structlog.get_logger()

EVERY = 30.0
"""Seconds between two looks."""


async def learn_contents(
    database: Database, contents: MutableMapping[str, str], wanted: Collection[str]
) -> None:
    """Look until all are known; until then their questions go out in words."""
    while missing := set(wanted) - set(contents):
        try:
            contents.update(await database.read(known_contents))
        except StoreError:
            log.exception("stored messages could not be read; it is tried again")
        if missing := missing - set(contents):
            log.warning(
                "questions go out without buttons and lists: run `polsbot templates push`",
                missing=len(missing),
            )
            await asyncio.sleep(EVERY)
