"""Opening waves when they are due: one participant, one transaction, never two waves at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.content.revision import Revision
from bot.content.study import Study
from bot.conversation.open import has_open_run, open_wave
from bot.conversation.openers import has_had_enough, moment_to_open
from bot.conversation.revisions import Content
from bot.conversation.sharing import housemate_talks
from bot.conversation.tables import RUNS
from bot.engine.flow import RunStatus
from bot.panel.consent import CONSENTS
from bot.panel.hours import own_hours
from bot.panel.participants import PARTICIPANTS, can_be_reached
from bot.panel.pauses import paused_since
from bot.panel.tables import INVITATIONS
from bot.panel.waves import DueWave, WaveRule, next_wave
from bot.store.statements import Statement

WHILE_OPEN = timedelta(hours=6)
"""How long to wait before looking again while a wave is still open."""

TOMORROW = timedelta(days=1)
WITHOUT_CONSENT = timedelta(days=7)

_UNDECIDED = frozenset({str(RunStatus.EXPIRED), str(RunStatus.HANDED_OVER)})
"""How a run ends in which nobody said no."""

_PERSON = Statement(
    select(
        PARTICIPANTS.c.id,
        PARTICIPANTS.c.study,
        PARTICIPANTS.c.status,
        PARTICIPANTS.c.seed,
        PARTICIPANTS.c.anchor_on,
        PARTICIPANTS.c.timezone,
    )
    .where(PARTICIPANTS.c.id == bindparam("it"))
    .with_for_update()
)
_WHO = (
    select(PARTICIPANTS.c.id)
    .where(
        PARTICIPANTS.c.next_wave_at <= bindparam("now"),
        or_(PARTICIPANTS.c.status == "active", PARTICIPANTS.c.status == "paused"),
    )
    .order_by(PARTICIPANTS.c.next_wave_at)
    .limit(bindparam("most"))
)
_DUE = Statement(_WHO)
_AGAIN = Statement(
    update(PARTICIPANTS)
    .where(PARTICIPANTS.c.id == bindparam("it"))
    .values(next_wave_at=bindparam("at"))
)
_OPENED = Statement(
    select(INVITATIONS.c.wave, INVITATIONS.c.number).where(
        INVITATIONS.c.participant_id == bindparam("person"),
        INVITATIONS.c.study == bindparam("study"),
    )
)
_RUNS = Statement(
    select(RUNS.c.flow, RUNS.c.status).where(RUNS.c.participant_id == bindparam("it"))
)
_CONSENT = Statement(
    select(CONSENTS.c.id)
    .where(CONSENTS.c.participant_id == bindparam("it"), CONSENTS.c.withdrawn_at.is_(None))
    .limit(1)
)


def due_people(
    db: Connection, now: datetime, most: int = 500, full: frozenset[str] = frozenset()
) -> list[str]:
    """Participants at whom to look now; those of ``full`` organisations have to wait."""
    if not full:
        return [row.id for row in _DUE.rows(db, now=now, most=most)]
    found = _WHO.where(PARTICIPANTS.c.organisation_id.not_in(full))
    return list(db.execute(found, {"now": now, "most": most}).scalars())


def open_due_wave(db: Connection, content: Content, participant: str, now: datetime) -> str:
    """Open what is due for this participant, and note when to look again.

    Returns ``opened``, ``later``, ``open`` (a wave still is), ``consent`` (it was refused),
    ``paused`` (the study is), ``unreachable`` (no address that is alive and wanted), ``over`` (no
    wave will come) or ``unknown`` (no such study or flow: people have to look). Someone paused
    whose time has come is asked once more; only an answer brings the waves after it.
    """
    person = _PERSON.row(db, it=participant)
    if person is None or person.status not in ("active", "paused"):
        return "over"
    study = content.library.studies.get(person.study)
    if study is None:
        look_again(db, participant, now + TOMORROW)
        return "unknown"
    wave = plan(db, study, person, now)
    if wave is None:
        look_again(db, participant, None)
        return "over"
    outcome, again = _hindrance(db, content, study, person, wave, now)
    if outcome:
        look_again(db, participant, again)
        return outcome
    flow = flow_to_open(db, study, wave.rule.flow, participant)
    if flow is None:
        look_again(db, participant, now + WITHOUT_CONSENT)
        return "consent"
    asked = study.flows[flow], participant, wave.rule.name, wave.number, now
    opened = open_wave(db, *asked, languages=study.languages)
    following = plan(db, study, person, now) if person.status == "active" else None
    again = None if following is None else max(following.at, now + WHILE_OPEN)
    look_again(db, participant, again)
    return "opened" if opened.run else "unknown"


def _hindrance(
    db: Connection, content: Content, study: Study, person: Any, wave: DueWave, now: datetime
) -> tuple[str, datetime | None]:
    """What stands against opening this wave now, and when to look again; nothing: an empty word."""
    if wave.at > now:
        return "later", wave.at
    if paused_since(db, study.name) is not None:
        # Whoever resumes the study looks at everybody but at those who fell silent before.
        return "paused", None if person.status == "active" else now + TOMORROW
    if has_open_run(db, person.id):
        return "open", now + WHILE_OPEN
    if wave.rule.flow not in study.flows:
        return "unknown", now + TOMORROW
    if not can_be_reached(db, content.channels(study), person.id):
        return "unreachable", now + TOMORROW
    when = moment_to_open(db, study, person, now)
    return ("later", when) if when > now else ("", None)


def hindrance_by_hand(
    db: Connection,
    channels: Iterable[str],
    study: Study,
    flow: str,
    participant: str,
    now: datetime,
) -> str:
    """What stands against opening this flow now though somebody wants it: ``consent``, ``open`` (a
    wave still is), ``unreachable``, ``shared`` (a housemate is answering on the phone) or
    ``enough`` (it would be one message too many); else nothing.
    """
    person = _PERSON.row(db, it=participant)
    if flow_to_open(db, study, flow, participant) != flow:
        return "consent"
    if has_open_run(db, participant):
        return "open"
    if not can_be_reached(db, channels, participant):
        return "unreachable"
    if housemate_talks(db, participant, now):
        return "shared"
    return "enough" if has_had_enough(db, person, now) else ""


def plan(db: Connection, study: Study, person: Any, now: datetime) -> DueWave | None:
    """The participant's next wave, by the study's rules and what was opened."""
    opened = opened_of(db, study, person)
    rules = rules_of(study)
    begin = own_hours(study, person.seed).begin
    return next_wave(rules, person.anchor_on, opened, now, begin, person.timezone)


def opened_of(db: Connection, study: Study, person: Any) -> set[tuple[str, int]]:
    """Which waves of a study were opened for a participant, as (wave, number)."""
    rows = _OPENED.rows(db, person=person.id, study=study.name)
    return {(row.wave, row.number) for row in rows}


def rules_of(study: Study) -> tuple[WaveRule, ...]:
    """The waves of a study as date rules."""
    return tuple(
        WaveRule(wave.name, wave.flow, wave.after_intake, wave.every, wave.start, wave.times)
        for wave in study.waves
    )


def look_again(db: Connection, participant: str, at: datetime | None) -> None:
    """Do not look at this participant before then; ``None``: no wave will come."""
    _AGAIN.write(db, it=participant, at=at)


def flow_to_open(db: Connection, study: Study, flow: str, participant: str) -> str | None:
    """Which flow a wave of ``flow`` opens for a participant: this one, once consent was given.

    Who has said neither yes nor no is asked for it once more instead, until silence pauses them;
    ``None`` for who said no, or took the consent back.
    """
    asking = [name for name, revision in study.flows.items() if asks_for_consent(revision)]
    if not asking or flow in asking or _CONSENT.row(db, it=participant) is not None:
        return flow
    ended = {row.status for row in _RUNS.rows(db, it=participant) if row.flow in asking}
    return asking[0] if ended <= _UNDECIDED else None


def asks_for_consent(revision: Revision) -> bool:
    """Whether a flow asks for a consent itself."""
    return any(step.consent for step in revision.flow.steps)
