"""The list of participants says who has stopped, on both databases."""

from datetime import UTC, datetime

from bot.message import Channel
from bot.panel.participants import Enrolment, addresses_of, enrol, opt_in, opt_out
from bot.reports.people import everybody
from bot.store.database import Database

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AMINA = "+31612345678"


def test_stopped_is_who_wants_no_message_at_any_address(database: Database) -> None:
    both = [(Channel.WHATSAPP, AMINA), (Channel.SMS, AMINA)]
    enrolled = Enrolment("klantmonitor", "Amina", "nl", both, NOW.date())
    person = database.run(enrol, enrolled, NOW)

    def listed() -> tuple[str, str, bool]:
        (row,) = database.run(everybody)
        return row.id, row.status, row.has_stopped

    first, second = (one.id for one in database.run(addresses_of, person))
    assert listed() == (person, "active", False)
    database.run(opt_out, first, NOW)
    assert listed() == (person, "active", False)
    database.run(opt_out, second, NOW)
    assert listed() == (person, "active", True)
    database.run(opt_in, first)
    assert listed() == (person, "active", False)
