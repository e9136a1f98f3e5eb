"""A bot that was started before the messages were stored at the provider."""

import asyncio

import pytest

from bot.conversation.contents import keep_contents
from bot.jobs import contents
from bot.jobs.contents import learn_contents
from bot.store.database import Database


async def test_a_running_bot_learns_of_messages_that_are_stored_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "EVERY", 0)
    known = {"buttons-1": "HX1"}

    learning = asyncio.create_task(learn_contents(database, known, ["buttons-1", "list-4"]))
    await database.transact(keep_contents, {"list-4": "HX2"})
    async with asyncio.timeout(10):
        await learning

    assert known == {"buttons-1": "HX1", "list-4": "HX2"}


async def test_who_knows_all_does_not_look(database: Database) -> None:
    known = {"buttons-1": "HX1"}
    await database.transact(keep_contents, {"buttons-1": "HX9"})

    await learn_contents(database, known, ["buttons-1"])

    assert known == {"buttons-1": "HX1"}
