"""The senders: they wait for the doorbell, claim, carry, and write down what became of it."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.channels.contract import Carrier, Failure, Reaction, SendError
from bot.conversation.left_behind import put_right
from bot.conversation.meters import CARRIED
from bot.conversation.outbox import Claimed, take
from bot.conversation.revisions import Content
from bot.conversation.settle import Carried, settle
from bot.message import Channel, Sent
from bot.store.database import Database
from bot.store.errors import StoreError

log = structlog.get_logger()

SWEEP = 2.0
"""Seconds between two looks without a ring: what another process queued, what comes due."""

_UNKNOWN = Failure("no channel", Reaction.HALT, "no carrier is set up for this channel here")


def turn(
    db: Connection, content: Content, carried: Sequence[Carried], now: datetime, most: int
) -> tuple[list[Claimed], bool]:
    """One turn of the senders: write down what was carried, then take what may leave now, what
    waited for one of these included, and say whether there may be more. In one transaction, since
    each costs as much as several rows.
    """
    for one in carried:
        settle(db, one, now)
    return take(db, content, now, most) if most > 0 else ([], False)


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
        self._carried: list[Carried] = []
        self._loop: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def start(self) -> None:
        """Begin to carry."""
        self._loop = asyncio.create_task(self._run())

    def ring(self) -> None:
        """Something waits."""
        self._bell.set()

    async def close(self) -> None:
        """Stop claiming, let what is under way arrive, and write it down."""
        self._closing.set()
        self.ring()
        if self._loop is not None:
            await self._loop
        if self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)
        carried, self._carried = self._carried, []
        await self._settle_each(carried)
        if self._carried:
            rows = [one.row for one in self._carried]
            log.error("the fate of messages is lost; they become uncertain", rows=rows)

    async def drain(self) -> None:
        """Carry until nothing is left that may leave now: for tests and the terminal."""
        while await self._turn():
            await asyncio.gather(*self._under_way)

    async def _run(self) -> None:
        looked = float("-inf")
        while not self._closing.is_set():
            self._bell.clear()
            try:
                while not self._closing.is_set() and (await self._turn() or self._carried):
                    pass
                if (second := asyncio.get_running_loop().time()) - looked >= SWEEP:
                    looked = second
                    await self._database.transact(put_right, self._clock())
            except Exception:
                log.exception("outbox sweep failed; it is tried again")
            # Not wait_for: in Python 3.11 it forgets that it was cancelled when the bell rings in
            # the same moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP):
                    await self._bell.wait()

    async def _turn(self) -> bool:
        """Settle what was carried, claim as many as there are free hands, and send them off; false:
        nothing is left that may leave now.
        """
        room = self._at_once - len(self._under_way)
        carried, self._carried = self._carried, []
        if room <= 0 and not carried:
            return False
        try:
            taken, has_more = await self._database.transact(
                turn, self._content, carried, self._clock(), room
            )
        except Exception:
            await self._settle_each(carried)
            raise
        for one in taken:
            task = asyncio.create_task(self._carry(one))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return bool(taken) or has_more

    async def _settle_each(self, carried: Sequence[Carried]) -> None:
        """Each by itself, where the turn failed or is the last: one that cannot be written down
        becomes uncertain, and no other with it. While the database is away all are kept in mind,
        and none waits for it after the first, so that a process can end in time.
        """
        for place, one in enumerate(carried):
            try:
                await self._database.transact(settle, one, self._clock())
            except StoreError:
                self._carried += [*carried[place + 1 :], one]
                return
            except Exception:
                log.exception("the fate of a message is lost; it becomes uncertain", row=one.row)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a sender failed; its message becomes uncertain", exc_info=task.exception())
        self._bell.set()

    async def _carry(self, one: Claimed) -> None:
        """One message: handed over, and its fate told to the next turn."""
        channel = one.message.channel
        carrier = self._carriers.get(channel)
        fate: Sent | Failure
        try:
            if carrier is None:
                raise SendError(_UNKNOWN)
            fate, outcome = await carrier.send(one.message), "sent"
        except SendError as error:
            log.warning("not sent", row=one.row, code=error.failure.code)
            fate, outcome = error.failure, error.failure.code
        CARRIED.labels(str(channel), outcome).inc()
        self._carried.append(Carried(one.row, fate))
