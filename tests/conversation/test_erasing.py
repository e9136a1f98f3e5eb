"""Who asks to be erased while no question is open is asked, told and erased, on both databases."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.casework.alarms import CASES
from bot.channels.contract import Failure, Reaction
from bot.conversation.demo import words_of
from bot.conversation.forget import forget
from bot.conversation.leaving import AFTER_THE_FAREWELL
from bot.conversation.open import open_wave
from bot.conversation.outbox import claim
from bot.conversation.receive import receive
from bot.conversation.settle import settle_failed, settle_sent
from bot.conversation.tables import ANSWERS, OUTBOUND, RUNS
from bot.conversation.timers import fire
from bot.message import Channel, DeliveryState, InboundMessage, Sent
from bot.panel.participants import ADDRESSES, PARTICIPANTS, Enrolment, enrol
from bot.panel.timers import ERASURE, TIMERS, due_timers
from bot.reports.audit import differences
from bot.rewards.ledger import grant, held
from bot.store.database import Database
from tests.conversation.test_receive import AMINA, CONTENT, NOW, PERIODIC, rows

MINUTE = timedelta(minutes=1)
ASKED = "Wil je alles wissen? Dan zijn al je antwoorden weg."
ERASED = "Alles is gewist. Je krijgt geen berichten meer."
KEPT = "Goed. Er is niets gewist."


class Phone:
    """One handset, its time, and what it shows."""

    def __init__(self, database: Database, channel: Channel = Channel.WHATSAPP) -> None:
        self.database = database
        self.channel = channel
        self.now = NOW

    def enrol(self, name: str = "Amina", *channels: Channel) -> str:
        ways = [(channel, AMINA) for channel in channels or (self.channel,)]
        person = Enrolment("klantmonitor", name, "nl", ways, NOW.date(), seed=0)
        return self.database.run(enrol, person, NOW)

    def opens(self, person: str, wave: int = 1) -> None:
        run = self.database.run(open_wave, PERIODIC, person, "periodic", wave, self.now).run
        assert run
        self.said()

    def completes(self, person: str) -> None:
        self.opens(person)
        for typed in ("ja", *"1234512"):
            self.types(typed)

    def types(self, text: str, payload: str | None = None) -> list[str]:
        """Type a minute later; returns what is answered."""
        self.now += MINUTE
        sid = f"{self.channel}{self.now.timestamp()}"
        said = InboundMessage(self.channel, sid, AMINA, "bot", text, self.now, payload=payload)
        self.database.run(receive, CONTENT, said, self.now)
        return self.said()

    def said(self) -> list[str]:
        return [form.body for form in self.forms()]

    def forms(self) -> list[Any]:
        forms: list[Any] = []
        while taken := self.database.run(claim, CONTENT, self.now):
            for one in taken:
                forms.append(one.message.form)
                sent = Sent(f"S{one.row}", DeliveryState.DELIVERED)
                self.database.run(settle_sent, one.row, sent, self.now)
        return forms

    def waits(self, time: timedelta) -> None:
        self.now += time
        for timer in self.database.run(due_timers, self.now):
            self.database.run(fire, CONTENT, timer, self.now)

    def people(self) -> dict[str, tuple[str | None, str]]:
        return {
            one.id: (one.first_name, one.status) for one in self.database.run(rows, PARTICIPANTS)
        }

    def cases(self) -> list[tuple[str, str]]:
        """Open ones."""
        found = self.database.run(rows, CASES)
        return [(one.kind, one.participant_id) for one in found if one.closed_at is None]


@pytest.fixture
def phone(database: Database) -> Phone:
    return Phone(database)


def gone(database: Database, person: str) -> None:
    (row,) = [one for one in database.run(rows, PARTICIPANTS) if one.id == person]
    assert (row.first_name, row.status) == (None, "erased")
    assert [one for one in database.run(rows, ANSWERS) if one.participant_id == person] == []
    assert database.run(held, person) == 0
    assert database.run(lambda db: list(differences(db))) == []


def test_who_was_never_asked_anything_confirms_and_is_erased(phone: Phone) -> None:
    person = phone.enrol()

    assert phone.types("wis alles") == [ASKED]
    assert phone.types("ja") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)
    (address,) = phone.database.run(rows, ADDRESSES)
    assert (address.address, address.opted_out_at is None) == (None, False)
    assert phone.cases() == [], "nobody has to do it by hand"


def test_who_has_answered_everything_hears_of_the_pot_and_is_erased(phone: Phone) -> None:
    person = phone.enrol()
    phone.completes(person)

    assert phone.types("wis alles") == [ASKED + " De 2 euro in je pot ook."]
    assert phone.people()[person] == ("Amina", "active"), "nothing without a yes"
    assert phone.types("ja") == [ERASED]
    assert phone.database.run(lambda db: list(differences(db))) == [], "also before it is done"
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)


def test_who_stopped_is_asked_all_the_same_and_told(phone: Phone) -> None:
    person = phone.enrol("Amina", Channel.WHATSAPP, Channel.SMS)
    phone.opens(person)
    phone.types("stop")

    assert phone.types("wis alles") == [ASKED]
    assert phone.types("ja") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)


def test_on_sms_a_digit_confirms(database: Database) -> None:
    phone = Phone(database, Channel.SMS)
    person = phone.enrol()

    (asked,) = phone.types("wis alles")
    assert ("1 Ja, wis alles" in asked, "2 Nee" in asked) == (True, True)
    assert phone.types("1") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(database, person)


def test_a_question_that_the_carrier_lets_not_through_leaves_a_case(database: Database) -> None:
    phone = Phone(database, Channel.SMS)
    person = phone.enrol()
    phone.opens(person)
    phone.types("stop")
    said = InboundMessage(Channel.SMS, "S9", AMINA, "bot", "wis alles", phone.now + MINUTE)
    database.run(receive, CONTENT, said, phone.now + MINUTE)
    (one,) = database.run(claim, CONTENT, phone.now + MINUTE)
    blocked = Failure("21610", Reaction.OPT_OUT, "stopped at the carrier")
    database.run(settle_failed, one.row, blocked, phone.now + MINUTE)

    assert phone.cases() == [("erase", person)]


def test_no_erases_nothing_and_a_later_yes_neither(phone: Phone) -> None:
    person = phone.enrol()
    phone.completes(person)
    phone.types("wis alles")

    assert phone.types("nee") == [KEPT]
    phone.types("ja")

    assert phone.people()[person] == ("Amina", "active")
    assert phone.cases() == []


def test_an_unclear_reply_is_asked_again_once_and_then_a_person_comes(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")

    assert phone.types("blub") == [ASKED]
    assert phone.types("blub") == ["Goed. Een mens neemt contact met je op."]
    phone.types("ja")

    assert phone.people()[person] == ("Amina", "active")
    assert phone.cases() == [("erase", person)]


@pytest.mark.parametrize("between", ["saldo", "hulp", "stop"])
def test_a_yes_after_something_else_was_said_erases_nothing(phone: Phone, between: str) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    phone.types(between)

    phone.types("ja")

    assert phone.people()[person] == ("Amina", "active")


def test_a_yes_the_day_after_tomorrow_erases_nothing(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    phone.now += timedelta(days=2)

    phone.types("ja")

    assert phone.people()[person] == ("Amina", "active")


def test_a_yes_to_an_invitation_that_came_since_begins_it(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    phone.opens(person)

    (question,) = phone.types("ja")

    assert "Hoeveel stress" in question
    assert phone.people()[person] == ("Amina", "active")


def test_a_tap_confirms_and_a_second_one_does_no_harm(phone: Phone) -> None:
    person, other = phone.enrol(), phone.enrol("Bilal")
    phone.types("wis alles")
    asked = [row for row in phone.database.run(rows, OUTBOUND) if "erase_confirm" in row.order]
    about = asked[-1].participant_id
    yes = f"{about}.erase-all.yes"

    assert phone.types("Ja, wis alles", yes) == [ERASED]
    assert phone.types("Ja, wis alles", yes) == []

    left = {person, other} - {about}
    assert [one for one, (_, how) in phone.people().items() if how == "active"] == list(left)


def test_a_tap_on_an_old_button_is_asked_once_more(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    phone.types("nee")

    assert phone.types("Ja, wis alles", f"{person}.erase-all.yes") == [ASKED]
    assert phone.types("Ja, wis alles", "p0.erase-all.yes") == [ASKED]

    assert phone.people()[person] == ("Amina", "active")


def test_the_button_of_a_run_that_is_over_is_asked_once_more(phone: Phone) -> None:
    person = phone.enrol()
    phone.opens(person)
    (run,) = phone.database.run(rows, RUNS)
    phone.types("wis alles")
    phone.types("stop")

    assert phone.types("Ja, wis alles", f"{run.id}.erase-invite.yes") == [ASKED]


def test_on_a_shared_phone_one_is_asked_for_by_name_and_the_other_stays(phone: Phone) -> None:
    amina, bilal = phone.enrol("Amina"), phone.enrol("Bilal")
    phone.completes(bilal)

    (first,) = phone.types("wis alles")
    assert first == f"Dit gaat over Bilal.\n\n{ASKED} De 2 euro in je pot ook."
    (second,) = phone.types("nee")
    assert second == f"Dit gaat over Amina.\n\n{ASKED}"
    assert phone.types("ja") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, amina)
    assert phone.people()[bilal] == ("Bilal", "active")
    (address,) = phone.database.run(rows, ADDRESSES)
    assert (address.address, address.opted_out_at) == (AMINA, None)
    assert phone.database.run(held, bilal) == 200
    phone.opens(bilal, 2)
    assert "Hoeveel stress" in phone.types("ja")[0]


def test_on_a_shared_phone_two_noes_keep_both(phone: Phone) -> None:
    people = [phone.enrol("Amina"), phone.enrol("Bilal")]
    phone.types("wis alles")
    phone.types("nee")

    assert phone.types("nee") == [KEPT]
    phone.types("ja")

    assert [phone.people()[one][1] for one in people] == ["active", "active"]
    assert phone.cases() == []


def test_a_run_on_a_shared_phone_names_its_person_and_a_no_is_looked_into(phone: Phone) -> None:
    phone.enrol("Amina")
    bilal = phone.enrol("Bilal")
    phone.opens(bilal)
    phone.types("ja")

    (asked,) = phone.types("wis alles")
    assert asked == f"Dit gaat over Bilal.\n\n{ASKED}"
    assert "Hoeveel stress" in phone.types("nee")[0]

    assert phone.cases() == [("erase", bilal)]


def test_within_a_run_on_a_shared_phone_only_its_person_is_erased(phone: Phone) -> None:
    amina, bilal = phone.enrol("Amina"), phone.enrol("Bilal")
    phone.opens(bilal)
    phone.types("ja")
    phone.types("wis alles")

    assert phone.types("ja") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, bilal)
    assert phone.people()[amina] == ("Amina", "active")
    assert phone.database.run(rows, ADDRESSES)[0].opted_out_at is None


@pytest.mark.parametrize("pause", [MINUTE, AFTER_THE_FAREWELL])
@pytest.mark.parametrize("has_question", [True, False])
def test_a_second_tap_on_the_yes_of_a_run_asks_nobody_else(
    phone: Phone, pause: timedelta, has_question: object
) -> None:
    amina, bilal = phone.enrol("Amina"), phone.enrol("Bilal")
    phone.opens(bilal)
    (run,) = phone.database.run(rows, RUNS)
    phone.types("ja")
    phone.types("wis alles")
    yes = f"{run.id}.erase-stress.yes"
    assert phone.types("Ja, wis alles", yes) == [ERASED]
    phone.waits(pause)
    if has_question:
        phone.opens(amina)

    assert phone.types("Ja, wis alles", yes) == []

    assert phone.people()[amina] == ("Amina", "active")
    assert ("erase", amina) not in phone.cases()


def test_on_a_phone_where_somebody_was_erased_the_one_who_is_left_is_named(phone: Phone) -> None:
    phone.enrol("Amina")
    bilal = phone.enrol("Bilal")
    phone.opens(bilal)
    phone.types("wis alles")
    phone.types("ja")
    phone.waits(AFTER_THE_FAREWELL)

    assert phone.types("wis alles") == [f"Dit gaat over Amina.\n\n{ASKED}"]


def test_the_question_about_who_has_left_is_open_to_nobody_else(phone: Phone) -> None:
    phone.enrol("Amina")
    phone.enrol("Bilal")
    for typed in ("wis alles", "ja", *["hallo"] * 5, "wis alles"):
        phone.now -= MINUTE - timedelta(seconds=2)  # the last one is too fast to be asked about
        phone.types(typed)
    phone.waits(timedelta(minutes=5))

    assert phone.types("4") == ["Er is nu geen vraag voor je. Je krijgt later weer bericht."]


@pytest.mark.parametrize("has_run", [True, False])
def test_a_start_right_after_erasing_promises_no_messages(phone: Phone, has_run: object) -> None:
    person = phone.enrol()
    if has_run:
        phone.opens(person)
        phone.types("ja")
    phone.types("wis alles")
    phone.types("ja")

    (told,) = phone.types("start")
    assert told.startswith("Hoi. We kennen dit nummer niet.")
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)
    assert phone.database.run(rows, ADDRESSES)[0].opted_out_at is not None
    assert phone.types("hallo") == []


def test_the_receipt_and_the_erasure_survive_a_crash_right_after_the_yes(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    said = InboundMessage(Channel.WHATSAPP, "W9", AMINA, "bot", "ja", phone.now + MINUTE)
    phone.database.run(receive, CONTENT, said, phone.now + MINUTE)
    assert phone.database.run(receive, CONTENT, said, phone.now + MINUTE).outcome == "duplicate"

    phone.now += MINUTE
    assert phone.said() == [ERASED]
    for _ in range(2):
        phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)


def test_who_only_tried_something_out_there_is_erased_along(phone: Phone) -> None:
    person = phone.enrol()
    phone.types(words_of("klantmonitor", "periodic"))
    demo = next(one for one in phone.people() if one != person)

    assert phone.types("wis alles") == [ASKED]
    assert [run.status for run in phone.database.run(rows, RUNS)] == ["stopped"], (
        "the trial is over"
    )
    assert phone.types("ja") == [ERASED]
    phone.waits(AFTER_THE_FAREWELL)

    gone(phone.database, person)
    gone(phone.database, demo)
    assert phone.database.run(rows, ADDRESSES)[0].address is None


def test_a_stranger_who_asks_is_told_that_nobody_is_known(phone: Phone) -> None:
    (told,) = phone.types("wis alles")

    assert told.startswith("Hoi. We kennen dit nummer niet.")
    assert phone.cases() == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("saldo", "In je pot zit 2 euro. Tot je cadeaubon: nog 2 keer."),
        ("mijn gegevens", "Wij bewaren je naam"),
        ("hulp", "Kies een antwoord"),
        ("ik wil een mens", "Goed. Een mens neemt contact met je op."),
    ],
)
def test_who_stopped_and_asks_is_answered_and_nothing_else_is_said(
    phone: Phone, typed: str, told: str
) -> None:
    person = phone.enrol("Amina", Channel.WHATSAPP, Channel.SMS)
    phone.database.run(grant, "r1", person, "klantmonitor", 200, "EUR", NOW)
    phone.opens(person)
    phone.types("stop")

    assert [one[: len(told)] for one in phone.types(typed)] == [told]
    for other in ("hallo", "terug", "3", "sla over", "stop"):
        assert phone.types(other) == []


def test_a_stop_after_the_question_keeps_its_answer_back(phone: Phone) -> None:
    person = phone.enrol()
    phone.opens(person)
    phone.types("stop")

    def at(text: str, second: int) -> datetime:
        now = phone.now + timedelta(seconds=second)
        said = InboundMessage(Channel.WHATSAPP, f"W{second}", AMINA, "bot", text, now)
        phone.database.run(receive, CONTENT, said, now)
        return now

    at("saldo", 10)
    phone.now = at("stop", 20)

    assert phone.said() == []


def test_an_answer_to_who_stopped_goes_nowhere_else(phone: Phone) -> None:
    def asked(db: Connection) -> None:
        person = Enrolment(
            "klantmonitor", "Amina", "nl",
            [(Channel.WHATSAPP, AMINA), (Channel.SMS, AMINA)], NOW.date(),
        )  # fmt: skip
        enrol(db, person, NOW)

    phone.database.run(asked)
    phone.types("stop")
    later = phone.now + MINUTE
    said = InboundMessage(Channel.WHATSAPP, "W9", AMINA, "bot", "saldo", later)
    phone.database.run(receive, CONTENT, said, later)
    (one,) = phone.database.run(claim, CONTENT, later)
    dead = Failure("63024", Reaction.DEAD, "nobody there")
    phone.database.run(settle_failed, one.row, dead, later)

    assert phone.database.run(claim, CONTENT, later) == []


def test_a_yes_that_overtook_the_question_erases_nobody(phone: Phone) -> None:
    """Webhooks come in any order: this yes was said before the question could be read."""
    person = phone.enrol()
    for number, text in enumerate(("wis alles", "ja")):
        said = InboundMessage(Channel.WHATSAPP, f"W{number}", AMINA, "bot", text, NOW)
        phone.database.run(receive, CONTENT, said, NOW)

    assert phone.people()[person] == ("Amina", "active")
    assert phone.cases() == [("erase", person)]


@pytest.mark.parametrize("writers", [4])
async def test_a_yes_said_twice_at_once_is_told_and_done_once(database: Database) -> None:
    phone = Phone(database)
    person = phone.enrol()
    phone.types("wis alles")
    phone.now += MINUTE
    twice = [
        InboundMessage(Channel.WHATSAPP, f"W{number}", AMINA, "bot", "ja", phone.now)
        for number in range(6)
    ]

    await asyncio.gather(*(database.transact(receive, CONTENT, one, phone.now) for one in twice))

    assert phone.said() == [ERASED]
    assert len([one for one in database.run(rows, TIMERS) if one.name == ERASURE]) == 1
    phone.waits(AFTER_THE_FAREWELL)
    gone(database, person)


def test_an_operator_can_erase_who_has_just_said_yes(phone: Phone) -> None:
    person = phone.enrol()
    phone.types("wis alles")
    phone.types("ja")

    assert phone.database.run(forget, person, phone.now)
    assert not phone.database.run(forget, person, phone.now)

    gone(phone.database, person)
    phone.waits(AFTER_THE_FAREWELL)
