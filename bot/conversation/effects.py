"""Effects become rows: messages to send, answers, timers, rewards, cases. Part of the transaction
that handled the event, so that either all of it happened or nothing.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, insert

from bot.casework.cases import open_case
from bot.conversation import leaving
from bot.conversation.orders import dump_send
from bot.conversation.scene import Say, Scene
from bot.conversation.tables import ANSWERS, OUTBOUND, UNPROMPTED
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
from bot.message import DeliveryState
from bot.panel import participants
from bot.panel.consent import note_consent
from bot.panel.pauses import WRONG_PERSON, pause, pause_until_the_number_is_right
from bot.panel.timers import ERASURE, drop_timers, set_timer
from bot.rewards.ledger import grant
from bot.store.statements import Statement

_SEND = Statement(insert(OUTBOUND))
_ANSWER = Statement(insert(ANSWERS))


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
                leaving.opt_out(db, scene)
            case OptIn():
                leaving.opt_in(db, scene)
            case Erase():
                open_case(db, scene.participant, ERASURE, scene.now)
                leaving.leave(db, scene)
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
