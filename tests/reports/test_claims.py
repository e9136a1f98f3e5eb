"""Vouchers agree with who claims them: each planted fault is named, on both databases."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text, update

from bot.conversation.forget import forget
from bot.conversation.settle import settle_failed
from bot.reports.audit import differences
from bot.rewards.ledger import moved, post, pot_of
from bot.rewards.payouts import PAYOUTS, PayoutState
from bot.rewards.stock import stock
from bot.rewards.stock_file import NewVoucher
from bot.rewards.vouchers import VOUCHERS, add_stock, withdraw, write_off
from bot.store.database import Database
from tests.conversation.test_late import RULE
from tests.conversation.test_pay import (
    GONE,
    LATER,
    UNTIL,
    carried,
    complete,
    enrolled,
    looked,
    said,
    stocked,
    thrice,
)
from tests.conversation.test_receive import NOW, rows

FREE, TIED = "payout_id IS NULL", "payout_id IS NOT NULL"


def lived(db: Connection) -> str:
    """One voucher is claimed, one lies in stock."""
    stocked(db, "A1", "B2")
    return thrice(db)


def found(db: Connection) -> list[str]:
    return list(differences(db))


def damage(db: Connection, which: str = FREE) -> None:
    db.execute(text(f"UPDATE vouchers SET code = lost.code FROM {_NONSENSE} WHERE {which}"))


_NONSENSE = "(SELECT address_hash AS code FROM addresses LIMIT 1) AS lost"
"""32 bytes that no key has made."""


def emptied(db: Connection) -> None:
    db.execute(update(VOUCHERS).where(VOUCHERS.c.payout_id.is_(None)).values(code=" "))


def copied(db: Connection) -> None:
    """One code twice: nothing but the hash tells that it is somebody else's."""
    other = "(SELECT code FROM vouchers WHERE payout_id IS NOT NULL) AS other"
    db.execute(text(f"UPDATE vouchers SET code = other.code FROM {other} WHERE {FREE}"))


PLANTED: dict[str, tuple[Callable[[Connection], object], str]] = {
    "a damaged code": (damage, "lies in the stock of klantmonitor without a readable code"),
    "an empty code": (emptied, "without a readable code"),
    "a code that is gone": (
        lambda db: db.execute(text(f"UPDATE vouchers SET code = NULL WHERE {FREE}")),
        "without a readable code",
    ),
    "the code of another voucher": (copied, "without a readable code"),
    "a damaged code that was given": (lambda db: damage(db, TIED), "has no readable code"),
    "a voucher kept for a payout that is cancelled": (
        lambda db: db.execute(update(PAYOUTS).values(state=str(PayoutState.CANCELLED))),
        "which is cancelled",
    ),
    "a voucher written off and given": (
        lambda db: db.execute(text(f"UPDATE vouchers SET lost_at = imported_at WHERE {TIED}")),
        "is written off and claimed for payout",
    ),
    "a voucher of another study": (
        lambda db: db.execute(text(f"UPDATE vouchers SET study = 'other' WHERE {TIED}")),
        "is not of the value or study",
    ),
    "a payout that another study pays": (
        lambda db: db.execute(update(PAYOUTS).values(study="other")),
        "is paid by another study",
    ),
    "money moved for nothing": (
        lambda db: post(db, "gift", moved(5, "EUR", debit="bank:k", credit="stock:k"), NOW),
        "Entry gift is for nothing that is known",
    ),
    "an account of no kind": (
        lambda db: post(db, "run:r0:reward", moved(5, "EUR", debit="till:k", credit="bank:k"), NOW),
        "has an account that is not known: till:k",
    ),
    "a pot of nobody": (
        lambda db: post(db, "gift", moved(5, "EUR", debit="bank:k", credit=pot_of("p0")), NOW),
        "pot:p0 holds 5 cents of nobody",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_of_the_vouchers_is_named(database: Database, fault: str) -> None:
    plant, told = PLANTED[fault]
    database.run(lived)
    assert database.run(found) == []

    database.run(lambda db: plant(db) and None)

    assert any(told in one for one in database.run(found)), database.run(found)


def test_a_voucher_claimed_for_a_payout_that_is_not_there_is_named(
    database: Database, database_url: str
) -> None:
    database.run(lived)
    change = f"UPDATE vouchers SET payout_id = 'o0' WHERE {FREE}"
    if database_url.startswith("sqlite"):
        other = sqlite3.connect(database_url.removeprefix("sqlite:///"))  # keeps no foreign keys
        with other:
            other.execute(change)
        other.close()
    else:
        drop = "ALTER TABLE vouchers DROP CONSTRAINT vouchers_payout_id_fkey"
        database.run(lambda db: [db.execute(text(one)) for one in (drop, change)] and None)

    assert any("for payout o0, which is not there" in one for one in database.run(found))


def test_the_code_of_an_erased_person_that_is_kept_is_named(database: Database) -> None:
    person = database.run(lived)
    said(database)
    looked(database, NOW + timedelta(minutes=1))
    database.run(forget, person, NOW)
    assert database.run(found) == []

    database.run(
        lambda db: db.execute(
            update(VOUCHERS).where(VOUCHERS.c.payout_id.is_not(None)).values(code="A1")
        )
    )

    assert any("keeps the code of somebody who was erased" in one for one in database.run(found))


def test_a_damaged_voucher_holds_up_nobody_and_is_counted_as_none(database: Database) -> None:
    database.run(stocked, "A1")
    database.run(enrolled, number="+31612345670")
    database.run(damage)
    free = database.run(lambda db: stock(db, RULE, 200, set(), NOW.date()).free)
    assert free == 0

    database.run(stocked, "B2")
    database.run(thrice)

    assert "Je code is: B2" in said(database)[-1]


def test_a_tied_voucher_that_was_damaged_is_replaced_before_it_is_sent(database: Database) -> None:
    database.run(stocked, "A1", "B2")
    database.run(thrice)
    database.run(settle_failed, carried(database), GONE, NOW)
    looked(database, NOW + timedelta(minutes=1))
    database.run(damage, TIED)

    later = LATER + timedelta(minutes=2)
    assert looked(database, later) == 1

    assert "Je code is: B2" in said(database, later)[-1]
    looked(database, later + timedelta(minutes=1))
    assert database.run(found) == []


def test_a_damaged_voucher_is_mended_by_importing_it_again(database: Database) -> None:
    database.run(lived)
    database.run(damage)
    again = [NewVoucher("B2", 600, UNTIL, "b1")]

    assert database.run(add_stock, "klantmonitor", "HEMA", again, NOW) == 0, "it is known"

    assert database.run(found) == []
    assert {row.code for row in database.run(rows, VOUCHERS)} == {"A1", "B2"}


def test_a_damaged_voucher_can_be_withdrawn_and_written_off(database: Database) -> None:
    def damaged(db: Connection) -> None:
        person = enrolled(db)
        complete(db, person, 1)
        stocked(db, "A1")
        damage(db)

    database.run(damaged)
    assert database.run(write_off, LATER.date(), NOW) == 0
    assert database.run(withdraw, "klantmonitor", "b1", NOW) == 1

    assert database.run(found) == []
