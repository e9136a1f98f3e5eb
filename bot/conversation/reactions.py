"""What a failure asks for beyond its message: another try, another channel, a stop, people."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from bot.channels.contract import Failure, Reaction
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import queue
from bot.conversation.orders import forms
from bot.conversation.tables import INBOUND, OUTBOUND, UNPROMPTED
from bot.conversation.templates import note_failing
from bot.engine.effects import CRISIS
from bot.engine.replies.reading import Command
from bot.message import DeliveryState, TemplateForm
from bot.panel import participants
from bot.store.statements import Statement

LATER = timedelta(hours=2)
SOON = timedelta(minutes=1)
_ELSEWHERE = "+"
"""Marks what went to another address: it does not wander on from there."""

_MOST_UNDELIVERED = 3
"""So often the provider may take a message over and not deliver it, for what passes by itself."""

_AGAIN_WHEN_UNDELIVERED = {
    Reaction.RETRY: ("reply", "answer", CRISIS, *UNPROMPTED),
    Reaction.LATER: UNPROMPTED,
    Reaction.HALT: UNPROMPTED,
}
"""Which are then said again. Money has a clock of its own, an alarm rings by itself, and a goodbye
must not come late.
"""

_STILL_WANTED = timedelta(minutes=10)
"""The talk has moved past an older question, however late its fate is told."""

_SAID_SINCE = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.participant_id == bindparam("person"),
        OUTBOUND.c.id > bindparam("it"),
        or_(OUTBOUND.c.purpose == "reply", OUTBOUND.c.purpose == "answer"),
        OUTBOUND.c.batch != bindparam("batch"),
        OUTBOUND.c.batch != bindparam("elsewhere"),
    )
    .limit(1)
)

_SAID = Statement(
    select(OUTBOUND.c.order).where(
        OUTBOUND.c.participant_id == bindparam("person"),
        OUTBOUND.c.batch == bindparam("batch"),
        OUTBOUND.c.is_plain == bindparam("plain"),
    )
)

_ASKED_BACK = Statement(
    select(INBOUND.c.id)
    .where(
        INBOUND.c.address_id == bindparam("address"),
        INBOUND.c.received_at > bindparam("since"),
        INBOUND.c.reading == f"command {Command.START}",
    )
    .limit(1)
)
_HEARD = Statement(
    select(INBOUND.c.id)
    .where(INBOUND.c.address_id == bindparam("address"), INBOUND.c.received_at > bindparam("since"))
    .limit(1)
)
_LAST_STOP = Statement(
    select(func.max(INBOUND.c.received_at).label("at")).where(
        INBOUND.c.address_id == bindparam("address"),
        INBOUND.c.reading == f"command {Command.STOP}",
    )
)

_TOLD_FOR = timedelta(hours=1)
_TOLD_OF = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.code == bindparam("why"),
        OUTBOUND.c.id != bindparam("it"),
        OUTBOUND.c.is_plain == bindparam("plain"),
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

_OURS = frozenset({Reaction.HALT, Reaction.FIX, Reaction.NO_SENDER})
"""What only people can mend; that the words alone are refused as well is for them too."""


def undelivered(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """The provider took a message over and did not deliver it. What passes by itself is tried again
    some times.
    """
    if not _is_worth_another_try(db, row, failure, now):
        react(db, row, failure, now)
    elif row.tries < _MOST_UNDELIVERED:
        wait = SOON if failure.reaction is Reaction.RETRY else LATER
        _say_again(db, row, now, row.batch, address_id=row.address_id, form=row.form,
                   is_plain=row.is_plain, tries=row.tries, not_before=now + wait)  # fmt: skip
    else:
        _say_elsewhere(db, row, now)


def _is_worth_another_try(db: Connection, row: Any, failure: Failure, now: datetime) -> bool:
    """Whether what was taken over and not delivered is said again by itself: behind what was said
    since, a question would be answered in the place of the open one.
    """
    if row.purpose not in _AGAIN_WHEN_UNDELIVERED.get(failure.reaction, ()):
        return False
    if row.purpose in UNPROMPTED or row.purpose == CRISIS:
        return True
    elsewhere = row.batch + _ELSEWHERE
    since = {"person": row.participant_id, "it": row.id, "batch": row.batch, "elsewhere": elsewhere}
    return now - row.created_at < _STILL_WANTED and _SAID_SINCE.row(db, **since) is None


def put_off(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What waits until people have mended our set-up, for hours, or until somebody knows whether it
    left, is said elsewhere at once to who is in need.
    """
    if row.purpose == CRISIS and failure.reaction is not Reaction.RETRY:
        _say_elsewhere(db, row, now)


def react(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What a certain failure asks for, beyond the message itself."""
    match failure.reaction:
        case Reaction.OPT_OUT if row.address_id is not None:
            _opt_out(db, row, now)
            if row.purpose == CRISIS:
                _say_elsewhere(db, row, now)
        case Reaction.DEAD if row.address_id is not None:
            if not _was_heard_since(db, row):
                participants.bury(db, row.address_id)
            _say_elsewhere(db, row, now)
        case Reaction.OTHER | Reaction.TEMPLATE:
            _say_elsewhere(db, row, now)
        case Reaction.NO_TEMPLATE:
            _rest_template(db, row, failure, now)
            _say_elsewhere(db, row, now)
        case Reaction.NO_SENDER:
            _say_elsewhere(db, row, now)
        case Reaction.TEXT_FORM if not row.is_plain and row.address_id is not None:
            if not _is_said(db, row, row.batch, is_plain=True):
                _say_again(db, row, now, row.batch, address_id=row.address_id, is_plain=True)
        case _ if row.purpose == CRISIS:
            _say_elsewhere(db, row, now)  # whatever it was: somebody is in need
        case _:
            pass  # the rest is for people: the code stays on the row


def tell_people(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """What only people can mend is told of once for each code, however many messages it hits.
    ``row`` is the message as it was before it failed.
    """
    is_ours = failure.reaction in _OURS or (failure.reaction is Reaction.TEXT_FORM and row.is_plain)
    if not is_ours or row.code == failure.code:
        return
    like_it = {"why": failure.code, "it": row.id, "plain": row.is_plain}
    if _TOLD_OF.row(db, **like_it, since=now - _TOLD_FOR, now=now) is None:
        alert_afterwards(db, "sending", failure.meaning, code=failure.code, row=row.id)


def _opt_out(db: Connection, row: Any, now: datetime) -> None:
    """The carrier tells of a stop, or WhatsApp of a block, that we did not hear ourselves: it means
    us, as one in words does, and not a channel of ours. Who has asked back since the message left
    is not stopped by the late news of it; and where a stop was heard, a carrier holds to it though
    the person asked back on another channel: then it means that one.
    """
    mine = participants.addresses_of(db, row.participant_id or "")
    addresses = sorted({one.id for one in mine} | {row.address_id})
    if _asked_back(db, addresses, row.not_before):
        return
    stopped_at = _LAST_STOP.row(db, address=row.address_id).at
    if stopped_at is not None and _asked_back(db, addresses, stopped_at):
        participants.opt_out(db, row.address_id, now)
        _say_elsewhere(db, row, now)
        return
    for address in addresses:
        participants.opt_out(db, address, now)


def _asked_back(db: Connection, addresses: Iterable[str], since: datetime) -> bool:
    return any(_ASKED_BACK.row(db, address=one, since=since) is not None for one in addresses)


def _was_heard_since(db: Connection, row: Any) -> bool:
    """Whether somebody has written from there since the message left: then somebody is there.
    ``heard_at`` is too coarse to tell.
    """
    return _HEARD.row(db, address=row.address_id, since=row.not_before) is not None


def is_first_try(row: Any) -> bool:
    """Whether a message is not one that failed at another address."""
    return not row.batch.endswith(_ELSEWHERE)


def first_batch(row: Any) -> str:
    """The batch of the message that this one stands in for."""
    return str(row.batch.removesuffix(_ELSEWHERE))


def _say_elsewhere(db: Connection, row: Any, now: datetime) -> None:
    """The same order on another channel of the person, once; on which is seen when it leaves. Last
    words to who is in need are said there after a stop, too.
    """
    others = any(
        one.channel != row.channel
        and one.is_alive
        and (one.opted_out_at is None or row.purpose == CRISIS)
        for one in participants.addresses_of(db, row.participant_id or "")
    )
    batch = row.batch + _ELSEWHERE
    is_wanted = others and row.purpose != "farewell" and is_first_try(row)
    if is_wanted and not _is_said(db, row, batch, is_plain=False):
        _say_again(db, row, now, batch)


def _is_said(db: Connection, row: Any, batch: str, *, is_plain: bool) -> bool:
    """Whether another message of the same order failed before and has brought the whole of it."""
    said = _SAID.rows(db, person=row.participant_id, batch=batch, plain=is_plain)
    return any(one.order == row.order for one in said)


def _rest_template(db: Connection, row: Any, failure: Failure, now: datetime) -> None:
    """Nobody else gets the template that this message was; people are told why."""
    form = None if row.form is None else forms().validate_json(row.form)
    if isinstance(form, TemplateForm):
        note_failing(db, form.name, f"{failure.code}: {failure.meaning}", now)
        alert_afterwards(
            db, "template", "a template cannot be sent", template=form.name, code=failure.code
        )


def _say_again(db: Connection, row: Any, now: datetime, batch: str, **changed: Any) -> None:
    """A new message from the same order: a message's own words never change between tries. It is
    as old as the one that failed, so that a stop or an answer since then counts; in a crisis it
    goes before all that waits, as that one did.
    """
    same = {
        "place": row.place if row.purpose == CRISIS else None,
        "created_at": row.created_at,
        "participant_id": row.participant_id,
        "run_id": row.run_id,
        "purpose": row.purpose,
        "language": row.language,
        "order": row.order,
    }
    queue(db, now, batch=batch, **(same | changed))
