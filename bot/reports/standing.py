"""How the waves of a study stand: invitations by how they ended, people by status. No test runs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.panel.dispositions import Disposition
from bot.panel.participants import PARTICIPANTS
from bot.panel.pauses import paused_since
from bot.panel.tables import INVITATIONS

OPEN = "open"
ENDS = (OPEN, *(str(one) for one in Disposition))


@dataclass(frozen=True, slots=True)
class Standing:
    """``waves`` is (wave, number) → how many invitations stand or ended so; ``people`` counts
    participants by status, a pause with its reason.
    """

    paused_since: datetime | None
    people: Mapping[str, int]
    waves: Mapping[tuple[str, int], Mapping[str, int]]


def standing(db: Connection, study: str) -> Standing:
    """Everything up to this moment."""
    people: Counter[str] = Counter()
    counted = (
        select(PARTICIPANTS.c.status, PARTICIPANTS.c.paused_for, func.count())
        .where(PARTICIPANTS.c.study == study, PARTICIPANTS.c.is_test.is_(False))
        .group_by(PARTICIPANTS.c.status, PARTICIPANTS.c.paused_for)
    )
    for status, reason, count in db.execute(counted):
        people[f"{status}: {reason}" if reason else status] += count
    waves: dict[tuple[str, int], Counter[str]] = {}
    ends = (
        select(
            INVITATIONS.c.wave,
            INVITATIONS.c.number,
            INVITATIONS.c.disposition,
            func.count(),
            func.min(INVITATIONS.c.opened_at),
        )
        .join(PARTICIPANTS, PARTICIPANTS.c.id == INVITATIONS.c.participant_id)
        .where(INVITATIONS.c.study == study, PARTICIPANTS.c.is_test.is_(False))
        .group_by(INVITATIONS.c.wave, INVITATIONS.c.number, INVITATIONS.c.disposition)
        .order_by(func.min(INVITATIONS.c.opened_at))
    )
    for wave, number, ended, count, _ in db.execute(ends):
        waves.setdefault((wave, number), Counter())[ended or OPEN] += count
    return Standing(paused_since(db, study), people, waves)
