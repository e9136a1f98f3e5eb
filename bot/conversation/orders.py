"""The stored form of an order to say something, and of the words it became."""

import json
from functools import lru_cache

from pydantic import TypeAdapter

from bot.engine.effects import Send
from bot.engine.stored import date_form, date_value
from bot.message import Form


@lru_cache(maxsize=1)
def _sends() -> TypeAdapter[Send]:
    return TypeAdapter(Send)


def dump_send(send: Send) -> str:
    """An order as JSON; what is as by default is left out."""
    form = _sends().dump_python(send, exclude_defaults=True)
    return json.dumps(form, default=date_form, ensure_ascii=False, separators=(",", ":"))


def load_send(form: str) -> Send:
    """The order of a stored form."""
    return _sends().validate_python(json.loads(form, object_hook=date_value))


@lru_cache(maxsize=1)
def forms() -> TypeAdapter[Form]:
    """How a form is stored and read again."""
    return TypeAdapter(Form)
