"""What a payout is: a full pot that was set aside for a participant, and how far it came.

The steps it takes stand in ``paying``.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from bot.rewards.ledger import balance, hold_still, moved, payout_of, post, pot_of
from bot.rewards.pictures import picture_name
from bot.rewards.tables import Payout
from bot.store.statements import Statement

PAYOUTS = Payout.__table__  # type: ignore[attr-defined] # SQLModel adds it


class PayoutState(StrEnum):
    """How far a payout came."""

    RESERVED = "reserved"
    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING = (PayoutState.RESERVED, PayoutState.FAILED)
"""A message may be made: none is on its way."""

OPEN = (*WAITING, PayoutState.REQUESTED)
"""The debt stands."""


_WAITING_OF = Statement(
    select(PAYOUTS.c.id)
    .where(
        PAYOUTS.c.participant_id == bindparam("participant"),
        or_(*(PAYOUTS.c.state == str(state) for state in WAITING)),
    )
    .order_by(PAYOUTS.c.number)
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A study's rule: a pot that holds so many cents is paid out."""

    study: str
    cents: int
    currency: str = "EUR"


def reserve(db: Connection, participant: str, rule: Rule, now: datetime) -> list[str]:
    """Set aside every full amount that a pot holds; returns the new payouts, mostly none."""
    if balance(db, pot_of(participant), rule.currency) < rule.cents:
        return []
    hold_still(db, participant)
    full = balance(db, pot_of(participant), rule.currency) // rule.cents
    count = select(func.count()).where(PAYOUTS.c.participant_id == participant)
    before = db.execute(count).scalar_one()
    made = []
    for number in range(before + 1, before + 1 + full):
        payout = f"o{secrets.token_hex(8)}"
        row = {
            "id": payout,
            "participant_id": participant,
            "study": rule.study,
            "number": number,
            "cents": rule.cents,
            "currency": rule.currency,
            "state": str(PayoutState.RESERVED),
            "tries": 0,
            "picture_hash": picture_name(db, payout),
            "look_at": now,
            "reserved_at": now,
            "changed_at": now,
        }
        db.execute(insert(PAYOUTS), row)
        legs = moved(
            rule.cents, rule.currency, debit=pot_of(participant), credit=payout_of(participant)
        )
        post(db, f"payout:{payout}:reserved", legs, now)
        made.append(payout)
    return made


def find(db: Connection, payout: str) -> Any:
    """The row of a payout, kept still until the transaction ends; ``None`` without one."""
    return db.execute(select(PAYOUTS).where(PAYOUTS.c.id == payout).with_for_update()).first()


def due(db: Connection, now: datetime, most: int = 100) -> list[str]:
    """Payouts at which to look now, the longest due first."""
    found = (
        select(PAYOUTS.c.id)
        .where(PAYOUTS.c.look_at <= now)
        .order_by(PAYOUTS.c.look_at, PAYOUTS.c.id)
        .limit(most)
    )
    return list(db.execute(found).scalars())


def waiting_of(db: Connection, participant: str) -> list[str]:
    """A participant's payouts of which no message is on its way, the oldest first."""
    return [row.id for row in _WAITING_OF.rows(db, participant=participant)]


def put_off(db: Connection, payout: str, until: datetime | None) -> None:
    """Do not look at this payout before then; ``None``: no more."""
    db.execute(update(PAYOUTS).where(PAYOUTS.c.id == payout).values(look_at=until))


def note_told(db: Connection, payout: str, now: datetime) -> bool:
    """The participant is told, once, that the voucher comes later; false when that was done."""
    untold = (PAYOUTS.c.id == payout) & PAYOUTS.c.told_at.is_(None)
    return bool(db.execute(update(PAYOUTS).where(untold).values(told_at=now)).rowcount == 1)


def rename_pictures(db: Connection) -> None:
    """Find every picture by the name it has with the keys of now."""
    for payout in db.scalars(select(PAYOUTS.c.id)).all():
        name = picture_name(db, payout)
        db.execute(update(PAYOUTS).where(PAYOUTS.c.id == payout).values(picture_hash=name))


def pictured(db: Connection, name: str, now: datetime) -> Any:
    """The payout whose picture has this secret name, while it may be opened, or ``None``."""
    shown = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.CONFIRMED)
    return db.execute(
        select(PAYOUTS).where(
            PAYOUTS.c.picture_hash == name,
            PAYOUTS.c.picture_until >= now,
            PAYOUTS.c.state.in_(shown),
        )
    ).first()
