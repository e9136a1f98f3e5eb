"""Picture cards: pictures that are more than a drawing, words that a card has no room for."""

from collections.abc import Iterator

from bot.authoring.check.spoken import Spoken, every_spoken
from bot.content.cards import Card, CardError
from bot.content.cards.ahead import cards_of
from bot.content.cards.layout import drawing, words_of
from bot.content.cards.pictogram import read
from bot.content.library import Library
from bot.content.problem import Place, Problem, problem_at


def check_cards(library: Library) -> Iterator[Problem]:
    """Every picture, and every card of every flow in every language; nothing is rendered."""
    for path in library.pictures.values():
        try:
            read(path)
        except CardError as error:
            hint = "draw it with plain shapes of one colour"
            yield problem_at(Place(path), "F025", str(error), hint)
    for spoken in every_spoken(library):
        seen: set[tuple[str, ...]] = set()
        for card in cards_of(spoken.draft.flow, spoken.texts, [spoken.language]):
            words = tuple(sorted(words_of(card)))  # in another order they need as much room
            if words not in seen:
                seen.add(words)
                yield from _on_card(spoken, card)


def _on_card(spoken: Spoken, card: Card) -> Iterator[Problem]:
    try:
        drawing(card, lambda _: "")
    except CardError as error:
        place = spoken.place(_key(spoken, card, str(error)))
        yield problem_at(place, "L008", str(error), "say it in fewer or shorter words")


def _key(spoken: Spoken, card: Card, message: str) -> str:
    """The text that the message is about: a label, or else the question."""
    step = spoken.draft.flow.step(card.step)
    if step is None:
        return ""
    labels = [choice.label for choice in step.choices if f"`{spoken.say(choice.label)}`" in message]
    return labels[0] if labels else step.text or ""
