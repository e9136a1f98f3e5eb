"""Buying vouchers on demand, beside the clock: a slow seller holds up nobody's answer."""

import asyncio

import structlog

from bot.conversation.buying import buy_due
from bot.conversation.service import Conversations

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two looks."""


async def keep_buying(conversations: Conversations) -> None:
    """Go on with what is due until cancelled; several processes may do so at once."""
    while True:
        try:
            while await buy_due(conversations.runtime):
                pass
        except Exception:
            log.exception("purchases were not looked at; it is tried again")
        await asyncio.sleep(EVERY)
