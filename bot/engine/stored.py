"""The stored form of a run: JSON that keeps dates dates and rows of choices rows."""

import json
from contextlib import suppress
from datetime import date
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from bot.engine.flow import RunStatus, Value
from bot.engine.run import Run, changed

DATE = "$date"
"""The name under which JSON keeps a date."""

_NEW = Run(id="", revision="", participant="", language="")


def dump_run(run: Run) -> str:
    """A run as JSON; ``load_run`` gives an equal run back."""
    if not _has_date(run):
        with suppress(PydanticSerializationError):  # half a surrogate pair: the store mends it
            return to_json(vars(run)).decode()  # for speed
    return encode(vars(run))


def load_run(text: str) -> Run:
    """The run of a stored form; fields that are newer than the form have their defaults."""
    form = decode(text) if DATE in text else _read(text)
    form["status"] = RunStatus(form["status"])
    for name in ("answers", "facts"):
        form[name] = {key: load_value(value) for key, value in form[name].items()}
    form["doubted"] = load_value(form["doubted"])
    form["path"] = tuple(form["path"])
    form["passed"] = tuple((name, reached) for name, reached in form["passed"])
    return changed(_NEW, **form)


def load_value(form: Any) -> Value:
    """An answer from what JSON made of it."""
    return tuple(form) if isinstance(form, list) else form


def _has_date(run: Run) -> bool:
    values = (*run.answers.values(), *run.facts.values(), run.doubted)
    return any(isinstance(value, date) for value in values)


def _read(text: str) -> Any:
    """What has no date, as nearly every run: for speed."""
    try:
        return from_json(text, cache_strings="keys")  # no words of a person in its cache
    except TypeError:  # half a surrogate pair, which only the store mends
        return decode(text)


def _date_form(value: Any) -> dict[str, str]:
    """The form of a date, which JSON has not."""
    if isinstance(value, date):
        return {DATE: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is no answer")


def _date_value(form: dict[str, Any]) -> Any:
    """The date of such a form."""
    if form.keys() == {DATE}:
        return date.fromisoformat(form[DATE])
    return form


# Made once, for speed: json.dumps and json.loads make them anew for each call with options.
encode = json.JSONEncoder(default=_date_form, ensure_ascii=False, separators=(",", ":")).encode
decode = json.JSONDecoder(object_hook=_date_value).decode
