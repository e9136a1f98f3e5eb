"""The conversations of one process: messages in, waves opened, timers fired, all sent at once."""

import asyncio
import gc
import logging
from collections.abc import Coroutine, Iterable
from datetime import datetime
from typing import Any

import structlog

from bot.channels.contract import APPROVED, Approver, Failure
from bot.content.revision import Revision
from bot.conversation.alerts import alert
from bot.conversation.guards import full_organisations
from bot.conversation.installed import content_of
from bot.conversation.letters import Letter, letter_of, stop_said, want_again
from bot.conversation.meters import HANDLED, LISTED, RECEIVED, STATUSES
from bot.conversation.missed import GRACE, begin_look, catch_up, end_look
from bot.conversation.open import Opened, open_wave
from bot.conversation.pay import look
from bot.conversation.receive import Received, receive
from bot.conversation.reconcile import doubts, resolve
from bot.conversation.send import Senders
from bot.conversation.settle import note_status
from bot.conversation.templates import note_approval, templates_to_ask
from bot.conversation.timers import fire
from bot.conversation.waves import due_people, open_due_wave
from bot.message import Channel, DeliveryStatus, InboundMessage
from bot.panel.participants import address_of
from bot.panel.timers import due_timers
from bot.rewards.payouts import due
from bot.runtime import Runtime

log = structlog.get_logger()

_AT_ONCE = 16
"""So many timers or waves of one sweep are in the hands of the database together."""


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
        """Open every wave that is due; one that fails is left for the next sweep."""
        now = self.runtime.clock()
        people = await self.runtime.database.read(due_people, now)
        if people and (full := await self._full(now)):
            people = await self.runtime.database.read(due_people, now, full=full)
        opened = await _some_at_once(self._open_due_wave(person, now) for person in people)
        if opened:
            self.senders.ring()
        return opened

    async def _open_due_wave(self, person: str, now: datetime) -> bool:
        try:
            outcome = await self.runtime.database.transact(open_due_wave, self.content, person, now)
        except Exception:
            log.exception("a wave was not opened; it is tried again", participant=person)
            return False
        if outcome == "unknown":
            log.error("a study or flow is missing", participant=person)
        return outcome == "opened"

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

    async def settle_doubts(self) -> list[str]:
        """Look for uncertain messages at the provider; returns what became of each."""
        database, outcomes = self.runtime.database, []
        for doubt in await database.read(doubts, self.runtime.clock()):
            channel = Channel(doubt.channel)
            carrier = self.runtime.carriers.get(channel)
            address = await database.read(address_of, doubt.address_id)
            if carrier is None or address is None:
                continue
            listed = await carrier.sent_since(channel, address, doubt.since)
            if listed is not None:
                outcomes.append(
                    await database.transact(resolve, doubt, listed, self.runtime.clock())
                )
        if outcomes:
            log.info("uncertain messages", outcomes=outcomes)
            self.senders.ring()
        return outcomes

    async def catch_up(self) -> list[str]:
        """Handle what people sent and no webhook told us of; returns what became of each message
        of the list. Nothing when no look is due or a provider cannot be asked.
        """
        database, now = self.runtime.database, self.runtime.clock()
        since = await database.transact(begin_look, now)
        if since is None:
            return []
        listed: list[InboundMessage] = []
        for carrier in {id(one): one for one in self.runtime.carriers.values()}.values():
            found = await carrier.received_since(since)
            if found is None:
                log.warning("received messages could not be listed; it is tried again")
                return []
            listed += found
        return await self._handle_missed(sorted(listed, key=lambda one: one.received_at), now)

    async def ask_for_approvals(self) -> None:
        """Ask how far each template is with the channel's owner, where it is time to."""
        database, carrier = self.runtime.database, self.runtime.carriers.get(Channel.WHATSAPP)
        if not isinstance(carrier, Approver):
            return
        for template in await database.transact(templates_to_ask, self.runtime.clock()):
            approval = await carrier.approval(template.provider_id)
            if approval is None:
                return  # nobody to be asked now; the rest would only wait as well
            if approval.state == template.state:
                continue
            await database.transact(note_approval, template.name, approval)
            log.log(
                logging.INFO if approval.state == APPROVED else logging.WARNING,
                "template", template=template.name, was=template.state, state=approval.state,
                reason=approval.reason,
            )  # fmt: skip

    async def _handle_missed(self, listed: list[InboundMessage], now: datetime) -> list[str]:
        """In their order; behind one that fails nothing of the same person is handled."""
        database, reached = self.runtime.database, now - GRACE
        outcomes, failed = [], set[str]()
        for inbound in [one for one in listed if one.received_at <= now - GRACE]:
            if inbound.sender in failed:
                continue
            try:
                received = await database.transact(catch_up, self.content, inbound, now)
            except Exception:
                log.exception("a missed message was not handled; it is tried again")
                failed.add(inbound.sender)
                reached = min(reached, inbound.received_at)
            else:
                outcomes.append(received.outcome)
                LISTED.labels(str(inbound.channel), received.outcome).inc()
        await database.transact(end_look, reached)
        if missed := [one for one in outcomes if one != "duplicate"]:
            log.warning("messages that no webhook told of", outcomes=missed)
            self.senders.ring()
        return outcomes

    async def pay_due(self) -> int:
        """Look at every payout that is due; one that fails is left for the next sweep."""
        looked = 0
        now = self.runtime.clock()
        for payout in await self.runtime.database.read(due, now):
            try:
                await self.runtime.database.transact(look, self.content, payout, now)
            except Exception:
                log.exception("a payout failed; it is tried again", payout=payout)
            else:
                looked += 1
        if looked:
            self.senders.ring()
        return looked

    async def fire_due(self) -> int:
        """Carry out every timer that is due; one that fails is left for the next sweep."""
        now: datetime = self.runtime.clock()
        due = await self.runtime.database.read(due_timers, now)
        fired = await _some_at_once(self._fire(timer, now) for timer in due)
        if fired:
            self.senders.ring()
        return fired

    async def _fire(self, timer: Any, now: datetime) -> bool:
        try:
            await self.runtime.database.transact(fire, self.content, timer, now)
        except Exception:
            log.exception("a timer failed; it is tried again", timer=timer.id)
            return False
        return True


async def _some_at_once(works: Iterable[Coroutine[Any, Any, bool]]) -> int:
    """Do them a few at a time, so that they share a commit and no answer waits long behind them;
    returns how many said yes.
    """
    hands = asyncio.Semaphore(_AT_ONCE)

    async def do(work: Coroutine[Any, Any, bool]) -> bool:
        async with hands:
            return await work

    return sum(await asyncio.gather(*map(do, works)))
