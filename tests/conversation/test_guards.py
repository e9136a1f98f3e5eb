"""What keeps us from writing without end, or to where we never should, on both databases."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection, select, update

from bot.casework.alarms import CASES
from bot.conversation.guards import A_DAY, LOOP, full_organisations
from bot.conversation.receive import Received, receive
from bot.conversation.tables import INBOUND, OUTBOUND, RUNS
from bot.conversation.waves import due_people
from bot.message import Channel, InboundMessage
from bot.panel.participants import ADDRESSES, PARTICIPANTS, Enrolment, addresses_of, enrol
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, begin, rows
from tests.conversation.test_waves import send_all, tick

SECOND = timedelta(seconds=1)


def say(database: Database, text: str, seconds: float, sender: str = AMINA) -> Received:
    at = NOW + SECOND * seconds
    inbound = InboundMessage(Channel.WHATSAPP, f"W{sender}{seconds}", sender, "bot", text, at)
    return database.run(receive, CONTENT, inbound, at)


def sent(database: Database) -> int:
    return len(database.run(rows, OUTBOUND))


def test_two_machines_that_answer_each_other_stop_after_five_in_a_minute(
    database: Database,
) -> None:
    database.run(begin)
    before = sent(database)

    outcomes = [say(database, "I am out of office.", second).outcome for second in range(40)]

    assert outcomes == ["handled"] * (LOOP - 1) + ["loop"] * (41 - LOOP)
    assert sent(database) - before == LOOP
    assert "polsbot.too_fast" in database.run(rows, OUTBOUND)[-1].order


def test_a_broken_loop_and_a_strange_country_raise_an_alert(database: Database) -> None:
    def raised(kind: str) -> float:
        return REGISTRY.get_sample_value("polsbot_alerts_total", {"kind": kind}) or 0.0

    loops, countries = raised("loop"), raised("country")
    database.run(begin)
    for second in range(20):
        say(database, "I am out of office.", second)
    say(database, "START", 30, sender="+14155552671")
    send_all(database, NOW + SECOND * 31)

    assert (raised("loop") - loops, raised("country") - countries) == (1, 1)


def countries() -> float:
    return REGISTRY.get_sample_value("polsbot_alerts_total", {"kind": "country"}) or 0.0


def test_foreign_strangers_are_told_once_a_day(database: Database) -> None:
    before = countries()

    for number in range(30):
        say(database, "START", number, sender=f"+1415555{2600 + number}")
        send_all(database, NOW + SECOND * number)
    assert countries() - before == 1
    assert sent(database) == 1, "nor do they use up what strangers of ours are told"

    later = 26 * 3600
    for number in range(30):
        say(database, "START", later + number, sender=f"+1415555{2700 + number}")
    assert send_all(database, NOW + SECOND * (later + 30)) == [], "all at once"
    assert countries() - before == 2


def test_foreign_numbers_are_told_once_a_day_for_each_organisation(database: Database) -> None:
    for number, name in enumerate(("utrecht", "zwolle", "utrecht", "zwolle")):
        address = [(Channel.SMS, f"+1415555267{number}")]
        person = Enrolment("klantmonitor", "A", "nl", address, NOW.date(), name, seed=0)
        database.run(enrol, person, NOW)
    before = countries()
    tick(database, NOW)
    send_all(database, NOW)

    assert [row.code for row in database.run(rows, OUTBOUND)] == ["not an allowed country"] * 4
    assert countries() - before == 2


def test_the_loop_stays_broken_while_the_other_machine_goes_on(database: Database) -> None:
    database.run(begin)
    before = sent(database)

    for second in range(0, 3600, 10):
        say(database, "I am out of office.", second)

    assert sent(database) - before == LOOP


def test_a_slow_machine_is_answered_so_often_a_day_and_no_more(database: Database) -> None:
    database.run(begin)
    before = sent(database)

    for number in range(A_DAY + 30):
        say(database, "I am out of office.", number * 120)

    assert sent(database) - before <= A_DAY


def test_a_person_who_answers_fast_is_never_taken_for_a_machine(database: Database) -> None:
    database.run(begin)

    outcomes = [say(database, text, place / 4).outcome for place, text in enumerate("j1234512")]

    assert set(outcomes) == {"handled"}
    assert database.run(rows, RUNS)[0].status == "completed"


def test_a_person_who_skips_or_goes_back_fast_is_none_either(database: Database) -> None:
    database.run(begin)
    texts = ("ja", *["0", "sla over", "terug"] * 5, *["0"] * 10)

    outcomes = [say(database, text, place / 4).outcome for place, text in enumerate(texts)]

    assert outcomes[: 1 + 15] == ["handled"] * 16
    assert outcomes[-1] == "loop", "the questions were at an end"


@pytest.mark.parametrize("text", ["0", "terug", "sla over", "help", "hallo"])
def test_without_a_question_five_answers_a_minute_are_enough(database: Database, text: str) -> None:
    database.run(begin)
    say(database, "stop", 0)
    say(database, "start", 1)
    before = sent(database)

    for second in range(2, 40):
        say(database, text, second)

    assert sent(database) - before <= LOOP


def test_a_stop_in_a_loop_is_obeyed(database: Database) -> None:
    database.run(begin)
    for second in range(20):
        say(database, "blub", second)

    say(database, "stop", 21)

    addresses = database.run(rows, ADDRESSES)
    assert addresses[0].opted_out_at is not None
    assert database.run(rows, RUNS)[0].status == "stopped"


def test_a_cry_for_help_in_a_loop_is_a_case(database: Database) -> None:
    database.run(begin)
    for second in range(20):
        say(database, "blub", second)

    say(database, "ik wil dood", 21)

    assert [row.kind for row in database.run(rows, CASES)] == ["crisis"]


def test_a_first_cry_for_help_in_a_loop_is_answered(database: Database) -> None:
    database.run(begin)
    for second in range(20):
        say(database, "blub", second)
    before = sent(database)

    say(database, "ik wil dood", 21)
    say(database, "ik wil dood", 22)

    assert sent(database) - before == 1
    assert "polsbot.crisis" in database.run(rows, OUTBOUND)[-1].order
    assert len(database.run(rows, CASES)) == 1


@pytest.mark.parametrize("text", ["stop", "wis alles", "ik wil een mens", "taal"])
def test_the_first_of_a_command_in_a_loop_is_answered(database: Database, text: str) -> None:
    database.run(begin)
    for second in range(20):
        say(database, "blub", second)
    before = sent(database)

    say(database, text, 21)

    assert sent(database) - before == 1


def test_who_is_not_answered_is_asked_to_wait_whatever_came_before(database: Database) -> None:
    database.run(begin)
    for second in range(LOOP - 1):
        say(database, "blub", second)
    say(database, "help", LOOP)  # the first of its kind: answered
    before = sent(database)

    assert say(database, "blub", LOOP + 1) == Received("loop", 1)
    assert say(database, "blub", LOOP + 2) == Received("loop", 0)

    assert sent(database) - before == 1
    assert "polsbot.too_fast" in database.run(rows, OUTBOUND)[-1].order


def test_nothing_is_asked_in_silence_in_a_loop(database: Database) -> None:
    """An answer to a question that was never said would erase a person or change the language."""
    database.run(begin)
    say(database, "ja", 0)
    say(database, "taal", 1)
    say(database, "1", 2)
    for second in range(3, 23):
        say(database, "blub", second)
    state = database.run(rows, RUNS)[0].state

    assert say(database, "taal", 24).outcome == "loop"

    assert database.run(rows, RUNS)[0].state == state


def test_what_a_machine_says_is_kept_all_the_same(database: Database) -> None:
    database.run(begin)

    for second in range(20):
        say(database, "blub", second)

    assert len(database.run(rows, INBOUND)) == 20


@pytest.mark.parametrize(
    "number", ["+14155552671", "+882160000001", "+31906123456", "3669", "INFO"]
)
def test_nobody_outside_the_allowed_countries_is_written_to(
    database: Database, number: str
) -> None:
    person = Enrolment("klantmonitor", "Amina", "nl", [(Channel.SMS, number)], NOW.date(), seed=0)
    database.run(enrol, person, NOW)
    tick(database, NOW)

    assert send_all(database, NOW) == []
    (row,) = database.run(rows, OUTBOUND)
    assert (row.state, row.code) == ("dropped", "not an allowed country")


@pytest.mark.parametrize("number", ["+14155552671", "+979123456789", "INFO", "1234"])
def test_a_stranger_elsewhere_gets_no_answer(database: Database, number: str) -> None:
    say(database, "START", 0, sender=number)

    assert send_all(database, NOW + SECOND) == []


def test_a_number_that_hides_itself_belongs_to_its_country(database: Database) -> None:
    say(database, "hallo", 0, sender="NL.1A2B")

    assert len(send_all(database, NOW + SECOND)) == 1


def two_organisations(db: Connection) -> None:
    for name, number in (("utrecht", "1"), ("zwolle", "2")):
        address = [(Channel.LOCAL, f"phone-{number}")]
        enrol(db, Enrolment("klantmonitor", "A", "nl", address, NOW.date(), name, seed=0), NOW)


def test_a_full_day_of_one_organisation_holds_up_no_other(database: Database) -> None:
    database.run(two_organisations)
    tick(database, NOW)
    mine = select(PARTICIPANTS.c.id).where(PARTICIPANTS.c.organisation_id == "utrecht")
    database.run(lambda db: db.execute(update(PARTICIPANTS).values(next_wave_at=NOW)))
    database.run(
        lambda db: db.execute(OUTBOUND.delete().where(OUTBOUND.c.participant_id.not_in(mine)))
    )

    full = database.run(full_organisations, 100, 1, NOW)

    assert full == {"utrecht"}
    (waiting,) = database.run(due_people, NOW, full=full)
    (other,) = [one for one in database.run(rows, PARTICIPANTS) if one.id == waiting]
    assert other.organisation_id == "zwolle"


def test_a_full_day_of_all_holds_up_everybody_until_tomorrow(database: Database) -> None:
    database.run(two_organisations)
    tick(database, NOW)

    assert database.run(full_organisations, 2, 100, NOW) == {"utrecht", "zwolle"}
    assert database.run(full_organisations, 2, 100, NOW + timedelta(days=1)) == frozenset()


def test_stop_opts_out_on_every_channel(database: Database) -> None:
    number = "+31612345678"
    both = [(Channel.WHATSAPP, number), (Channel.SMS, number)]
    person = database.run(
        enrol, Enrolment("klantmonitor", "Amina", "nl", both, NOW.date(), seed=0), NOW
    )
    tick(database, NOW)

    def by_sms(text: str, second: int) -> None:
        at = NOW + SECOND * second
        said = InboundMessage(Channel.SMS, f"S{second}", number, "bot", text, at)
        database.run(receive, CONTENT, said, at)

    by_sms("stop", 60)
    mine = database.run(addresses_of, person)
    assert [one.opted_out_at is None for one in mine] == [False, False]

    by_sms("start", 120)
    assert [one.opted_out_at for one in database.run(addresses_of, person)] == [None, None]


def test_a_tap_answers_the_run_of_its_own_button_on_a_shared_phone(database: Database) -> None:
    at = [(Channel.WHATSAPP, AMINA)]
    for name in ("Amina", "Bilal"):
        who = Enrolment("klantmonitor", name, "nl", at, NOW.date(), seed=0)
        database.run(enrol, who, NOW)
    tick(database, NOW)
    first, second = database.run(rows, RUNS)

    for number, run in enumerate((first, second, first)):
        said = InboundMessage(
            Channel.WHATSAPP, f"T{number}", AMINA, "bot", "Ja, ik begin",
            NOW + SECOND * number, payload=f"{run.id}.invite.start",
        )  # fmt: skip
        database.run(receive, CONTENT, said, NOW + SECOND * number)

    begun = [run.version for run in database.run(rows, RUNS)]
    assert begun[0] > first.version
    assert begun[1] > second.version
