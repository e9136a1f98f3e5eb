"""The conversations of one process: messages in, waves opened, timers fired, all sent at once."""

import gc
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection

from bot.casework.alarms import due_alarms
from bot.channels.contract import Failure
from bot.content.revision import Revision
from bot.conversation.alarms import ring
from bot.conversation.alerts import alert
from bot.conversation.guards import full_organisations
from bot.conversation.installed import content_of
from bot.conversation.letters import Letter, letter_of, stop_said, want_again
from bot.conversation.meters import HANDLED, RECEIVED, STATUSES
from bot.conversation.open import Opened, open_wave
from bot.conversation.outbox import BROKEN
from bot.conversation.pay import look
from bot.conversation.receive import Received, receive
from bot.conversation.revisions import Content
from bot.conversation.send import Senders
from bot.conversation.settle import note_status
from bot.conversation.timers import fire
from bot.conversation.waves import due_people, look_again, open_due_wave
from bot.message import DeliveryStatus, InboundMessage
from bot.panel.timers import due_timers, postpone_timer
from bot.rewards.payouts import due, put_off
from bot.runtime import Runtime

log = structlog.get_logger()

_TOGETHER = 50
"""At most so many timers or waves of one sweep share a transaction, some ten milliseconds."""

T = TypeVar("T")
R = TypeVar("R")
Do = Callable[[Connection, Content, T, datetime], R]
"""What the clock does with one thing that is due."""
Broken = Callable[[Connection, T, datetime], object]
"""Puts off until then what could not be done."""


class Conversations:
    """Each method is one transaction and a ring of the doorbell after its commit."""

    def __init__(self, runtime: Runtime) -> None:
        """Nothing is sent before ``start``."""
        self.runtime = runtime
        self.content = content_of(runtime)
        self._told_full: frozenset[str] = frozenset()
        self.senders = Senders(runtime.database, self.content, runtime.carriers, runtime.clock)

    def start(self) -> None:
        """Begin to carry messages. What was loaded stays: the collector need not look at it again,
        which would hold up whoever is being answered.
        """
        gc.collect()
        gc.freeze()
        self.senders.start()

    async def close(self) -> None:
        """Let what is under way arrive."""
        await self.senders.close()

    async def receive(self, inbound: InboundMessage) -> Received:
        """Handle a message from a person; it is kept when this returns."""
        now = self.runtime.clock()
        with HANDLED.time():
            received = await self.runtime.database.transact(receive, self.content, inbound, now)
        RECEIVED.labels(str(inbound.channel), received.outcome).inc()
        if received.waiting:
            self.senders.ring()
        return received

    async def stop_letters(self, token: str) -> Letter | None:
        """The stop link of an e-mail was tapped: as a stop in any other message. ``None``: none of
        our e-mails has this token.
        """
        letter = await self.runtime.database.read(letter_of, token)
        if letter is not None and letter.address is not None:
            await self.receive(stop_said(letter.address, self.runtime.clock()))
        return letter

    async def send_letters_again(self, token: str) -> Letter | None:
        """The person wants e-mails again; ``None`` as for ``stop_letters``."""
        return await self.runtime.database.transact(want_again, token)

    async def open(self, revision: Revision, participant: str, wave: str, number: int) -> Opened:
        """Open a wave for a participant, once."""
        now = self.runtime.clock()
        opened = await self.runtime.database.transact(
            open_wave, revision, participant, wave, number, now
        )
        self.senders.ring()
        return opened

    async def note(self, status: DeliveryStatus, failure: Failure | None) -> str:
        """Keep what the provider tells of a message of ours."""
        now = self.runtime.clock()
        outcome = await self.runtime.database.transact(note_status, status, failure, now)
        STATUSES.labels(str(status.state), outcome).inc()
        self.senders.ring()  # a delivery lets the next message of the turn go
        return outcome

    async def open_due(self) -> int:
        """Open every wave that is due; returns at how many people was looked."""
        now = self.runtime.clock()
        people = await self.runtime.database.read(due_people, now)
        if people and (full := await self._full(now)):
            people = await self.runtime.database.read(due_people, now, full=full)
        outcomes = await self._carry_out(open_due_wave, people, now, look_again)
        if unknown := outcomes.count("unknown"):
            log.error("a study or flow is missing", participants=unknown)
        return len(outcomes)

    async def _full(self, now: datetime) -> frozenset[str]:
        """Organisations that have sent enough today; told once for each change."""
        settings = self.runtime.settings
        full = await self.runtime.database.read(
            full_organisations,
            settings.polsbot_most_a_day,
            settings.polsbot_most_each_a_day,
            now,
        )
        if full and full != self._told_full:
            alert("full day", "no wave opens there any more today", organisations=[*full])
        self._told_full = full
        return full

    async def pay_due(self) -> int:
        """Look at every payout that is due; returns at how many."""
        now = self.runtime.clock()
        payouts = await self.runtime.database.read(due, now)
        return len(await self._carry_out(look, payouts, now, put_off))

    async def ring_alarms(self) -> int:
        """Ring for every case that nobody has accepted; returns how often it rang."""
        now = self.runtime.clock()
        cases = await self.runtime.database.read(due_alarms, now)
        return sum(await self._carry_out(ring, cases, now))

    async def fire_due(self) -> int:
        """Carry out every timer that is due; returns how many."""
        now = self.runtime.clock()
        timers = await self.runtime.database.read(due_timers, now)
        return len(await self._carry_out(fire, timers, now, _put_off_timer))

    async def _carry_out(
        self, do: Do[T, R], due: Sequence[T], now: datetime, broken: Broken[T] | None = None
    ) -> list[R]:
        """What one sweep found due, some in each transaction, so that they share its price; answers
        pass it. One that fails takes only itself along: it is logged and left for later by
        ``broken``, since many of them would hold up whoever is due behind them; without it, for the
        next sweep. Returns what became of the others.
        """
        done: list[R] = []
        first = 0
        while some := due[first : first + _TOGETHER]:
            try:
                found = await self.runtime.database.transact_some(
                    lambda db, one: do(db, self.content, one, now), some
                )
            except Exception:  # noqa: BLE001 - who it was is seen one by one
                for one in some:
                    done += await self._alone(do, one, now, broken)
                first += len(some)
            else:
                done += found
                first += len(found)
        if done:
            self.senders.ring()
        return done

    async def _alone(
        self, do: Do[T, R], one: T, now: datetime, broken: Broken[T] | None
    ) -> list[R]:
        try:
            return [await self.runtime.database.transact(do, self.content, one, now)]
        except Exception:
            name = getattr(do, "__name__", "")
            log.exception("what is due failed; it is tried again", work=name, id=_id(one))
            if broken is not None:
                await self.runtime.database.transact(broken, one, now + BROKEN)
            return []


def _put_off_timer(db: Connection, timer: Any, at: datetime) -> None:
    postpone_timer(db, timer.id, at)


def _id(one: Any) -> object:
    """A row is named by its id; what is not a row is one."""
    return getattr(one, "id", one)
