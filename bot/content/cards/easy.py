"""The easy form: three steps of a scale of five, for who would see only three in it."""

from dataclasses import replace

from bot.engine.effects import Send, Shown

_FIVE = [1, 2, 3, 4, 5]
_KEPT = frozenset((1, 3, 5))


def easy_form(send: Send) -> Send:
    """The same question with the codes 1, 3 and 5 of its five; other questions are left as they
    are. Choices that are no step (`unknown`, `none`) and controls stay. The digits count again
    from 1: what is stored is the code.
    """
    codes = sorted(shown.code for shown in send.choices if isinstance(shown.code, int))
    if codes != _FIVE:
        return send
    kept = [shown for shown in send.choices if isinstance(shown.code, str) or shown.code in _KEPT]
    return replace(send, choices=tuple(_renumbered(kept)))


def _renumbered(choices: list[Shown]) -> list[Shown]:
    numbered = [shown for shown in choices if shown.number is not None]
    places = {shown.payload: place for place, shown in enumerate(numbered, start=1)}
    return [replace(shown, number=places.get(shown.payload)) for shown in choices]
