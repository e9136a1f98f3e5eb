"""The codes of vouchers, read without trusting the row: a damaged one must not hold up the rest."""

from typing import Any

from sqlalchemy import Connection, LargeBinary, type_coerce

from bot.rewards.tables import Voucher
from bot.store.columns import keyed_hash
from bot.store.errors import StoreError

_TABLE = Voucher.__table__  # type: ignore[attr-defined] # SQLModel adds it

BARE = tuple(column for column in _TABLE.c if column.name != "code")
"""Everything of a voucher but its code."""

SEALED = type_coerce(_TABLE.c.code, LargeBinary).label("sealed")
"""The code as it is kept, for ``code_of``."""


def code_of(db: Connection, row: Any) -> str | None:
    """The code of a row that has ``SEALED`` and ``code_hash``; ``None`` when it was forgotten, is
    empty, cannot be read, or is not the one that the row is found by: perhaps somebody else's.
    """
    if row.sealed is None:
        return None
    opened = _TABLE.c.code.type.result_processor(db.dialect, None)
    try:
        code: str = opened(row.sealed)
    except StoreError:
        return None
    is_own = keyed_hash(db, code, "vouchers.code") == row.code_hash
    return code if code.strip() and is_own else None
