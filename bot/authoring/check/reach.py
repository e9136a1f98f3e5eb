"""F004, F005 and F006: conditions that never change, steps nobody reaches, answers that lack.

For each step the part of the flow that decides about it is walked with every combination of
answers (an answer may always be empty: skipped, not understood). Where the combinations are too
many, or a name has values nobody knows, nothing is claimed.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.authoring.check.domains import Names, codes_of, combinations, used_in, values_of
from bot.authoring.check.names import conditions_of
from bot.authoring.check.spots import place_of
from bot.content.draft import FlowDraft, SourceText
from bot.content.placeholders import placeholders_in
from bot.content.problem import Place, Problem, Severity, problem_at
from bot.engine.expressions import Expression
from bot.engine.flow import Kind, Step

_LISTED = 7


def check_reach(draft: FlowDraft, names: Names, faulty: Collection[str]) -> Iterator[Problem]:
    """Every step and every condition of a flow, but for what hangs on ``faulty`` steps: a wrong
    name makes every further claim worthless.
    """
    every = [one for step in draft.flow.steps for _, one in conditions_of(step)]
    for index, step in enumerate(draft.flow.steps):
        constant = False
        if step.name in faulty:
            continue
        for key, expression in conditions_of(step):
            fault = _never_changes(step, key, expression, names, every)
            if fault is not None:
                constant = constant or key == "if"
                yield problem_at(place_of(draft, step.name, key), "F004", *fault)
        if constant:
            continue
        arrivals = _arrivals(draft, index, names, every)
        deciding = {draft.flow.steps[one].name for one in (*_deciding(draft, index), index)}
        if arrivals is None or draft.left_out or deciding & set(faulty):
            continue
        if not arrivals:
            place = place_of(draft, step.name, "if")
            message = f"`{step.name}` is never reached"
            yield problem_at(place, "F005", message, "look at the steps above that end the flow")
            continue
        yield from _may_lack(draft, step, names, arrivals)


def _never_changes(
    step: Step, key: str, expression: Expression, names: Names, every: list[Expression]
) -> tuple[str, str] | None:
    """What to say of a condition that is the same for every answer."""
    if key == "set":
        return None
    values = {name: _values(name, names, every) for name in used_in(expression)}
    known = {name: one for name, one in values.items() if one is not None}
    rows = combinations(known) if len(known) == len(values) else None
    if rows is None:
        return None
    asked = step.name if key in ("check", "confirm") else None
    results = {expression.holds(row) for row in rows if asked is None or row.get(asked) is not None}
    if results == {True}:
        return "this condition is always true", _values_told(names, known, "leave it out")
    if results == {False}:
        return "this condition is never true", _values_told(names, known, "look at and, or, not")
    return None


def _values_told(names: Names, values: Iterable[str], usual: str) -> str:
    """What the answers in a condition can be, where that can be listed."""
    told = []
    for name in values:
        step = names.step(name)
        codes = None if step is None else codes_of(step)
        if codes is not None and len(codes) <= _LISTED:
            told.append(f"`{name}` can be {', '.join(map(str, codes))}")
    return "; ".join([usual, *told])


def _values(name: str, names: Names, every: Iterable[Expression]) -> list[Any] | None:
    return values_of(name, names.step(name), every)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One way to come to a step: the answers then, and the steps that were asked before it."""

    answers: dict[str, Any]
    asked: frozenset[str]


def _arrivals(
    draft: FlowDraft, index: int, names: Names, every: list[Expression]
) -> list[_Arrival] | None:
    """All ways to come to a step and find its condition true; ``None`` if they are unknown."""
    steps = draft.flow.steps
    deciding = _deciding(draft, index)
    own = {steps[position].name for position in deciding}
    wanted: dict[str, list[Any]] = {}
    for position in (*deciding, index):
        step = steps[position]
        asked = [step.name] if step.kind in (Kind.ASK, Kind.ARM) and position != index else []
        for name in (*_read_by(draft, step), *asked):
            if name in own and names.own[name].kind is Kind.SET:
                continue
            values = _values(name, names, every)
            if values is None:
                return None
            wanted[name] = values
    rows = combinations(wanted)
    if rows is None:
        return None
    found = (_walk(steps, deciding, index, row) for row in rows)
    return [arrival for arrival in found if arrival is not None]


def _read_by(draft: FlowDraft, step: Step) -> list[str]:
    """The names that a step looks at before or while it is there."""
    expressions = [one for one in (step.when, step.value, step.check) if one is not None]
    names = [name for one in expressions for name in used_in(one)]
    names += [name for name, _ in _placeholders(draft, step) if draft.flow.step(name) is not None]
    return [name for name in names if name != step.name]


def _placeholders(draft: FlowDraft, step: Step) -> Iterator[tuple[str, SourceText]]:
    for key in (step.text, step.sorry):
        text = None if key is None else draft.texts.get(key)
        if text is not None:
            yield from ((name, text) for name, _ in placeholders_in(text.text))


def _deciding(draft: FlowDraft, index: int) -> list[int]:
    """Positions of the steps before this one that decide about it: ends, and answers it uses."""
    steps = draft.flow.steps
    place = {step.name: position for position, step in enumerate(steps)}
    wanted = {position for position in range(index) if steps[position].kind is Kind.END}
    open_ = [index, *wanted]
    while open_:
        for name in _read_by(draft, steps[open_.pop()]):
            position = place.get(name, index)
            if position < index and position not in wanted:
                wanted.add(position)
                open_.append(position)
    return sorted(wanted)


def _walk(
    steps: tuple[Step, ...], deciding: list[int], index: int, row: dict[str, Any]
) -> _Arrival | None:
    own = {steps[position].name for position in deciding}
    answers = {name: value for name, value in row.items() if name not in own}
    asked: set[str] = set()
    for position in deciding:
        step = steps[position]
        if step.when is not None and not step.when.holds(answers):
            if row.get(step.name) is not None:
                return None  # an answer that is never given: another row has it empty
            continue
        if step.kind is Kind.END:
            return None
        if step.value is not None:
            answers[step.name] = step.value.evaluate(answers)
        else:
            answers[step.name] = row.get(step.name)
        if step.rotation is None or answers[step.name] is not None:
            asked.add(step.name)
    when = steps[index].when
    if when is not None and not when.holds(answers):
        return None
    return _Arrival(answers, frozenset(asked))


def _may_lack(
    draft: FlowDraft, step: Step, names: Names, arrivals: list[_Arrival]
) -> Iterator[Problem]:
    """Texts and sums that use an answer which is empty in some of the ways to come here."""
    for name, text in _placeholders(draft, step):
        if name in names.own and name != step.name:
            message = f"`{name}` may be empty here, then this text has a gap"
            hint = f"show this step only if there is an answer to `{name}`"
            yield from _lack(name, arrivals, text.place, message, hint)
    for key, expression in (("set", step.value), ("check", step.check)):
        if expression is None:
            continue
        for name in used_in(expression):
            lacking = [one for one in arrivals if one.answers.get(name) is None]
            if name == step.name or not _matters(expression, key, name, arrivals):
                continue
            message = f"`{name}` may be empty here, then the whole `{key}` is"
            place = place_of(draft, step.name, key, name)
            yield from _lack(name, lacking, place, message, f"write ({name} or 0)")


def _lack(
    name: str, arrivals: list[_Arrival], place: Place, message: str, hint: str
) -> Iterator[Problem]:
    """An error if the answer is not even asked in some way, a warning if it is only skipped."""
    lacking = [one for one in arrivals if one.answers.get(name) is None]
    if lacking:
        skipped = all(name in one.asked for one in lacking)
        severity = Severity.WARNING if skipped else Severity.ERROR
        yield problem_at(place, "F006", message, hint, severity)


def _matters(expression: Expression, key: str, name: str, arrivals: list[_Arrival]) -> bool:
    """Whether the value is empty, or a check fails, for want of this very name."""
    for arrival in arrivals:
        if arrival.answers.get(name) is not None:
            continue
        if key == "check":
            return True
        others = [one for one in used_in(expression) if one != name]
        full = all(arrival.answers.get(one) is not None for one in others)
        if full and expression.evaluate(arrival.answers) is None:
            return True
    return False
