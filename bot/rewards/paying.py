"""From a full pot to a voucher that arrived: each step is taken once, whoever asks.

::

    reserved ──▶ requested ──▶ sent ──▶ confirmed
       │             │           │          ▲
       │             └─▶ failed ◀┘──────────┘ (it arrived after all)
       ▼                  │  └─▶ requested (certainly not there: once more, the same voucher)
    cancelled ◀───────────┘

``reserved``: the pot was debited, the debt stands in ``payout:<participant>``. ``requested``: a
voucher is tied to it and a message made; while nobody knows whether that left, it stays so.
``sent``: the provider took it over, the debt is paid. ``failed``: it is certain that it did not
arrive, the debt stands again.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.rewards.codes import BARE
from bot.rewards.ledger import is_posted, moved, payout_of, post, reverse, stock_of
from bot.rewards.payouts import PAYOUTS, WAITING, PayoutState, find, put_off
from bot.rewards.pictures import PICTURE_LASTS
from bot.rewards.supply import Supply, from_stock
from bot.rewards.vouchers import VOUCHERS, lose, voucher_of

NO_STOCK = timedelta(minutes=1)
"""How soon stock is looked for again."""

FIRST_LOOK = timedelta(seconds=1)
"""How soon it is looked whether a message left; from then on in growing steps."""

LAST_LOOK = timedelta(days=3)
"""How long a delivery is waited for: not every handset tells."""

FIRST_WAIT = timedelta(days=1)
LONGEST_WAIT = timedelta(days=16)


def hold(db: Connection, payout: str, now: datetime, supply: Supply = from_stock) -> bool:
    """Tie a voucher to a reserved or failed payout; false when there is none now (it is tried
    again) or the payout is not at that point. One that expired meanwhile, or whose code can no
    longer be read, is replaced.
    """
    row = find(db, payout)
    if row is None or row.state not in WAITING:
        return False
    tied = _tied(db, payout)
    if tied is not None and (tied.expires_on < now.date() or voucher_of(db, payout) is None):
        _untie(db, tied)  # of no use to anybody
        if row.tries and tied.expires_on >= now.date():
            lose(db, tied, now)  # its code was in a message once
        tied = None
    if tied is None and not supply(db, row, now):
        put_off(db, payout, now + NO_STOCK)
        return False
    return True


def request(db: Connection, payout: str, now: datetime, supply: Supply = from_stock) -> bool:
    """Hold a voucher for a message that is made now to carry it; false as ``hold`` is."""
    if not hold(db, payout, now, supply):
        return False
    row = find(db, payout)
    _move(
        db, row, PayoutState.REQUESTED, now, tries=row.tries + 1, look_at=now + FIRST_LOOK,
        requested_at=now, picture_until=now + PICTURE_LASTS,
    )  # fmt: skip
    return True


def note_sent(db: Connection, payout: str, now: datetime) -> bool:
    """The provider took its message over: the debt is paid. False when it was that far already."""
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.FAILED):
        return False
    _move(db, row, PayoutState.SENT, now, look_at=now + FIRST_LOOK)
    _give(db, row, now)
    return True


def note_arrived(db: Connection, payout: str, now: datetime) -> bool:
    """Its message arrived, perhaps after it was thought to be lost."""
    row = find(db, payout)
    coming = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.FAILED)
    if row is None or row.state not in coming:
        return False
    _move(db, row, PayoutState.CONFIRMED, now, look_at=None)
    if row.state != PayoutState.SENT:
        _give(db, row, now)
    return True


def note_failed(db: Connection, payout: str, now: datetime) -> bool:
    """It is certain that its message did not arrive: the debt stands, and is tried again later."""
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.SENT):
        return False
    wait = min(FIRST_WAIT * 2 ** min(max(row.tries - 1, 0), 8), LONGEST_WAIT)
    _move(db, row, PayoutState.FAILED, now, look_at=now + wait)
    if row.state == PayoutState.SENT:
        reverse(db, _given(row.id, _times_given(db, row.id)), now)
    return True


def note_unknown(db: Connection, payout: str, now: datetime) -> None:
    """Nothing new is known of its message: look again, ever more rarely. One that was sent is left
    alone after some days; one of which nobody knows whether it left never is.
    """
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.SENT):
        return
    age = now - row.changed_at
    is_over = row.state == PayoutState.SENT and age > LAST_LOOK
    put_off(db, payout, None if is_over else now + max(FIRST_LOOK, min(age, FIRST_WAIT)))


def cancel(db: Connection, payout: str, now: datetime) -> bool:
    """Put a payout that is reserved or failed back into the pot. A voucher that was in a message
    may have been read by somebody: it is booked as lost and given to nobody else.
    """
    row = find(db, payout)
    if row is None or row.state not in WAITING:
        return False
    _move(db, row, PayoutState.CANCELLED, now, look_at=None)
    reverse(db, f"payout:{payout}:reserved", now)
    tied = _tied(db, payout)
    if tied is not None and row.tries:
        lose(db, tied, now)
    elif tied is not None:
        _untie(db, tied)
    return True


def _tied(db: Connection, payout: str) -> Any:
    return db.execute(select(*BARE).where(VOUCHERS.c.payout_id == payout)).first()


def _untie(db: Connection, voucher: Any) -> None:
    db.execute(update(VOUCHERS).where(VOUCHERS.c.id == voucher.id).values(payout_id=None))


def _move(db: Connection, row: Any, state: PayoutState, now: datetime, **values: Any) -> None:
    db.execute(
        update(PAYOUTS)
        .where(PAYOUTS.c.id == row.id)
        .values(state=str(state), changed_at=now, **values)
    )


def _give(db: Connection, row: Any, now: datetime) -> None:
    """Book the debt as paid with a voucher from stock."""
    debit, credit = payout_of(row.participant_id), stock_of(row.study)
    legs = moved(row.cents, row.currency, debit=debit, credit=credit)
    post(db, _given(row.id, _times_given(db, row.id) + 1), legs, now)


def _given(payout: str, time: int) -> str:
    return f"payout:{payout}:given:{time}"


def _times_given(db: Connection, payout: str) -> int:
    """How often it was booked as given; all but perhaps the last were reversed."""
    times = 0
    while is_posted(db, _given(payout, times + 1)):
        times += 1
    return times
