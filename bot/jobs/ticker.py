"""The clock inside the process: every second it fires what is due."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.conversation.service import Conversations
from bot.jobs.provider import ask_for_approvals, catch_up, settle_doubts

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two sweeps, on a clock that nobody sets."""


async def tick(conversations: Conversations) -> None:
    """Look every second until cancelled."""
    while True:
        await look(conversations)
        await asyncio.sleep(EVERY)


async def look(conversations: Conversations) -> None:
    """Do all that is due now; a failing sweep is logged and the next look tries it again. Several
    processes may look at once.

    What people sent while we were away is handled before the clock moves on: an answer of theirs
    comes before the reminder to give it.
    """
    sweeps: tuple[Callable[[], Awaitable[object]], ...] = (
        partial(catch_up, conversations),
        conversations.ring_alarms,
        until_none(conversations.fire_due),
        until_none(conversations.open_due),
        partial(settle_doubts, conversations),
        conversations.pay_due,
        partial(ask_for_approvals, conversations),
    )
    for sweep in sweeps:
        try:
            await sweep()
        except Exception:
            log.exception("a sweep failed; it is tried again")


def until_none(some: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """The sweep that takes some of what is due, again and again until nothing is left."""

    async def all_of_them() -> None:
        while await some():
            pass

    return all_of_them
