"""One message in: on both databases, with the real flows, engine and reading."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.authoring.forms import body_of
from bot.content.lexicon import load_lexicons
from bot.content.library import load_library
from bot.conversation.open import open_wave
from bot.conversation.orders import load_send
from bot.conversation.outbox import claim
from bot.conversation.receive import Received, receive
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_sent
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import ADDRESSES, Enrolment, enrol, keep_address, link
from bot.panel.timers import due_timers
from bot.rewards.ledger import balance, pot_of
from bot.store.database import Database

ROOT = Path(__file__).parent.parent.parent
CONTENT = Content(
    load_library(ROOT / "flows", ROOT / "locales", ROOT / "assets"),
    load_lexicons(ROOT / "locales"),
)
PERIODIC = CONTENT.library.studies["klantmonitor"].flows["periodic"]
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AMINA = "+31612345678"


def message(
    text: str, number: int, *, payload: str | None = None, sender: str = AMINA
) -> InboundMessage:
    return InboundMessage(
        Channel.WHATSAPP, f"SM{number}", sender, "+3197", text, NOW, payload=payload
    )


def begin(db: Connection) -> str:
    person = Enrolment("klantmonitor", "Amina", "nl", [(Channel.WHATSAPP, AMINA)], date(2026, 3, 1))
    participant = enrol(db, person, NOW)
    assert open_wave(db, PERIODIC, participant, "periodic", 1, NOW).run
    return participant


def hear(database: Database, *texts: str, start: int = 0) -> list[Received]:
    return [
        database.run(receive, CONTENT, message(text, start + place), NOW)
        for place, text in enumerate(texts)
    ]


def rows(db: Connection, table: Any) -> list[Any]:
    return list(db.execute(select(table).order_by(table.c.id)))


def test_an_answer_is_kept_and_the_next_question_waits_in_one_transaction(
    database: Database,
) -> None:
    database.run(begin)

    hear(database, "ja", "best veel", "4")

    answers = database.run(rows, ANSWERS)
    assert [(row.step, row.value, row.typed) for row in answers] == [
        ("stress", 3, "best veel"),
        ("calm", 4, "4"),
    ]
    waiting = [load_send(row.order).step for row in database.run(rows, OUTBOUND)]
    assert waiting == ["invite", "stress", "calm", "hope"]


def test_what_is_skipped_or_not_understood_or_free_text_is_kept_too(database: Database) -> None:
    database.run(begin)

    hear(database, "ja", "blub", "blub", "blub", "sla over", "terug", "4")

    kept = [(row.step, row.value) for row in database.run(rows, ANSWERS)]
    assert ("stress", None) in kept
    assert len(kept) >= 3
    assert None in [value for step, value in kept if step == "calm"]


def test_a_known_message_changes_nothing(database: Database) -> None:
    database.run(begin)
    hear(database, "ja", "3")
    before = database.run(rows, OUTBOUND), database.run(rows, ANSWERS), database.run(rows, RUNS)

    (again,) = hear(database, "3", start=1)

    assert again.outcome == "duplicate"
    assert before == (
        database.run(rows, OUTBOUND),
        database.run(rows, ANSWERS),
        database.run(rows, RUNS),
    )


@pytest.mark.parametrize("writers", [4])
async def test_one_message_ten_times_at_once_has_one_effect(database: Database) -> None:
    await database.transact(begin)
    await database.transact(receive, CONTENT, message("ja", 0), NOW)

    outcomes = await asyncio.gather(
        *(database.transact(receive, CONTENT, message("3", 1), NOW) for _ in range(10))
    )

    assert sorted(one.outcome for one in outcomes) == ["duplicate"] * 9 + ["handled"]
    assert len(await database.read(rows, ANSWERS)) == 1
    assert len(await database.read(rows, INBOUND)) == 2


@pytest.mark.parametrize("writers", [4])
async def test_answers_in_one_burst_are_handled_one_after_the_other(database: Database) -> None:
    await database.transact(begin)
    await database.transact(receive, CONTENT, message("ja", 0), NOW)

    await asyncio.gather(
        *(database.transact(receive, CONTENT, message("3", number), NOW) for number in (1, 2, 3))
    )

    answers = await database.read(rows, ANSWERS)
    assert [row.step for row in answers] == ["stress", "calm", "hope"]


def test_a_stop_drops_what_waits_and_leaves_only_the_farewell(database: Database) -> None:
    database.run(begin)

    hear(database, "ja", "stop")

    by_state = [(row.state, row.purpose) for row in database.run(rows, OUTBOUND)]
    assert by_state.count(("queued", "farewell")) == 1
    assert ("queued", "reply") not in by_state
    (address,) = database.run(rows, ADDRESSES)
    assert address.opted_out_at == NOW


def test_a_completed_run_is_rewarded_once_even_when_its_last_answer_comes_again(
    database: Database,
) -> None:
    participant = database.run(begin)
    hear(database, "ja", *"1234512")

    hear(database, "2", start=7)
    hear(database, "2", start=50)

    assert database.run(balance, pot_of(participant)) == 200


def test_a_stranger_gets_one_polite_answer_a_day_and_becomes_no_participant(
    database: Database,
) -> None:
    outcomes = hear(database, "hallo", "hallo?", "wie is dit?")

    assert [one.outcome for one in outcomes] == ["stranger"] * 3
    assert len(database.run(rows, OUTBOUND)) == 1


def test_a_waves_second_opening_is_refused(database: Database) -> None:
    participant = database.run(begin)

    again = database.run(open_wave, PERIODIC, participant, "periodic", 1, NOW)

    assert again.run is None
    count = select(func.count()).select_from(RUNS)
    assert database.run(lambda db: db.execute(count).scalar()) == 1


def test_a_tap_of_an_older_question_corrects_that_one(database: Database) -> None:
    database.run(begin)
    hear(database, "ja", "3")
    (run,) = database.run(rows, RUNS)

    tap = message("5 Heel veel", 9, payload=f"{run.id}.stress.5")
    database.run(receive, CONTENT, tap, NOW + timedelta(minutes=1))

    last = database.run(rows, ANSWERS)[-1]
    assert (last.step, last.value, last.corrects) == ("stress", 5, True)


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "a" * 5000, "=1+1", "<b>"])
def test_no_text_can_break_a_conversation(database: Database, text: str) -> None:
    database.run(begin)

    (received,) = hear(database, text)

    assert received.outcome == "handled"


def test_who_asks_for_a_channel_is_asked_there_from_the_next_wave_on(database: Database) -> None:
    participant = database.run(begin)
    hear(database, "ja")

    assert said_to(database, "Kan het ook via sms?", 10) == "Dat kan nog niet."
    database.run(lambda db: link(db, participant, keep_address(db, Channel.SMS, AMINA, NOW).id))
    assert said_to(database, "sms aub", 11) == "Goed."
    hear(database, *"1234512", start=20)

    later = NOW + timedelta(days=14)
    database.run(open_wave, PERIODIC, participant, "periodic", 2, later)
    (opening,) = database.run(claim, CONTENT, later)
    assert (opening.message.channel, opening.message.to) == (Channel.SMS, AMINA)


def test_who_asks_for_a_channel_is_reminded_there_and_goes_on_there(database: Database) -> None:
    participant = database.run(begin)
    database.run(lambda db: link(db, participant, keep_address(db, Channel.SMS, AMINA, NOW).id))
    hear(database, "ja")
    assert said_to(database, "sms aub", 11) == "Goed."

    for hours in (3, 6):  # three hours after the last word
        later = NOW + timedelta(hours=hours)
        for timer in database.run(due_timers, later):
            database.run(fire, CONTENT, timer, later)
    (nudge,) = database.run(claim, CONTENT, later)
    assert (nudge.message.channel, nudge.message.to) == (Channel.SMS, AMINA)

    by_sms = replace(message("3", 12), channel=Channel.SMS, received_at=later)
    database.run(receive, CONTENT, by_sms, later)
    assert [row.value for row in database.run(rows, ANSWERS)] == [3]


def said_to(database: Database, typed: str, number: int) -> str:
    """The first sentence of the answer to this, sent."""
    database.run(receive, CONTENT, message(typed, number), NOW)
    said = ""
    while taken := database.run(claim, CONTENT, NOW):
        for one in taken:
            said = body_of(one.message.form)
            database.run(settle_sent, one.row, Sent(f"SM{one.row}", DeliveryState.SENT), NOW)
    return said.split(". ")[0].rstrip(".") + "."


def test_a_language_asked_for_after_the_end_is_spoken_at_once(database: Database) -> None:
    database.run(begin)
    hear(database, "ja", *"1234512")

    hear(database, "english please", "auf deutsch", start=20)

    switched, missing = database.run(rows, OUTBOUND)[-2:]
    assert switched.language == "en"
    assert missing.language == "en"
