"""Opening a wave for a participant: exactly once per participant, wave and number."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.content.revision import Revision, revision_of
from bot.conversation.effects import apply
from bot.conversation.endings import note_ending
from bot.conversation.revisions import keep, keep_behind, kept_of
from bot.conversation.scene import Scene
from bot.conversation.tables import ANSWERS, RUNS
from bot.engine.advance import advance
from bot.engine.events import Started
from bot.engine.flow import RunStatus, Value
from bot.engine.run import Run
from bot.engine.stored import dump_run
from bot.panel.participants import PARTICIPANTS
from bot.panel.tables import INVITATIONS
from bot.store.statements import Statement

_BASELINE = "baseline"

_PERSON = Statement(
    select(
        PARTICIPANTS.c.status,
        PARTICIPANTS.c.paused_for,
        PARTICIPANTS.c.language,
        PARTICIPANTS.c.seed,
        PARTICIPANTS.c.is_test,
    ).where(PARTICIPANTS.c.id == bindparam("it"))
)
_WAITING = Statement(
    select(RUNS.c.id)
    .where(RUNS.c.participant_id == bindparam("it"), RUNS.c.status == str(RunStatus.WAITING))
    .limit(1)
)
_INVITE = Statement(upsert(INVITATIONS).on_conflict_do_nothing())
_BEGIN = Statement(insert(RUNS))
_EARLIER = Statement(
    select(RUNS.c.flow, ANSWERS.c.step, ANSWERS.c.value, ANSWERS.c.words)
    .join(RUNS, RUNS.c.id == ANSWERS.c.run_id)
    .where(
        RUNS.c.participant_id == bindparam("it"),
        or_(RUNS.c.flow == bindparam("flow"), RUNS.c.flow == _BASELINE),
    )
    .order_by(ANSWERS.c.id)
)


@dataclass(frozen=True, slots=True)
class Opened:
    """Whether a wave was opened; ``reason`` says why not: known, waiting, gone, language."""

    run: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Where a person began by themselves: the id of the address, and its channel."""

    address: str
    channel: str


def open_wave(
    db: Connection,
    revision: Revision,
    participant: str,
    wave: str,
    number: int,
    now: datetime,
    came: Came | None = None,
    languages: Collection[str] = (),
) -> Opened:
    """Begin a run for this participant. A wave that is open or was opened is left alone.

    Who came by themselves gets the first question at once, there; everybody else an invitation,
    and who is paused since they fell silent the words for coming back. ``languages`` are those of
    the study: while a changed text is not translated into one of them yet, who speaks it is asked
    by the last revision that was complete in it.
    """
    person = _PERSON.row(db, it=participant)
    if person is None or person.status not in ("active", "paused"):
        return Opened(None, "gone")
    if has_open_run(db, participant):
        return Opened(None, "waiting")
    if person.language in languages:
        revision = _complete_in(db, revision, person.language)
    flow = revision.flow
    if not flow.languages:
        return Opened(None, "language")
    invitation = f"i{secrets.token_hex(8)}"
    is_new = _INVITE.run(
        db,
        id=invitation,
        participant_id=participant,
        study=flow.study,
        wave=wave,
        number=number,
        opened_at=now,
    )
    if not is_new:
        return Opened(None, "known")
    keep(db, revision, now)
    language = person.language if person.language in flow.languages else flow.languages[0]
    run = Run(
        id=f"r{secrets.token_hex(6)}",
        revision=revision.hash,
        participant=participant,
        language=language,
        wave=number,
        seed=person.seed,
        facts=_facts(db, participant, flow.name),
    )
    started = Started(invited=came is None, again=person.paused_for == "silent")
    after, effects = advance(flow, run, started)
    _BEGIN.write(
        db,
        id=run.id,
        participant_id=participant,
        invitation_id=invitation,
        study=flow.study,
        flow=flow.name,
        wave=number,
        revision=revision.hash,
        status=str(after.status),
        state=dump_run(after),
        version=1,
        asked_at=now,
        started_at=now,
    )
    scene = Scene(
        participant=participant,
        language=language,
        now=now,
        address=None if came is None else came.address,
        channel=None if came is None else came.channel,
        run=run.id,
        study=flow.study,
        revision=revision.hash,
        is_test=person.is_test,
    )
    apply(db, effects, scene)
    note_ending(db, flow, invitation, after, effects)
    return Opened(run.id)


def _complete_in(db: Connection, revision: Revision, language: str) -> Revision:
    """The words are old, the rules are those of today: what is promised is what is paid."""
    flow = revision.flow
    if language in flow.languages:
        return revision
    kept = kept_of(db, flow.study, flow.name)
    last = next((one for one in kept if language in one.flow.languages), None)
    if last is None or last.flow.policy == flow.policy:
        return last or revision
    renewed = revision_of(replace(last.flow, policy=flow.policy), last.texts, last.samples)
    keep_behind(db, renewed, last)
    return renewed


def has_open_run(db: Connection, participant: str) -> bool:
    """Whether a question is open: then no wave begins."""
    return _WAITING.row(db, it=participant) is not None


def _facts(db: Connection, participant: str, flow: str) -> dict[str, Value]:
    """What the flow may ask about earlier waves: ``last.`` (same flow) and ``baseline.``."""
    facts: dict[str, Value] = {}
    for answer in _EARLIER.rows(db, it=participant, flow=flow):
        value: Any = answer.value if answer.words is None else answer.words
        value = tuple(value) if isinstance(value, list) else value
        if answer.flow == flow:
            facts[f"last.{answer.step}"] = value
        if answer.flow == _BASELINE:
            facts[f"baseline.{answer.step}"] = value
    return facts
