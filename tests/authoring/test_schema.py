"""The schemas know every key that the reader knows."""

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.authoring.schema import flow_schema, schemas
from bot.content.flow_file import FLOW_KEYS
from bot.content.steps import STEP_KEYS

ROOT = Path(__file__).parents[2]


def accepts(schema: dict[str, Any], value: Any) -> bool:
    """The part of JSON Schema that we use: properties, names, anyOf, type."""
    if "anyOf" in schema:
        return any(accepts(one, value) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    if schema.get("type") == "object":
        return isinstance(value, dict) and _accepts_keys(schema, value)
    if schema.get("type") == "array":
        return isinstance(value, list) and all(accepts(schema["items"], one) for one in value)
    return not isinstance(value, dict | list)


def _accepts_keys(schema: dict[str, Any], value: dict[Any, Any]) -> bool:
    if any(key not in value for key in schema.get("required", [])):
        return False
    for key, inside in value.items():
        known = schema.get("properties", {}).get(key)
        others = [*schema.get("patternProperties", {}).values(), schema["additionalProperties"]]
        part = known if known is not None else others[0]
        if part is False or not accepts(part, inside):
            return False
    return True


def load(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def test_a_flow_may_have_every_key_the_reader_knows() -> None:
    schema = flow_schema()
    step = schema["properties"]["steps"]["patternProperties"]["^[a-z][a-z0-9_]{0,39}$"]

    assert set(schema["properties"]) == set(FLOW_KEYS)
    assert set(step["anyOf"][0]["properties"]) == set(STEP_KEYS)


def test_our_own_files_fit_their_schemas() -> None:
    made = schemas()
    for path in sorted(ROOT.glob("flows/*/*.yaml")):
        kind = {"study.yaml": "study"}.get(path.name, "flow")
        kind = "bank" if path.parent.name == "common" else kind
        assert accepts(made[f"{kind}.schema.json"], load(path)), path


def test_a_misspelled_key_does_not_fit() -> None:
    flow = load(ROOT / "flows" / "klantmonitor" / "periodic.yaml")

    assert not accepts(flow_schema(), {**flow, "stepps": {}})


def test_schemas_are_json() -> None:
    assert json.loads(json.dumps(schemas())) == schemas()
