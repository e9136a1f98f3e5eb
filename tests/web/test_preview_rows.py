"""What the preview reads of its participants."""

from datetime import timedelta

from bot.conversation.outbox import claim
from bot.conversation.settle import settle_sent
from bot.conversation.tables import OUTBOUND
from bot.message import DeliveryState, Sent
from bot.store.database import Database
from bot.web.preview.rows import under_way
from tests.conversation.test_outbox import begin
from tests.conversation.test_receive import CONTENT, NOW, rows


def test_what_was_claimed_since_the_clock_was_read_is_under_way(database: Database) -> None:
    database.run(begin)
    (row,) = database.run(rows, OUTBOUND)
    later = NOW + timedelta(milliseconds=1)

    (taken,) = database.run(claim, CONTENT, later)
    assert database.run(under_way, row.participant_id, NOW)

    database.run(settle_sent, taken.row, Sent("1", DeliveryState.DELIVERED), later)
    assert not database.run(under_way, row.participant_id, NOW)
