"""Effects become rows: messages to send, answers, timers, rewards, cases. Part of the transaction
that handled the event, so that either all of it happened or nothing.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import Connection, bindparam, insert, update

from bot.casework.cases import open_case
from bot.conversation.orders import dump_send
from bot.conversation.tables import Answer, KeptRun, Outbound
from bot.engine.effects import (
    CRISIS,
    Effect,
    End,
    Erase,
    Grant,
    OpenCase,
    OptIn,
    OptOut,
    PreferChannel,
    Record,
    Send,
    SetTimer,
    SwitchLanguage,
)
from bot.message import Channel, DeliveryState
from bot.panel import participants
from bot.panel.consent import note_consent
from bot.panel.pauses import WRONG_PERSON, pause, pause_until_the_number_is_right, resume
from bot.panel.tables import Invitation
from bot.panel.timers import ERASURE, drop_timers, set_timer
from bot.rewards import erasing
from bot.rewards.ledger import grant
from bot.rewards.payouts import put_off, waiting_of
from bot.store.statements import Statement

OUTBOUND = Outbound.__table__  # type: ignore[attr-defined] # SQLModel adds it
ANSWERS = Answer.__table__  # type: ignore[attr-defined] # SQLModel adds it
INVITATIONS = Invitation.__table__  # type: ignore[attr-defined] # SQLModel adds it
RUNS = KeptRun.__table__  # type: ignore[attr-defined] # SQLModel adds it

DROPPED = "dropped"
LOST = (str(DeliveryState.FAILED), DROPPED)
"""States of a message that certainly did not arrive."""

UNPROMPTED = ("opening", "reminder")
"""Purposes of what nobody asked for just now: it leaves in decent hours only, and behind all
replies.
"""

AFTER_THE_FAREWELL = timedelta(minutes=2)
"""How long an erasure waits: the receipt has to find the address once more. Until then nobody is
known there either, so that no word of ours speaks of messages to come.
"""

_SEND = Statement(insert(OUTBOUND))
_ANSWER = Statement(insert(ANSWERS))
_DROP = Statement(
    update(OUTBOUND)
    .where(
        OUTBOUND.c.address_id == bindparam("it"),
        OUTBOUND.c.state == str(DeliveryState.QUEUED),
        OUTBOUND.c.purpose != CRISIS,
    )
    .values(state=DROPPED, code=bindparam("why"), settled_at=bindparam("now"))
)
_DROP_THEIRS = Statement(
    update(OUTBOUND)
    .where(
        OUTBOUND.c.participant_id == bindparam("it"),
        OUTBOUND.c.state == str(DeliveryState.QUEUED),
        OUTBOUND.c.purpose != CRISIS,
    )
    .values(state=DROPPED, code=bindparam("why"), settled_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Scene:
    """For whom and where an event happened.

    ``address`` is where the person spoke or is asked, ``None`` when routing has to find it;
    ``run`` is ``None`` outside a run; ``batch`` ties together what one event makes us say.
    """

    participant: str
    language: str
    now: datetime
    address: str | None = None
    channel: str | None = None
    run: str | None = None
    study: str = ""
    revision: str = ""
    is_test: bool = False
    batch: str = field(default_factory=lambda: secrets.token_hex(6))


Say = Callable[[Connection, Send, Scene], bool]
"""Saves a message that leaves at once, and says so; else it is for the line."""


def apply(  # noqa: C901 - one case per effect
    db: Connection, effects: Iterable[Effect], scene: Scene, say: Say | None = None
) -> int:
    """Write the rows of these effects, in order; returns how many messages wait to be sent. ``say``
    saves a message that need not wait.
    """
    count = 0
    for effect in effects:
        match effect:
            case Send() if say is not None and say(db, effect, scene):
                pass
            case Send():
                enqueue(db, effect, scene)
                count += 1
            case Record():
                _record(db, effect, scene)
            case SetTimer() if scene.run is not None:
                set_timer(db, scene.run, effect.timer, effect.turn, scene.now + effect.after)
            case Grant(reward=reward) if scene.run is not None and not scene.is_test:
                grant(
                    db, scene.run, scene.participant, scene.study, reward.cents, reward.currency,
                    scene.now,
                )  # fmt: skip
            case OpenCase(kind=kind):
                open_case(db, scene.participant, kind, scene.now)
                if kind == WRONG_PERSON:
                    pause_until_the_number_is_right(db, scene.participant)
                elif kind == CRISIS:
                    pause(db, scene.participant, CRISIS)
            case SwitchLanguage(language=language):
                participants.set_language(db, scene.participant, language)
                scene = replace(scene, language=language)
            case PreferChannel(channel=channel):
                participants.set_channel(db, scene.participant, channel)
            case OptOut():
                _opt_out(db, scene)
            case OptIn():
                _opt_in(db, scene)
            case Erase():
                open_case(db, scene.participant, ERASURE, scene.now)
                _leave(db, scene)
            case End() if scene.run is not None:
                drop_timers(db, scene.run, scene.now)
            case SetTimer() | Grant() | End():
                pass  # these speak of a run that is not there
            case _:
                assert_never(effect)
    return count


def enqueue(db: Connection, send: Send, scene: Scene) -> None:
    """Save a message before it is sent. What is said in a crisis goes before all that waits
    for the person, however long that has failed to leave.
    """
    queue(
        db,
        scene.now,
        participant_id=scene.participant or None,
        run_id=scene.run,
        address_id=scene.address,
        channel=scene.channel,
        place=0 if send.purpose == CRISIS else None,
        batch=scene.batch,
        purpose=send.purpose,
        language=scene.language,
        order=dump_send(send),
    )


def queue(db: Connection, now: datetime, **values: Any) -> None:
    """The one way into the outbox. Its token is what a provider tells us back: nobody can guess it,
    and it begins with the time, so that the newest stand side by side in their index. What is not
    among ``values`` is as for a message that nobody has tried to send.
    """
    fresh = {
        "token": f"{int(now.timestamp()):08x}{secrets.token_urlsafe(16)}",
        "state": str(DeliveryState.QUEUED),
        "tries": 0,
        "is_plain": False,
        "looks": 0,
        "created_at": now,
        "not_before": now,
        "is_unprompted": values["purpose"] in UNPROMPTED,
    }
    _SEND.write(db, **(fresh | values))


def _record(db: Connection, record: Record, scene: Scene) -> None:
    if scene.run is None:
        return
    value = record.value
    is_free = isinstance(value, str) and not record.shown
    _ANSWER.write(
        db,
        run_id=scene.run,
        participant_id=scene.participant,
        step=record.step,
        value=None if is_free else list(value) if isinstance(value, tuple) else _plain(value),
        words=value if is_free else None,
        typed=record.typed or None,
        reason=record.reason,
        language=scene.language,
        channel=scene.channel or "",
        shown=list(record.shown),
        corrects=record.corrects,
        at=scene.now,
    )
    if record.consent is not None:
        note_consent(
            db, scene.participant, record.consent, record.value == "yes", scene.revision, scene.now
        )
    if record.step == "channel" and isinstance(value, str) and value in ("whatsapp", "sms"):
        participants.set_channel(db, scene.participant, value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _opt_out(db: Connection, scene: Scene) -> None:
    """Stop: nothing that waits for this person leaves any more. In words it means us, on every
    channel; the link in an e-mail means e-mails.
    """
    is_said = scene.channel != Channel.EMAIL
    mine = participants.addresses_of(db, scene.participant) if is_said else []
    for address in _with_here(scene, mine):
        participants.opt_out(db, address, scene.now)
        _DROP.write(db, it=address, why="opted out", now=scene.now)


def _leave(db: Connection, scene: Scene) -> None:
    """From now on nobody is known under these addresses, and what was to be said is held back;
    names, numbers and answers go when the receipt has left. Somebody else who is reached there
    stays; who only tried something out there is the same person.
    """
    due = scene.now + AFTER_THE_FAREWELL
    participants.leave(db, scene.participant)
    erasing.forget(db, scene.participant, scene.study, scene.now)
    _DROP_THEIRS.run(db, it=scene.participant, why="erased", now=scene.now)
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


def _opt_in(db: Connection, scene: Scene) -> None:
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
