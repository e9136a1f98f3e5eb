"""The alarm of a crisis, on both databases: it rings until a person accepts the case."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.casework.alarms import CASES, LATER, OFTEN, SOON, due_alarms
from bot.casework.cases import accept, close, open_case, open_cases
from bot.channels.contract import Failure, Reaction
from bot.conversation.alarms import ring
from bot.conversation.alerts import ALERTS
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_failed, settle_sent
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import ADDRESSES, opt_out
from bot.store.database import Database
from tests.conversation import test_receive
from tests.conversation.test_receive import NOW, begin, hear, rows

DUTY = "+31611111111"


def with_duty(number: str) -> Content:
    library = test_receive.CONTENT.library
    study = replace(library.studies["klantmonitor"], duty=number)
    return Content(replace(library, studies={"klantmonitor": study}), test_receive.CONTENT.lexicons)


CONTENT = with_duty(DUTY)
MINUTE = timedelta(minutes=1)
NIGHT = NOW.replace(hour=2) + timedelta(days=1)


def cry(database: Database, start: int = 0) -> None:
    hear(database, "ja", "ik wil dood", start=start)


def ring_all(database: Database, now: datetime, content: Content = CONTENT) -> int:
    return sum(database.run(ring, content, case, now) for case in database.run(due_alarms, now))


def on_duty(database: Database, now: datetime) -> list[str]:
    """What reaches the phone of who is on duty."""
    said = []
    while taken := database.run(claim, CONTENT, now):
        for one in taken:
            if (one.message.channel, one.message.to) == (Channel.SMS, DUTY):
                said.append(one.message.form.body)  # type: ignore[union-attr] # words
            database.run(settle_sent, one.row, Sent(f"SM{one.row}", DeliveryState.DELIVERED), now)
    return said


def everything_said(database: Database, content: Content) -> str:
    said = ""
    while taken := database.run(claim, content, NOW):
        for one in taken:
            said += getattr(one.message.form, "body", "")
            database.run(settle_sent, one.row, Sent(f"SM{one.row}", DeliveryState.DELIVERED), NOW)
    return said


def answer(database: Database, text: str, now: datetime = NOW, sender: str = DUTY) -> None:
    number = f"duty{text}{now}"
    inbound = InboundMessage(Channel.SMS, number, sender, "+3197", text, now)
    database.run(receive, CONTENT, inbound, now)


def only_case(database: Database) -> object:
    (case,) = database.run(rows, CASES)
    return case


def heard_alerts(kind: str) -> float:
    return float(ALERTS.labels(kind)._value.get())


def test_a_crisis_rings_at_once_and_names_the_case_and_nobody(database: Database) -> None:
    database.run(begin)
    cry(database)

    assert ring_all(database, NOW) == 1

    case = only_case(database)
    (said,) = on_duty(database, NOW)
    assert f"Zaak {case.id}" in said  # type: ignore[attr-defined] # a row
    assert f"OK {case.id}" in said  # type: ignore[attr-defined] # a row
    assert "Amina" not in said
    assert "dood" not in said


def test_the_alarm_repeats_soon_then_each_hour_until_accepted(database: Database) -> None:
    database.run(begin)
    cry(database)
    rung = [
        minute
        for minute in range(0, 6 * 60)
        if ring_all(database, NOW + minute * MINUTE) and on_duty(database, NOW + minute * MINUTE)
    ]

    soon, later = int(SOON / MINUTE), int(LATER / MINUTE)
    first = [soon * number for number in range(OFTEN + 1)]
    assert rung[: len(first)] == first
    assert {b - a for a, b in zip(rung[OFTEN:], rung[OFTEN + 1 :], strict=False)} == {later}

    (case,) = database.run(open_cases)
    assert database.run(accept, case.id, "Noor", NOW + 6 * 60 * MINUTE)
    assert ring_all(database, NOW + timedelta(days=3)) == 0


def test_an_alarm_rings_once_whoever_looks(database: Database) -> None:
    database.run(begin)
    cry(database)
    found = database.run(due_alarms, NOW)

    assert [database.run(ring, CONTENT, case, NOW) for case in (*found, *found)] == [1, 0]
    assert len(on_duty(database, NOW)) == 1


def test_an_alarm_that_came_due_while_we_were_away_rings_once_after_it(database: Database) -> None:
    database.run(begin)
    cry(database)
    ring_all(database, NOW)
    back = NOW + timedelta(hours=9)

    assert ring_all(database, back) == 1
    assert ring_all(database, back + MINUTE) == 0
    assert ring_all(database, back + SOON) == 1


def test_an_alarm_rings_at_night(database: Database) -> None:
    database.run(begin)
    cry(database)

    ring_all(database, NIGHT)

    assert len(on_duty(database, NIGHT)) == 1


def test_a_reply_of_who_is_on_duty_accepts_the_case(database: Database) -> None:
    database.run(begin)
    cry(database)
    ring_all(database, NOW)
    on_duty(database, NOW)
    (case,) = database.run(open_cases)

    answer(database, f" ok {case.id}! ", NOW + MINUTE)

    (case,) = database.run(open_cases)
    assert (case.owner, case.alarm_at) == ("duty", None)
    (said,) = on_duty(database, NOW + MINUTE)
    assert str(case.id) in said
    assert ring_all(database, NOW + timedelta(days=1)) == 0


def test_nobody_else_accepts_a_case_by_message(database: Database) -> None:
    database.run(begin)
    cry(database)
    (case,) = database.run(open_cases)

    answer(database, f"OK {case.id}", sender="+31687654321")
    answer(database, f"OK {case.id + 1}")
    answer(database, "OK")

    (case,) = database.run(open_cases)
    assert case.owner is None


def test_a_case_is_accepted_by_one(database: Database) -> None:
    database.run(begin)
    cry(database)
    (case,) = database.run(open_cases)

    assert database.run(accept, case.id, "Noor", NOW)
    assert not database.run(accept, case.id, "Sam", NOW)
    (case,) = database.run(open_cases)
    assert case.owner == "Noor"


def test_a_second_cry_rings_again_though_the_first_was_accepted(database: Database) -> None:
    database.run(begin)
    cry(database)
    (case,) = database.run(open_cases)
    database.run(accept, case.id, "Noor", NOW)

    cry(database, start=50)

    assert ring_all(database, NOW) == 1
    (case,) = database.run(open_cases)
    assert case.owner is None


def test_a_closed_case_is_silent_and_the_next_cry_is_a_case_of_its_own(
    database: Database,
) -> None:
    database.run(begin)
    cry(database)
    (case,) = database.run(open_cases)

    assert database.run(close, case.id, NOW)
    assert ring_all(database, NOW + timedelta(days=1)) == 0
    cry(database, start=50)

    assert [row.closed_at is None for row in database.run(rows, CASES)] == [False, True]


def test_other_cases_wait_without_an_alarm(database: Database) -> None:
    person = database.run(begin)
    for kind in ("human", "wrong_person", "silent", "erase"):
        database.run(open_case, person, kind, NOW)

    assert ring_all(database, NOW + timedelta(days=1)) == 0
    assert len(database.run(open_cases)) == 4


def test_what_nobody_has_accepted_stands_first(database: Database) -> None:
    person = database.run(begin)
    for minute, kind in enumerate(("human", "silent", "crisis")):
        database.run(open_case, person, kind, NOW + minute * MINUTE)
    first = database.run(open_cases)[0]
    database.run(accept, first.id, "Noor", NOW)

    assert [row.kind for row in database.run(open_cases)] == ["silent", "crisis", "human"]


def test_a_stop_or_a_dead_phone_of_who_is_on_duty_silences_nothing(database: Database) -> None:
    database.run(begin)
    cry(database)
    ring_all(database, NOW)
    on_duty(database, NOW)
    answer(database, "stop")
    dead = select(ADDRESSES.c.id).where(ADDRESSES.c.channel == "sms")
    address = database.run(lambda db: db.execute(dead).scalar_one())
    database.run(opt_out, address, NOW)
    on_duty(database, NOW)

    ring_all(database, NOW + SOON)
    (one,) = database.run(claim, CONTENT, NOW + SOON)
    database.run(settle_failed, one.row, Failure("30003", Reaction.DEAD, "gone"), NOW + SOON)
    before = heard_alerts("duty")
    ring_all(database, NOW + 2 * SOON)

    assert heard_alerts("duty") == before + 1
    assert len(on_duty(database, NOW + 2 * SOON)) == 1


def test_without_anybody_on_duty_a_monitor_hears_it_each_time(database: Database) -> None:
    nobody = with_duty("")
    database.run(begin)
    cry(database)
    before = heard_alerts("crisis"), heard_alerts("duty")

    ring_all(database, NOW, nobody)
    ring_all(database, NOW + SOON, nobody)

    assert (heard_alerts("crisis"), heard_alerts("duty")) == (before[0] + 2, before[1] + 2)


@pytest.mark.parametrize(("country", "number"), [("NL", "113"), ("BE", "1813")])
def test_whom_to_call_depends_on_the_country(database: Database, country: str, number: str) -> None:
    study = CONTENT.library.studies["klantmonitor"]
    there = replace(study, countries=(country, "NL"))
    library = replace(CONTENT.library, studies={"klantmonitor": there})
    database.run(begin)
    cry(database)

    said = everything_said(database, Content(library, CONTENT.lexicons))

    assert f"Bel nu {number}" in said
