"""Entries balance, are there once and are never changed; no pot is ever below zero."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.rewards.ledger import (
    LedgerError,
    Leg,
    OverdrawnError,
    balance,
    grant,
    held,
    legs_of,
    moved,
    payout_of,
    post,
    pot_of,
    reverse,
    spent_on,
)
from bot.store.database import Database, open_database

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
POT, COST = pot_of("p1"), spent_on("k", "rewards")


def earn(db: Connection, run: str = "r1", cents: int = 200) -> bool:
    return grant(db, run, "p1", "k", cents, "EUR", NOW)


def everything(db: Connection) -> list[tuple[object, ...]]:
    joined = "SELECT * FROM entries JOIN postings ON entry_id = entries.id ORDER BY postings.id"
    return [tuple(row) for row in db.execute(text(joined))]


def test_a_run_is_rewarded_once_however_often_it_is_told(database: Database) -> None:
    assert [database.run(earn) for _ in range(3)] == [True, False, False]
    assert database.run(balance, POT) == 200
    assert database.run(balance, COST) == -200


@pytest.mark.parametrize("writers", [4])
def test_two_devices_that_finish_one_run_at_once_earn_one_reward(database: Database) -> None:
    with ThreadPoolExecutor(8) as devices:
        earned = list(devices.map(lambda _: database.run(earn), range(40)))

    assert earned.count(True) == 1
    assert database.run(balance, POT) == 200


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg(POT, 200, "EUR"),),
        (Leg(POT, 200, "EUR"), Leg(COST, -199, "EUR")),
        (Leg(POT, 200, "EUR"), Leg(COST, -200, "USD")),
        (Leg(POT, 0, "EUR"), Leg(COST, 0, "EUR")),
        (Leg(POT, 2.0, "EUR"), Leg(COST, -2.0, "EUR")),  # type: ignore[arg-type]
        (Leg(POT, True, "EUR"), Leg(COST, -1, "EUR")),
    ],
    ids=["nothing", "one leg", "a cent short", "two currencies", "zero", "floats", "a boolean"],
)
def test_an_entry_that_does_not_balance_is_refused(
    database: Database, legs: tuple[Leg, ...]
) -> None:
    with pytest.raises(LedgerError):
        database.run(post, "x", legs, NOW)
    assert database.run(legs_of, "x") == ()


def test_a_key_never_stands_for_two_amounts(database: Database) -> None:
    database.run(earn)
    with pytest.raises(LedgerError, match="something else"):
        database.run(earn, "r1", 300)
    assert database.run(balance, POT) == 200


def test_a_pot_never_gives_more_than_it_holds(database: Database) -> None:
    database.run(earn)
    out = moved(201, "EUR", debit=POT, credit=payout_of("p1"))
    with pytest.raises(OverdrawnError):
        database.run(post, "out", out, NOW)
    assert database.run(balance, POT) == 200
    assert database.run(legs_of, "out") == ()


@pytest.mark.parametrize("writers", [4])
def test_fifty_who_take_from_one_pot_at_once_get_what_is_in_it(database: Database) -> None:
    database.run(earn, "r1", 600)

    def take(number: int) -> bool:
        out = moved(600, "EUR", debit=POT, credit=payout_of("p1"))
        try:
            return database.run(post, f"out:{number}", out, NOW)
        except OverdrawnError:
            return False

    with ThreadPoolExecutor(8) as takers:
        taken = list(takers.map(take, range(50)))

    assert taken.count(True) == 1
    assert database.run(balance, POT) == 0
    assert database.run(held, "p1") == 600


def test_an_entry_is_reversed_once_and_both_stay(database: Database) -> None:
    database.run(earn)

    assert database.run(reverse, "run:r1:reward", NOW)
    assert not database.run(reverse, "run:r1:reward", NOW)
    assert not database.run(reverse, "run:r2:reward", NOW)

    assert database.run(balance, POT) == 0
    assert database.run(legs_of, "run:r1:reward") != ()
    assert not database.run(earn), "a reward that was taken back is not earned again"


def test_what_was_spent_meanwhile_cannot_be_taken_back(database: Database) -> None:
    database.run(earn)
    database.run(post, "out", moved(200, "EUR", debit=POT, credit=payout_of("p1")), NOW)
    with pytest.raises(OverdrawnError):
        database.run(reverse, "run:r1:reward", NOW)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE postings SET cents = cents + 1",
        "DELETE FROM postings",
        "UPDATE entries SET key = 'other'",
        "DELETE FROM entries",
    ],
)
def test_the_database_refuses_every_change_of_the_ledger(database: Database, change: str) -> None:
    database.run(earn)
    with pytest.raises(DBAPIError, match="never changed"):
        database.run(lambda db: db.execute(text(change)))
    assert database.run(balance, POT) == 200


def test_sqlite_does_not_replace_what_is_there(sqlite_url: str) -> None:
    entry = "INSERT OR REPLACE INTO entries (id, key, at) VALUES (1, 'run:r1:reward', '2000-01-01')"
    posting = (
        "INSERT OR REPLACE INTO postings (id, entry_id, account, cents, currency) "
        "VALUES (1, 1, 'pot:p1', 9999, 'EUR')"
    )
    with closing(open_database(sqlite_url)) as database:
        database.run(earn)
        before = database.run(everything)
        database.run(lambda db: db.execute(text(entry)))
        with pytest.raises(DBAPIError, match="never changed"):
            database.run(lambda db: db.execute(text(posting)))
        assert database.run(everything) == before


def test_postgresql_refuses_a_posting_that_unbalances_its_entry(postgres_url: str) -> None:
    more = (
        "INSERT INTO postings (entry_id, account, cents, currency) "
        "SELECT id, 'pot:p1', 1, 'EUR' FROM entries"
    )
    with closing(open_database(postgres_url)) as database:
        database.run(earn)
        before = database.run(everything)
        with pytest.raises(DBAPIError, match="does not balance"):
            database.run(lambda db: db.execute(text(more)))
        with pytest.raises(DBAPIError, match="never changed"):
            database.run(lambda db: db.execute(text("TRUNCATE postings, entries")))
        assert database.run(everything) == before
