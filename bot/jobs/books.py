"""Keeping the books every hour, and telling in time that vouchers run out."""

import asyncio

import structlog
from prometheus_client import Gauge

from bot.conversation.books import keep_books
from bot.conversation.service import Conversations

log = structlog.get_logger()

EVERY = 3600.0
"""Seconds between two looks."""

_FREE = Gauge("polsbot_vouchers_free", "Vouchers that can be given.", ["study"])
_WANTED = Gauge("polsbot_vouchers_wanted", "Vouchers wanted now and after one wave.", ["study"])


async def look_after_books(conversations: Conversations) -> None:
    """Keep the books until cancelled; a failing look is logged and the next one comes."""
    runtime = conversations.runtime
    while True:
        try:
            stocks = await runtime.database.transact(
                keep_books, conversations.content, runtime.clock()
            )
            for stock in stocks:
                _FREE.labels(stock.study).set(stock.free)
                _WANTED.labels(stock.study).set(stock.waiting + stock.soon)
                if stock.is_low:
                    log.error(
                        "vouchers run out: import more with `polsbot voucher import`",
                        study=stock.study, free=stock.free, waiting=stock.waiting, soon=stock.soon,
                    )  # fmt: skip
        except Exception:
            log.exception("the books were not kept; it is tried again")
        await asyncio.sleep(EVERY)
