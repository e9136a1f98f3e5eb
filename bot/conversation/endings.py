"""How each invitation ended: stored in the transaction that ends its run."""

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from bot.conversation.alerts import alert_afterwards
from bot.conversation.tables import OUTBOUND, RUNS
from bot.engine.effects import Effect, OpenCase
from bot.engine.flow import AnswerType, Flow, Kind, RunStatus
from bot.engine.run import Run
from bot.panel.dispositions import SILENT, Disposition, Ending, disposition
from bot.panel.pauses import WRONG_PERSON
from bot.panel.tables import INVITATIONS
from bot.store.statements import Statement

_ENDED = Statement(
    update(INVITATIONS)
    .where(INVITATIONS.c.id == bindparam("it"))
    .values(disposition=bindparam("how"))
)
_ARRIVED = Statement(
    select(OUTBOUND.c.id)
    .where(
        OUTBOUND.c.participant_id == bindparam("person"),
        OUTBOUND.c.run_id == bindparam("run"),
        or_(*(OUTBOUND.c.state == state for state in ("sent", "delivered", "read"))),
    )
    .limit(1)
)
_SOMETHING_LEFT = exists(
    select(1)
    .select_from(OUTBOUND.join(RUNS, RUNS.c.id == OUTBOUND.c.run_id))
    .where(
        OUTBOUND.c.participant_id == INVITATIONS.c.participant_id,
        RUNS.c.invitation_id == INVITATIONS.c.id,
        OUTBOUND.c.provider_id.is_not(None),
    )
)
"""Whether a provider took over any message of the wave. Where none did, that the person says
nothing is no news of the person: it was held, dropped, parked or refused on our side.
"""

_LEFT = Statement(
    select(INVITATIONS.c.id).where(INVITATIONS.c.id == bindparam("it"), _SOMETHING_LEFT)
)
_HISTORY = Statement(
    select(INVITATIONS.c.disposition)
    .where(
        INVITATIONS.c.participant_id == bindparam("person"),
        INVITATIONS.c.study == bindparam("study"),
        or_(
            INVITATIONS.c.disposition.is_(None),
            INVITATIONS.c.disposition != str(Disposition.UNDELIVERED),
            _SOMETHING_LEFT,
        ),
    )
    .order_by(INVITATIONS.c.opened_at.desc(), INVITATIONS.c.id)
    .limit(bindparam("most"))
)


def note_ending(
    db: Connection,
    flow: Flow | None,
    invitation: str | None,
    run: Run,
    effects: Iterable[Effect] = (),
    cause: str = "",
) -> Disposition | None:
    """Write down how a wave ended, once its run is over; ``None`` while it waits.

    People are told of a wave that ends before anything of it has left us.
    """
    if run.status is RunStatus.WAITING or invitation is None:
        return None
    if any(isinstance(one, OpenCase) and one.kind == WRONG_PERSON for one in effects):
        cause = WRONG_PERSON
    has_replied = run.turn > 1
    how = disposition(
        Ending(
            status=run.status,
            answers=_answers(flow, run),
            has_replied=has_replied,
            was_delivered=has_replied
            or _ARRIVED.row(db, person=run.participant, run=run.id) is not None,
            cause=cause,
        )
    )
    _ENDED.write(db, it=invitation, how=str(how))
    if how is Disposition.UNDELIVERED and _LEFT.row(db, it=invitation) is None:
        alert_afterwards(
            db, "unsent", "a wave ended before anything of it had left", invitation=invitation
        )
    return how


def is_silent(db: Connection, participant: str, study: str, waves: int) -> bool:
    """Whether so many of the latest waves ended without a sign of life. One of which nothing has
    left is none of them: that silence was ours.
    """
    found = [
        row.disposition for row in _HISTORY.rows(db, person=participant, study=study, most=waves)
    ]
    return len(found) == waves and all(how in SILENT for how in found)


def _answers(flow: Flow | None, run: Run) -> int:
    """How many questions were answered; those up to the consent do not count."""
    if flow is None:
        return sum(value is not None for value in run.answers.values())
    consents = [place for place, step in enumerate(flow.steps) if step.consent]
    counted = flow.steps[max(consents, default=-1) + 1 :]
    return sum(
        run.answers.get(step.name) is not None
        for step in counted
        if step.kind is Kind.ASK and step.type is not AnswerType.LANGUAGE
    )
