"""Drawing cards ahead, beside the conversations, so that nobody ever waits for one."""

import asyncio
import time
from collections.abc import Sequence
from operator import itemgetter
from threading import Event

import structlog

from bot.content.cards import Card
from bot.content.cards.ahead import cards_of, forms_of
from bot.content.cards.store import Told
from bot.content.revision import Revision
from bot.conversation.revisions import Content

log = structlog.get_logger()


class _StoppedError(Exception):
    """Nobody waits for the cards any more."""


def wanted(content: Content) -> list[Card]:
    """Every card of every flow. First what is seen soonest and most: short flows, in their own
    language before the others; the easy form last.
    """
    found: list[tuple[tuple[bool, int, bool], Card]] = []
    for study in content.library.studies.values():
        for form in forms_of(revision.flow for revision in study.flows.values()):
            for revision in study.flows.values():
                flow = revision.flow
                for card in cards_of(flow, content.texts(revision), flow.languages, (form,)):
                    place = form is not None, len(flow.steps), card.language != flow.language
                    found.append((place, card))
    return list(dict.fromkeys(card for _, card in sorted(found, key=itemgetter(0))))


def wanted_at_once(content: Content, revision: Revision) -> list[Card]:
    """What somebody sees who goes through this flow in its own language."""
    spoken = (revision.flow.language,)
    return list(cards_of(revision.flow, content.texts(revision), spoken))


async def draw_ahead(
    content: Content, told: Told | None = None, cards: Sequence[Card] | None = None
) -> int:
    """Draw what is missing of these cards, else of all, in other processes; returns how many were
    drawn.

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
    lacking = wanted(content) if cards is None else cards
    try:
        made = await asyncio.to_thread(content.cards.store.ahead, lacking, tell)
    except asyncio.CancelledError:
        stopped.set()
        raise
    for fault in made.faults:
        log.warning("a card was not drawn", reason=str(fault))
    if made.drawn:
        log.info("cards drawn", count=made.drawn, seconds=round(time.monotonic() - begun, 1))
    return made.drawn
