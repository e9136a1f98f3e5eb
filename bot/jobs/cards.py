"""Drawing cards ahead, beside the conversations, so that nobody ever waits for one."""

import asyncio
import time
from operator import itemgetter
from threading import Event

import structlog

from bot.content.cards import Card
from bot.content.cards.ahead import cards_of, forms_of
from bot.content.cards.store import Told
from bot.conversation.revisions import Content

log = structlog.get_logger()


class _StoppedError(Exception):
    """Nobody waits for the cards any more."""


def wanted(content: Content) -> list[Card]:
    """Every card of every flow; those in the flows' own languages first."""
    found: list[tuple[bool, Card]] = []
    for study in content.library.studies.values():
        forms = forms_of(revision.flow for revision in study.flows.values())
        for revision in study.flows.values():
            flow = revision.flow
            for card in cards_of(flow, content.texts(revision), flow.languages, forms):
                found.append((card.language != flow.language, card))
    return list(dict.fromkeys(card for _, card in sorted(found, key=itemgetter(0))))


async def draw_ahead(content: Content, told: Told | None = None) -> int:
    """Draw what is missing in other processes; returns how many were drawn.

    A card that cannot be drawn is left out and told of: its question goes without a picture. When
    this is cancelled, the cards that are drawn stay and the others are left.
    """
    if content.cards is None:
        return 0
    stopped = Event()

    def tell(done: int, of: int) -> None:
        if stopped.is_set():
            raise _StoppedError
        if told is not None:
            told(done, of)

    begun = time.monotonic()
    try:
        made = await asyncio.to_thread(content.cards.store.ahead, wanted(content), tell)
    except asyncio.CancelledError:
        stopped.set()
        raise
    for fault in made.faults:
        log.warning("a card was not drawn", reason=str(fault))
    if made.drawn:
        log.info("cards drawn", count=made.drawn, seconds=round(time.monotonic() - begun, 1))
    return made.drawn
