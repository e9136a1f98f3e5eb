"""The stock of vouchers: kept encrypted, taken for one payout each, written off when expired."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.rewards.codes import BARE, SEALED, code_of
from bot.rewards.ledger import bank_of, moved, post, reverse, spent_on, stock_of
from bot.rewards.stock_file import NewVoucher
from bot.rewards.tables import Voucher

log = structlog.get_logger()

VOUCHERS = Voucher.__table__  # type: ignore[attr-defined] # SQLModel adds it

LEAST_VALID = timedelta(days=14)
"""Nobody is given a voucher that has to be spent at once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a participant is given. ``code`` is secret."""

    code: str
    shop: str
    cents: int
    currency: str
    expires_on: date
    barcode: str

    def __repr__(self) -> str:
        """All but the code, which must not come into a log."""
        return f"Taken({self.cents} cents, until {self.expires_on})"


def add_stock(
    db: Connection, study: str, shop: str, vouchers: Iterable[NewVoucher], now: datetime
) -> int:
    """Keep vouchers and book what they cost; returns how many were new. A known code is left, but
    for one in stock that can no longer be read: it is written anew.
    """
    return sum(_keep(db, study, shop, voucher, now) for voucher in vouchers)


def known_of(db: Connection, vouchers: Iterable[NewVoucher]) -> int:
    """How many of these are kept already."""
    codes = [voucher.code for voucher in vouchers]
    found = 0
    for start in range(0, len(codes), 500):  # SQLite takes so many values at once
        known = VOUCHERS.c.code_hash.in_(codes[start : start + 500])
        found += db.execute(select(func.count()).where(known)).scalar_one()
    return found


def take(db: Connection, payout: str, study: str, cents: int, currency: str, today: date) -> bool:
    """Tie a voucher of exactly this value to a payout; false when none is in stock.

    Two that ask at once get two vouchers: a row that another one is taking is passed over
    (PostgreSQL; SQLite has one writer), and the update asks once more whether it is free. So is one
    whose code cannot be read, or it would hold up everybody who waits.
    """
    passed: list[int] = []
    while True:
        free = (
            select(VOUCHERS.c.id, VOUCHERS.c.code_hash, SEALED)
            .where(
                *is_free(study, today),
                VOUCHERS.c.cents == cents,
                VOUCHERS.c.currency == currency,
                VOUCHERS.c.id.not_in(passed),
            )
            .order_by(VOUCHERS.c.expires_on, VOUCHERS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = db.execute(free).first()
        if found is None:
            return False
        if code_of(db, found) is not None:
            break
        log.error("a voucher in stock has no readable code", voucher=found.id, study=study)
        passed.append(found.id)
    taken = db.execute(
        update(VOUCHERS)
        .where(VOUCHERS.c.id == found.id, VOUCHERS.c.payout_id.is_(None))
        .values(payout_id=payout)
    )
    return bool(taken.rowcount == 1)


def is_free(study: str, today: date) -> tuple[Any, ...]:
    """The conditions of a voucher that can still be given."""
    return (
        VOUCHERS.c.study == study,
        VOUCHERS.c.code.is_not(None),
        VOUCHERS.c.payout_id.is_(None),
        VOUCHERS.c.lost_at.is_(None),
        VOUCHERS.c.expires_on >= today + LEAST_VALID,
    )


def voucher_of(db: Connection, payout: str) -> Taken | None:
    """The voucher of a payout; ``None`` without one, or when its code is forgotten or damaged."""
    found = select(*BARE, SEALED).where(VOUCHERS.c.payout_id == payout)
    row = db.execute(found).first()
    code = None if row is None else code_of(db, row)
    if row is None or code is None:
        return None
    return Taken(code, row.shop, row.cents, row.currency, row.expires_on, row.barcode)


def write_off(db: Connection, today: date, now: datetime) -> int:
    """Book what expired in stock as lost; returns how many vouchers."""
    old = select(*BARE).where(
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
    legs = moved(row.cents, row.currency, debit=debit, credit=credit)
    return post(db, f"voucher:{row.id}:lost", legs, now)


def withdraw(db: Connection, study: str, batch: str, now: datetime) -> int:
    """Take back what is left of a delivery that was wrong, as if never bought; returns how many."""
    left = select(*BARE).where(
        VOUCHERS.c.study == study,
        VOUCHERS.c.batch == batch,
        VOUCHERS.c.payout_id.is_(None),
        VOUCHERS.c.lost_at.is_(None),
    )
    count = 0
    for row in db.execute(left.with_for_update(skip_locked=True)).all():
        db.execute(update(VOUCHERS).where(VOUCHERS.c.id == row.id).values(lost_at=now))
        count += reverse(db, f"voucher:{row.id}:bought", now)
    return count


def _keep(db: Connection, study: str, shop: str, voucher: NewVoucher, now: datetime) -> bool:
    row = {
        "study": study,
        "batch": voucher.batch,
        "shop": shop,
        "cents": voucher.cents,
        "currency": voucher.currency,
        "expires_on": voucher.expires_on,
        "barcode": voucher.barcode,
        "code": voucher.code,
        "code_hash": voucher.code,
        "imported_at": now,
    }
    new = upsert(VOUCHERS).on_conflict_do_nothing(index_elements=["code_hash"])
    made = db.execute(new.returning(VOUCHERS.c.id), row).scalar()
    if made is None:
        _mend(db, study, voucher.code)
        return False
    legs = moved(voucher.cents, voucher.currency, debit=stock_of(study), credit=bank_of(study))
    return post(db, f"voucher:{made}:bought", legs, now)


def _mend(db: Connection, study: str, code: str) -> None:
    """Write a code anew that lies in stock and was damaged: its hash tells that it is this one."""
    here = (VOUCHERS.c.code_hash == code, VOUCHERS.c.study == study)
    found = select(VOUCHERS.c.id, VOUCHERS.c.code_hash, SEALED).where(
        *here, VOUCHERS.c.payout_id.is_(None), VOUCHERS.c.lost_at.is_(None)
    )
    row = db.execute(found.with_for_update()).first()
    if row is not None and code_of(db, row) is None:
        db.execute(update(VOUCHERS).where(VOUCHERS.c.id == row.id).values(code=code))
