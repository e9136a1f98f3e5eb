"""What providers are asked now and then: the fate of messages, what we missed, what is approved."""

import logging
from collections import defaultdict
from datetime import datetime

import structlog

from bot.channels.contract import APPROVED, Approver, Listed
from bot.conversation import missed
from bot.conversation.meters import LISTED
from bot.conversation.missed import GRACE, begin_look, end_look
from bot.conversation.reconcile import doubts, resolve
from bot.conversation.service import Conversations
from bot.conversation.templates import note_approval, templates_to_ask
from bot.message import Channel, InboundMessage
from bot.panel.participants import address_of

log = structlog.get_logger()


async def settle_doubts(conversations: Conversations) -> list[str]:
    """Look for uncertain messages at the provider; returns what became of each."""
    database, outcomes = conversations.runtime.database, []
    for doubt in await database.read(doubts, conversations.runtime.clock()):
        channel = Channel(doubt.channel)
        carrier = conversations.runtime.carriers.get(channel)
        address = await database.read(address_of, doubt.address_id)
        if carrier is None:
            continue
        listed: list[Listed] | None = []  # of an address that was erased nobody can be asked
        if address is not None:
            listed = await carrier.sent_since(channel, address, doubt.since)
        if listed is not None:
            outcomes.append(
                await database.transact(resolve, doubt, listed, conversations.runtime.clock())
            )
    if outcomes:
        log.info("uncertain messages", outcomes=outcomes)
        conversations.senders.ring()
    return outcomes


async def catch_up(conversations: Conversations) -> list[str]:
    """Handle what people sent and no webhook told us of; returns what became of each message
    of the list. Nothing when no look is due or a provider cannot be asked.
    """
    database, now = conversations.runtime.database, conversations.runtime.clock()
    since = await database.transact(begin_look, now)
    if since is None:
        return []
    listed: list[InboundMessage] = []
    for carrier in {id(one): one for one in conversations.runtime.carriers.values()}.values():
        found = await carrier.received_since(since)
        if found is None:
            log.warning("received messages could not be listed; it is tried again")
            return []
        listed += found
    return await _handle_missed(conversations, sorted(listed, key=lambda one: one.received_at), now)


async def _handle_missed(
    conversations: Conversations, listed: list[InboundMessage], now: datetime
) -> list[str]:
    """In their order; behind one that fails nothing of the same person is handled."""
    database, reached = conversations.runtime.database, now - GRACE
    outcomes, failed = [], set[str]()
    of: dict[str, list[str]] = defaultdict(list)
    for inbound in listed:
        of[inbound.sender].append(inbound.provider_id)
    for inbound in [one for one in listed if one.received_at <= now - GRACE]:
        if inbound.sender in failed:
            continue
        try:
            received = await database.transact(
                missed.catch_up, conversations.content, inbound, of[inbound.sender], now
            )
        except Exception:
            log.exception("a missed message was not handled; it is tried again")
            failed.add(inbound.sender)
            reached = min(reached, inbound.received_at)
        else:
            outcomes.append(received.outcome)
            LISTED.labels(str(inbound.channel), received.outcome).inc()
    await database.transact(end_look, reached)
    if unheard := [one for one in outcomes if one != "duplicate"]:
        log.warning("messages that no webhook told of", outcomes=unheard)
        conversations.senders.ring()
    return outcomes


async def ask_for_approvals(conversations: Conversations) -> None:
    """Ask how far each template is with the channel's owner, where it is time to."""
    runtime = conversations.runtime
    database, carrier = runtime.database, runtime.carriers.get(Channel.WHATSAPP)
    if not isinstance(carrier, Approver):
        return
    for template in await database.transact(templates_to_ask, runtime.clock()):
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
