"""The run that is spoken to at an address, found and kept."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.conversation.tables import RUNS
from bot.engine.effects import CRISIS
from bot.engine.flow import RunStatus
from bot.engine.run import Run
from bot.engine.stored import dump_run
from bot.panel import participants
from bot.panel.pauses import WRONG_PERSON
from bot.store.statements import Statement

_NEEDED = (
    "id", "participant_id", "invitation_id", "study", "revision", "state", "version", "asked_at",
    "ended_at",
)  # fmt: skip
"""What a message has to know of its run."""

A_CRISIS = timedelta(minutes=15)
"""How long after a cry for help what is typed there is no answer to what a housemate was asked."""

_PAUSED_FOR = func.coalesce(participants.PARTICIPANTS.c.paused_for, "")
_RUN_AT = Statement(
    select(
        *(RUNS.c[name] for name in _NEEDED),
        participants.PARTICIPANTS.c.is_test,
        participants.PARTICIPANTS.c.timezone,
        participants.PARTICIPANTS.c.paused_for,
        participants.PARTICIPANTS.c.listens,
        participants.ADDRESSES.c.id.label("address_id"),
        participants.ADDRESSES.c.heard_at,
        participants.ADDRESSES.c.is_alive,
        participants.ADDRESSES.c.opted_out_at,
    )
    .join(participants.REACHES, participants.REACHES.c.participant_id == RUNS.c.participant_id)
    .join(participants.PARTICIPANTS, participants.PARTICIPANTS.c.id == RUNS.c.participant_id)
    .join(participants.ADDRESSES, participants.ADDRESSES.c.id == participants.REACHES.c.address_id)
    .where(
        participants.ADDRESSES.c.channel == bindparam("channel"),
        participants.ADDRESSES.c.address_hash == bindparam("address"),
        participants.PARTICIPANTS.c.status != "erased",
    )
    .order_by(
        ((RUNS.c.status == "waiting") & (RUNS.c.id == bindparam("tapped"))).desc(),
        (
            (RUNS.c.status == "handed_over")
            & (_PAUSED_FOR == CRISIS)
            & (func.coalesce(RUNS.c.ended_at, RUNS.c.asked_at) > bindparam("lately"))
        ).desc(),
        (RUNS.c.status == "waiting").desc(),
        _PAUSED_FOR == WRONG_PERSON,
        RUNS.c.asked_at.desc(),
        RUNS.c.id,
    )
    .limit(1)
    .with_for_update(of=RUNS)
)
_SAVE = Statement(
    update(RUNS)
    .where(RUNS.c.id == bindparam("it"), RUNS.c.version == bindparam("seen"))
    .values(
        state=bindparam("new_state"),
        status=bindparam("new_status"),
        version=bindparam("next"),
        asked_at=bindparam("asked"),
        ended_at=bindparam("ended"),
    )
)
_ASKED = Statement(
    update(RUNS).where(RUNS.c.id == bindparam("it")).values(asked_at=bindparam("now"))
)


def run_at(db: Connection, channel: str, address: str, tapped: str, now: datetime) -> Any:
    """The run that a message from there belongs to, locked, with what is known of the person and
    the address; ``None``: there is none. People who share a phone have several: the waiting one
    whose button was ``tapped``, else one in which somebody cried for help just now, else the
    waiting one that asked last, else the latest: of those for whom the number is wrong only where
    nobody else is there.
    """
    lately = now - A_CRISIS
    return _RUN_AT.row(db, channel=channel, address=address, tapped=tapped, lately=lately)


def save_run(db: Connection, row: Any, run: Run, now: datetime) -> None:
    """Write a run over the version that was read; raises StaleError, at the COMMIT at the latest,
    when it has moved on.
    """
    has_ended = run.status is not RunStatus.WAITING
    _SAVE.must(
        db,
        it=row.id,
        seen=row.version,
        next=row.version + 1,
        new_state=dump_run(run),
        new_status=str(run.status),
        asked=row.asked_at if has_ended else now,
        ended=(row.ended_at or now) if has_ended else None,
    )


def note_asked(db: Connection, run: str, now: datetime) -> None:
    """Its question is the last one that was asked: what is typed on a shared phone answers it."""
    _ASKED.run(db, it=run, now=now)
