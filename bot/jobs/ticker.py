"""The clock inside the process: every second it fires what is due."""

import asyncio

import structlog

from bot.conversation.service import Conversations

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two sweeps, on a clock that nobody sets."""


async def tick(conversations: Conversations) -> None:
    """Fire due timers until cancelled; a failing sweep is logged and the next one comes."""
    while True:
        try:
            while await conversations.fire_due():
                pass
            while await conversations.open_due():
                pass
            await conversations.settle_doubts()
            await conversations.pay_due()
        except Exception:
            log.exception("sweep failed; it is tried again")
        await asyncio.sleep(EVERY)
