"""The stored form of an order to say something."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from bot.engine.effects import Send


@lru_cache(maxsize=1)
def _sends() -> TypeAdapter[Send]:
    return TypeAdapter(Send)


def dump_send(send: Send) -> dict[str, Any]:
    """An order as JSON values."""
    form: dict[str, Any] = _sends().dump_python(send, mode="json")
    return form


def load_send(form: dict[str, Any]) -> Send:
    """The order of a stored form."""
    return _sends().validate_python(form)
