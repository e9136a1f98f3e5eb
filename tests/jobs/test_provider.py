"""Settling doubts with the provider's help, on both databases."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bot.channels.contract import Failure, Reaction
from bot.channels.local import LocalCarrier
from bot.conversation.outbox import claim
from bot.conversation.reconcile import NEXT_LOOK
from bot.conversation.settle import settle_failed
from bot.conversation.tables import OUTBOUND
from bot.jobs.provider import settle_doubts
from bot.message import Channel
from bot.panel.participants import ADDRESSES, unlink
from bot.store.database import Database
from tests.conversation.test_outbox import begin
from tests.conversation.test_receive import CONTENT, NOW, rows


async def test_a_message_to_a_number_that_was_replaced_does_not_stay_in_doubt(
    database: Database,
) -> None:
    person = await database.transact(begin)
    (one,) = await database.transact(claim, CONTENT, NOW)
    unknown = Failure("no answer", Reaction.ASK, "")
    await database.transact(settle_failed, one.row, unknown, NOW)
    (address,) = await database.read(rows, ADDRESSES)
    await database.transact(unlink, person, address.id)

    for look in (1, 2):
        runtime = SimpleNamespace(
            database=database,
            clock=lambda look=look: NOW + look * (NEXT_LOOK + timedelta(minutes=1)),
            carriers={Channel.LOCAL: LocalCarrier()},
        )
        conversations: Any = SimpleNamespace(
            runtime=runtime, senders=SimpleNamespace(ring=lambda: None)
        )
        await settle_doubts(conversations)
    assert await database.transact(claim, CONTENT, NOW + timedelta(hours=1)) == []

    (row,) = await database.read(rows, OUTBOUND)
    assert (row.state, row.code) == ("dropped", "the address was erased")
