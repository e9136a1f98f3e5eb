"""Cards: the picture of a question, drawn from our pictograms for one language."""

from bot.content.cards.card import Card, CardError, Cell, Kind, card_of
from bot.content.cards.store import CardStore, Made

__all__ = ["Card", "CardError", "CardStore", "Cell", "Kind", "Made", "card_of"]
