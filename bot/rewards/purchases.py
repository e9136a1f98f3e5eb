"""A voucher bought on demand: at most once, whatever the seller answers or does not.

::

    wanted ──hold──▶ asked ──▶ held ──confirm──▶ confirming ──▶ bought
       ▲               │         │                   │
       └── (nothing ───┘         └──▶ cancelling ──▶ cancelled        refused
            there)

The reference is kept before the first call. ``asked``, ``confirming`` and ``cancelling`` say that a
call may have been made: then the seller is asked what became of it before anything else is done. A
voucher of another value is given back. A refusal closes the purchase; the payout wants another one
after a while, under another reference.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.channels.seller import Absent, Answer, Offer, Refused, Stage, Unknown
from bot.content.cards.code128 import fits
from bot.content.cards.letters import missing
from bot.content.cards.voucher import BARCODES, CODE128
from bot.rewards.payouts import PAYOUTS, WAITING, put_off
from bot.rewards.stock_file import NewVoucher
from bot.rewards.tables import Purchase
from bot.rewards.vouchers import LEAST_VALID, VOUCHERS, add_stock

PURCHASES = Purchase.__table__  # type: ignore[attr-defined] # SQLModel adds it

LEASE = timedelta(seconds=60)
"""Longer than any call may take: until then nobody else goes on with a purchase."""

AGAIN = timedelta(hours=1)
"""How soon another one is wanted after a refusal."""

QUICK = timedelta(minutes=1)
"""So long nobody is told that the voucher comes later."""

_LONGEST_WAIT = 3600.0
_TOO_LONG = 10
_LONGEST_CODE = 64


class PurchaseState(StrEnum):
    """How far a purchase came."""

    WANTED = "wanted"
    ASKED = "asked"
    HELD = "held"
    CONFIRMING = "confirming"
    BOUGHT = "bought"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    REFUSED = "refused"


CLOSED = (PurchaseState.BOUGHT, PurchaseState.CANCELLED, PurchaseState.REFUSED)


class Call(StrEnum):
    """What is asked of the seller."""

    HOLD = "hold"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    FIND = "find"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to make now; nobody else makes it until the lease ends."""

    call: Call
    reference: str
    cents: int
    currency: str


def order(db: Connection, payout: Any, now: datetime) -> None:
    """Want a voucher for a payout (its row, locked), unless one is under way or was refused just
    now.
    """
    found = db.execute(select(PURCHASES).where(PURCHASES.c.payout_id == payout.id)).all()
    if any(one.state not in CLOSED or one.changed_at > now - AGAIN for one in found):
        return
    row = {
        "reference": f"{payout.id}-{len(found) + 1}",
        "payout_id": payout.id,
        "study": payout.study,
        "cents": payout.cents,
        "currency": payout.currency,
        "state": str(PurchaseState.WANTED),
        "tries": 0,
        "reason": "",
        "look_at": now,
        "made_at": now,
        "changed_at": now,
    }
    db.execute(insert(PURCHASES), row)


def is_quick(db: Connection, payout: str, now: datetime) -> bool:
    """Whether a purchase for this payout has only just begun: it mostly takes seconds."""
    begun = select(func.count()).where(
        PURCHASES.c.payout_id == payout,
        PURCHASES.c.state.not_in(CLOSED),
        PURCHASES.c.made_at > now - QUICK,
    )
    return db.execute(begun).scalar_one() > 0


def due_purchases(db: Connection, now: datetime, most: int = 100) -> list[str]:
    """References with which to go on now, the longest due first."""
    found = select(PURCHASES.c.reference).where(PURCHASES.c.look_at <= now)
    ordered = found.order_by(PURCHASES.c.look_at, PURCHASES.c.reference).limit(most)
    return list(db.execute(ordered).scalars())


def open_purchases(db: Connection) -> list[Any]:
    """Purchases of which the end is not known, the oldest first."""
    found = select(PURCHASES).where(PURCHASES.c.state.not_in(CLOSED))
    return list(db.execute(found.order_by(PURCHASES.c.made_at, PURCHASES.c.reference)))


def begin(db: Connection, reference: str, now: datetime) -> Wanted | None:
    """Write down that a call is made now, before it is; ``None`` when another process does it."""
    row = _find(db, reference)
    if row is None or row.look_at is None or row.look_at > now:
        return None
    state = PurchaseState(row.state)
    if state in (PurchaseState.WANTED, PurchaseState.HELD) and not _is_owed(db, row):
        state = PurchaseState.CANCELLING
    match state:
        case PurchaseState.WANTED:
            call, after = Call.HOLD, PurchaseState.ASKED
        case PurchaseState.HELD:
            call, after = Call.CONFIRM, PurchaseState.CONFIRMING
        case PurchaseState.CANCELLING:
            call, after = Call.CANCEL, state
        case _:
            call, after = Call.FIND, state
    _move(db, row, after, now, look_at=now + LEASE, tries=row.tries + 1)
    return Wanted(call, reference, row.cents, row.currency)


def note(db: Connection, wanted: Wanted, answer: Answer, now: datetime) -> str:
    """Write down what the seller answered; returns what a person must look at, mostly nothing."""
    row = _find(db, wanted.reference)
    if row is None or row.state in CLOSED:
        return ""
    match answer:
        case Unknown():
            return _ask_later(db, row, answer.reason, now)
        case Absent() if row.state == PurchaseState.ASKED and wanted.call is Call.FIND:
            _move(db, row, PurchaseState.WANTED, now, look_at=now)  # the hold never arrived
            return ""
        case Absent() if row.state == PurchaseState.CANCELLING:
            return _close(db, row, PurchaseState.CANCELLED, row.reason, now)
        case Absent():
            return _close(db, row, PurchaseState.REFUSED, "nothing is held any more", now)
        case Refused() if wanted.call is Call.FIND:  # it may be sold: no is no answer to a question
            return _ask_later(db, row, answer.reason, now)
        case Refused():
            return _close(db, row, PurchaseState.REFUSED, answer.reason, now)
        case Offer():
            return _note_offer(db, row, answer, now)


def _ask_later(db: Connection, row: Any, reason: str, now: datetime) -> str:
    """Nobody knows what became of it: ever more rarely, until the seller can say."""
    wait = timedelta(seconds=min(2.0 ** min(row.tries, 12), _LONGEST_WAIT))
    _move(db, row, row.state, now, look_at=now + wait, reason=reason)
    return f"not known for long: {reason}" if row.tries == _TOO_LONG else ""


def _note_offer(db: Connection, row: Any, offer: Offer, now: datetime) -> str:
    if offer.stage is Stage.SOLD:
        return _take_over(db, row, offer, now)
    if offer.stage is Stage.CANCELLED:
        return _close(db, row, PurchaseState.CANCELLED, row.reason or "cancelled there", now)
    wrong = _fault(offer, row, now)
    if wrong or row.state == PurchaseState.CANCELLING:
        reason = wrong or row.reason
        _move(db, row, PurchaseState.CANCELLING, now, look_at=now, reason=reason)
        return wrong
    _move(db, row, PurchaseState.HELD, now, look_at=now)
    return ""


def _take_over(db: Connection, row: Any, offer: Offer, now: datetime) -> str:
    """It is paid for: into stock, and to the payout that wants it."""
    wrong = _fault(offer, row, now)
    if wrong:
        return _close(db, row, PurchaseState.REFUSED, f"paid for, and of no use: {wrong}", now)
    voucher = NewVoucher(
        offer.code or "", offer.cents, offer.expires_on, row.reference, offer.currency,
        offer.barcode,
    )  # fmt: skip
    if add_stock(db, row.study, offer.shop, [voucher], now) != 1:
        return _close(db, row, PurchaseState.REFUSED, "paid for a code that is known already", now)
    if _is_owed(db, row):
        mine = (VOUCHERS.c.study == row.study) & (VOUCHERS.c.batch == row.reference)
        db.execute(update(VOUCHERS).where(mine).values(payout_id=row.payout_id))
        put_off(db, row.payout_id, now)
    _move(db, row, PurchaseState.BOUGHT, now, look_at=None, reason="")
    return ""


def _fault(offer: Offer, row: Any, now: datetime) -> str:
    """Why a voucher cannot be given to the person it is for; empty when it can."""
    code = offer.code or ""
    if (offer.cents, offer.currency) != (row.cents, row.currency):
        return f"it is worth {offer.cents} {offer.currency}, wanted {row.cents} {row.currency}"
    if offer.expires_on < now.date() + LEAST_VALID:
        return f"it expires on {offer.expires_on}"
    if offer.barcode not in BARCODES:
        return "its barcode is of another kind"
    if len(code) > _LONGEST_CODE or not code.isprintable() or missing(code + offer.shop):
        return "its code or shop cannot be shown"
    if offer.barcode == CODE128 and code and not fits(code):
        return "its code cannot be a Code 128 barcode"
    return ""


def _is_owed(db: Connection, row: Any) -> bool:
    """Whether the payout still wants a voucher and has none."""
    state = db.execute(
        select(PAYOUTS.c.state).where(PAYOUTS.c.id == row.payout_id).with_for_update()
    ).scalar()
    tied = select(VOUCHERS.c.id).where(VOUCHERS.c.payout_id == row.payout_id)
    return state in WAITING and db.execute(tied).first() is None


def _close(db: Connection, row: Any, state: PurchaseState, reason: str, now: datetime) -> str:
    _move(db, row, state, now, look_at=None, reason=reason)
    return reason if state is PurchaseState.REFUSED else ""


def _find(db: Connection, reference: str) -> Any:
    wanted = select(PURCHASES).where(PURCHASES.c.reference == reference)
    return db.execute(wanted.with_for_update()).first()


def _move(db: Connection, row: Any, state: str, now: datetime, **values: Any) -> None:
    changed = {"state": str(state), "changed_at": now, **values}
    db.execute(update(PURCHASES).where(PURCHASES.c.reference == row.reference).values(**changed))
