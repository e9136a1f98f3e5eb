"""The senders: they wait for the doorbell, claim, carry, and write down what became of it."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from bot.channels.contract import Carrier, Failure, Reaction, SendError
from bot.conversation.meters import CARRIED
from bot.conversation.outbox import Claimed, claim, mark_abandoned
from bot.conversation.revisions import Content
from bot.conversation.settle import settle_failed, settle_sent
from bot.message import Channel
from bot.store.database import Database

log = structlog.get_logger()

SWEEP = 2.0
"""Seconds between two looks without a ring: what another process queued, what comes due."""

_UNKNOWN = Failure("no channel", Reaction.FIX, "No carrier is set up for this channel.")


class Senders:
    """Carries what waits in the outbox. ``ring`` after each commit that queued something; a lost
    ring costs nothing, since a sweep finds the row.
    """

    def __init__(
        self,
        database: Database,
        content: Content,
        carriers: Mapping[Channel, Carrier],
        clock: Callable[[], datetime],
        at_once: int = 32,
    ) -> None:
        """``at_once`` is how many messages may be on their way to a provider together."""
        self._database = database
        self._content = content
        self._carriers = carriers
        self._clock = clock
        self._at_once = at_once
        self._bell = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to carry."""
        self._loop = asyncio.create_task(self._run())

    def ring(self) -> None:
        """Something waits."""
        self._bell.set()

    async def close(self) -> None:
        """Stop claiming, let what is under way arrive, and write it down."""
        if self._loop is not None:
            self._loop.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._loop
        if self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def drain(self) -> None:
        """Carry until nothing is left that may leave now: for tests and the terminal."""
        while await self._carry_some():
            await asyncio.gather(*self._under_way)

    async def _run(self) -> None:
        while True:
            try:
                more = True
                while more:
                    more = await self._carry_some() > 0
                await self._database.transact(mark_abandoned, self._clock())
            except Exception:
                log.exception("outbox sweep failed; it is tried again")
            # Not wait_for: in Python 3.11 it forgets that it was cancelled when the bell rings in
            # the same moment, and then close would wait for ever.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._bell.wait()
            self._bell.clear()

    async def _carry_some(self) -> int:
        """Claim as many as there are free hands, and send them off."""
        room = self._at_once - len(self._under_way)
        if room <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return 1
        taken = await self._database.transact(claim, self._content, self._clock(), room)
        for one in taken:
            task = asyncio.create_task(self._carry(one))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return len(taken)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a sender failed; its message becomes uncertain", exc_info=task.exception())
        self._bell.set()

    async def _carry(self, one: Claimed) -> None:
        """One message: handed over, and its fate written down."""
        carrier = self._carriers.get(one.message.channel)
        try:
            if carrier is None:
                raise SendError(_UNKNOWN)
            sent = await carrier.send(one.message)
        except SendError as error:
            log.warning("not sent", row=one.row, code=error.failure.code)
            CARRIED.labels(str(one.message.channel), error.failure.code).inc()
            await self._database.transact(settle_failed, one.row, error.failure, self._clock())
        else:
            CARRIED.labels(str(one.message.channel), "sent").inc()
            await self._database.transact(settle_sent, one.row, sent, self._clock())
