"""The clock of the study, on both databases: each wave once, in decent hours, never two at once."""

import asyncio
import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.content.study import Reminder
from bot.conversation.forecast import Forecast, LeftOut, forecast
from bot.conversation.open import open_wave
from bot.conversation.orders import load_send
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_sent
from bot.conversation.tables import ANSWERS, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.conversation.waves import due_people, hindrance_by_hand, open_due_wave
from bot.engine.asides import SKIP
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import PARTICIPANTS, Enrolment, enrol
from bot.panel.pauses import resume
from bot.panel.roster import compare, save
from bot.panel.roster_file import read_roster
from bot.panel.tables import INVITATIONS
from bot.panel.timers import due_timers
from bot.reports.export import answers_csv
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

BASELINE = CONTENT.library.studies["klantmonitor"].flows["baseline"]
CONSENT = ("ja", "Nederlands", "ja", "ja", "whatsapp")
EVENING = NOW.replace(hour=20)
MORNING = NOW.replace(hour=9) + timedelta(days=1)  # ten o'clock in Amsterdam


TODAY = NOW.date()


def enrolled(db: Connection, intake_on: date = TODAY) -> str:
    address = [(Channel.LOCAL, AMINA)]
    return enrol(db, Enrolment("klantmonitor", "Amina", "nl", address, intake_on, seed=0), NOW)


def tick(database: Database, now: datetime) -> list[str]:
    """What the ticker does: close what is over, then open what is due."""
    for timer in database.run(due_timers, now):
        database.run(fire, CONTENT, timer, now)
    people = database.run(due_people, now)
    return [database.run(open_due_wave, CONTENT, person, now) for person in people]


def hear(database: Database, typed: tuple[str, ...], now: datetime, start: int = 0) -> None:
    for number, text in enumerate(typed, start=start):
        inbound = InboundMessage(Channel.LOCAL, f"L{number}", AMINA, "bot", text, now)
        database.run(receive, CONTENT, inbound, now)


def waves(database: Database) -> list[tuple[str, int]]:
    return sorted((row.wave, row.number) for row in database.run(rows, INVITATIONS))


def send_all(
    database: Database, now: datetime, state: DeliveryState = DeliveryState.DELIVERED
) -> list[str]:
    said = []
    while taken := database.run(claim, CONTENT, now):
        for one in taken:
            said.append(one.message.form.body)  # type: ignore[union-attr] # all have words here
            database.run(settle_sent, one.row, Sent(f"SM{one.row}", state), now)
    return said


def test_the_baseline_opens_at_once_and_once(database: Database) -> None:
    database.run(enrolled)

    assert tick(database, NOW) == ["opened"]
    assert tick(database, NOW + timedelta(minutes=1)) == []
    assert waves(database) == [("baseline", 1)]


def test_without_consent_nothing_periodic_is_asked(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, ("ja", "Nederlands", "nee"), NOW)

    for day in range(1, 40):
        tick(database, NOW + timedelta(days=day))

    assert waves(database) == [("baseline", 1)]


def flows(database: Database) -> list[tuple[str, int]]:
    found = sorted(database.run(rows, RUNS), key=lambda run: run.started_at)
    return [(row.flow, row.wave) for row in found]


def ends(database: Database) -> dict[tuple[str, int], str | None]:
    return {(row.wave, row.number): row.disposition for row in database.run(rows, INVITATIONS)}


def test_who_agreed_but_did_not_finish_the_baseline_gets_the_waves_as_usual(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, (*CONSENT, "3"), NOW)

    for day in range(1, 16):
        tick(database, NOW + timedelta(days=day))

    assert flows(database) == [("baseline", 1), ("periodic", 1)]
    assert ends(database) == {("baseline", 1): "partial", ("periodic", 1): None}


def test_who_never_answered_the_invitation_is_asked_for_consent_again(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    send_all(database, NOW)

    for day in range(1, 16):
        tick(database, NOW + timedelta(days=day))
        send_all(database, NOW + timedelta(days=day))

    assert waves(database) == [("baseline", 1), ("periodic", 1)]
    assert flows(database) == [("baseline", 1), ("baseline", 1)]
    hear(database, CONSENT, NOW + timedelta(days=15))
    for day in range(16, 30):
        tick(database, NOW + timedelta(days=day))
    assert flows(database)[2:] == [("periodic", 2)]
    assert ends(database) == {
        ("baseline", 1): "no_reply", ("periodic", 1): "partial", ("periodic", 2): None,
    }  # fmt: skip


def test_three_invitations_without_a_reply_pause_before_any_consent(database: Database) -> None:
    database.run(enrolled)
    said = {}
    for day in range(70):
        for _ in range(2):
            tick(database, NOW + timedelta(days=day))
        if messages := send_all(database, NOW + timedelta(days=day)):
            said[day] = len(messages)

    assert waves(database)[:3] == [("baseline", 1), ("periodic", 1), ("periodic", 2)]
    assert [day for day in said if day < 36] == [0, 1, 3, 14, 15, 17, 28, 29, 31]
    (person,) = database.run(rows, PARTICIPANTS)
    assert (person.status, person.paused_for) == ("paused", "silent")
    assert len(said) == 10, "one more a month after the pause"


def test_half_a_year_of_waves_comes_every_14_days_from_the_anchor(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)

    for day in range(1, 183):
        if tick(database, NOW + timedelta(days=day)) == ["opened"]:
            hear(database, ("ja", "3"), NOW + timedelta(days=day), start=100 * day)

    assert waves(database) == [("baseline", 1), *(("periodic", n) for n in range(1, 14))]
    opened = sorted(row.opened_at.date() for row in database.run(rows, INVITATIONS))
    due = [NOW.date() + timedelta(days=14 * n) for n in range(14)]
    off = (date(2026, 4, 27), date(2026, 5, 25))  # King's Day, Whit Monday
    assert opened == [day + timedelta(days=1) if day in off else day for day in due]


def test_people_who_come_due_together_are_spread_over_the_first_two_hours(
    database: Database,
) -> None:
    ten = MORNING - timedelta(days=1)
    for number in range(20):
        address = [(Channel.LOCAL, f"{AMINA}{number}")]
        person = Enrolment("klantmonitor", "Amina", "nl", address, TODAY, seed=number * 360)
        database.run(enrol, person, ten)

    opened = [tick(database, ten + timedelta(minutes=minute)) for minute in range(0, 132, 6)]

    assert [outcomes.count("opened") for outcomes in opened] == [*[1] * 20, 0, 0]


def test_an_outage_delays_a_wave_and_moves_none(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)
    tick(database, NOW + timedelta(days=8))

    assert tick(database, NOW + timedelta(days=17)) == ["opened"]
    tick(database, NOW + timedelta(days=25))
    assert tick(database, NOW + timedelta(days=28)) == ["opened"]

    assert ("periodic", 2) in waves(database)


def test_after_a_long_stop_only_the_newest_wave_comes(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)
    tick(database, NOW + timedelta(days=8))

    tick(database, NOW + timedelta(days=80))

    assert waves(database) == [("baseline", 1), ("periodic", 5)]


def test_no_wave_opens_while_one_is_open(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)
    person = database.run(rows, PARTICIPANTS)[0].id

    outcome = database.run(open_due_wave, CONTENT, person, NOW + timedelta(days=15))

    assert outcome == "open"
    assert waves(database) == [("baseline", 1)]


@pytest.mark.parametrize("writers", [4])
async def test_two_clocks_open_one_wave(database: Database) -> None:
    person = await database.transact(enrolled)

    outcomes = await asyncio.gather(
        *(database.transact(open_due_wave, CONTENT, person, NOW) for _ in range(6))
    )

    assert outcomes.count("opened") == 1
    assert len(await database.read(rows, RUNS)) == 1


def test_a_wave_that_is_due_in_the_evening_opens_in_the_morning(database: Database) -> None:
    database.run(enrolled)

    assert tick(database, EVENING) == ["later"]
    assert tick(database, MORNING - timedelta(minutes=1)) == []
    assert tick(database, MORNING) == ["opened"]
    assert send_all(database, MORNING)[0].startswith("Hoi Amina!")


def test_a_wave_opened_by_hand_at_night_is_held_until_the_morning(database: Database) -> None:
    person = database.run(enrolled)
    database.run(open_wave, BASELINE, person, "baseline", 1, EVENING)

    assert send_all(database, EVENING) == []
    assert send_all(database, MORNING - timedelta(minutes=1)) == []
    assert send_all(database, MORNING)[0].startswith("Hoi Amina!")


def test_what_was_held_over_night_is_spread_over_the_first_two_hours(database: Database) -> None:
    for number in range(8):
        address = [(Channel.LOCAL, f"{AMINA}{number}")]
        enrolment = Enrolment("klantmonitor", "Amina", "nl", address, TODAY, seed=number * 900)
        person = database.run(enrol, enrolment, NOW)
        database.run(open_wave, BASELINE, person, "baseline", 1, EVENING)
    assert send_all(database, EVENING) == []

    left = [
        len(send_all(database, MORNING + timedelta(minutes=15 * quarter))) for quarter in range(9)
    ]

    assert left == [*[1] * 8, 0]


def test_a_reply_at_night_is_answered_at_once_and_the_held_invitation_is_dropped(
    database: Database,
) -> None:
    person = database.run(enrolled)
    database.run(open_wave, BASELINE, person, "baseline", 1, EVENING)
    send_all(database, EVENING)

    hear(database, ("ja",), EVENING + timedelta(minutes=1))

    assert len(send_all(database, EVENING + timedelta(minutes=1))) == 1
    assert send_all(database, MORNING) == []
    first = database.run(rows, OUTBOUND)[0]
    assert (first.state, first.code) == ("dropped", "answered meanwhile")


def test_every_invitation_ends_in_one_disposition(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    send_all(database, NOW)
    hear(database, (*CONSENT, "6", "1"), NOW)
    tick(database, NOW + timedelta(days=8))
    tick(database, NOW + timedelta(days=14))
    send_all(database, NOW + timedelta(days=14))
    tick(database, NOW + timedelta(days=22))
    tick(database, NOW + timedelta(days=28))
    hear(database, ("ja", *"1234512"), NOW + timedelta(days=28), start=20)
    tick(database, NOW + timedelta(days=42))
    hear(database, ("stop",), NOW + timedelta(days=42), start=40)

    found = database.run(
        lambda db: db.execute(
            select(INVITATIONS.c.disposition).order_by(INVITATIONS.c.opened_at)
        ).scalars().all()
    )  # fmt: skip
    assert list(found) == ["partial", "no_reply", "complete", "refused"]


def test_a_late_enrolment_counts_from_the_day_of_enrolment(database: Database) -> None:
    database.run(enrolled, date(2025, 1, 1))

    tick(database, NOW)

    assert waves(database) == [("baseline", 1)]
    (person,) = database.run(rows, PARTICIPANTS)
    assert person.anchor_on == NOW.date()


def listed(database: Database, intake_on: date, now: datetime) -> None:
    study = CONTENT.library.studies["klantmonitor"]
    text = f"first_name,phone,intake_on\nAmina,0612345678,{intake_on}\n"
    lines = database.run(compare, study, read_roster(text, study, "NL", now.date()))
    database.run(save, lines, now)


def test_an_intake_that_is_mended_in_the_list_counts_until_something_was_asked(
    database: Database,
) -> None:
    listed(database, TODAY + timedelta(days=90), NOW)
    assert tick(database, NOW) == ["later"]

    listed(database, TODAY + timedelta(days=1), NOW)
    assert tick(database, NOW) == ["later"]
    assert tick(database, MORNING + timedelta(hours=2)) == ["opened"]

    listed(database, TODAY, NOW + timedelta(days=2))
    (person,) = database.run(rows, PARTICIPANTS)
    assert (person.intake_on, person.anchor_on) == (TODAY, TODAY + timedelta(days=1))


def test_who_wants_fewer_choices_gets_three_in_every_later_wave(database: Database) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, (*CONSENT, "2"), NOW)  # the three steps
    tick(database, NOW + timedelta(days=8))
    assert tick(database, NOW + timedelta(days=14)) == ["opened"]
    send_all(database, NOW + timedelta(days=14))

    hear(database, ("ja", "3"), NOW + timedelta(days=14), start=500)

    asked = [row.order for row in database.run(rows, OUTBOUND)]
    scales = [load_send(order) for order in asked]
    codes = [[one.code for one in send.choices] for send in scales if send.step == "stress"]
    assert codes == [[1, 3, 5, SKIP]]
    answer = next(row for row in database.run(rows, ANSWERS) if row.step == "stress")
    assert answer.value == 5, "the third of three is kept as the fifth of five"
    exported = csv.DictReader(io.StringIO(database.run(answers_csv, "klantmonitor")))
    assert [row["scale_form"] for row in exported] == ["three", "three"]


def two_at_one_phone(db: Connection) -> list[str]:
    at = [(Channel.LOCAL, AMINA)]
    return [
        enrol(db, Enrolment("klantmonitor", name, "nl", at, TODAY, seed=0), NOW)
        for name in ("Amina", "Bilal")
    ]


def test_on_a_shared_phone_a_reply_goes_to_who_was_reminded_last(database: Database) -> None:
    amina, bilal = database.run(two_at_one_phone)
    tick(database, NOW)
    send_all(database, NOW)
    hear(database, ("ja", "Nederlands"), NOW + timedelta(hours=23))
    send_all(database, NOW + timedelta(hours=23))
    before = {run.participant_id: run.version for run in database.run(rows, RUNS)}
    other, mover = (amina, bilal) if before[amina] == 1 else (bilal, amina)

    tick(database, NOW + timedelta(hours=24))
    (reminder,) = send_all(database, NOW + timedelta(hours=24))
    assert ("Amina" if other == amina else "Bilal") in reminder
    hear(database, ("ja",), NOW + timedelta(hours=25), start=9)

    after = {run.participant_id: run.version for run in database.run(rows, RUNS)}
    assert after == {other: before[other] + 1, mover: before[mover]}


def bilal_of(database: Database) -> str:
    found = database.run(rows, PARTICIPANTS)
    return str(next(row.id for row in found if row.first_name == "Bilal"))


def test_nobody_is_invited_on_a_shared_phone_while_a_housemate_is_answering(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT[:2], NOW)
    bilal = Enrolment("klantmonitor", "Bilal", "nl", [(Channel.LOCAL, AMINA)], TODAY, seed=0)
    database.run(enrol, bilal, NOW)

    minute = NOW + timedelta(minutes=1)
    assert tick(database, minute) == ["later"]
    study, person = CONTENT.library.studies["klantmonitor"], bilal_of(database)
    by_hand = database.run(hindrance_by_hand, ("local",), study, "baseline", person, minute)
    assert by_hand == "shared"
    hear(database, CONSENT[2:], NOW + timedelta(minutes=2), start=9)

    answers = [row.step for row in database.run(rows, ANSWERS)]
    assert answers == ["language", "consent", "may_stop", "channel"]
    assert tick(database, NOW + timedelta(minutes=16)) == ["later"]
    assert tick(database, NOW + timedelta(minutes=31)) == ["opened"]


def test_nobody_is_reminded_on_a_shared_phone_while_a_housemate_is_answering(
    database: Database,
) -> None:
    database.run(two_at_one_phone)
    tick(database, NOW)
    send_all(database, NOW)
    begun = NOW + timedelta(hours=23, minutes=55)
    hear(database, ("ja",), begun)
    assert len(send_all(database, begun)) == 1

    tick(database, NOW + timedelta(hours=24))
    assert send_all(database, NOW + timedelta(hours=24)) == []

    tick(database, NOW + timedelta(hours=24, minutes=15))
    assert len(send_all(database, NOW + timedelta(hours=24, minutes=15))) == 1


def test_right_after_a_crisis_nothing_is_taken_for_an_answer_of_a_housemate(
    database: Database,
) -> None:
    database.run(two_at_one_phone)
    tick(database, NOW)
    send_all(database, NOW)
    hear(database, ("ik wil dood", "ik weet het niet meer"), NOW)
    said = send_all(database, NOW)
    assert ["113" in one for one in said] == [True, False]
    assert said[1].startswith("We weten het.")

    hear(database, ("ja",), NOW + timedelta(minutes=20), start=9)  # the housemate, later

    runs = sorted((run.status, run.version > 1) for run in database.run(rows, RUNS))
    assert runs == [("handed_over", True), ("waiting", True)]


def test_who_is_asked_again_right_after_a_crisis_can_answer(database: Database) -> None:
    person = database.run(enrolled)
    tick(database, NOW)
    hear(database, ("ja", "ik wil dood"), NOW)
    database.run(resume, person, NOW)
    database.run(open_wave, PERIODIC, person, "periodic", 1, NOW)

    hear(database, ("ja",), NOW + timedelta(minutes=5), start=9)

    moved = [run.version > 1 for run in database.run(rows, RUNS) if run.status == "waiting"]
    assert moved == [True]


def test_nobody_is_invited_on_the_phone_of_a_housemate_who_cried_for_help_that_day(
    database: Database,
) -> None:
    database.run(enrolled)
    tick(database, NOW)
    hear(database, (*CONSENT, "ik wil dood"), NOW)
    bilal = Enrolment("klantmonitor", "Bilal", "nl", [(Channel.LOCAL, AMINA)], TODAY, seed=0)
    database.run(enrol, bilal, NOW)

    assert tick(database, NOW + timedelta(hours=2)) == ["later"]
    assert tick(database, NOW + timedelta(days=1, minutes=5)) == ["opened"]


def test_the_plan_waits_for_a_wave_that_is_still_open(database: Database) -> None:
    person = database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)
    tick(database, NOW + timedelta(days=8))
    opened = NOW + timedelta(days=12)
    database.run(open_wave, PERIODIC, person, "extra", 1, opened)

    def plan(db: Connection) -> list[Forecast | LeftOut]:
        study, until = CONTENT.library.studies["klantmonitor"], NOW + timedelta(days=20)
        return list(forecast(db, CONTENT, study, opened, until))

    (wave,) = database.run(plan)
    assert isinstance(wave, Forecast)
    assert (wave.wave, wave.number) == ("periodic", 1)
    assert wave.at >= opened + timedelta(days=7)


def planned(database: Database, content: Content, now: datetime, days: int) -> list[Forecast]:
    def plan(db: Connection) -> list[Forecast | LeftOut]:
        study = content.library.studies["klantmonitor"]
        return list(forecast(db, content, study, now, now + timedelta(days=days)))

    return [one for one in database.run(plan) if isinstance(one, Forecast)]


def test_the_plan_of_waves_that_are_too_many_is_what_then_happens(database: Database) -> None:
    library = CONTENT.library
    study = library.studies["klantmonitor"]
    dense = tuple(
        replace(wave, every=timedelta(days=3)) if wave.every else wave for wave in study.waves
    )
    studies = {"klantmonitor": replace(study, waves=dense)}
    content = Content(replace(library, studies=studies), CONTENT.lexicons)
    database.run(open_due_wave, content, database.run(enrolled), NOW)
    hear(database, CONSENT, NOW)
    begin = MORNING + timedelta(days=7)
    for timer in database.run(due_timers, begin):
        database.run(fire, content, timer, begin)
    plan = planned(database, content, begin, 40)

    happened = []
    for day in range(41):
        now = begin + timedelta(days=day)
        for person in database.run(due_people, now):
            if database.run(open_due_wave, content, person, now) == "opened":
                happened.append((max(number for _, number in waves(database)), now.date()))
                send_all(database, now)
                hear(database, ("ja", *"1234512"), now, start=100 * (day + 1))
                send_all(database, now)

    assert [(one.number, one.at.date()) for one in plan] == happened
    assert len(happened) < 40 // 3


def test_the_plan_counts_no_reminder_that_would_be_one_too_many(database: Database) -> None:
    library = CONTENT.library
    study = library.studies["klantmonitor"]
    reminders = tuple(Reminder(timedelta(days=day)) for day in (1, 2, 3, 4))
    studies = {"klantmonitor": replace(study, reminders=reminders)}
    content = Content(replace(library, studies=studies), CONTENT.lexicons)
    database.run(enrolled)
    tick(database, NOW)
    hear(database, CONSENT, NOW)

    assert [one.messages for one in planned(database, content, NOW, 30)] == [3, 3]


def test_what_a_run_promises_is_what_it_pays_though_the_study_pays_more_by_now(
    database: Database,
) -> None:
    study = CONTENT.library.studies["klantmonitor"]
    assert study.reward is not None
    raised = {"klantmonitor": replace(study, reward=replace(study.reward, cents=777))}
    content = Content(replace(CONTENT.library, studies=raised), CONTENT.lexicons)
    database.run(enrolled)
    tick(database, NOW)
    send_all(database, NOW)

    hear(database, ("ja", "Nederlands"), NOW)

    said = []
    while taken := database.run(claim, content, NOW):
        for one in taken:
            said.append(str(one.message.form))
            database.run(settle_sent, one.row, Sent("SM9", DeliveryState.DELIVERED), NOW)
    promised = [one for one in said if "Per keer krijg je" in one]
    assert promised
    assert "7,77" not in str(promised)
