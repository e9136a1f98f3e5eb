"""Opening a wave for a participant: exactly once per participant, wave and number."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.content.revision import Revision
from bot.conversation.effects import INVITATIONS, RUNS, Scene, answers_of, apply
from bot.conversation.endings import note_ending
from bot.conversation.revisions import keep
from bot.engine.advance import advance
from bot.engine.events import Started
from bot.engine.flow import Value
from bot.engine.run import Run
from bot.engine.stored import dump_run
from bot.panel import participants


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
) -> Opened:
    """Begin a run for this participant. A wave that is open or was opened is left alone.

    Who came by themselves gets the first question at once, there; everybody else an invitation,
    and who is paused since they fell silent the words for coming back.
    """
    person = db.execute(
        select(participants.PARTICIPANTS).where(participants.PARTICIPANTS.c.id == participant)
    ).first()
    if person is None or person.status not in ("active", "paused"):
        return Opened(None, "gone")
    waiting = select(RUNS.c.id).where(
        RUNS.c.participant_id == participant, RUNS.c.status == "waiting"
    )
    if db.execute(waiting).first() is not None:
        return Opened(None, "waiting")
    flow = revision.flow
    if not flow.languages:
        return Opened(None, "language")
    invitation = db.execute(
        upsert(INVITATIONS).on_conflict_do_nothing().returning(INVITATIONS.c.id),
        {
            "id": f"i{secrets.token_hex(8)}",
            "participant_id": participant,
            "study": flow.study,
            "wave": wave,
            "number": number,
            "opened_at": now,
        },
    ).scalar()
    if invitation is None:
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
    db.execute(
        insert(RUNS),
        {
            "id": run.id,
            "participant_id": participant,
            "invitation_id": invitation,
            "study": flow.study,
            "flow": flow.name,
            "wave": number,
            "revision": revision.hash,
            "status": str(after.status),
            "state": dump_run(after),
            "version": 1,
            "asked_at": now,
            "started_at": now,
        },
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


def _facts(db: Connection, participant: str, flow: str) -> dict[str, Value]:
    """What the flow may ask about earlier waves: ``last.`` (same flow) and ``baseline.``."""
    runs = select(RUNS.c.id, RUNS.c.flow).where(RUNS.c.participant_id == participant)
    flows = {row.id: row.flow for row in db.execute(runs)}
    facts: dict[str, Value] = {}
    for answer in answers_of(db, participant):
        value: Any = answer.value if answer.words is None else answer.words
        value = tuple(value) if isinstance(value, list) else value
        if flows.get(answer.run_id) == flow:
            facts[f"last.{answer.step}"] = value
        if flows.get(answer.run_id) == "baseline":
            facts[f"baseline.{answer.step}"] = value
    return facts
