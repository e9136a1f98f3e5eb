"""Keeping the books every hour, and telling in time that vouchers run out."""

import asyncio
from collections.abc import Sequence

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection

from bot.content.study import Study
from bot.conversation.books import keep_books
from bot.conversation.service import Conversations
from bot.reports.audit import remarks

log = structlog.get_logger()

EVERY = 3600.0
"""Seconds between two looks."""

_FREE = Gauge("polsbot_vouchers_free", "Vouchers that can be given.", ["study"])
_WANTED = Gauge("polsbot_vouchers_wanted", "Vouchers wanted now and after one wave.", ["study"])


async def look_after_books(conversations: Conversations) -> None:
    """Keep the books until cancelled; a failing look is logged and the next one comes."""
    runtime, told = conversations.runtime, set[str]()
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
            studies = [*conversations.content.library.studies.values()]
            noticed = await runtime.database.read(_remarks, studies)
            for remark in sorted(noticed - told):
                log.warning("worth a look", remark=remark)
            told |= noticed
        except Exception:
            log.exception("the books were not kept; it is tried again")
        await asyncio.sleep(EVERY)


def _remarks(db: Connection, studies: Sequence[Study]) -> set[str]:
    return set(remarks(db, studies))
