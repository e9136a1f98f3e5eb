"""The stock of vouchers: read from a file, kept encrypted, taken for one payout each."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.rewards.ledger import bank_of, moved, post, spent_on, stock_of
from bot.rewards.tables import Voucher

VOUCHERS = Voucher.__table__  # type: ignore[attr-defined] # SQLModel adds it

LEAST_VALID = timedelta(days=14)
"""Nobody is given a voucher that has to be spent at once."""

COLUMNS = ("code", "value", "expires", "batch")
_LONGEST_CODE = 64
_MOST_ROWS = 100_000
_LARGEST_CENTS = 100_00


class StockError(ValueError):
    """A file of vouchers has faults; each is a sentence with its line and without its code."""

    def __init__(self, faults: list[str]) -> None:
        """All of them at once."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """One line of a file. ``code`` is secret: it is as good as money."""

    code: str
    cents: int
    expires_on: date
    batch: str

    def __repr__(self) -> str:
        """All but the code, which must not come into a log."""
        return f"NewVoucher({self.cents} cents, until {self.expires_on}, {self.batch})"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a participant is given. ``code`` is secret."""

    code: str
    shop: str
    cents: int
    currency: str
    expires_on: date

    def __repr__(self) -> str:
        """All but the code, which must not come into a log."""
        return f"Taken({self.cents} cents, until {self.expires_on})"


def read_stock(content: str, today: date) -> list[NewVoucher]:
    """The vouchers of a CSV file with the columns code, value (in euro: 6 or 6.50), expires
    (2027-12-31) and batch; raises StockError with every fault.
    """
    head = content.lstrip("\ufeff").partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(content.lstrip("\ufeff")), delimiter=delimiter, strict=True)
    found: list[NewVoucher] = []
    faults: list[str] = []
    seen: set[str] = set()
    try:
        names = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise StockError([f"The file has no column {', '.join(missing)}."])
        reader.fieldnames = names
        for row in reader:
            if len(found) + len(faults) >= _MOST_ROWS:
                raise StockError([f"More than {_MOST_ROWS} lines: divide the file."])
            try:
                voucher = _read_row(row, today)
                if voucher.code in seen:
                    raise ValueError("this code stands above already")
            except ValueError as error:
                faults.append(f"Line {reader.line_num}: {error}.")
            else:
                seen.add(voucher.code)
                found.append(voucher)
    except csv.Error as error:
        faults.append(f"Line {reader.line_num}: this is not CSV ({error}).")
    if not found and not faults:
        faults.append("There is no voucher in this file.")
    if faults:
        raise StockError(faults)
    return found


def add_stock(
    db: Connection, study: str, shop: str, vouchers: list[NewVoucher], now: datetime
) -> int:
    """Keep vouchers and book what they cost; returns how many were new. A known code is left."""
    added = 0
    for voucher in vouchers:
        row = {
            "study": study,
            "batch": voucher.batch,
            "shop": shop,
            "cents": voucher.cents,
            "currency": "EUR",
            "expires_on": voucher.expires_on,
            "code": voucher.code,
            "code_hash": voucher.code,
            "imported_at": now,
        }
        made = db.execute(
            upsert(VOUCHERS)
            .on_conflict_do_nothing(index_elements=["code_hash"])
            .returning(VOUCHERS.c.id),
            row,
        ).scalar()
        if made is not None:
            legs = moved(voucher.cents, "EUR", debit=stock_of(study), credit=bank_of(study))
            post(db, f"voucher:{made}:bought", legs, now)
            added += 1
    return added


def take(db: Connection, payout: str, study: str, cents: int, currency: str, today: date) -> bool:
    """Tie a voucher of exactly this value to a payout; false when none is in stock.

    Two that ask at once get two vouchers: a row that another one is taking is passed over
    (PostgreSQL; SQLite has one writer), and the update asks once more whether it is free.
    """
    free = (
        select(VOUCHERS.c.id)
        .where(*is_free(study, today), VOUCHERS.c.cents == cents, VOUCHERS.c.currency == currency)
        .order_by(VOUCHERS.c.expires_on, VOUCHERS.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = db.execute(free).scalar()
    if found is None:
        return False
    taken = db.execute(
        update(VOUCHERS)
        .where(VOUCHERS.c.id == found, VOUCHERS.c.payout_id.is_(None))
        .values(payout_id=payout)
    )
    return bool(taken.rowcount == 1)


def is_free(study: str, today: date) -> tuple[Any, ...]:
    """The conditions of a voucher that can still be given."""
    return (
        VOUCHERS.c.study == study,
        VOUCHERS.c.payout_id.is_(None),
        VOUCHERS.c.lost_at.is_(None),
        VOUCHERS.c.expires_on >= today + LEAST_VALID,
    )


def voucher_of(db: Connection, payout: str) -> Taken | None:
    """The voucher of a payout; ``None`` without one, or when its code was forgotten."""
    row = db.execute(select(VOUCHERS).where(VOUCHERS.c.payout_id == payout)).first()
    if row is None or row.code is None:
        return None
    return Taken(row.code, row.shop, row.cents, row.currency, row.expires_on)


def write_off(db: Connection, today: date, now: datetime) -> int:
    """Book what expired in stock as lost; returns how many vouchers."""
    old = select(VOUCHERS).where(
        VOUCHERS.c.payout_id.is_(None), VOUCHERS.c.lost_at.is_(None), VOUCHERS.c.expires_on < today
    )
    return sum(
        lose(db, row, now) for row in db.execute(old.with_for_update(skip_locked=True)).all()
    )


def lose(db: Connection, row: Any, now: datetime) -> bool:
    """Book one voucher (its row) as lost, once."""
    changed = db.execute(
        update(VOUCHERS)
        .where(VOUCHERS.c.id == row.id, VOUCHERS.c.lost_at.is_(None))
        .values(lost_at=now)
    )
    if changed.rowcount != 1:
        return False
    debit, credit = spent_on(row.study, "lost"), stock_of(row.study)
    return post(
        db,
        f"voucher:{row.id}:lost",
        moved(row.cents, row.currency, debit=debit, credit=credit),
        now,
    )


def _read_row(row: dict[Any, Any], today: date) -> NewVoucher:
    """One line; raises ValueError with a sentence that does not repeat the code."""
    if None in row or any(row.get(name) is None for name in COLUMNS):
        raise ValueError("it has not as many cells as the first line")
    code, value, expires, batch = (str(row[name]).strip() for name in COLUMNS)
    if not code or len(code) > _LONGEST_CODE or not code.isprintable():
        raise ValueError(f"a code has 1 to {_LONGEST_CODE} printable characters")
    if not batch or len(batch) > _LONGEST_CODE:
        raise ValueError("the batch is missing or too long")
    try:
        expires_on = date.fromisoformat(expires)
    except ValueError:
        raise ValueError("the last day must be written like 2027-12-31") from None
    if expires_on < today:
        raise ValueError(f"it expired on {expires_on}")
    return NewVoucher(code, _cents(value), expires_on, batch)


def _cents(value: str) -> int:
    """Whole cents of an amount in euro, without ever being a float."""
    euros, dot, rest = value.removeprefix("€").strip().replace(",", ".").partition(".")
    is_number = euros.isascii() and euros.isdigit() and len(euros) <= 4
    if not is_number or (dot and not (rest.isascii() and rest.isdigit() and len(rest) == 2)):
        raise ValueError("the value must be in euro, such as 6 or 6.50")
    cents = int(euros) * 100 + (int(rest) if rest else 0)
    if not 0 < cents <= _LARGEST_CENTS:
        raise ValueError("the value must be more than 0 and at most 100 euro")
    return cents
