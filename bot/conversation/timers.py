"""What one timer does: it wakes its run, which drops it when the person has moved on since.

A reminder that comes due at a bad moment waits in its timer and not among the messages, so that
two that were late never leave together.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.casework.cases import open_case
from bot.content.study import Study
from bot.conversation.effects import apply
from bot.conversation.endings import is_silent, note_ending
from bot.conversation.forget import forget
from bot.conversation.openers import moment_to_remind
from bot.conversation.revisions import Content
from bot.conversation.runs import note_asked, save_run
from bot.conversation.scene import Scene
from bot.conversation.tables import RUNS, UNPROMPTED
from bot.conversation.templates import Asked, opening_form
from bot.conversation.ways import other_way
from bot.engine.advance import advance
from bot.engine.effects import Effect, Send
from bot.engine.events import Event, Expired, TimedOut
from bot.engine.run import Run
from bot.engine.stored import load_run
from bot.panel.participants import PARTICIPANTS
from bot.panel.pauses import STUDY_RESTS, pause
from bot.panel.timers import ERASURE, finish_timer, postpone_timer
from bot.store.statements import Statement

RESTART = timedelta(days=30)
"""After so long a silent participant is asked once more."""

CLOSE = "close"

_RUN = Statement(select(RUNS).where(RUNS.c.id == bindparam("it")).with_for_update())
_PERSON = Statement(
    select(
        PARTICIPANTS.c.id,
        PARTICIPANTS.c.status,
        PARTICIPANTS.c.seed,
        PARTICIPANTS.c.channel,
        PARTICIPANTS.c.next_wave_at,
        PARTICIPANTS.c.timezone,
        PARTICIPANTS.c.is_test,
        STUDY_RESTS.label("study_rests"),
    ).where(PARTICIPANTS.c.id == bindparam("it"))
)
_NAME = Statement(select(PARTICIPANTS.c.first_name).where(PARTICIPANTS.c.id == bindparam("it")))


def fire(db: Connection, content: Content, timer: Any, now: datetime) -> int:
    """Carry out one due timer, once; returns how many messages wait to be sent.

    Raises StaleError when a reply came in between: then it is run again.
    """
    row = _RUN.row(db, it=timer.run_id)
    if row is None or timer.name == ERASURE:
        if finish_timer(db, timer.id, now) and timer.name == ERASURE:
            forget(db, timer.run_id if row is None else row.participant_id, now)
        return 0
    event: Event = Expired() if timer.name == CLOSE else TimedOut(timer.name, timer.turn or 0)
    run = load_run(row.state)
    flow = content.revision(db, row.revision).flow
    after, effects = advance(flow, run, event)
    person = _PERSON.row(db, it=row.participant_id)
    study = content.library.studies.get(row.study)
    if study is not None and _reminds(effects):
        closes_at = row.started_at + flow.policy.close
        when = moment_to_remind(db, study, person, timer.name, closes_at, now)
        if when is not None and when > now:
            postpone_timer(db, timer.id, when)
            return 0
        effects = effects if when == now else ()
    if not finish_timer(db, timer.id, now):
        return 0
    if after != run:
        save_run(db, row, after, now)
        note_ending(db, flow, row.invitation_id, after, effects)
    scene = _scene(row, run, person, now)
    for one in effects:
        if isinstance(one, Send) and one.purpose in UNPROMPTED:
            note_asked(db, row.id, now)
            scene = _elsewhere(db, content, study, timer.name, person, scene, one)
    count = apply(db, effects, scene)
    if study is not None and timer.name == CLOSE and after != run:
        _leave_in_peace(db, study, person, now)
    return count


def _reminds(effects: tuple[Effect, ...]) -> bool:
    return any(isinstance(one, Send) and one.purpose in UNPROMPTED for one in effects)


def _scene(row: Any, run: Run, person: Any, now: datetime) -> Scene:
    """Where an unprompted message goes is left to routing."""
    return Scene(
        participant=row.participant_id,
        language=run.language,
        now=now,
        run=row.id,
        study=row.study,
        revision=row.revision,
        is_test=person.is_test,
    )


def _elsewhere(
    db: Connection,
    content: Content,
    study: Study | None,
    timer: str,
    person: Any,
    scene: Scene,
    send: Send,
) -> Scene:
    """A reminder may name its channel: ``other`` is one where this wave was not spoken of yet."""
    kind, _, number = timer.partition("-")
    if study is None or kind != "reminder" or not number.isdigit():
        return scene
    if int(number) > len(study.reminders):
        return scene
    wanted = study.reminders[int(number) - 1].channel
    if wanted is None:
        return scene
    name = _NAME.row(db, it=person.id).first_name
    asked = Asked(person.id, name, scene.run, scene.revision, scene.language)
    opening = opening_form(db, content, asked, study, send)
    way = other_way(db, content, study, person, scene, wanted, opening)
    return scene if way is None else replace(scene, address=way.id, channel=way.channel)


def _leave_in_peace(db: Connection, study: Study, person: Any, now: datetime) -> None:
    """After so many silent waves: no more of them, a case for the caseworker, one message later."""
    if person.status != "active" or study.pause_after is None:
        return
    if is_silent(db, person.id, study.name, study.pause_after):
        pause(db, person.id, "silent", now + RESTART)
        open_case(db, person.id, "silent", now)
