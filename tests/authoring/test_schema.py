"""The schemas know every key that the reader knows, and what they mean."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.authoring.check.explain import Rule, rules
from bot.authoring.new import SAMPLE
from bot.authoring.schema import flow_schema, schemas
from bot.content.flow_file import FLOW_KEYS
from bot.content.steps import STEP_KEYS
from tests.content.studies import AGAIN, FIRST, ITEMS, SCALES, STUDY, steps, study

ROOT = Path(__file__).parents[2]
SCHEMAS = schemas()
WITH_EXAMPLE = [rule for rule in rules().values() if rule.example in ("steps", "flow", "study")]

OF_SHAPE = frozenset({"F001", "F013", "F014", "F016", "F020", "F021"})
"""Faults of form, which an editor underlines. The others are of names, values and reach, and the
check tells them."""

UNREADABLE = frozenset({"F010", "F011", "F012"})


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """The part of JSON Schema that we use; a keyword that is not known here fails the test."""
    return all(_keeps(schema, keyword, value) for keyword in schema)


def _keeps(schema: dict[str, Any], keyword: str, value: Any) -> bool:
    wanted = schema[keyword]
    match keyword:
        case "anyOf":
            return any(accepts(one, value) for one in wanted)
        case "enum":
            return value in wanted
        case "type":
            return any(_is(value, one) for one in ([wanted] if isinstance(wanted, str) else wanted))
        case "pattern":
            return not isinstance(value, str) or re.search(wanted, value) is not None
        case "minLength":
            return not isinstance(value, str) or len(value) >= wanted
        case "minimum" | "maximum":
            low = keyword == "minimum"
            return not _is(value, "number") or (value >= wanted if low else value <= wanted)
        case "minItems" | "minProperties":
            return not isinstance(value, list | dict) or len(value) >= wanted
        case "items":
            return not isinstance(value, list) or all(accepts(wanted, one) for one in value)
        case "required":
            return not isinstance(value, dict) or all(key in value for key in wanted)
        case "properties" | "patternProperties" | "additionalProperties":
            return not isinstance(value, dict) or _accepts_keys(schema, value)
        case "description" | "title" | "$schema":
            return True
        case _:
            raise AssertionError(f"{keyword} is not known to this test")


def _is(value: Any, kind: str) -> bool:
    types = {"string": str, "object": dict, "array": list, "boolean": bool}
    if kind in ("number", "integer"):
        wanted = int | float if kind == "number" else int
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, types[kind])


def _accepts_keys(schema: dict[str, Any], value: dict[Any, Any]) -> bool:
    patterns = schema.get("patternProperties", {})
    for key, inside in value.items():
        parts = [part for pattern, part in patterns.items() if re.search(pattern, str(key))]
        if str(key) in schema.get("properties", {}):
            parts.append(schema["properties"][str(key)])
        if not parts or not all(accepts(part, inside) for part in parts):
            return False
    return True


def load(text: str) -> Any:
    """As an editor reads it: YAML 1.2, dates and times as words."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda maker, node: maker.construct_scalar(node)
    )
    return yaml.load(StringIO(text))


def kind_of(path: Path) -> str:
    if path.name == "study.yaml":
        return "study"
    return "bank" if "bank:" in path.read_text(encoding="utf-8").split("\n\n")[0] else "flow"


def fits(kind: str, text: str) -> bool:
    return accepts(SCHEMAS[f"{kind}.schema.json"], load(text))


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("flows/*/*.yaml")), *sorted(SAMPLE.glob("*.yaml"))],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_our_own_files_fit_their_schemas(path: Path) -> None:
    assert fits(kind_of(path), path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [("study", STUDY), ("flow", FIRST), ("flow", AGAIN), ("bank", SCALES), ("bank", ITEMS)],
)
def test_what_the_reader_takes_fits(kind: str, text: str) -> None:
    assert fits(kind, text)


def _example(rule: Rule, example: str) -> tuple[str, str]:
    if rule.example == "study":
        return "study", study(example)
    indented = "".join(f"  {line}\n" for line in example.splitlines())
    return "flow", steps(indented) if rule.example == "steps" else example


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_every_right_example_fits(rule: Rule) -> None:
    assert fits(*_example(rule, rule.right))


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_a_wrong_example_does_not_fit_where_its_form_is_wrong(rule: Rule) -> None:
    kind, text = _example(rule, rule.wrong)
    if rule.code in UNREADABLE:
        with pytest.raises(YAMLError):
            load(text)
    else:
        assert fits(kind, text) == (rule.code not in OF_SHAPE)


def test_a_flow_may_have_every_key_the_reader_knows() -> None:
    schema = flow_schema()
    step = schema["properties"]["steps"]["patternProperties"]["^[a-z][a-z0-9_]{0,39}$"]

    assert set(schema["properties"]) == set(FLOW_KEYS)
    assert set(step["anyOf"][0]["properties"]) == set(STEP_KEYS)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("flow", FIRST.replace("steps:", "stepps:")),
        ("flow", FIRST.replace("language: nl\n", "")),
        ("flow", FIRST.replace("type: text", "type: tekst")),
        ("study", study("close: 7\n")),
        ("study", study("channels: [WhatsApp]\n")),
        ("study", study("reward: {amount: 2}\n")),
        ("bank", SCALES.replace("choices:", "choises:")),
    ],
)
def test_a_slip_does_not_fit(kind: str, text: str) -> None:
    assert not fits(kind, text)


def test_every_key_is_explained_in_a_sentence() -> None:
    said = list(_descriptions(list(SCHEMAS.values())))

    assert len(said) > 60
    assert all(one.strip().endswith((".", "…")) for one in said)


def _descriptions(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _descriptions(one)
    elif isinstance(part, dict):
        for key, one in part.get("properties", {}).items():
            assert "description" in one, key
            yield one["description"]
        for one in part.values():
            yield from _descriptions(one)


def test_schemas_are_json() -> None:
    assert json.loads(json.dumps(SCHEMAS)) == SCHEMAS
