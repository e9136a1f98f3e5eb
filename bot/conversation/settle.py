"""What became of a message: the answer to our call, and what the provider tells later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from bot.channels.contract import Failure, Reaction
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import OUTBOUND, queue
from bot.conversation.orders import forms
from bot.conversation.templates import note_failing
from bot.message import RANK, DeliveryState, DeliveryStatus, Sent, TemplateForm
from bot.panel import participants
from bot.store.statements import Statement

LATER = timedelta(hours=2)
SOON = timedelta(minutes=1)
_ELSEWHERE = "+"
"""Marks what went to another address: it does not wander on from there."""

HALTED = timedelta(minutes=10)
"""How long a message waits when our own set-up is wrong: people are told, nothing is lost."""

_LONGEST_RETRY = 300
"""Seconds between two tries of what may go at any moment, once it has failed often."""

_MOST_TRIES = {Reaction.RETRY: 300, Reaction.HALT: 150, Reaction.LATER: 6}
"""After so many a message is given up: about a day of no connection or of a wrong set-up, which
somebody has to see; half a day of a phone or a mailbox that takes nothing.
"""

_MOST_UNDELIVERED = 3
"""So often the provider may take a message over and not deliver it, for what passes by itself."""

_AGAIN_WHEN_UNDELIVERED = {
    Reaction.RETRY: ("reply", "answer", "opening", "reminder"),
    Reaction.LATER: ("opening", "reminder"),
    Reaction.HALT: ("opening", "reminder"),
}
"""Which are then said again. A question of two hours ago is in nobody's hand any more; money has a
clock of its own, an alarm rings by itself, and a goodbye must not come late.
"""

_BY_ID = Statement(select(OUTBOUND).where(OUTBOUND.c.id == bindparam("it")).with_for_update())
_BY_TOKEN = Statement(select(OUTBOUND).where(OUTBOUND.c.token == bindparam("it")).with_for_update())
_SETTLE = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"))
    .values(
        state=bindparam("new"),
        provider_id=bindparam("provider"),
        code=bindparam("why"),
        settled_at=bindparam("now"),
        leased_until=None,
    )
)
_SENT = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"), OUTBOUND.c.state == str(DeliveryState.SENDING))
    .values(
        state=bindparam("state"),
        provider_id=bindparam("provider"),
        settled_at=bindparam("now"),
        leased_until=None,
    )
)
"""What nearly always happens, in one statement."""

_AGAIN = Statement(
    update(OUTBOUND)
    .where(OUTBOUND.c.id == bindparam("it"), OUTBOUND.c.state == str(DeliveryState.SENDING))
    .values(
        state=str(DeliveryState.QUEUED),
        not_before=bindparam("at"),
        code=bindparam("why"),
        leased_until=None,
    )
)


_TOLD_FOR = timedelta(hours=1)
_TOLD_OF = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.code == bindparam("why"),
        or_(
            OUTBOUND.c.created_at > bindparam("since"),
            and_(
                OUTBOUND.c.state == str(DeliveryState.QUEUED),
                OUTBOUND.c.not_before > bindparam("now"),
            ),
        ),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A message of the outbox that was handed over, and what the carrier said to it."""

    row: int
    fate: Sent | Failure


def settle(db: Connection, carried: Carried, now: datetime) -> None:
    """Write down what became of a message."""
    if isinstance(carried.fate, Failure):
        settle_failed(db, carried.row, carried.fate, now)
    else:
        settle_sent(db, carried.row, carried.fate, now)


def settle_sent(db: Connection, row: int, sent: Sent, now: datetime) -> None:
    """The provider took it over. A status that came first is not undone."""
    if _SENT.run(db, it=row, provider=sent.provider_id, state=str(sent.state), now=now):
        return
    it = _BY_ID.row(db, it=row)
    if it is not None:
        _forward(db, it, sent.state, sent.provider_id, None, now)


def settle_failed(db: Connection, row: int, failure: Failure, now: datetime) -> None:
    """The provider did not take it over, or nobody knows."""
    it = _BY_ID.row(db, it=row)
    if it is None or it.state != str(DeliveryState.SENDING):
        return
    _tell_people(db, it, failure, now)
    if failure.reaction is Reaction.ASK:
        _forward(db, it, DeliveryState.UNCERTAIN, None, failure.code, now)
    elif it.tries < _MOST_TRIES.get(failure.reaction, 0):
        _AGAIN.write(db, it=row, at=now + _wait(failure, it.tries), why=failure.code)
    else:
        _forward(db, it, DeliveryState.FAILED, None, failure.code, now)
        react(db, it, failure, now)


def _wait(failure: Failure, tries: int) -> timedelta:
    if failure.reaction is Reaction.HALT:
        return HALTED
    if failure.reaction is Reaction.LATER:
        return LATER
    return timedelta(seconds=failure.retry_after or min(2**tries, _LONGEST_RETRY))


def note_status(
    db: Connection, status: DeliveryStatus, failure: Failure | None, now: datetime
) -> str:
    """What the provider tells of a message: ``moved``, ``known`` or ``foreign``.

    States only move forward, in whatever order they come. ``failure`` goes with a failed one.
    """
    row = _BY_TOKEN.row(db, it=status.token)
    if row is None:
        return "foreign"
    if not _forward(db, row, status.state, status.provider_id, status.code, now):
        return "known"
    if failure is None or status.state is not DeliveryState.FAILED:
        return "moved"
    _tell_people(db, row, failure, now)
    if row.purpose not in _AGAIN_WHEN_UNDELIVERED.get(failure.reaction, ()):
        react(db, row, failure, now)
    elif row.tries < _MOST_UNDELIVERED:
        wait = SOON if failure.reaction is Reaction.RETRY else LATER
        _say_again(db, row, now, row.batch, address_id=row.address_id, form=row.form,
                   is_plain=row.is_plain, tries=row.tries, not_before=now + wait)  # fmt: skip
    else:
        _say_elsewhere(db, row, now)
    return "moved"


def react(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What a certain failure asks for, beyond the message itself."""
    match failure.reaction:
        case Reaction.OPT_OUT if row.address_id is not None:
            _opt_out(db, row, now)
        case Reaction.DEAD if row.address_id is not None:
            participants.bury(db, row.address_id)
            _say_elsewhere(db, row, now)
        case Reaction.OTHER | Reaction.TEMPLATE:
            _say_elsewhere(db, row, now)
        case Reaction.NO_TEMPLATE:
            _rest_template(db, row, failure, now)
            _say_elsewhere(db, row, now)
        case Reaction.TEXT_FORM if not row.is_plain and row.address_id is not None:
            _say_again(db, row, now, row.batch, address_id=row.address_id, is_plain=True)
        case _:
            pass  # the rest is for people: the code stays on the row


def _tell_people(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What only people can mend is told of once for each code, however many messages it hits, and
    again while it lasts.
    """
    if failure.reaction not in (Reaction.HALT, Reaction.FIX):
        return
    if _TOLD_OF.row(db, why=failure.code, since=now - _TOLD_FOR, now=now) is None:
        alert_afterwards(db, "sending", failure.meaning, code=failure.code, row=row.id)


def _opt_out(db: Connection, row: Any, now: datetime) -> None:
    """The carrier tells of a stop, or WhatsApp of a block, that we did not hear ourselves: it means
    us, as one in words does, and not a channel of ours.
    """
    mine = participants.addresses_of(db, row.participant_id or "")
    for address in sorted({one.id for one in mine} | {row.address_id}):
        participants.opt_out(db, address, now)


def is_first_try(row: Any) -> bool:
    """Whether a message is not one that failed at another address."""
    return not row.batch.endswith(_ELSEWHERE)


def first_batch(row: Any) -> str:
    """The batch of the message that this one stands in for."""
    return str(row.batch.removesuffix(_ELSEWHERE))


def _say_elsewhere(db: Connection, row: Any, now: datetime) -> None:
    """The same order on another channel of the person, once; on which is seen when it leaves."""
    others = any(
        one.channel != row.channel and one.is_alive and one.opted_out_at is None
        for one in participants.addresses_of(db, row.participant_id or "")
    )
    if others and row.purpose != "farewell" and is_first_try(row):
        _say_again(db, row, now, row.batch + _ELSEWHERE)


def _rest_template(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """Nobody else gets the template that this message was; people are told why."""
    form = None if row.form is None else forms().validate_json(row.form)
    if isinstance(form, TemplateForm):
        note_failing(db, form.name, f"{failure.code}: {failure.meaning}", now)
        alert_afterwards(
            db, "template", "a template cannot be sent", template=form.name, code=failure.code
        )


def _say_again(db: Connection, row: Any, now: datetime, batch: str, **changed: Any) -> None:
    """A new message from the same order: a message's own words never change between tries."""
    same = {
        "participant_id": row.participant_id,
        "run_id": row.run_id,
        "purpose": row.purpose,
        "language": row.language,
        "order": row.order,
    }
    queue(db, now, batch=batch, **(same | changed))


def _forward(
    db: Connection,
    row: Any,
    state: DeliveryState,
    provider_id: str | None,
    code: str | None,
    now: datetime,
) -> bool:
    """Move a message forward, never back; false when it was that far already."""
    known = RANK.get(row.state)
    if known is None or RANK[state] <= known:
        return False
    _SETTLE.write(
        db,
        it=row.id,
        new=str(state),
        provider=provider_id or row.provider_id,
        why=code,
        now=now,
    )
    return True
