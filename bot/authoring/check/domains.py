"""What each name of a condition can be: the finite set of values that a check tries.

A number or a date can be anything between its ends; then the constants it is compared with, their
neighbours and the ends stand for all of it, because nothing changes between them.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, product
from typing import Any

from bot.content.draft import FlowDraft
from bot.engine.expressions import Expression, names_in, tree_of
from bot.engine.flow import AnswerType, Code, Flow, Kind, Step

MOST = 20_000
"""Combinations that are tried; beyond that nothing is claimed."""

PARTICIPANT = frozenset({"arm", "channel", "language", "organisation", "type"})
"""What ``participant.`` knows."""

WAVE = "wave"


@dataclass(frozen=True, slots=True)
class Names:
    """The names a flow's conditions may use, by how they are written, with their steps.

    Of what is ``unread`` nothing can be said: a name whose step has faults of its own, or
    ``baseline`` for all of a file that is not even YAML.
    """

    own: Mapping[str, Step]
    last: Mapping[str, Step]
    baseline: Mapping[str, Step]
    unread: frozenset[str] = frozenset()

    def step(self, name: str) -> Step | None:
        """The step whose answer a name is; ``None`` for wave, participant and strangers."""
        scope, _, rest = name.rpartition(".")
        known = {"": self.own, "last": self.last, "baseline": self.baseline}.get(scope, {})
        return known.get(rest)

    def is_unread(self, name: str) -> bool:
        """Whether the step that a name means could not be read."""
        return name in self.unread or name.rpartition(".")[0] in self.unread

    def all(self) -> list[str]:
        """Every name that may stand in a condition."""
        return [
            WAVE,
            *self.own,
            *(f"last.{name}" for name in self.last),
            *(f"baseline.{name}" for name in self.baseline),
            *(f"participant.{name}" for name in PARTICIPANT),
        ]


def names_of(draft: FlowDraft, baseline: FlowDraft | None, unread: Iterable[str] = ()) -> Names:
    """The names of a flow; ``baseline`` is the flow of that name in the same study."""
    own, left = _answered(draft.flow), draft.left_out
    first = {} if baseline is None else _answered(baseline.flow)
    missing = () if baseline is None else baseline.left_out
    return Names(
        own,
        own,
        first,
        frozenset(
            {
                *left,
                *(f"last.{name}" for name in left),
                *(f"baseline.{name}" for name in missing),
                *unread,
            }
        ),
    )


def _answered(flow: Flow) -> dict[str, Step]:
    kinds = (Kind.ASK, Kind.SET, Kind.ARM)
    return {step.name: step for step in flow.steps if step.kind in kinds}


def codes_of(step: Step) -> tuple[Code, ...] | None:
    """The values an answer is limited to; ``None`` when it is not."""
    if step.kind is Kind.ARM:
        return step.arms
    if step.choices:
        return tuple(choice.code for choice in step.choices)
    return None


def values_of(name: str, step: Step | None, conditions: Iterable[Expression]) -> list[Any] | None:
    """Values that stand for all of a name's, the empty one first; ``None`` if they are unknown."""
    if name == WAVE:
        return _numbers(conditions, 1, None)
    if step is None:
        return None
    codes = codes_of(step)
    if step.type is AnswerType.CHOICES and codes is not None:
        return [None, (), *((code,) for code in codes), *_pairs(codes), codes]
    if codes is not None:
        return [None, *codes]
    if step.type in (AnswerType.NUMBER, AnswerType.AMOUNT) or step.kind is Kind.SET:
        return [None, *_numbers(conditions, step.low, step.high), *_words(conditions, step)]
    if step.type is AnswerType.TEXT:
        return [None, "", "\x00other", *_words(conditions, None)]
    if step.type is AnswerType.DATE:
        return [None, *_dates(step.low, step.high)]
    return None


def _pairs(codes: tuple[Code, ...]) -> Iterator[tuple[Code, ...]]:
    for index, first in enumerate(codes[:12]):
        for second in codes[index + 1 : 12]:
            yield (first, second)


def constants_of(condition: Expression) -> list[object]:
    """The numbers and words written in a condition."""
    tree = tree_of(condition.source)
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def _numbers(
    conditions: Iterable[Expression], low: int | date | None, high: int | date | None
) -> list[Any]:
    written = [
        constant
        for condition in conditions
        for constant in constants_of(condition)
        if isinstance(constant, int | float) and not isinstance(constant, bool)
    ]
    first = low if isinstance(low, int) else None
    last = high if isinstance(high, int) else None
    tried = {0, 1, *written, *(one - 1 for one in written), *(one + 1 for one in written)}
    tried |= {end for end in (first, last) if end is not None}
    return sorted(
        one for one in tried if (first is None or one >= first) and (last is None or one <= last)
    )


def _words(conditions: Iterable[Expression], step: Step | None) -> list[str]:
    if step is not None and step.kind is not Kind.SET:
        return []
    return [one for every in conditions for one in constants_of(every) if isinstance(one, str)]


def _dates(low: int | date | None, high: int | date | None) -> list[date]:
    ends = [end for end in (low, high) if isinstance(end, date)]
    return ends or [date(2000, 1, 1), date(2000, 1, 1) + timedelta(days=10_000)]


def combinations(values: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]] | None:
    """Every combination of values, or ``None`` if there are too many to try."""
    count = 1
    for one in values.values():
        count *= len(one)
        if count > MOST:
            return None
    names = list(values)
    return (dict(zip(names, row, strict=True)) for row in islice(product(*values.values()), MOST))


def used_in(condition: Expression) -> list[str]:
    """The names in a condition, each once."""
    return list(dict.fromkeys(name for name, _ in names_in(condition.source)))
