"""The Klantmonitor's cards, for the tests of cards."""

from functools import lru_cache
from pathlib import Path

from bot.content.cards import Card, Cell, Kind, card_of
from bot.content.library import Library, load_library
from bot.engine.asking import question
from bot.engine.effects import Send
from bot.engine.flow import Value
from bot.engine.run import Run

LANGUAGES = ("nl", "en", "tr", "ar", "pl", "uk", "fa")
FACES = Card(
    Kind.ROW,
    tuple(Cell(n, f"Keuze {n}", f"face-{n}") for n in range(1, 6)),
    "Hoe gaat het?",
    "Typ een cijfer.",
    step="feeling",
    language="nl",
)


@lru_cache(maxsize=1)
def library() -> Library:
    root = Path(__file__).parents[2]
    return load_library(root / "flows", root / "locales", root / "assets")


EASY: dict[str, Value] = {"baseline.scale_form": "three"}


def asked(
    step: str, language: str, flow: str = "baseline", facts: dict[str, Value] | None = None
) -> Send:
    revision = library().studies["klantmonitor"].flows[flow]
    found = revision.flow.step(step)
    assert found is not None
    return question(found, Run("r", "h", "p", language, facts=facts or {}))


def card(
    step: str, language: str, flow: str = "baseline", facts: dict[str, Value] | None = None
) -> Card:
    revision = library().studies["klantmonitor"].flows[flow]
    found = card_of(asked(step, language, flow, facts), language, library().texts(revision))
    assert found is not None
    return found
