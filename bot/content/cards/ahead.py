"""Which cards a flow will need: they are drawn before anybody waits for one."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from bot.content.cards.card import Card, card_of
from bot.content.pictures import FROM_BALANCE
from bot.content.texts import Texts
from bot.engine.asking import ORDERS, SCALE_FORM, THREE, question
from bot.engine.effects import Send, Text
from bot.engine.flow import Flow, Kind, Step, Value
from bot.engine.run import Run

_POTS = (0, 200, 400, 600)


def forms_of(flows: Iterable[Flow]) -> tuple[str | None, ...]:
    """The forms in which the scales of a study can be asked: in three steps if people may choose
    that.
    """
    may_choose = any(step.name == SCALE_FORM for flow in flows for step in flow.steps)
    return (None, THREE) if may_choose else (None,)


def cards_of(
    flow: Flow, texts: Texts, languages: Iterable[str], forms: Sequence[str | None] = (None,)
) -> Iterator[Card]:
    """Every card of a flow in these languages and forms, each once."""
    seen: set[Card] = set()
    for language in languages:
        for step in flow.steps:
            for card in _cards(step, language, texts, forms):
                if card not in seen:
                    seen.add(card)
                    yield card


def _cards(step: Step, language: str, texts: Texts, forms: Sequence[str | None]) -> Iterator[Card]:
    if step.kind is Kind.SAY and step.text is not None:
        send = Send(step.name, Text(step.text), picture=step.picture)
        for pot in _POTS if step.picture == FROM_BALANCE else (None,):
            if card := card_of(send, language, texts, pot):
                yield card
    elif step.kind is Kind.ASK:
        for seed, form in product(range(ORDERS if step.shuffle else 1), forms):
            facts: dict[str, Value] = {f"baseline.{SCALE_FORM}": form}
            send = question(step, Run("", "", "", language, seed=seed, facts=facts))
            if card := card_of(send, language, texts):
                yield card
