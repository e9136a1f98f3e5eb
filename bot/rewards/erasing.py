"""What becomes of money when a person is erased: codes are forgotten, the debt is released.

Nobody can claim it any more, so it must not stand as a debt for ever::

    pot:<participant> ─erased→ expense:<study>:erased
"""

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.rewards.ledger import POSTINGS, is_posted, moved, post, pot_of, spent_on
from bot.rewards.paying import cancel
from bot.rewards.payouts import PAYOUTS, waiting_of
from bot.rewards.vouchers import VOUCHERS


def forget(db: Connection, participant: str, study: str, now: datetime) -> None:
    """Erase the codes that a participant was given and release what is owed; amounts stay.

    A payout whose message may still arrive is left until its fate is known: then ``release``.
    """
    release(db, participant, study, now)  # first: a voucher that nobody has seen goes back whole
    mine = PAYOUTS.c.participant_id == participant
    payouts = select(PAYOUTS.c.id).where(mine)
    db.execute(update(VOUCHERS).where(VOUCHERS.c.payout_id.in_(payouts)).values(code=None))
    db.execute(update(PAYOUTS).where(mine).values(picture_until=None))


def release(db: Connection, participant: str, study: str, now: datetime) -> None:
    """Owe an erased person no more than what is on its way."""
    for payout in waiting_of(db, participant):
        cancel(db, payout, now)
    pot = pot_of(participant)
    held = (
        select(POSTINGS.c.currency, func.sum(POSTINGS.c.cents).label("cents"))
        .where(POSTINGS.c.account == pot)
        .group_by(POSTINGS.c.currency)
    )
    for row in db.execute(held).all():
        if row.cents > 0:
            legs = moved(int(row.cents), row.currency, debit=pot, credit=spent_on(study, "erased"))
            post(db, _next_key(db, participant), legs, now)


def _next_key(db: Connection, participant: str) -> str:
    """There is a further one when a voucher that was on its way did not arrive."""
    time = 1
    while is_posted(db, f"participant:{participant}:erased:{time}"):
        time += 1
    return f"participant:{participant}:erased:{time}"
