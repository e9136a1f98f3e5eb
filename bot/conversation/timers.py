"""What one timer does: it wakes its run, which drops it when the person has moved on since."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.conversation.effects import RUNS, Scene, apply
from bot.conversation.forget import forget
from bot.conversation.receive import save_run
from bot.conversation.revisions import Content
from bot.engine.advance import advance
from bot.engine.events import Event, Expired, TimedOut
from bot.engine.run import Run
from bot.engine.stored import load_run
from bot.panel import participants
from bot.panel.timers import ERASURE, finish_timer
from bot.store.statements import Statement

_RUN = Statement(select(RUNS).where(RUNS.c.id == bindparam("it")).with_for_update())
_PERSON = Statement(
    select(participants.PARTICIPANTS).where(participants.PARTICIPANTS.c.id == bindparam("it"))
)


def fire(db: Connection, content: Content, timer: Any, now: datetime) -> int:
    """Carry out one due timer, once; returns how many messages wait to be sent.

    Raises StaleError when a reply came in between: then it is run again.
    """
    row = _RUN.row(db, it=timer.run_id)
    if row is None or not finish_timer(db, timer.id, now):
        return 0
    if timer.name == ERASURE:
        forget(db, row.participant_id, now)
        return 0
    event: Event = Expired() if timer.name == "close" else TimedOut(timer.name, timer.turn or 0)
    run = load_run(row.state)
    after, effects = advance(content.revision(db, row.revision).flow, run, event)
    if after != run:
        save_run(db, row, after, now)
    return apply(db, effects, _scene(db, row, run, now))


def _scene(db: Connection, row: Any, run: Run, now: datetime) -> Scene:
    """Where an unprompted message goes is left to routing."""
    person = _PERSON.row(db, it=row.participant_id)
    return Scene(
        participant=row.participant_id,
        language=run.language,
        now=now,
        run=row.id,
        study=row.study,
        revision=row.revision,
        is_test=person.is_test,
    )
