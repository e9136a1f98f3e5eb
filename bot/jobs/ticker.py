"""The clock inside the process: every second it fires what is due."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.conversation.service import Conversations

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between two sweeps, on a clock that nobody sets."""


async def tick(conversations: Conversations) -> None:
    """Do what is due until cancelled; a failing sweep is logged and the next one comes.

    What people sent while we were away is handled before the clock moves on: an answer of theirs
    comes before the reminder to give it.
    """
    sweeps: tuple[Callable[[], Awaitable[object]], ...] = (
        conversations.catch_up,
        until_none(conversations.fire_due),
        until_none(conversations.open_due),
        conversations.settle_doubts,
        conversations.pay_due,
        conversations.ask_for_approvals,
    )
    while True:
        for sweep in sweeps:
            try:
                await sweep()
            except Exception:
                log.exception("a sweep failed; it is tried again")
        await asyncio.sleep(EVERY)


def until_none(some: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """The sweep that takes some of what is due, again and again until nothing is left."""

    async def all_of_them() -> None:
        while await some():
            pass

    return all_of_them
