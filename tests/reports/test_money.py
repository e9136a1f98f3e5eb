"""The books of a small study: they agree, and whatever is wrong in them is told."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.content.study import RewardRule
from bot.conversation.forget import forget
from bot.conversation.pay import settle
from bot.message import Channel
from bot.panel.participants import Enrolment, enrol
from bot.reports.audit import differences, remarks
from bot.reports.beancount import account_of, beancount
from bot.reports.money import money
from bot.rewards.ledger import grant, moved, post, pot_of, reverse, spent_on
from bot.rewards.paying import cancel, note_failed, note_sent
from bot.rewards.payouts import PAYOUTS
from bot.rewards.vouchers import withdraw, write_off
from bot.store.database import Database, open_database
from bot.store.keys import Keys
from tests.conversation.test_pay import UNTIL, complete, enrolled, stocked
from tests.conversation.test_receive import CONTENT, NOW, rows

LATER = NOW + timedelta(days=900)


def lived(db: Connection) -> None:
    """A study in which everything has happened that can."""
    stocked(db, "A1", "A2", "A3", "A4")
    people = [thrice_at(db, f"+3161234567{digit}") for digit in range(4)]
    by_person = {row.participant_id: row.id for row in rows(db, PAYOUTS)}
    first, second, third, fourth = (by_person[person] for person in people)
    note_sent(db, first, NOW)
    note_failed(db, first, NOW)
    settle(db, second, True, NOW)
    note_failed(db, third, NOW)
    cancel(db, third, NOW)
    note_sent(db, fourth, NOW)
    forget(db, people[3], NOW)
    complete(db, enrolled(db, number="+31612345679"), 1, number="+31612345679")
    complete(db, enrolled(db, number="+31612345678", is_test=True), 1, number="+31612345678")
    more(db)


def thrice_at(db: Connection, number: str) -> str:
    person = enrolled(db, number=number)
    for wave in (1, 2, 3):
        complete(db, person, wave, number=number)
    return person


def more(db: Connection) -> None:
    """A delivery that is taken back and one that expires."""
    stocked(db, "B1")
    withdraw(db, "klantmonitor", "b1", NOW)
    stocked(db, "C1", until=UNTIL)
    write_off(db, LATER.date(), NOW)


def found(db: Connection) -> list[str]:
    return list(differences(db))


def test_the_books_agree_after_everything_that_can_happen(database: Database) -> None:
    database.run(lived)
    assert database.run(found) == []


PLANTED: dict[str, tuple[str, str]] = {
    "a dropped posting": (
        "DELETE FROM postings WHERE id = (SELECT max(id) FROM postings)",
        "does not balance",
    ),
    "a cent more": (
        "UPDATE postings SET cents = cents + 1 WHERE id = (SELECT min(id) FROM postings)",
        "does not balance",
    ),
    "a reward that is gone": (
        "DELETE FROM {table} WHERE {id} IN (SELECT min(id) FROM entries WHERE key LIKE 'run:%')",
        "is missing",
    ),
    "a run that never was": (
        "UPDATE runs SET status = 'stopped' WHERE id = (SELECT min(id) FROM runs "
        "WHERE status = 'completed' AND participant_id IN "
        "(SELECT id FROM participants WHERE NOT is_test))",
        "no row that it is for",
    ),
    "a test run that earned": ("UPDATE participants SET is_test = true", "no row that it is for"),
    "a payout thought to be sent": (
        "UPDATE payouts SET state = 'sent' WHERE state = 'failed'",
        "was given 0 times",
    ),
    "a payout thought to be open": (
        "UPDATE payouts SET state = 'failed' WHERE state = 'confirmed'",
        "was given 1 times",
    ),
    "another amount": ("UPDATE payouts SET cents = 500", "something else"),
    "a voucher of another value": ("UPDATE vouchers SET cents = 1000", "something else"),
    "a voucher that is gone": (
        "DELETE FROM vouchers WHERE id = (SELECT min(id) FROM vouchers)",
        "voucher",
    ),
    "a voucher untied": (
        "UPDATE vouchers SET payout_id = NULL WHERE payout_id = (SELECT min(id) FROM payouts "
        "WHERE state = 'confirmed')",
        "without a voucher",
    ),
    "a purchase of which the voucher is gone": (
        "INSERT INTO purchases (reference, payout_id, study, cents, currency, state, tries, "
        "reason, made_at, changed_at) SELECT 'x-1', id, study, cents, currency, 'bought', 2, '', "
        "reserved_at, reserved_at FROM payouts LIMIT 1",
        "its voucher is not kept",
    ),
    "two vouchers bought at once": (
        "INSERT INTO purchases (reference, payout_id, study, cents, currency, state, tries, "
        "reason, made_at, changed_at) SELECT id || n, id, study, cents, currency, 'asked', 1, '', "
        "reserved_at, reserved_at FROM payouts, (SELECT 'a' AS n UNION SELECT 'b') AS twice",
        "is buying 2 vouchers at once",
    ),
    "a voucher thought to be lost": (
        "UPDATE vouchers SET lost_at = imported_at WHERE lost_at IS NULL",
        "is missing",
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def past(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keys: Keys
) -> Iterator[Database]:
    """A study in which everything has happened, which takes long; it stays as it is."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            template = request.getfixturevalue("sqlite_template")
            url = f"sqlite:///{shutil.copy(template, tmp_path_factory.mktemp('past'))}"
        else:
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.copy(request.getfixturevalue("postgres_template")))
        database = stack.enter_context(closing(open_database(url, keys=keys)))
        database.run(lived)
        yield database


class UndoneError(Exception):
    """Ends a transaction of which nothing is kept."""


def found_after(past: Database, plant: Callable[[Connection], object]) -> list[str]:
    """What is told of the books after it, which is undone then."""
    told: list[str] = []

    def tried(db: Connection) -> None:
        plant(db)
        told.extend(differences(db))
        raise UndoneError

    with pytest.raises(UndoneError):
        past.run(tried)
    return told


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_told(past: Database, bug: str) -> None:
    change, told = PLANTED[bug]

    def plant(db: Connection) -> None:
        _unguard(db)
        for table, column in (("postings", "entry_id"), ("entries", "id")):
            db.execute(text(change.format(table=table, id=column)))
            if "{table}" not in change:
                return

    after = found_after(past, plant)

    assert any(told in one for one in after), after
    assert past.run(found) == []


def _unguard(db: Connection) -> None:
    """What only somebody with all rights can do."""
    if db.dialect.name == "sqlite":
        triggers = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in triggers.scalars().all():
            db.execute(text(f"DROP TRIGGER {name}"))
        db.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        for table in ("postings", "entries"):
            db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


WRITTEN: dict[str, tuple[Callable[[Connection], object], str]] = {
    "an entry out of nowhere": (
        lambda db: post(
            db, "run:r0:reward", moved(200, "EUR", debit=spent_on("k", "rewards"),
                                       credit=pot_of("p0")), NOW,
        ),
        "no row that it is for",
    ),
    "a reversal of nothing": (
        lambda db: post(
            db, "x:reversed", moved(200, "EUR", debit=spent_on("k", "rewards"),
                                    credit=pot_of("p0")), NOW,
        ),
        "not there",
    ),
    "a payout reversed behind its back": (
        lambda db: [reverse(db, f"payout:{row.id}:reserved", NOW) for row in rows(db, PAYOUTS)
                    if row.state == "failed"],
        "no row that it is for",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bug", WRITTEN)
def test_an_entry_that_does_not_belong_there_is_told(past: Database, bug: str) -> None:
    write, told = WRITTEN[bug]

    after = found_after(past, write)

    assert any(told in one for one in after), after


def test_without_a_unique_key_a_second_reward_is_told(sqlite_url: str, keys: Keys) -> None:
    with closing(open_database(sqlite_url, keys=keys)) as database:
        database.run(lived)

        def twice(db: Connection) -> None:
            _unguard(db)
            columns = "entry_id, account, cents, currency"
            again = f"SELECT {columns} FROM postings WHERE entry_id = (SELECT min(id) FROM entries)"
            db.execute(text(f"INSERT INTO postings ({columns}) {again}"))

        database.run(twice)
        assert any("something else" in one for one in database.run(found))


def test_two_who_earn_at_one_number_are_remarked(database: Database) -> None:
    def household(db: Connection) -> None:
        complete(db, enrolled(db), 1)
        person = enrolled(db)
        post(db, "by hand", moved(200, "EUR", debit=spent_on("klantmonitor", "rewards"),
                                  credit=pot_of(person)), NOW)  # fmt: skip

    database.run(household)

    (remark,) = database.run(lambda db: list(remarks(db, [])))
    assert "one and the same number" in remark


def test_a_colleague_who_earns_is_remarked(database: Database) -> None:
    number = "+31612345677"
    study = replace(CONTENT.library.studies["klantmonitor"], duty=number)

    def enrolled_at(db: Connection) -> str:
        ways = [(Channel.WHATSAPP, number)]
        person = enrol(db, Enrolment("klantmonitor", "A", "nl", ways, NOW.date()), NOW)
        grant(db, "r1", person, "klantmonitor", 200, "EUR", NOW)
        return person

    person = database.run(enrolled_at)

    found = database.run(lambda db: list(remarks(db, [study])))
    assert found == [f"{person} earns at the number of who is on duty in klantmonitor."]


def test_what_was_earned_is_given_or_owed(database: Database) -> None:
    database.run(lived)

    figures = database.run(money, "klantmonitor", RewardRule(200, budget=10_000))

    assert figures.earned == 13 * 200
    assert figures.given == 2 * 600
    assert figures.owed == figures.earned - figures.given == 600 + 600 + 200
    assert figures.waiting == 600
    assert figures.spent == 5 * 600
    assert figures.lost == 2 * 600
    assert figures.in_stock == figures.spent - figures.given - figures.lost == 600
    assert figures.next_wave == 4 * 200
    assert figures.budget_left == 10_000 - 2600


def test_the_accountants_file_adds_up_by_itself(database: Database) -> None:
    database.run(lived)
    written = database.run(beancount)

    sums: Counter[str] = Counter()
    for block in written.split("\n\n"):
        legs = re.findall(r"^  (\S+)  (-?[\d.]+) EUR$", block, re.MULTILINE)
        assert sum(Decimal(amount) for _, amount in legs) == 0
        for account, amount in legs:
            sums[account] += int(Decimal(amount) * 100)
    told = re.findall(r"^\S+ balance (\S+)  (-?[\d.]+) EUR$", written, re.MULTILINE)
    assert {account: int(Decimal(amount) * 100) for account, amount in told} == dict(sums)
    assert sums["Expenses:Klantmonitor:Rewards"] == 2600
    assert "A1" not in written
    assert "Amina" not in written


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("pot:p0a1", "Liabilities:Pot:P0a1"),
        ("expense:klant_monitor:lost", "Expenses:Klant-monitor:Lost"),
        ("bank:2monitor", "Assets:Bank:2monitor"),
    ],
)
def test_accounts_are_written_as_beancount_wants_them(ours: str, theirs: str) -> None:
    assert account_of(ours) == theirs


@pytest.mark.skipif(shutil.which("bean-check") is None, reason="beancount is not installed")
def test_the_accountants_tool_agrees(database: Database, tmp_path: Path) -> None:
    database.run(lived)
    file = tmp_path / "ledger.beancount"
    file.write_text(database.run(beancount))
    assert bean_check(file).returncode == 0, bean_check(file).stderr

    file.write_text(re.sub(r"  200\.00 EUR|  2\.00 EUR", "  2.01 EUR", file.read_text(), count=1))
    assert bean_check(file).returncode != 0


def bean_check(file: Path) -> Any:
    """As a program of its own: it is under another licence than ours."""
    return subprocess.run(["bean-check", str(file)], capture_output=True, text=True, check=False)


def test_an_empty_ledger_agrees_and_is_exported(database: Database) -> None:
    assert database.run(found) == []
    assert database.run(beancount).startswith("option")
