"""How values become columns: encrypted text, keyed hashes, JSON, UTC times, text that always fits.

Tables are declared with SQLModel::

    name: str | None = Field(default=None, sa_type=Encrypted("participant.name"))
    phone_hash: str = Field(sa_type=Hashed("address"), unique=True)
    opened_at: datetime = Field(sa_type=UtcTime())

The keys do not stand in a global: ``open_database(keys=…)`` hangs them on the database's own
dialect, and a column takes them from the dialect for which it converts. So two databases with
different keys live in one process, and a column without keys refuses.
"""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, BigInteger, Connection, Dialect, Engine, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.store.errors import StoreError
from bot.store.keys import Keys

__all__ = [
    "Encrypted",
    "Hashed",
    "Json",
    "Serial",
    "UtcTime",
    "json_text",
    "keyed_hash",
    "safe_text",
    "use_keys",
]

_KEYS = "polsbot_keys"

Serial = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database counts up; SQLite counts only in its own INTEGER."""


def use_keys(engine: Engine, keys: Keys | None) -> None:
    """Give the columns of one engine their keys. ``open_database`` does it."""
    setattr(engine.dialect, _KEYS, keys)


def keyed_hash(db: Connection, text: str, purpose: str) -> bytes:
    """Return what ``Hashed(purpose)`` stores for a text; see ``Keys.hash``."""
    return _keys(db.dialect).hash(safe_text(text), purpose)


class _Refusing(TypeDecorator.Comparator[Any]):
    def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
        if op in (operators.is_, operators.is_not) or other == (None,):
            return super().operate(op, *other, **kwargs)
        raise TypeError(
            "An encrypted column is different each time: it can only be compared with None. "
            "Look it up by a Hashed column."
        )


class Encrypted(TypeDecorator[str]):
    """Text that only this installation can read; None stays None.

    ``table_column`` is bound into the value (as AES-GCM's associated data), so a value that was
    copied into another column is refused. It does not bind the row.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = _Refusing

    def __init__(self, table_column: str) -> None:
        super().__init__()
        self.table_column = table_column

    def bind_processor(self, dialect: Dialect) -> Any:
        """Encrypt: at once and not in layers, for speed, since a message does it four times."""
        column = self.table_column

        def encrypted(value: str | None) -> bytes | None:
            return None if value is None else _keys(dialect).encrypt(safe_text(value), column)

        return encrypted

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002 - as above
        """Decrypt; raises StoreError."""
        column = self.table_column

        def decrypted(value: bytes | None) -> str | None:
            return None if value is None else _keys(dialect).decrypt(value, column)

        return decrypted


class Hashed(TypeDecorator[str]):
    """A keyed hash by which an encrypted text is found: compare the column with the plain text.

    What is read back is the hash (32 bytes); handing it in again leaves it as it is. ``of`` names
    the encrypted column of the same table from which it can be made anew.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str, *, of: str = "") -> None:
        super().__init__(32)
        self.purpose = purpose
        self.of = of

    def bind_processor(self, dialect: Dialect) -> Any:
        """Hash a text."""
        purpose = self.purpose

        def hashed(value: str | bytes | None) -> bytes | None:
            if isinstance(value, str):
                return _keys(dialect).hash(safe_text(value), purpose)
            return value

        return hashed


class UtcTime(UTCDateTime):
    """An aware time, kept and read back in UTC; one without a zone is refused (ValueError)."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """For speed, since a row has several: SQLite's text at once and not in layers."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        return lambda value: None if value is None else _time_text(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """The same the other way."""
        if dialect.name == "sqlite":
            return _time_of_text
        return super().result_processor(dialect, coltype)


class Json(TypeDecorator[Any]):
    """A value of dicts, lists, texts, numbers, booleans: JSONB on PostgreSQL, text on SQLite.

    None is NULL. Not-a-number and infinity are refused (ValueError).
    """

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the database's own type."""
        kind: JSON = JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(True)
        return dialect.type_descriptor(kind)

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002 - its name is SQLAlchemy's
        """Write the text ourselves: the same for equal values, and fit for both databases."""
        return _json_or_none

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Let ``column["key"]`` and comparisons do what they do for JSON."""
        return self.impl_instance.coerce_compared_value(op, value)


def json_text(value: Any) -> str:
    """Write JSON in one way only: sorted keys, no spaces, UTF-8, nothing a database refuses."""
    text = _dumps(value)
    if "\\u0000" in text or safe_text(text) is not text:
        return _dumps(_safe(value))
    return text


def safe_text(text: str) -> str:
    """Return the text with U+FFFD for what a database refuses: NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@lru_cache(maxsize=64)  # a message writes the same moment into four or five columns
def _time_text(value: datetime) -> str:
    """As SQLAlchemy writes it: ``2026-03-02 12:00:00.000000``, the zone left out."""
    if value.utcoffset() is None:
        raise ValueError("A time without a timezone cannot be kept. Use datetime.now(UTC).")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _time_of_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}Z")


def _json_or_none(value: Any) -> str | None:
    return None if value is None else json_text(value)


# Made once, for speed: json.dumps makes it anew for each call with options.
_dumps = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, dict):
        return {_safe(key): _safe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(item) for item in value]
    return value


def _keys(dialect: Dialect) -> Keys:
    keys = getattr(dialect, _KEYS, None)
    if not isinstance(keys, Keys):
        raise StoreError("Encrypted columns need a key. Set POLSBOT_KEY.")
    return keys
