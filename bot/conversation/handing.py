"""A voucher that a person hands over by hand, to whom no message of ours may reach."""

from datetime import datetime

from sqlalchemy import Connection

from bot.conversation.pay import is_lost
from bot.conversation.revisions import Content
from bot.conversation.unpaid import note_paid, supply_of
from bot.rewards.paying import note_arrived, request
from bot.rewards.payouts import find
from bot.rewards.vouchers import Taken, voucher_of


def hand_over(db: Connection, content: Content, payout: str, now: datetime) -> Taken | None:
    """Take a voucher for a person to hand over: the payout is paid with it, and no machine sends
    it. ``None`` when it is not waiting, when a message with it may have arrived, or when no voucher
    is there.
    """
    row = find(db, payout)
    study = None if row is None else content.library.studies.get(row.study)
    if row is None or study is None or not is_lost(db, payout):
        return None
    if not request(db, payout, now, supply_of(study)):
        return None
    note_arrived(db, payout, now)
    note_paid(db, row.participant_id, now)
    return voucher_of(db, payout)
