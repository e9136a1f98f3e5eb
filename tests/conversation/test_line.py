"""The line before the door: its order, and that a long one costs an answer nothing."""

from contextlib import closing
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Connection, update

from bot import casework, conversation, panel, rewards
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.settle import settle_sent
from bot.conversation.tables import DROPPED, OUTBOUND, RUNS
from bot.message import Channel, DeliveryState, Sent
from bot.panel.participants import Enrolment, enrol
from bot.store.database import Database, open_database
from bot.store.statements import Statement
from tests.conversation.test_outbox import begin, hear
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows


def invite(db: Connection, people: int) -> None:
    for number in range(people):
        address = [(Channel.LOCAL, f"{AMINA}{number}")]
        person = enrol(db, Enrolment("klantmonitor", "Amina", "nl", address, NOW.date()), NOW)
        assert open_wave(db, PERIODIC, person, "periodic", 1, NOW).run


def test_a_reply_leaves_before_invitations_that_have_waited_longer(database: Database) -> None:
    database.run(begin)
    database.run(claim, CONTENT, NOW)
    database.run(invite, 3)
    database.run(hear, "ja", 1, NOW + timedelta(minutes=1))
    database.run(settle_sent, 1, Sent("L1", DeliveryState.DELIVERED), NOW)

    left = [database.run(claim, CONTENT, NOW + timedelta(minutes=1), 1)[0].row for _ in range(4)]

    assert left == [5, 2, 3, 4]


def test_one_claim_does_not_clear_a_whole_line_while_answers_wait(database: Database) -> None:
    database.run(invite, 12)
    database.run(lambda db: db.execute(update(RUNS).values(status="expired")))

    assert database.run(claim, CONTENT, NOW, 1) == []

    dropped = [row for row in database.run(rows, OUTBOUND) if row.state == DROPPED]
    assert 0 < len(dropped) < 12


def hot_statements() -> dict[str, Statement]:
    return {
        f"{room.__name__}.{module.name}.{name}": statement
        for room in (casework, conversation, panel, rewards)
        for module in iter_modules(room.__path__)
        for name, statement in vars(import_module(f"{room.__name__}.{module.name}")).items()
        if isinstance(statement, Statement)
    }


def test_no_statement_of_the_hot_path_looks_through_a_table_or_sorts_the_line(
    sqlite_url: str,
) -> None:
    def plans(db: Connection) -> dict[str, str]:
        found = {}
        for name, statement in hot_statements().items():
            prepared = statement._prepared(db)
            if "INSERT" not in prepared.text:
                values = dict.fromkeys(prepared._names)
                steps = db.connection.cursor().execute(
                    f"EXPLAIN QUERY PLAN {prepared.text}", values
                )
                found[name] = " | ".join(step[3] for step in steps)
        return found

    with closing(open_database(sqlite_url)) as database:
        found = database.run(plans)

    assert [name for name, plan in found.items() if "SCAN" in plan] == []
    assert "ORDER BY" not in found["bot.conversation.line._NEXT"]
    assert "participant_id=" in found["bot.conversation.open._WAITING"]
