"""What each code of ``polsbot check`` means, from ``rules.yaml``."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.content.fields import fields_of
from bot.content.problem import did_you_mean
from bot.content.source import read_source
from bot.content.yaml_nodes import Mapping

FILE = Path(__file__).with_name("rules.yaml")
EXAMPLES = ("steps", "flow", "study", "po", "long")


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault that a check can find. ``example`` says what ``wrong`` and ``right`` are."""

    code: str
    title: str
    why: str
    wrong: str
    right: str
    example: str


class UnknownRuleError(ValueError):
    """No rule has this code; the message names the nearest."""


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """All rules by code."""
    source = read_source(FILE)
    found: dict[str, Rule] = {}
    for code, field in source.root.values.items():
        if isinstance(field, Mapping):
            fields = fields_of(source, field)
            found[code] = Rule(
                code,
                fields.text("title") or "",
                fields.text("why") or "",
                fields.text("wrong") or "",
                fields.text("right") or "",
                fields.one_of("in", EXAMPLES) or "steps",
            )
    return found


def explain(code: str) -> str:
    """The rule as text for people; raises UnknownRuleError."""
    rule = rules().get(code.upper())
    if rule is None:
        hint = did_you_mean(code.upper(), rules())
        raise UnknownRuleError(f"there is no rule {code}" + (f": {hint}" if hint else ""))
    parts = [f"{rule.code}  {rule.title}", rule.why]
    for name, example in (("Wrong", rule.wrong), ("Right", rule.right)):
        if example:
            indented = "\n".join(f"    {line}" for line in example.splitlines())
            parts.append(f"{name}:\n{indented}")
    return "\n\n".join(parts)
