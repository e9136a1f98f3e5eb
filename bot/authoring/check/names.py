"""F002 and F003: names that nothing answers, and values that are not among the choices."""

import ast
import re
from collections.abc import Iterator

from bot.authoring.check.domains import PARTICIPANT, WAVE, Names, codes_of, used_in
from bot.authoring.check.spots import place_of
from bot.content.draft import FlowDraft
from bot.content.problem import Problem, did_you_mean, problem_at
from bot.engine.expressions import Expression, tree_of
from bot.engine.flow import AnswerType, Code, Kind, Step

_EMPTY = ("empty", "leeg", "none", "null", "nothing", "blank")
_YES_NO = {"ja": "yes", "nee": "no", "true": "yes", "false": "no"}
_OWN_TOO = ("check", "confirm")
"""Conditions that are looked at once the step itself is answered."""


def conditions_of(step: Step) -> Iterator[tuple[str, Expression]]:
    """Every expression of a step with its key; that of a choice is ``code.if``."""
    for key, expression in (
        ("if", step.when),
        ("check", step.check),
        ("confirm", step.confirm),
        ("set", step.value),
        *((f"{choice.code}.if", choice.when) for choice in step.choices),
    ):
        if expression is not None:
            yield key, expression


def check_names(draft: FlowDraft, step: Step, names: Names) -> Iterator[Problem]:
    """Every name and every value in every condition of a step."""
    order = {one.name: index for index, one in enumerate(draft.flow.steps)}
    for key, expression in conditions_of(step):
        before = order[step.name] + (key in _OWN_TOO)
        for name in used_in(expression):
            message, hint = _fault_of_name(name, names, order, before)
            if message and names.step(name) is None:
                hint = _meant(name, expression, names) or hint
            if message:
                yield problem_at(place_of(draft, step.name, key, name), "F002", message, hint)
        yield from _check_values(draft, step, key, expression, names)


def _fault_of_name(name: str, names: Names, order: dict[str, int], before: int) -> tuple[str, str]:
    scope, _, rest = name.rpartition(".")
    if name == WAVE or (scope == "participant" and rest in PARTICIPANT):
        return "", ""
    if names.is_unread(name):
        return "", ""
    if names.step(name) is None:
        return f"nothing is known as `{name}`", did_you_mean(name, names.all())
    if not scope and order[name] >= before:
        return f"`{name}` is not answered yet at this step", "move this step below it"
    return "", ""


def _meant(name: str, expression: Expression, names: Names) -> str:
    """What a name that nobody knows was meant to be: a word in quotes, a name with a dash."""
    source = expression.source
    if re.search(rf"\w-{re.escape(name)}\b|\b{re.escape(name)}-\w", source):
        return "a name has no `-`: write _, or blanks around a minus"
    if name in _EMPTY:
        return "an answer that was not given is empty: write count(name) == 0"
    if re.fullmatch(r"\w+", name) and re.search(rf"(?:[=!]=|\bin\b)\s*\(?{name}\b", source):
        asked = next((step for one in used_in(expression) if (step := names.step(one))), None)
        codes = () if asked is None else codes_of(asked) or ()
        words = [str(code) for code in codes]
        meant = _YES_NO.get(name.lower(), name.lower())
        if meant in words:
            return f'write "{meant}", in quotes'
        if words:
            return f"it can be {', '.join(_shown(code) for code in codes)}"
        return f'if it is a word, write "{name}", in quotes'
    return ""


def _check_values(
    draft: FlowDraft, step: Step, key: str, expression: Expression, names: Names
) -> Iterator[Problem]:
    for name, constant, inside in _compared(tree_of(expression.source)):
        asked = names.step(name)
        if asked is None:
            continue
        message, hint = _fault_of_value(name, asked, constant, inside)
        if message:
            place = place_of(draft, step.name, key, _as_written(constant, expression.source))
            yield problem_at(place, "F003", message, hint)


def _as_written(constant: object, source: str) -> str:
    for quote in ('"', "'"):
        written = f"{quote}{constant}{quote}"
        if isinstance(constant, str) and written in source:
            return written
    return str(constant)


def _compared(tree: ast.expr) -> Iterator[tuple[str, object, bool]]:
    """(name, constant, whether the constant is looked for inside the name's value)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, sides[1:], strict=False):
            if isinstance(op, ast.In | ast.NotIn):
                name = _name(left)
                if name is not None and isinstance(right, ast.List | ast.Tuple):
                    yield from ((name, value, False) for value in _constants(right.elts))
                name = _name(right)
                if name is not None:
                    yield from ((name, value, True) for value in _constants([left]))
            elif isinstance(op, ast.Eq | ast.NotEq):
                for one, other in ((left, right), (right, left)):
                    name = _name(one)
                    if name is not None:
                        yield from ((name, value, False) for value in _constants([other]))


def _name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=("true" | "True" | "false" | "False")):
            return None
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=scope), attr=rest):
            return f"{scope}.{rest}"
        case _:
            return None


def _constants(nodes: list[ast.expr]) -> Iterator[object]:
    for node in nodes:
        match node:
            case ast.Constant(value=value):
                yield value
            case ast.Name(id=("true" | "True")):
                yield True
            case ast.Name(id=("false" | "False")):
                yield False
            case _:
                pass


def _fault_of_value(name: str, step: Step, value: object, inside: bool) -> tuple[str, str]:
    codes = codes_of(step)
    if step.type is AnswerType.CHOICES and not inside:
        return f"`{name}` holds several answers", f"write {value!r} in {name}".replace("'", '"')
    if codes is None:
        number = step.type in (AnswerType.NUMBER, AnswerType.AMOUNT)
        if number and step.kind is Kind.ASK and isinstance(value, str):
            return f"`{name}` is a number and never {value!r}", "write the number without quotes"
        return "", ""
    if not isinstance(value, bool) and value in codes:
        return "", ""
    return f"`{name}` is never {_shown(value)}", _nearest(value, codes)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _nearest(value: object, codes: tuple[Code, ...]) -> str:
    if isinstance(value, str) and value.isdigit() and int(value) in codes:
        return f"the code is a number: write {value} without quotes"
    return "it can be " + ", ".join(_shown(code) for code in codes)
