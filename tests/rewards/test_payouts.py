"""A payout goes its way one step at a time, whoever asks, and a voucher goes to one person."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from bot.rewards.erasing import forget
from bot.rewards.ledger import balance, bank_of, held, payout_of, pot_of, spent_on, stock_of
from bot.rewards.paying import cancel, hold, note_arrived, note_failed, note_sent, request
from bot.rewards.payouts import PAYOUTS, PayoutState, find, pictured, rename_pictures, reserve
from bot.rewards.pictures import picture_name
from bot.rewards.stock import stock
from bot.rewards.vouchers import VOUCHERS, known_of, voucher_of, withdraw, write_off
from bot.store.database import Database
from bot.store.keys import Keys, generate_key
from tests.rewards.people import NOW, RULE, full, person, stocked


def state(database: Database, payout: str) -> str:
    return str(database.run(find, payout).state)


def tied(db: Connection) -> list[str]:
    found = select(VOUCHERS.c.payout_id).where(VOUCHERS.c.payout_id.is_not(None))
    return list(db.execute(found).scalars())


def test_a_full_pot_is_set_aside_and_the_rest_stays(database: Database) -> None:
    somebody = database.run(person, 1400)

    assert len(database.run(reserve, somebody, RULE, NOW)) == 2
    assert database.run(reserve, somebody, RULE, NOW) == []
    assert database.run(balance, pot_of(somebody)) == 200
    assert database.run(balance, payout_of(somebody)) == 1200


@pytest.mark.parametrize("writers", [4])
def test_fifty_claims_on_six_euro_make_one_payout(database: Database) -> None:
    somebody = database.run(person, 600)

    with ThreadPoolExecutor(8) as askers:
        made = list(askers.map(lambda _: database.run(reserve, somebody, RULE, NOW), range(50)))

    assert sum(len(one) for one in made) == 1
    assert database.run(balance, pot_of(somebody)) == 0


@pytest.mark.parametrize("writers", [4])
def test_a_hundred_claimants_for_ten_codes(database: Database) -> None:
    database.run(stocked, *(f"C{number}" for number in range(10)))
    payouts = [database.run(full) for _ in range(100)]

    with ThreadPoolExecutor(8) as askers:
        given = list(askers.map(lambda one: database.run(request, one, NOW), payouts * 2))

    assert given.count(True) == 10
    assert max(Counter(database.run(tied)).values()) == 1
    assert len(database.run(tied)) == 10
    codes = {database.run(voucher_of, payout) for payout in payouts} - {None}
    assert len(codes) == 10
    states = Counter(state(database, payout) for payout in payouts)
    assert states == {"requested": 10, "reserved": 90}
    owners = database.run(lambda db: list(db.execute(select(PAYOUTS.c.participant_id)).scalars()))
    assert all(database.run(held, one) == 600 for one in owners), "all are still owed"


def test_the_debt_is_paid_once_however_often_it_is_told(database: Database) -> None:
    database.run(stocked, "A1")
    payout = database.run(full)
    owner = database.run(find, payout).participant_id
    database.run(request, payout, NOW)

    assert [database.run(note_sent, payout, NOW) for _ in range(2)] == [True, False]
    assert [database.run(note_arrived, payout, NOW) for _ in range(2)] == [True, False]
    assert not database.run(note_failed, payout, NOW), "what arrived has not failed"
    assert database.run(held, owner) == 0
    assert database.run(balance, stock_of("k")) == 0
    assert database.run(balance, bank_of("k")) == 600


def test_sent_and_then_failed_is_owed_again_and_paid_with_the_same_code(
    database: Database,
) -> None:
    database.run(stocked, "A1", "A2")
    payout = database.run(full)
    owner = database.run(find, payout).participant_id
    for _ in range(3):
        assert database.run(request, payout, NOW)
        code: Any = database.run(voucher_of, payout)
        assert code.code == "A1"
        database.run(note_sent, payout, NOW)
        assert database.run(held, owner) == 0
        database.run(note_failed, payout, NOW)
        assert database.run(held, owner) == 600

    database.run(note_arrived, payout, NOW)

    assert database.run(held, owner) == 0
    assert state(database, payout) == PayoutState.CONFIRMED


@pytest.mark.parametrize("step", [note_sent, note_arrived, note_failed])
def test_no_step_is_taken_before_its_time(database: Database, step: Any) -> None:
    payout = database.run(full)

    assert not database.run(step, payout, NOW)
    assert not database.run(step, "nobody's", NOW)
    assert state(database, payout) == PayoutState.RESERVED


def test_a_cancelled_payout_is_back_in_the_pot_and_its_code_is_nobodys(
    database: Database,
) -> None:
    database.run(stocked, "A1", "A2")
    payout = database.run(full)
    owner = database.run(find, payout).participant_id
    database.run(request, payout, NOW)
    assert not database.run(cancel, payout, NOW), "its message may be on its way"
    database.run(note_failed, payout, NOW)

    assert database.run(cancel, payout, NOW)

    assert database.run(balance, pot_of(owner)) == 600
    assert database.run(balance, spent_on("k", "lost")) == -600
    (again,) = database.run(reserve, owner, RULE, NOW)
    database.run(request, again, NOW)
    fresh: Any = database.run(voucher_of, again)
    assert fresh.code == "A2"


def test_a_voucher_that_expired_while_it_was_tied_is_replaced(database: Database) -> None:
    soon = NOW.date() + timedelta(days=20)
    database.run(stocked, "A1", until=soon)
    payout = database.run(full)
    database.run(request, payout, NOW)
    database.run(note_failed, payout, NOW)
    later = NOW + timedelta(days=21)
    database.run(stocked, "A2")

    assert database.run(request, payout, later)

    fresh: Any = database.run(voucher_of, payout)
    assert fresh.code == "A2"
    assert database.run(write_off, later.date(), later) == 1
    assert database.run(write_off, later.date(), later) == 0
    assert database.run(balance, spent_on("k", "lost")) == -600


def test_a_code_is_bought_once_and_kept_unreadable(database: Database) -> None:
    assert database.run(stocked, "SECRET-1", "SECRET-2") == 2
    assert database.run(stocked, "SECRET-2", "SECRET-3") == 1

    def raw(db: Connection) -> str:
        return repr(db.execute(text("SELECT * FROM vouchers")).all())

    assert "SECRET" not in database.run(raw)
    assert database.run(balance, bank_of("k")) == 1800
    from bot.rewards.stock_file import NewVoucher

    known = [NewVoucher(code, 600, NOW.date(), "b") for code in ("SECRET-1", "SECRET-9")]
    assert database.run(known_of, known) == 1


def test_the_database_ties_a_voucher_to_one_payout_only(database: Database) -> None:
    database.run(stocked, "A1", "A2")
    payout = database.run(full)
    database.run(request, payout, NOW)

    with pytest.raises(IntegrityError):
        database.run(
            lambda db: db.execute(text("UPDATE vouchers SET payout_id = :it"), {"it": payout})
        )


def test_a_wrong_delivery_is_taken_back_but_for_what_was_given(database: Database) -> None:
    database.run(stocked, "A1", "A2", "A3")
    payout = database.run(full)
    database.run(request, payout, NOW)

    assert database.run(withdraw, "k", "b1", NOW) == 2
    assert database.run(withdraw, "k", "b1", NOW) == 0
    assert database.run(balance, bank_of("k")) == 600
    assert not database.run(request, database.run(full), NOW)


def test_codes_are_forgotten_and_amounts_stay(database: Database) -> None:
    database.run(stocked, "A1")
    payout = database.run(full)
    owner = database.run(find, payout).participant_id
    database.run(request, payout, NOW)
    database.run(note_sent, payout, NOW)

    database.run(forget, owner, "k", NOW)

    assert database.run(voucher_of, payout) is None
    assert database.run(held, owner) == 0
    assert database.run(balance, bank_of("k")) == 600


def test_a_voucher_that_an_erased_person_never_saw_goes_to_the_next_one(database: Database) -> None:
    database.run(stocked, "A1")
    payout, other = database.run(full), database.run(full)
    assert database.run(hold, payout, NOW)  # it waits for a word of the person

    database.run(forget, database.run(find, payout).participant_id, "k", NOW)

    assert database.run(request, other, NOW)
    code: Any = database.run(voucher_of, other)
    assert code.code == "A1"


def test_stock_is_low_before_anybody_has_to_wait(database: Database) -> None:
    people = {database.run(person, 400), database.run(person, 400), database.run(person, 0)}
    database.run(stocked, "A1")

    level = database.run(stock, RULE, 200, people, NOW.date())
    assert (level.free, level.waiting, level.soon, level.is_low) == (1, 0, 2, True)

    database.run(stocked, "A2")
    assert not database.run(stock, RULE, 200, people, NOW.date()).is_low


def test_with_another_key_a_picture_has_another_name(database: Database) -> None:
    database.run(stocked, "A1")
    payout = database.run(full)
    assert database.run(request, payout, NOW)
    before = database.run(picture_name, payout)
    assert database.run(pictured, before, NOW) is not None

    database.use_keys(Keys.from_text(generate_key()))
    database.run(rename_pictures)

    after = database.run(picture_name, payout)
    assert after != before
    assert database.run(pictured, after, NOW) is not None
    assert database.run(pictured, before, NOW) is None
