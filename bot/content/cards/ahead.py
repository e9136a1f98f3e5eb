"""Which cards a flow will need: they are drawn before anybody waits for one."""

from collections.abc import Iterator, Sequence

from bot.content.cards.card import Card, card_of
from bot.content.pictures import FROM_BALANCE
from bot.content.texts import Texts
from bot.engine.asking import ORDERS, SCALE_FORM, THREE, question
from bot.engine.effects import Send, Text
from bot.engine.flow import Flow, Kind, Step, Value
from bot.engine.run import Run

_POTS = (0, 200, 400, 600)
_EASY: dict[str, Value] = {f"baseline.{SCALE_FORM}": THREE}


def cards_of(flow: Flow, texts: Texts, languages: Sequence[str]) -> Iterator[Card]:
    """Every card of a flow in these languages, each once."""
    seen: set[Card] = set()
    for language in languages:
        for step in flow.steps:
            for card in _cards(step, language, texts):
                if card not in seen:
                    seen.add(card)
                    yield card


def _cards(step: Step, language: str, texts: Texts) -> Iterator[Card]:
    if step.kind is Kind.SAY and step.text is not None:
        send = Send(step.name, Text(step.text), picture=step.picture)
        for pot in _POTS if step.picture == FROM_BALANCE else (None,):
            if card := card_of(send, language, texts, pot):
                yield card
    elif step.kind is Kind.ASK:
        for seed in range(ORDERS if step.shuffle else 1):
            for form in ({}, _EASY):
                send = question(step, Run("", "", "", language, seed=seed, facts=form))
                if card := card_of(send, language, texts):
                    yield card
