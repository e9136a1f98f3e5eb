"""Drawing cards ahead, beside the conversations, so that nobody ever waits for one."""

import asyncio
from collections.abc import Callable

import structlog

from bot.content.cards import Card, CardError
from bot.content.cards.ahead import cards_of
from bot.conversation.revisions import Content

log = structlog.get_logger()


def wanted(content: Content) -> list[Card]:
    """Every card of every flow, the flow's own language first."""
    found: dict[Card, None] = {}
    for study in content.library.studies.values():
        for revision in study.flows.values():
            flow = revision.flow
            order = sorted(flow.languages, key=lambda code: code != flow.language)
            for card in cards_of(revision, content.texts(revision), order):
                found.setdefault(card)
    return list(found)


async def draw_ahead(content: Content, told: Callable[[int, int], None] | None = None) -> int:
    """Draw what is missing, one card at a time off the loop; returns how many were drawn.

    A card that cannot be drawn is left out and told of: its question goes without a picture.
    """
    if content.cards is None:
        return 0
    drawn = 0
    cards = wanted(content)
    for place, card in enumerate(cards, start=1):
        try:
            drawn += await asyncio.to_thread(content.cards.store.make, card)
        except (CardError, OSError) as error:
            log.warning("a card was not drawn", reason=str(error))
        if told is not None:
            told(place, len(cards))
    return drawn
