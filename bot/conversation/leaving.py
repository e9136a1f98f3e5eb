"""Who wants no more messages, who wants to be forgotten, and who comes back."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, update

from bot.conversation.scene import Scene
from bot.conversation.tables import DROPPED, OUTBOUND
from bot.engine.effects import CRISIS
from bot.message import Channel, DeliveryState
from bot.panel import participants
from bot.panel.pauses import WRONG_PERSON, resume
from bot.panel.timers import ERASURE, set_timer
from bot.rewards import erasing
from bot.rewards.payouts import put_off, waiting_of
from bot.store.statements import Statement

AFTER_THE_FAREWELL = timedelta(minutes=2)
"""How long an erasure waits: the receipt has to find the address once more. Until then nobody is
known there either, so that no word of ours speaks of messages to come.
"""


def _dropping(whose: ColumnElement[Any]) -> Statement:
    """What waits for this address or person (``it``) does not leave any more, but for the numbers
    that are to be called in a crisis.
    """
    is_waiting = OUTBOUND.c.state == str(DeliveryState.QUEUED)
    waits = (whose == bindparam("it"), is_waiting, OUTBOUND.c.purpose != CRISIS)
    dropped = {"state": DROPPED, "code": bindparam("why"), "settled_at": bindparam("now")}
    return Statement(update(OUTBOUND).where(*waits).values(dropped))


_DROP = _dropping(OUTBOUND.c.address_id)
DROP_THEIRS = _dropping(OUTBOUND.c.participant_id)


def opt_out(db: Connection, scene: Scene) -> None:
    """Stop: nothing that waits for this person leaves any more. In words it means us, on every
    channel; the link in an e-mail means e-mails.
    """
    is_said = scene.channel != Channel.EMAIL
    mine = participants.addresses_of(db, scene.participant) if is_said else []
    for address in _with_here(scene, mine):
        participants.opt_out(db, address, scene.now)
        _DROP.write(db, it=address, why="opted out", now=scene.now)


def leave(db: Connection, scene: Scene) -> None:
    """From now on nobody is known under these addresses, and what was to be said is held back;
    names, numbers and answers go when the receipt has left. Somebody else who is reached there
    stays; who only tried something out there is the same person.
    """
    due = scene.now + AFTER_THE_FAREWELL
    participants.leave(db, scene.participant)
    erasing.forget(db, scene.participant, scene.study, scene.now)
    DROP_THEIRS.run(db, it=scene.participant, why="erased", now=scene.now)
    set_timer(db, scene.run or scene.participant, ERASURE, None, due)
    for address in _with_here(scene, participants.addresses_of(db, scene.participant)):
        others = participants.people_at(db, address)
        if any(not one.is_test for one in others):
            continue
        participants.opt_out(db, address, scene.now)
        _DROP.run(db, it=address, why="erased", now=scene.now)
        for one in others:
            participants.leave(db, one.id)
            set_timer(db, one.id, ERASURE, None, due)


def opt_in(db: Connection, scene: Scene) -> None:
    """The person asked back; on a phone that was wrong for all, any of them may have. E-mails come
    back where they were stopped and nowhere else.
    """
    mine = participants.addresses_of(db, scene.participant)
    for address in _with_here(scene, [row for row in mine if row.channel != Channel.EMAIL]):
        participants.opt_in(db, address)
    here = [one for one in participants.people_at(db, scene.address or "") if not one.is_test]
    is_nobodys = all(one.paused_for == WRONG_PERSON for one in here)
    back = {scene.participant, *(one.id for one in here if is_nobodys)}
    for one in sorted(back):
        resume(db, one, scene.now, WRONG_PERSON)
    for payout in waiting_of(db, scene.participant):
        put_off(db, payout, scene.now)  # what could not be sent until now


def _with_here(scene: Scene, rows: Iterable[Any]) -> list[str]:
    """The ids of these addresses and of the one that is spoken from, always in one order."""
    here = set() if scene.address is None else {scene.address}
    return sorted({row.id for row in rows} | here)
