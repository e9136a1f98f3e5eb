"""The stored form of an order to say something, and of the words it became."""

from contextlib import suppress
from datetime import date
from functools import lru_cache

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError

from bot.engine.effects import Send
from bot.engine.stored import DATE, decode, encode
from bot.message import Form


@lru_cache(maxsize=1)
def _sends() -> TypeAdapter[Send]:
    return TypeAdapter(Send)


def dump_send(send: Send) -> str:
    """An order as JSON; what is as by default is left out."""
    if not _has_date(send):
        with suppress(PydanticSerializationError):  # half a surrogate pair: the store mends it
            return _sends().dump_json(send, exclude_defaults=True).decode()  # for speed
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


def _has_date(send: Send) -> bool:
    said = send.notices if send.text is None else (send.text, *send.notices)
    return any(isinstance(value, date) for text in said for value in text.parameters.values())
