"""Settling what nobody told us: whether an uncertain message left.

A status would have come by now. So the provider's own list is looked at: there with the same words,
it left; missing twice, five minutes apart, it did not, and is sent once more; missing again, it is
parked: left for people by a case, since a second message is worse than none. One that carries money
is left for people at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, or_, select, update

from bot.casework.cases import open_case
from bot.channels.contract import Listed
from bot.conversation.orders import forms
from bot.conversation.pay import PURPOSE
from bot.conversation.tables import OUTBOUND
from bot.message import Channel, DeliveryState, Form, VoiceForm

FIRST_LOOK = timedelta(seconds=60)
NEXT_LOOK = timedelta(minutes=5)
MOST_LOOKS = 4
"""Two before it is sent once more, two after that."""

PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Doubt:
    """An uncertain message to look for: where it went, when, and how it begins. ``looks`` counts
    those before, so that two processes that look at the same moment count as one.
    """

    row: int
    channel: str
    address_id: str
    words: str
    since: datetime
    looks: int = 0


def doubts(db: Connection, now: datetime, most: int = 20) -> list[Doubt]:
    """Uncertain messages whose next look is due. E-mails are none of them: a mail server has no
    list that could be asked.
    """
    due = or_(
        OUTBOUND.c.looked_at.is_(None) & (OUTBOUND.c.settled_at <= now - FIRST_LOOK),
        OUTBOUND.c.looked_at <= now - NEXT_LOOK,
        func.coalesce(OUTBOUND.c.looked_at, OUTBOUND.c.settled_at) > now,  # the clock was set back
    )
    found = db.execute(
        select(OUTBOUND)
        .where(
            OUTBOUND.c.state == str(DeliveryState.UNCERTAIN),
            OUTBOUND.c.looks < MOST_LOOKS,
            OUTBOUND.c.form.is_not(None),
            OUTBOUND.c.channel != str(Channel.EMAIL),
            due,
        )
        .order_by(OUTBOUND.c.id)
        .limit(most)
    ).all()
    return [
        Doubt(
            row.id,
            row.channel,
            row.address_id,
            words_of(forms(), row.form),
            row.created_at,
            row.looks,
        )
        for row in found
    ]


def resolve(db: Connection, doubt: Doubt, listed: Iterable[Listed], now: datetime) -> str:
    """Write down what the list says: ``sent``, ``again``, ``parked``, ``missing`` or ``settled``.

    A listed message that another row of ours already claims is not this one.
    """
    row = db.execute(select(OUTBOUND).where(OUTBOUND.c.id == doubt.row).with_for_update()).one()
    if row.state != str(DeliveryState.UNCERTAIN) or row.looks != doubt.looks:
        return "settled"
    for one in listed:
        if one.words.strip() == doubt.words.strip() and not _is_claimed(db, one.provider_id):
            _change(
                db, row, state=str(DeliveryState.SENT), provider_id=one.provider_id, settled_at=now
            )
            return "sent"
    looks = row.looks + 1
    if looks == MOST_LOOKS // 2 and row.purpose != PURPOSE:
        _change(
            db, row, state=str(DeliveryState.QUEUED), looks=looks, looked_at=now, not_before=now
        )
        return "again"
    if looks < MOST_LOOKS:
        _change(db, row, looks=looks, looked_at=now)
        return "missing"
    _change(db, row, looks=looks, looked_at=now, code=PARKED)
    if row.participant_id is not None:
        open_case(db, row.participant_id, PARKED, now)
    return PARKED


def words_of(adapter: TypeAdapter[Form], stored: str) -> str:
    """The words of a stored form, as the provider lists them."""
    form = adapter.validate_json(stored)
    return "" if isinstance(form, VoiceForm) else form.body


def _is_claimed(db: Connection, provider_id: str) -> bool:
    claimed = select(OUTBOUND.c.id).where(OUTBOUND.c.provider_id == provider_id)
    return db.execute(claimed).first() is not None


def _change(db: Connection, row: Any, **values: Any) -> None:
    db.execute(update(OUTBOUND).where(OUTBOUND.c.id == row.id).values(**values))
