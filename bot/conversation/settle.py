"""What became of a message: the answer to our call, and what the provider tells later."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.channels.contract import Failure, Reaction
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import OUTBOUND, queue
from bot.conversation.line import UNPROMPTED
from bot.conversation.orders import forms
from bot.conversation.templates import note_failing
from bot.message import RANK, DeliveryState, DeliveryStatus, Sent, TemplateForm
from bot.panel import participants
from bot.store.statements import Statement

MOST_TRIES = 6
MOST_LATER = 2
LATER = timedelta(hours=2)
"""So often what was taken over and not delivered is said there again, after so long."""

_ELSEWHERE = "+"
"""Marks what went to another address: it does not wander on from there."""

HALTED = timedelta(minutes=10)
"""How long a message waits when our own set-up is wrong: people are told, nothing is lost."""

_WAITS = {Reaction.LATER: LATER, Reaction.HALT: HALTED}

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
    if failure.reaction is Reaction.ASK:
        _forward(db, it, DeliveryState.UNCERTAIN, None, failure.code, now)
    elif failure.reaction is Reaction.RETRY and it.tries < MOST_TRIES:
        wait = failure.retry_after or min(2.0**it.tries, 300)
        _AGAIN.write(db, it=row, at=now + timedelta(seconds=wait), why=failure.code)
    elif failure.reaction in _WAITS and it.tries < MOST_TRIES:
        _AGAIN.write(db, it=row, at=now + _WAITS[failure.reaction], why=failure.code)
    else:
        _forward(db, it, DeliveryState.FAILED, None, failure.code, now)
        react(db, it, failure, now)


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
    if failure is not None and status.state is DeliveryState.FAILED:
        react(db, row, failure, now)
    return "moved"


def react(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What a certain failure asks for, beyond the message itself."""
    match failure.reaction:
        case Reaction.OPT_OUT if row.address_id is not None:
            participants.opt_out(db, row.address_id, now)
        case Reaction.DEAD if row.address_id is not None:
            participants.bury(db, row.address_id)
            _say_elsewhere(db, row, now)
        case Reaction.OTHER | Reaction.TEMPLATE:
            _say_elsewhere(db, row, now)
        case Reaction.NO_TEMPLATE:
            _rest_template(db, row, failure, now)
            _say_elsewhere(db, row, now)
        case Reaction.TEXT_FORM if not row.is_plain and row.address_id is not None:
            _say_again(db, row, now, address_id=row.address_id, is_plain=True)
        case Reaction.LATER | Reaction.RETRY | Reaction.HALT if row.purpose in UNPROMPTED:
            _say_later(db, row, now)
        case _:
            pass  # the rest is for people: the code stays on the row


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
        _say_again(db, row, now, batch=row.batch + _ELSEWHERE, is_plain=False)


def _say_later(db: Connection, row: Any, now: datetime) -> None:
    """The phone was off, say: there again after a while, then elsewhere. Only what nobody waits
    for; a question that did not arrive is asked again by the reminder.
    """
    if row.tries > MOST_LATER or row.address_id is None:
        _say_elsewhere(db, row, now)
    else:
        at = {"address_id": row.address_id, "tries": row.tries, "not_before": now + LATER}
        _say_again(db, row, now, **at)


def _rest_template(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """Nobody else gets the template that this message was; people are told why."""
    form = None if row.form is None else forms().validate_json(row.form)
    if isinstance(form, TemplateForm):
        note_failing(db, form.name, f"{failure.code}: {failure.meaning}", now)
        alert_afterwards(
            db, "template", "a template cannot be sent", template=form.name, code=failure.code
        )


def _say_again(db: Connection, row: Any, now: datetime, **values: Any) -> None:
    """A new message from the same order: a message's own words never change between tries."""
    order = ("participant_id", "run_id", "batch", "is_plain", "purpose", "language", "order")
    queue(db, now, **({name: getattr(row, name) for name in order} | values))


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
