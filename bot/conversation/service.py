"""The conversations of one process: messages in, waves opened, timers fired, all sent at once."""

import gc
from datetime import datetime

import structlog

from bot.channels.contract import Failure
from bot.content.cards import CardStore
from bot.content.revision import Revision
from bot.conversation.guards import full_organisations
from bot.conversation.open import Opened, open_wave
from bot.conversation.receive import Received, receive
from bot.conversation.reconcile import doubts, resolve
from bot.conversation.revisions import Cards, Content
from bot.conversation.send import Senders
from bot.conversation.settle import note_status
from bot.conversation.timers import fire
from bot.conversation.waves import due_people, open_due_wave
from bot.message import Channel, DeliveryStatus, InboundMessage
from bot.panel.participants import address_of
from bot.panel.timers import due_timers
from bot.runtime import Runtime, keys_of

log = structlog.get_logger()


def runtime_cards(runtime: Runtime) -> Cards | None:
    """The cards of this installation; none without a key to hide their addresses with."""
    if runtime.settings.polsbot_key is None:
        return None
    secret = keys_of(runtime.settings).hash("cards", "media")
    store = CardStore(runtime.settings.polsbot_cards, runtime.library.pictures, secret)
    return Cards(store, runtime.settings.public_url.rstrip("/"))


class Conversations:
    """Each method is one transaction and a ring of the doorbell after its commit."""

    def __init__(self, runtime: Runtime) -> None:
        """Nothing is sent before ``start``."""
        self.runtime = runtime
        self.content = Content(runtime.library, runtime.lexicons, runtime_cards(runtime))
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
        received = await self.runtime.database.transact(receive, self.content, inbound, now)
        if received.waiting:
            self.senders.ring()
        return received

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
        self.senders.ring()  # a delivery lets the next message of the turn go
        return outcome

    async def open_due(self) -> int:
        """Open every wave that is due; one that fails is left for the next sweep."""
        opened = 0
        now = self.runtime.clock()
        people = await self.runtime.database.read(due_people, now)
        if people and (full := await self._full(now)):
            people = await self.runtime.database.read(due_people, now, full=full)
        for person in people:
            try:
                outcome = await self.runtime.database.transact(
                    open_due_wave, self.content, person, now
                )
            except Exception:
                log.exception("a wave was not opened; it is tried again", participant=person)
            else:
                opened += outcome == "opened"
                if outcome == "unknown":
                    log.error("a study or flow is missing", participant=person)
        if opened:
            self.senders.ring()
        return opened

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
            log.error("a day's measure is full; no wave opens there today", organisations=[*full])
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

    async def fire_due(self) -> int:
        """Carry out every timer that is due; one that fails is left for the next sweep."""
        fired = 0
        now: datetime = self.runtime.clock()
        for timer in await self.runtime.database.read(due_timers, now):
            try:
                await self.runtime.database.transact(fire, self.content, timer, now)
            except Exception:
                log.exception("a timer failed; it is tried again", timer=timer.id)
            else:
                fired += 1
        if fired:
            self.senders.ring()
        return fired
