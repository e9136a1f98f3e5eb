"""Cards are drawn ahead beside the conversations, once, and given up when the server stops."""

import asyncio
from pathlib import Path

import pytest

from bot.content.cards import CardStore
from bot.conversation.revisions import Cards, Content
from bot.jobs.cards import draw_ahead, wanted, wanted_at_once
from tests.content.studies import load


@pytest.fixture
def content(tmp_path: Path) -> Content:
    library = load(tmp_path)
    store = CardStore(tmp_path / "cards", library.pictures, b"secret")
    return Content(library, {}, Cards(store, "https://bot.example"))


async def test_every_card_is_drawn_once_and_has_an_address_then(content: Content) -> None:
    told: list[tuple[int, int]] = []
    cards = content.cards
    assert cards is not None
    assert [cards.url(card) for card in wanted(content)] == [None, None]

    assert await draw_ahead(content, lambda done, of: told.append((done, of))) == 2
    assert await draw_ahead(content) == 0

    assert told == [(1, 2), (2, 2)]
    assert all((cards.url(card) or "").startswith("https://bot.") for card in wanted(content))


async def test_a_card_that_cannot_be_drawn_is_left_out(content: Content) -> None:
    content.library.pictures["stress-2"].unlink()

    assert await draw_ahead(content) == 1


async def test_the_first_flow_in_its_own_language_can_be_drawn_before_all_others(
    content: Content,
) -> None:
    first = next(iter(next(iter(content.library.studies.values())).flows.values()))
    cards = wanted_at_once(content, first)

    assert {card.language for card in cards} == {first.flow.language}
    assert await draw_ahead(content, cards=cards) == len(cards)
    assert await draw_ahead(content) == len(set(wanted(content)) - set(cards))


async def test_drawing_is_given_up_when_the_server_stops(content: Content) -> None:
    drawing = asyncio.create_task(draw_ahead(content))
    await asyncio.sleep(0)
    drawing.cancel()

    with pytest.raises(asyncio.CancelledError):
        await drawing


async def test_without_a_place_for_cards_none_is_drawn(content: Content) -> None:
    content.cards = None

    assert await draw_ahead(content) == 0
