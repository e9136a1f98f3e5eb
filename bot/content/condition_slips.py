"""What people write in a condition who know spreadsheets or only their own language.

What is wrong with it in one sentence, where, and what to write.
"""

import ast
import re
from dataclasses import dataclass

from bot.engine.expressions import ExpressionError, tree_of

ALLOWED = "and or not, == != < <= > >= in, + - * /, sum mean count"

_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')


@dataclass(frozen=True, slots=True)
class Slip:
    """``offset`` and ``width`` mark it in the condition; ``mend`` is what to write."""

    offset: int
    width: int
    fault: str
    mend: str


_USUAL = (
    (r"[“”„«»‘’‚]", "a curly quote stands here", 'type a straight one: "'),
    (r"^\s*(?:if|als)\b", "`{}` is said by the key already", "leave it out"),
    (r"===", "`{}` does not compare", "write =="),
    (r"<>", "`{}` does not compare", "write !="),
    (r"=>|≥", "`{}` does not compare", "write >="),
    (r"=<|≤", "`{}` does not compare", "write <="),
    (r"≠", "`{}` does not compare", "write !="),
    (r"(?<![=!<>])=(?!=)", "`{}` does not compare", "write =="),
    (r"&&?", "`{}` joins nothing here", "write and"),
    (r"\|\|?", "`{}` joins nothing here", "write or"),
    (r"!(?!=)", "`{}` means nothing here", "write not"),
    (r"\b(?:AND|And|en|und|et|ve)\b", "`{}` joins nothing here", "write and"),
    (r"\b(?:OR|Or|of|oder|ou|veya)\b", "`{}` joins nothing here", "write or"),
    (r"\b(?:NOT|Not|niet|geen)\b", "`{}` means nothing here", "write not, or !="),
    (r"\b(?:groter|meer|hoger|greater|more|higher) (?:dan|than)\b", "`{}` is a sign here",
     "write >"),
    (r"\b(?:kleiner|minder|lager|less|lower|smaller) (?:dan|than)\b", "`{}` is a sign here",
     "write <"),
    (r"\b(?:is not|is niet)\b", "`{}` does not compare", "write !="),
    (r"\b(?:is|equals|gelijk aan)\b", "`{}` does not compare", "write =="),
    (r"\d,\d", "a number has no comma", "write a point, such as 2.5; a list stands in (1, 2)"),
    (r"\{\s*\w+\s*\}", "names stand without {{ }} in a condition", "write the name alone"),
    (r"[;?:]\s*$", "`{}` ends nothing here", "leave it out"),
    (r"\b(?:then|dan|else|anders)\b.*", "a condition says nothing of what follows",
     "leave it out: the step itself is what follows"),
    (r"\*\*|//|%|\^", "`{}` does not reckon here", "use + - * /"),
    (r"\bNone\b|\bnull\b", "`{}` is no value",
     "an answer that was not given is empty: count(name) == 0"),
)  # fmt: skip
_ORDER = tuple((re.compile(pattern), fault, mend) for pattern, fault, mend in _USUAL)
_CALL = re.compile(r"\b(?!sum\b|mean\b|count\b|and\b|or\b|not\b|in\b)([A-Za-z_]\w*)\s*\(")


def slip_in(source: str, error: ExpressionError) -> Slip:
    """The likeliest reason why a condition cannot be read."""
    if source.count('"') % 2 or (source.count("'") % 2 and '"' not in source):
        offset = source.rfind('"' if source.count('"') % 2 else "'")
        return Slip(offset, len(source) - offset, "a quote is opened and never closed", "close it")
    bare = _QUOTED.sub(lambda match: "_" * len(match[0]), source)
    for pattern, fault, mend in _ORDER:
        match = pattern.search(bare)
        if match is not None:
            start, end = match.span()
            start += len(match[0]) - len(match[0].lstrip())
            return Slip(start, max(1, end - start), fault.format(match[0].strip()), mend)
    opened, closed = bare.count("("), bare.count(")")
    if opened > closed:
        return Slip(bare.rfind("("), 1, "a ( is opened and never closed", "close it with )")
    if closed > opened:
        return Slip(bare.rfind(")"), 1, "a ) closes nothing", "leave it out")
    call = _CALL.search(bare)
    if call is not None:
        return Slip(call.start(), len(call[1]), f"`{call[1]}` cannot be reckoned here",
                    "there are sum, mean and count")  # fmt: skip
    if bare.rstrip().endswith(("+", "-", "*", "/", "=", "<", ">", " and", " or", " not", " in")):
        end = len(bare.rstrip())
        return Slip(end - 1, 1, "something is missing at the end", "write the rest")
    return Slip(min(error.offset, max(0, len(source) - 1)), 1, str(error), f"allowed: {ALLOWED}")


def list_slip(source: str) -> Slip | None:
    """A list where something true or false is meant: ``debts > 2,5`` would hold for everybody."""
    if not isinstance(tree_of(source), ast.Tuple | ast.List):
        return None
    bare = _QUOTED.sub(lambda match: "_" * len(match[0]), source)
    at = max(0, bare.find(","))
    mend = "a number has a point, such as 2.5; a list stands in brackets: in (1, 2)"
    return Slip(at, 1, "this comma makes a list of it", mend)
