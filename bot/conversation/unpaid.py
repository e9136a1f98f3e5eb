"""A voucher that is owed to somebody whom no message of ours may reach: a person has to see to it.

The pot is still theirs after a stop. A caseworker calls, and either hears that they want messages
again (START brings the voucher), or hands the voucher over by hand.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.casework.cases import close_kind, open_case, was_opened_since
from bot.content.study import Study
from bot.conversation.revisions import Content
from bot.message import Channel
from bot.panel.participants import addresses_of, can_be_reached
from bot.rewards.payouts import PAYOUTS, WAITING, waiting_of
from bot.rewards.supply import SUPPLIES, Supply

KIND = "unpaid"


def tell(db: Connection, content: Content, study: Study, payout: Any, now: datetime) -> None:
    """Open a case for a payout (its row) that cannot be sent, once for each, unless the person can
    be written to and it is only a matter of time.
    """
    channels = [one for one in content.channels(study) if one != Channel.EMAIL]
    if can_be_reached(db, channels, payout.participant_id):
        return
    if not was_opened_since(db, payout.participant_id, KIND, payout.reserved_at):
        open_case(db, payout.participant_id, KIND, now)


def note_paid(db: Connection, participant: str, now: datetime) -> None:
    """Nobody has to see to it any more, once nothing waits."""
    if not waiting_of(db, participant):
        close_kind(db, participant, KIND, now)


def reason_of(db: Connection, case: Any) -> str:
    """What is owed and why it cannot be sent, as it is now; empty for a case of another kind."""
    if case.kind != KIND:
        return ""
    owed = select(func.coalesce(func.sum(PAYOUTS.c.cents), 0)).where(
        PAYOUTS.c.participant_id == case.participant_id, PAYOUTS.c.state.in_(WAITING)
    )
    cents = int(db.execute(owed).scalar_one())
    return f"{cents} cents owed; {', '.join(_ways(db, case.participant_id)) or 'no address'}"


def supply_of(study: Study) -> Supply:
    """Where the vouchers of a study come from."""
    return SUPPLIES[study.reward.supply if study.reward else "stock"]


def _ways(db: Connection, participant: str) -> list[str]:
    """Each address, without the address, and what keeps us from it."""
    found = []
    for one in addresses_of(db, participant):
        if not one.is_alive:
            found.append(f"{one.channel} cannot be reached")
        elif one.opted_out_at is not None:
            found.append(f"{one.channel} stopped on {one.opted_out_at:%Y-%m-%d}")
        elif one.channel == Channel.EMAIL:
            found.append(f"{one.channel} carries no vouchers")
    return sorted(found)
