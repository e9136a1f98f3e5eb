"""Vouchers against those who claim them: each is a code that can be read, for one payout."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from bot.panel.participants import PARTICIPANTS
from bot.reports.audit.paid import PAID
from bot.rewards.codes import BARE, SEALED, code_of
from bot.rewards.payouts import PAYOUTS, PayoutState
from bot.rewards.vouchers import VOUCHERS

HAS_VOUCHER = (*PAID, PayoutState.REQUESTED)


def claims(db: Connection) -> Iterator[str]:
    """Every claimed voucher is for a payout of its value that may have it, and every payout that
    went out has one.
    """
    payouts = _payouts(db)
    tied = set()
    for row in db.execute(select(*BARE).order_by(VOUCHERS.c.id)):
        if row.payout_id is None:
            continue
        payout = payouts.get(row.payout_id)
        if payout is None:
            yield f"Voucher {row.id} is claimed for payout {row.payout_id}, which is not there."
            continue
        tied.add(payout.id)
        promised = (payout.study, payout.cents, payout.currency)
        if promised != (row.study, row.cents, row.currency):
            yield f"Voucher {row.id} is not of the value or study of payout {payout.id}."
        is_cancelled = payout.state == PayoutState.CANCELLED
        if is_cancelled and row.lost_at is None:
            yield f"Voucher {row.id} is kept for payout {payout.id}, which is cancelled."
        elif not is_cancelled and row.lost_at is not None:
            yield f"Voucher {row.id} is written off and claimed for payout {payout.id}."
    for payout in payouts.values():
        if payout.state in HAS_VOUCHER and payout.id not in tied:
            yield f"Payout {payout.id} is {payout.state} without a voucher."


def codes(db: Connection) -> Iterator[str]:
    """Every voucher that somebody may still be given has a code that can be read and is its own;
    of an erased person none is kept.
    """
    payouts = _payouts(db)
    for row in db.execute(select(*BARE, SEALED).order_by(VOUCHERS.c.id)):
        payout = payouts.get(row.payout_id or "")
        is_readable = code_of(db, row) is not None
        if payout is not None and payout.status == "erased":
            if row.sealed is not None:
                yield f"Voucher {row.id} keeps the code of somebody who was erased."
        elif row.lost_at is None and not is_readable and payout is None:
            yield (
                f"Voucher {row.id} lies in the stock of {row.study} without a readable code: "
                f"import the file of {row.batch} again, or withdraw it."
            )
        elif row.lost_at is None and not is_readable and payout is not None:
            yield f"Voucher {row.id} of payout {payout.id} has no readable code."


def _payouts(db: Connection) -> dict[str, Any]:
    found = select(PAYOUTS, PARTICIPANTS.c.status).join(
        PARTICIPANTS, PARTICIPANTS.c.id == PAYOUTS.c.participant_id
    )
    return {row.id: row for row in db.execute(found.order_by(PAYOUTS.c.reserved_at, PAYOUTS.c.id))}
