"""What the two made-up languages find: cards that leave a translator no room."""

from collections.abc import Iterator

from bot.content.cards import CardError
from bot.content.cards.ahead import cards_of, forms_of
from bot.content.cards.layout import drawing
from bot.content.library import Library
from bot.content.pseudo import NAMES, with_pseudo


def tight(library: Library) -> Iterator[CardError]:
    """Every card whose words do not fit when they are longer or in Arabic letters."""
    made_up = with_pseudo(library)
    for study in made_up.studies.values():
        forms = forms_of(revision.flow for revision in study.flows.values())
        for revision in study.flows.values():
            spoken = [language for language in NAMES if language in revision.texts]
            for card in cards_of(revision.flow, made_up.texts(revision), spoken, forms):
                try:
                    drawing(card, lambda _: "")
                except CardError as error:
                    yield error
