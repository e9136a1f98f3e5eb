"""The stored form of an order to say something, and of the words it became."""

from functools import lru_cache

from pydantic import TypeAdapter

from bot.engine.effects import Send
from bot.engine.stored import DATE, decode, encode
from bot.message import Form


@lru_cache(maxsize=1)
def _sends() -> TypeAdapter[Send]:
    return TypeAdapter(Send)


def dump_send(send: Send) -> str:
    """An order as JSON; what is as by default is left out."""
    return encode(_sends().dump_python(send, exclude_defaults=True))


def load_send(form: str) -> Send:
    """The order of a stored form."""
    if DATE not in form:  # for speed
        return _sends().validate_json(form)
    return _sends().validate_python(decode(form))


@lru_cache(maxsize=1)
def forms() -> TypeAdapter[Form]:
    """How a form is stored and read again."""
    return TypeAdapter(Form)
