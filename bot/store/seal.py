"""Which secret a database belongs to, and how it is given another one.

Everybody is found by a keyed hash. With a key that is not the one of the database nobody would be
found, and every participant would be answered as a stranger; so the database remembers the mark of
its secret and refuses the others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from bot.store.columns import Encrypted, Hashed
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.keys import Keys
from bot.store.tables import Seal

SEAL: Table = Seal.__table__  # type: ignore[attr-defined]

_ROWS = 500
"""Read at once: a database may hold more than the memory."""


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many values were written anew by table; ``lost`` hashes had no text to be made from."""

    values: dict[str, int]
    lost: int


def fit(database: Database, keys: Keys) -> None:
    """Let those of the keys hash that the database was begun with; the first time, remember it.

    Raises StoreError when none of them is it.
    """
    mark = database.run(_mark) or database.run(_begin, keys.mark())
    fitting = keys.hashing_like(mark)
    if fitting is None:
        raise StoreError(
            "The secret that this database was begun with is not in POLSBOT_KEY. Put it behind the "
            "newest one, with a comma."
        )
    database.use_keys(fitting)


def rekey(db: Connection, keys: Keys, tables: Iterable[Table]) -> Rekeyed:
    """Write every encrypted and hashed value anew with the keys that the database uses now.

    ``keys`` are these, with the first secret hashing (``Keys.renewed``). Nobody else may use the
    database meanwhile: it would look for the old hashes.
    """
    values: dict[str, int] = {}
    lost = 0
    for table in tables:
        sealed = [column.name for column in table.c if isinstance(column.type, Encrypted)]
        hashed = {
            column.name: column.type.of
            for column in table.c
            if isinstance(column.type, Hashed) and column.type.of
        }
        if not sealed:
            continue
        values[table.name] = 0
        for row in _rows(db, table, sealed):
            new = {name: row[name] for name in sealed if row[name] is not None}
            values[table.name] += len(new)
            new |= {name: row[of] for name, of in hashed.items() if row[of] is not None}
            lost += sum(row[of] is None for of in hashed.values())
            if new:
                here = [column == row[column.name] for column in table.primary_key]
                db.execute(update(table).where(*here).values(new))
    db.execute(update(SEAL).values(mark=keys.mark()))
    return Rekeyed(values, lost)


def _rows(db: Connection, table: Table, names: list[str]) -> Iterator[Any]:
    key = list(table.primary_key)
    page = select(*key, *(table.c[name] for name in names)).order_by(*key).limit(_ROWS)
    rows = db.execute(page).mappings().all()
    while rows:
        yield from rows
        last = tuple(rows[-1][column.name] for column in key)
        rows = db.execute(page.where(tuple_(*key) > last)).mappings().all()


def _mark(db: Connection) -> bytes | None:
    return db.scalar(select(SEAL.c.mark))


def _begin(db: Connection, mark: bytes) -> bytes:
    db.execute(insert(SEAL).values(id=1, mark=mark).on_conflict_do_nothing())
    return _mark(db) or mark
