"""Who is meant on a phone that several share, also when one of them has just left."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select

from bot.conversation.scene import Scene
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS
from bot.engine.effects import CRISIS, Effect, OpenCase, OptOut, Send, Text
from bot.engine.flow import RunStatus
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES, people_at
from bot.panel.pauses import WRONG_PERSON
from bot.store.statements import Statement

_LEFT = Statement(
    select(PARTICIPANTS.c.id).where(
        PARTICIPANTS.c.status == "erased",
        or_(
            PARTICIPANTS.c.id == bindparam("it"),
            PARTICIPANTS.c.id.in_(
                select(RUNS.c.participant_id).where(RUNS.c.id == bindparam("it"))
            ),
        ),
    )
)
_OTHERS = Statement(
    select(OUTBOUND.c.id)
    .join(PARTICIPANTS, PARTICIPANTS.c.id == OUTBOUND.c.participant_id)
    .where(
        OUTBOUND.c.address_id == bindparam("address"),
        OUTBOUND.c.participant_id != bindparam("person"),
        ~PARTICIPANTS.c.is_test,
    )
    .limit(1)
)
A_TALK = timedelta(minutes=15)
"""How long after their last word somebody is taken to be answering still."""

CALM = timedelta(days=1)
"""How long a phone is left alone after a cry for help, or the last word after it."""

_MINE, _THEIRS = REACHES.alias("mine"), REACHES.alias("theirs")
_TALKS = Statement(
    select(RUNS.c.id)
    .select_from(
        _MINE.join(ADDRESSES, ADDRESSES.c.id == _MINE.c.address_id)
        .join(_THEIRS, _THEIRS.c.address_id == _MINE.c.address_id)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == _THEIRS.c.participant_id)
        .join(RUNS, RUNS.c.participant_id == _THEIRS.c.participant_id)
    )
    .where(
        _MINE.c.participant_id == bindparam("it"),
        ADDRESSES.c.heard_at <= bindparam("now"),
        _THEIRS.c.participant_id != bindparam("it"),
        or_(
            and_(
                ADDRESSES.c.heard_at > bindparam("since"), RUNS.c.status == str(RunStatus.WAITING)
            ),
            and_(ADDRESSES.c.heard_at > bindparam("calm"), PARTICIPANTS.c.paused_for == CRISIS),
        ),
    )
    .limit(1)
)
_SPOKE = Statement(
    select(INBOUND.c.id)
    .select_from(
        _MINE.join(INBOUND, INBOUND.c.address_id == _MINE.c.address_id).outerjoin(
            RUNS, RUNS.c.id == INBOUND.c.run_id
        )
    )
    .where(
        _MINE.c.participant_id == bindparam("it"),
        INBOUND.c.received_at > bindparam("since"),
        or_(RUNS.c.id.is_(None), RUNS.c.participant_id == bindparam("it")),
    )
    .limit(1)
)
_ANSWERED = Statement(
    select(ANSWERS.c.id)
    .join(RUNS, RUNS.c.id == ANSWERS.c.run_id)
    .where(RUNS.c.participant_id == bindparam("it"))
    .limit(1)
)


def who_left(db: Connection, tapped: str) -> str | None:
    """The participant a button speaks of, by their own id or that of a run, if they were erased."""
    left = _LEFT.row(db, it=tapped)
    return None if left is None else str(left.id)


def said_within(people: Sequence[str]) -> ColumnElement[bool]:
    """Whether a message of ``INBOUND`` came while a questionnaire of one of these was open. What is
    said after it on their phone may be anybody's, though the latest run stands beside it.
    """
    return exists(
        select(1).where(
            RUNS.c.id == INBOUND.c.run_id,
            RUNS.c.participant_id.in_(people),
            or_(RUNS.c.ended_at.is_(None), INBOUND.c.received_at <= RUNS.c.ended_at),
        )
    )


def housemate_talks(db: Connection, participant: str, now: datetime) -> bool:
    """Whether somebody else is answering on this person's phone: what is typed there would be taken
    for an answer to whatever was asked last. Or they cried for help and were heard from that day.
    """
    asked = {"since": now - A_TALK, "calm": now - CALM, "now": now}
    return _TALKS.row(db, it=participant, **asked) is not None


def spoke_since(db: Connection, participant: str, since: datetime) -> bool:
    """Whether any of what came from this person's phones since then was not a housemate's."""
    return _SPOKE.row(db, it=participant, since=since) is not None


def name_where_shared(db: Connection, person: Any, scene: Scene) -> tuple[Text, ...]:
    """Whom the question is about, where it might be another: also one who has left since."""
    here = people_at(db, scene.address or "")
    is_alone = not any(one.id != person.id and not one.is_test for one in here)
    if is_alone and _OTHERS.row(db, address=scene.address, person=person.id) is None:
        return ()
    return (Text("polsbot.erase_about", {"first_name": person.first_name}),)


def housemates_spared(
    db: Connection, effects: tuple[Effect, ...], scene: Scene
) -> tuple[Effect, ...]:
    """A wrong person on a phone from which a housemate has answered us: the phone is right for the
    housemate, so that only this person is asked nothing more. Where nobody has, it may be anybody's
    and is left alone.
    """
    if OpenCase(WRONG_PERSON) not in effects or not _answers_from(db, scene):
        return effects
    here = Text("polsbot.wrong_person_here")
    return tuple(
        replace(one, text=here) if isinstance(one, Send) else one
        for one in effects
        if not isinstance(one, OptOut)
    )


def _answers_from(db: Connection, scene: Scene) -> bool:
    """Whether somebody else is reached there who has answered and is asked on. Where it is said
    twice, it is meant.
    """
    people = people_at(db, scene.address or "")
    if any(one.id == scene.participant and one.paused_for == WRONG_PERSON for one in people):
        return False
    return any(
        one.id != scene.participant
        and not one.is_test
        and one.paused_for != WRONG_PERSON
        and _ANSWERED.row(db, it=one.id) is not None
        for one in people
    )
