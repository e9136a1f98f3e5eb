"""Erasing everything that names a person, in one transaction over all rooms."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.casework.cases import close_kind
from bot.conversation.endings import note_ending
from bot.conversation.leaving import DROP_THEIRS
from bot.conversation.orders import dump_send
from bot.conversation.reply_words import REPLY_WORDS
from bot.conversation.runs import save_run
from bot.conversation.sharing import said_within
from bot.conversation.tables import ANSWERS, DROPPED, INBOUND, OUTBOUND, RUNS
from bot.conversation.unpaid import KIND as UNPAID
from bot.engine.effects import Send
from bot.engine.flow import RunStatus
from bot.engine.stored import load_run
from bot.message import DeliveryState
from bot.panel import participants
from bot.panel.erase import erase
from bot.panel.pauses import pause
from bot.panel.timers import ERASURE, drop_timers
from bot.rewards import erasing


def stop(db: Connection, participant: str, now: datetime) -> bool:
    """No more messages to this person on any address, but for the numbers to call in a crisis; an
    open run ends. An address that a housemate has as well stays: there the person is paused. False:
    no such one.
    """
    addresses = participants.addresses_of(db, participant)
    for address in addresses:
        if _housemates(db, participant, address.id):
            pause(db, participant, "operator")
        else:
            participants.opt_out(db, address.id, now)
    DROP_THEIRS.run(db, it=participant, why="stopped", now=now)
    end_runs(db, participant, now)
    return bool(addresses)


def forget(db: Connection, participant: str, now: datetime) -> bool:
    """Erase who this was: name, addresses, answers, and every word typed or sent. False: no such
    one. That somebody was asked, how each wave ended and the amounts stay under the pseudonym; the
    codes of the vouchers that were given go, and what was owed is released. Who shares the phone
    keeps what answered their own questions.
    """
    addresses = _addresses_ever(db, participant)
    mine = select(RUNS.c.id).where(RUNS.c.participant_id == participant)
    _drop_waiting(db, participant, now)
    end_runs(db, participant, now)
    for address in addresses:
        others = _housemates(db, participant, address)
        here = (INBOUND.c.address_id == address) & ~said_within(others)
        db.execute(update(INBOUND).where(here).values(text=None))
    db.execute(
        update(OUTBOUND)
        .where(OUTBOUND.c.participant_id == participant)
        .values(form=None, order=dump_send(Send(None, None)))
    )
    db.execute(update(INBOUND).where(INBOUND.c.run_id.in_(mine)).values(text=None))
    db.execute(delete(REPLY_WORDS).where(REPLY_WORDS.c.run_id.in_(mine)))
    db.execute(delete(ANSWERS).where(ANSWERS.c.run_id.in_(mine)))
    for row in db.execute(select(RUNS).where(RUNS.c.participant_id == participant)).all():
        save_run(db, row, replace(load_run(row.state), answers={}, facts={}), now)
    person = select(participants.PARTICIPANTS.c.study).where(
        participants.PARTICIPANTS.c.id == participant
    )
    study = db.execute(person).scalar()
    if study is not None:
        erasing.forget(db, participant, study, now)
        for kind in (UNPAID, ERASURE):
            close_kind(db, participant, kind, now)
    return erase(db, participant, now)


def _housemates(db: Connection, participant: str, address: str) -> list[str]:
    """Who else is reached there."""
    people = participants.people_at(db, address)
    return [one.id for one in people if one.id != participant and not one.is_test]


def _addresses_ever(db: Connection, participant: str) -> list[str]:
    """Where this person is reached, and where they were: a number may have changed."""
    written_to = select(OUTBOUND.c.address_id).where(
        OUTBOUND.c.participant_id == participant, OUTBOUND.c.address_id.is_not(None)
    )
    here = {row.id for row in participants.addresses_of(db, participant)}
    return sorted(here | set(db.execute(written_to).scalars()))


def _drop_waiting(db: Connection, participant: str, now: datetime) -> None:
    """All of it, what is said in a crisis too: its words go with the person."""
    db.execute(
        update(OUTBOUND)
        .where(
            OUTBOUND.c.participant_id == participant,
            OUTBOUND.c.state == str(DeliveryState.QUEUED),
        )
        .values(state=DROPPED, code="stopped", settled_at=now)
    )


def end_runs(db: Connection, participant: str, now: datetime, cause: str = "operator") -> None:
    """Nothing is asked of this person any more; raises StaleError when a run has moved on."""
    waiting = select(RUNS).where(
        RUNS.c.participant_id == participant, RUNS.c.status == str(RunStatus.WAITING)
    )
    for row in db.execute(waiting).all():
        ended = replace(load_run(row.state), status=RunStatus.STOPPED, step=None)
        save_run(db, row, ended, now)
        note_ending(db, None, row.invitation_id, ended, cause=cause)
        drop_timers(db, row.id, now)
