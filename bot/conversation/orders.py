"""The stored form of an order to say something."""

from functools import lru_cache

from pydantic import TypeAdapter

from bot.engine.effects import Send


@lru_cache(maxsize=1)
def _sends() -> TypeAdapter[Send]:
    return TypeAdapter(Send)


def dump_send(send: Send) -> str:
    """An order as JSON; what is as by default is left out."""
    return _sends().dump_json(send, exclude_defaults=True).decode()


def load_send(form: str) -> Send:
    """The order of a stored form."""
    return _sends().validate_json(form)
