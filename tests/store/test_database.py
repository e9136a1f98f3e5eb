"""What is handed to ``transact`` is done wholly, alone, and kept when the caller hears of it."""

import asyncio

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, select
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database

TABLES = MetaData()
NOTE = Table("note", TABLES, Column("id", Integer, primary_key=True), Column("text", Text))


@pytest.fixture(autouse=True)
def tables(database: Database) -> None:
    database.run(TABLES.create_all)


def keep(db: Connection, number: int, text: str = "kept") -> int:
    db.execute(NOTE.insert().values(id=number, text=text))
    return number


def kept(db: Connection) -> list[int]:
    return list(db.execute(select(NOTE.c.id).order_by(NOTE.c.id)).scalars())


async def test_a_transaction_returns_what_its_function_returns(database: Database) -> None:
    assert await database.transact(keep, 7, text="seven") == 7
    assert await database.read(kept) == [7]


async def test_a_failing_function_does_not_harm_its_group(database: Database) -> None:
    await database.transact(keep, 0)

    results = await asyncio.gather(
        *(database.transact(keep, number % 20) for number in range(40)), return_exceptions=True
    )

    assert sum(isinstance(result, IntegrityError) for result in results) == 21
    assert await database.read(kept) == list(range(20))
