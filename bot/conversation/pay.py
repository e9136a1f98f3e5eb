"""Paying out: a full pot becomes a voucher in a message, at once or when the clock looks again.

A message that carries money is made anew only when it is certain that none of the earlier ones left
or arrived. While that is not known, the payout waits; only a person may decide then.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.content import formats
from bot.content.cards.voucher import address_of
from bot.content.study import Study
from bot.conversation import late, unpaid
from bot.conversation.alerts import alert_afterwards
from bot.conversation.effects import enqueue
from bot.conversation.openers import has_had_enough
from bot.conversation.revisions import Content
from bot.conversation.scene import Scene
from bot.conversation.tables import LOST, OUTBOUND
from bot.engine.effects import Send, Text
from bot.engine.flow import Value
from bot.engine.replies.reading import Reading
from bot.message import DeliveryState
from bot.panel.hours import hours_of
from bot.panel.participants import PARTICIPANTS, people_at
from bot.rewards.erasing import release
from bot.rewards.paying import (
    FIRST_WAIT,
    LAST_LOOK,
    hold,
    note_arrived,
    note_failed,
    note_sent,
    note_unknown,
    request,
)
from bot.rewards.payouts import (
    PAYOUTS,
    WAITING,
    PayoutState,
    Rule,
    find,
    note_told,
    put_off,
    reserve,
    waiting_of,
)
from bot.rewards.pictures import picture_name
from bot.rewards.purchases import is_quick
from bot.rewards.vouchers import voucher_of

PURPOSE = "voucher"
"""Of a message that carries money: no machine sends it again while its fate is unknown."""

NOT_TODAY = timedelta(hours=1)

TALKING = timedelta(minutes=10)
"""Whoever wrote so lately is answered at any hour: a voucher that is bought on demand."""

_ARRIVED = (str(DeliveryState.DELIVERED), str(DeliveryState.READ))


def rule_of(study: Study | None) -> Rule | None:
    """When a study's pots are paid out; ``None``: never."""
    reward = study.reward if study else None
    if study is None or reward is None or not reward.pay_out_every:
        return None
    return Rule(study.name, reward.pay_out_every, reward.currency)


def pay(db: Connection, content: Content, scene: Scene) -> int:
    """Pay out what a reward has filled, and what waited until now, where the person is talking.
    Returns how many messages wait to be sent.
    """
    study = content.library.studies.get(scene.study)
    rule = rule_of(study)
    if study is None or rule is None:
        return 0
    reserve(db, scene.participant, rule, scene.now)
    scene = replace(scene, run=None)
    waiting = waiting_of(db, scene.participant)
    return sum(_send(db, study, payout, scene) for payout in waiting if is_lost(db, payout))


def pay_late(db: Connection, content: Content, scene: Scene, reading: Reading) -> int:
    """Send what waited until somebody spoke here again, to everybody who is reached here. Who asks
    for it and has nothing coming hears what is in the pot. Returns how many messages wait.
    """
    at = replace(scene, run=None)
    waiting = sum(
        pay(
            db, content,
            replace(at, participant=one.id, language=one.language, study=one.study),
        )
        for one in people_at(db, scene.address or "")
    )  # fmt: skip
    if waiting == 0 and late.asks_for_it(reading):
        enqueue(db, Send(None, Text("polsbot.balance")), at)
        waiting = 1
    return waiting


def look(db: Connection, content: Content, payout: str, now: datetime) -> int:
    """What the clock does with one payout: write down what became of its message, or try again.
    Returns how many messages wait to be sent.
    """
    row = find(db, payout)
    if row is None:
        return 0
    states, is_erased = _states(db, row), _person(db, row.participant_id) is None
    if any(state in _ARRIVED for state in states):
        note_arrived(db, payout, now)
        unpaid.note_paid(db, row.participant_id, now)
    elif str(DeliveryState.SENT) in states and row.state != PayoutState.SENT:
        note_sent(db, payout, now)
        unpaid.note_paid(db, row.participant_id, now)
    elif any(state not in LOST for state in states):
        if is_erased and now - row.changed_at > LAST_LOOK and row.state == PayoutState.REQUESTED:
            note_failed(db, payout, now)  # there is nobody left who could be asked
            release(db, row.participant_id, row.study, now)
        else:
            note_unknown(db, payout, now)
    elif is_erased and row.state in WAITING:
        release(db, row.participant_id, row.study, now)
    elif row.state in WAITING:
        return _try(db, content, row, now)
    else:
        note_failed(db, payout, now)
    return 0


def settle(db: Connection, payout: str, arrived: object, now: datetime) -> bool:
    """What a person found out about a voucher whose fate nobody knew; false when it is not one, or
    its message is leaving at this moment. A lost one is sent once more, at the next look.
    """
    row = find(db, payout)
    if row is None or row.state not in (PayoutState.REQUESTED, PayoutState.SENT):
        return False
    if arrived:
        return note_arrived(db, payout, now)
    states = (DeliveryState.UNCERTAIN, DeliveryState.SENT, DeliveryState.QUEUED)
    db.execute(
        update(OUTBOUND)
        .where(*_messages(row), OUTBOUND.c.state.in_([str(state) for state in states]))
        .values(state=str(DeliveryState.FAILED), code="told lost", settled_at=now)
    )
    if not is_lost(db, payout):
        return False
    note_failed(db, payout, now)
    put_off(db, payout, now)
    return True


def _try(db: Connection, content: Content, row: Any, now: datetime) -> int:
    """Send a payout that waited, unprompted: in decent hours only."""
    person = _person(db, row.participant_id)
    study = content.library.studies.get(row.study)
    if person is None or study is None:
        put_off(db, row.id, now + NOT_TODAY)
        return 0
    found = late.way_now(db, content, study, person, now)
    if found.way is None:
        put_off(db, row.id, now + FIRST_WAIT)  # it stays theirs until they can be reached
        unpaid.tell(db, content, study, row, now)
        return 0
    decent = hours_of(study).next(now, person.timezone)
    is_talking = found.way.heard_at is not None and now - found.way.heard_at < TALKING
    if decent > now and not is_talking:
        put_off(db, row.id, decent)
        return 0
    scene = Scene(row.participant_id, person.language, now, study=row.study)
    if not found.needs_template:
        return _send(db, study, row.id, scene)
    if not hold(db, row.id, now, unpaid.supply_of(study)):
        return 0
    put_off(db, row.id, now + NOT_TODAY)
    if has_had_enough(db, person, now):
        return 0
    return late.tell(db, row.id, scene, found.way.heard_at)


def _send(db: Connection, study: Study, payout: str, scene: Scene) -> int:
    """Make the message with the voucher, or tell once that it comes later."""
    now = scene.now
    if _is_enough(db, study, now):
        alert_afterwards(
            db, "full day", "the day's payouts are used up; the others wait", study=study.name
        )
        put_off(db, payout, now + NOT_TODAY)
    elif request(db, payout, now, unpaid.supply_of(study)):
        row, voucher = find(db, payout), voucher_of(db, payout)
        if voucher is None:
            raise LookupError(f"payout {payout} has lost its voucher")
        told: dict[str, Value] = {
            "voucher": voucher.cents,
            "code": voucher.code,
            "shop": voucher.shop,
            "until": formats.day(voucher.expires_on, scene.language),
        }
        picture = address_of(picture_name(db, payout))
        send = Send(None, Text("polsbot.voucher", told), picture=picture, purpose=PURPOSE)
        enqueue(db, send, replace(scene, batch=_batch(row)))
        return 1
    if not is_quick(db, payout, now) and note_told(db, payout, now):
        enqueue(db, Send(None, Text("polsbot.voucher_later")), scene)
        return 1
    return 0


def _is_enough(db: Connection, study: Study, now: datetime) -> bool:
    """Whether so much was paid out within a day that something must be wrong."""
    most = study.reward.most_a_day if study.reward else None
    if most is None:
        return False
    under_way = (PayoutState.REQUESTED, PayoutState.SENT, PayoutState.CONFIRMED)
    lately = select(func.coalesce(func.sum(PAYOUTS.c.cents), 0)).where(
        PAYOUTS.c.study == study.name,
        PAYOUTS.c.state.in_(under_way),
        PAYOUTS.c.requested_at > now - timedelta(days=1),
    )
    return int(db.execute(lately).scalar_one()) >= most


def is_lost(db: Connection, payout: str) -> bool:
    """Whether none of the messages of a payout that failed has arrived or may still do so."""
    row = find(db, payout)
    return all(state in LOST for state in _states(db, row))


def _states(db: Connection, row: Any) -> list[str]:
    """How far the messages of a payout's last try came: two when one went elsewhere."""
    found = select(OUTBOUND.c.state).where(*_messages(row))
    return list(db.execute(found).scalars()) if row.tries else []


def _messages(row: Any) -> tuple[Any, ...]:
    return (
        OUTBOUND.c.participant_id == row.participant_id,
        OUTBOUND.c.purpose == PURPOSE,
        OUTBOUND.c.batch.startswith(_batch(row), autoescape=True),
    )


def _batch(row: Any) -> str:
    return f"{row.id}:{row.tries};"


def _person(db: Connection, participant: str) -> Any:
    known = (PARTICIPANTS.c.id == participant) & (PARTICIPANTS.c.status != "erased")
    return db.execute(select(PARTICIPANTS).where(known)).first()
