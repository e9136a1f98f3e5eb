"""The one small language of ``if``, ``check``, ``confirm`` and ``set``: Python's syntax, tiny.

``and or not == != < <= > >= in + - * /``, ``sum mean count``, numbers, words in quotes, lists, and
names with at most one dot. An unasked answer is empty (``None``): a comparison with empty is false,
reckoning with empty is empty. Nothing here can loop, call or reach anything.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 500
MAX_DEPTH = 20

Names = Mapping[str, Any]
_Thunk = Callable[[Names], Any]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_RECKON: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_FUNCTIONS = ("sum", "mean", "count")


class ExpressionError(ValueError):
    """The source is not of this language; the message says what is wrong and what is allowed.

    ``offset`` is the 0-based column in the source.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        """Keep the column for the caret."""
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition or a value as written; compiled once per source."""

    source: str

    def evaluate(self, names: Names) -> Any:
        """The value with these names. Never raises for a parsed source."""
        return _compiled(self.source)(names)

    def holds(self, names: Names) -> bool:
        """Whether the value counts as true; empty does not."""
        return bool(self.evaluate(names))


def parse(source: str) -> Expression:
    """Check a source and make it an expression; raises ExpressionError."""
    _compiled(source)
    return Expression(source)


def tree_of(source: str) -> ast.expr:
    """The syntax tree, for checks of names and values; raises ExpressionError."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters: split it with a set step")
    if "\x00" in source:
        raise ExpressionError("has a character that cannot be typed")
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError("cannot be read as an expression", (error.offset or 1) - 1) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("is nested too deeply") from None
    return tree


def names_in(source: str) -> Iterator[tuple[str, int]]:
    """Every name in a source with its column; raises ExpressionError."""
    tree = tree_of(source)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.col_offset
        elif isinstance(node, ast.Name) and id(node) not in inner and id(node) not in called:
            yield node.id, node.col_offset


@lru_cache(maxsize=4096)
def _compiled(source: str) -> _Thunk:
    return _compile(tree_of(source), 0)


def _compile(node: ast.expr, depth: int) -> _Thunk:  # noqa: C901 - one case per node
    """One node as a function of the names."""
    if depth > MAX_DEPTH:
        raise ExpressionError("is nested too deeply", node.col_offset)
    below = depth + 1
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as constant):
            return lambda _: constant
        case ast.Name(id="true" | "True"):
            return lambda _: True
        case ast.Name(id="false" | "False"):
            return lambda _: False
        case ast.Name(id=name):
            return lambda names: names.get(name)
        case ast.Attribute(value=ast.Name(id=scope), attr=attr):
            key = f"{scope}.{attr}"
            return lambda names: names.get(key)
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            items = [_compile(element, below) for element in elements]
            return lambda names: tuple(item(names) for item in items)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _compile(operand, below)
            return lambda names: not inner(names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _compile(operand, below)
            return lambda names: _reckon(operator.sub, 0, inner(names))
        case ast.BoolOp(op=op, values=values):
            parts = [_compile(value, below) for value in values]
            test = all if isinstance(op, ast.And) else any
            return lambda names: test(bool(part(names)) for part in parts)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _RECKON:
            first, second, work = _compile(left, below), _compile(right, below), _RECKON[type(op)]
            return lambda names: _reckon(work, first(names), second(names))
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            operands = [_compile(value, below) for value in (left, *comparators)]
            return _comparison(operands, ops, node)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _function(name, [_compile(arg, below) for arg in args])
    raise ExpressionError(
        "is not allowed here: use and, or, not, == != < <= > >= in, + - * /, sum, mean, count",
        getattr(node, "col_offset", 0),
    )


def _comparison(operands: list[_Thunk], ops: list[ast.cmpop], node: ast.expr) -> _Thunk:
    for op in ops:
        if not isinstance(op, ast.In | ast.NotIn) and type(op) not in _COMPARE:
            raise ExpressionError("use == or != to compare", node.col_offset)

    def compare(names: Names) -> bool:
        values = [operand(names) for operand in operands]
        return all(
            _holds(op, first, second)
            for op, first, second in zip(ops, values, values[1:], strict=False)
        )

    return compare


def _holds(op: ast.cmpop, first: Any, second: Any) -> bool:
    if first is None or second is None:
        return False
    if isinstance(op, ast.In | ast.NotIn):
        inside = first in second if isinstance(second, tuple) else first == second
        return inside is isinstance(op, ast.In)
    if isinstance(op, ast.Eq | ast.NotEq):
        return _COMPARE[type(op)](first, second)
    try:
        return _COMPARE[type(op)](first, second)
    except TypeError:  # "none" <= 2: a choice outside the scale is not on the scale
        return False


def _reckon(work: Callable[[Any, Any], Any], first: Any, second: Any) -> Any:
    try:
        return work(first, second)
    except (TypeError, ZeroDivisionError, OverflowError):
        return None


def _function(name: str, args: list[_Thunk]) -> _Thunk:
    def apply(names: Names) -> Any:
        values: list[Any] = []
        for arg in args:
            value = arg(names)
            values.extend(value if isinstance(value, tuple) else (value,))
        known = [value for value in values if value is not None]
        if name == "count":
            return len(known)
        numbers = [value for value in known if isinstance(value, int | float)]
        if not numbers:
            return None
        return sum(numbers) if name == "sum" else sum(numbers) / len(numbers)

    return apply
