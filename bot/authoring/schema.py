"""JSON Schemas of flow, bank and study files, so that editors complete and underline.

They are made from the same lists of keys as the reader uses. The reader stays the judge: a schema
knows nothing of names, values and reach.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.authoring.i18n.update import write_whole
from bot.authoring.key_words import words_for
from bot.content.bank_file import BANK_KEYS
from bot.content.choices import CHOICE_KEYS, CODE, SCALE_KEYS
from bot.content.fields import NAME, PICTURE
from bot.content.flow_file import FLOW_KEYS, GROUP_KEYS, INVITE_KEYS, ROTATE_KEYS
from bot.content.hours_file import HOURS_KEYS
from bot.content.steps import STEP_KEYS, VERBS
from bot.content.study_file import NUMBER, REWARD_KEYS, STUDY_KEYS, UNCLEAR_KEYS
from bot.content.waves_file import CHANNELS, REMINDER_KEYS, WAVE_KEYS
from bot.engine.flow import AnswerType

Schema = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_TEXT: Schema = {"type": ["string", "number"], "minLength": 1}
_FLAG: Schema = {"type": "boolean"}
_NAME: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}
_PICTURE: Schema = {"type": "string", "pattern": f"^{PICTURE.pattern}$"}
_WORDS: Schema = {"type": "array", "items": _TEXT, "minItems": 1}
_CONDITION: Schema = {"type": ["string", "number", "boolean"]}
_DURATION: Schema = {"type": "string", "pattern": r"^\d+ (minute|hour|day|week)s?$"}
_MONEY: Schema = {"type": "string", "pattern": r"^\d+(\.\d\d)? [A-Z]{3}$"}
_CLOCK: Schema = {"type": "string", "pattern": r"^\d\d:\d\d$"}
_COUNT: Schema = {"type": "integer", "minimum": 1}
_BOUND: Schema = {
    "type": ["number", "string"],
    "pattern": r"^(-?\d+(\.\d\d)?|\d{4}-\d\d-\d\d)$",
}

_KNOWN: dict[str, Schema] = {
    **dict.fromkeys(("if", "check", "confirm", "set"), _CONDITION),
    **dict.fromkeys(("skip", "unknown", "shuffle", "special", "reverse", "exclusive"), _FLAG),
    **dict.fromkeys(("break",), _FLAG),
    **dict.fromkeys(("picture", "pictures"), _PICTURE),
    **dict.fromkeys(("item", "scale", "consent", "flow", "bank", "study"), _NAME),
    **dict.fromkeys(
        ("arm", "rotate", "use", "retired", "languages", "countries", "not_on"), _WORDS
    ),
    **dict.fromkeys(("min", "max"), _BOUND),
    **dict.fromkeys(("after", "after_intake", "every", "close"), _DURATION),
    **dict.fromkeys(("amount", "pay_out_every", "most_a_day", "budget"), _MONEY),
    "times": _COUNT,
    "tries": {"type": "integer", "minimum": 1, "maximum": 5},
    "pause_after": {"type": "string", "pattern": r"^\d{1,3} silent waves?$"},
    "type": {"enum": [str(one) for one in AnswerType]},
    "duty": {"type": ["string", "integer"], "pattern": NUMBER.pattern},
    "end": {"enum": ["completed", "stopped"]},
    "channels": {"type": "array", "items": {"enum": list(CHANNELS)}},
    "then": {"enum": ["skip"]},
    "when": {"enum": ["completed"]},
    "as": {"enum": ["voucher"]},
    "supply": {"enum": ["stock", "seller"]},
}


def flow_schema() -> Schema:
    """Of ``flows/<study>/<flow>.yaml``."""
    step = {"anyOf": [_step(), _keys("rotation", ROTATE_KEYS, required=["rotate"])]}
    parts = {"steps": _named(step)}
    group = _keys("section", GROUP_KEYS, parts, required=["section", "steps"])
    invite = _keys("invitation", INVITE_KEYS, required=["say", "choices"])
    parts = {"invite": invite, "steps": _named({"anyOf": [*step["anyOf"], group]})}
    return _file("flow", _keys("flow", FLOW_KEYS, parts, required=["flow", "language", "steps"]))


def bank_schema() -> Schema:
    """Of ``flows/common/<bank>.yaml``."""
    scale = _keys("scale", SCALE_KEYS, required=["choices"])
    parts = {"scales": _named(scale), "items": _named(_step())}
    return _file("bank", _keys("bank", BANK_KEYS, parts, required=["bank", "language"]))


def study_schema() -> Schema:
    """Of ``flows/<study>/study.yaml``."""
    days = {"type": "string", "pattern": "^[a-z]{3}(-[a-z]{3})?$"}
    hours = _keys("hours", HOURS_KEYS, {"from": _CLOCK, "to": _CLOCK, "days": days})
    channel = {"channel": {"enum": [*CHANNELS, "other"]}}
    reminder = _keys("reminder", REMINDER_KEYS, channel, required=["after"])
    wave = _keys("wave", WAVE_KEYS, {"from": _NAME}, required=["flow"])
    parts = {
        "waves": _named(wave),
        "reminders": {"type": "array", "items": reminder},
        "stand_in": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "patternProperties": {"^[a-z]{2,3}(-[A-Z]{2})?$": _TEXT},
        },
        "hours": hours,
        "reward": _keys("reward", REWARD_KEYS, required=["amount"]),
        "not_understood": _keys("not understood", UNCLEAR_KEYS),
    }
    needed = ["study", "sender_name", "languages", "channels"]
    return _file("study", _keys("study", STUDY_KEYS, parts, required=needed))


def schemas() -> dict[str, Schema]:
    """Each schema by the name of its file under ``.polsbot/``."""
    return {
        "flow.schema.json": flow_schema(),
        "bank.schema.json": bank_schema(),
        "study.schema.json": study_schema(),
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write them where the first line of each file looks for them: beside the studies' folder."""
    written = []
    for name, schema in schemas().items():
        path = folder / ".polsbot" / name
        text = json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        write_whole(path, text.encode())
        written.append(path)
    return written


def _file(title: str, body: Schema) -> Schema:
    return {"$schema": _DRAFT, "title": f"Polsbot {title}", **body}


def _step() -> Schema:
    """A step does one thing; what goes with what is the reader's business."""
    step = _keys("step", STEP_KEYS)
    return {**step, "anyOf": [{"required": [verb]} for verb in (*VERBS, "item")]}


def _keys(
    what: str,
    keys: Iterable[str],
    own: Mapping[str, Schema] | None = None,
    required: list[str] | None = None,
) -> Schema:
    """A mapping with these keys and no other; ``what`` it is decides what they mean."""
    known = {**_KNOWN, "choices": _choices(), **(own or {})}
    properties = {
        key: {"description": words_for(what, key), **known.get(key, _TEXT)} for key in keys
    }
    made: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return {**made, "required": required} if required else made


def _choices() -> Schema:
    properties = {
        key: {"description": words_for("choice", key), **_KNOWN.get(key, _TEXT)}
        for key in CHOICE_KEYS
    }
    choice = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": ["label"],
    }
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "patternProperties": {CODE: {"anyOf": [_TEXT, choice]}},
    }


def _named(value: Schema) -> Schema:
    """Names of our choosing with values of one kind."""
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "patternProperties": {f"^{NAME.pattern}$": value},
    }
