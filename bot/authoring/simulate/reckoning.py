"""The end of a simulated study: what the database holds against what should have happened."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from bot.authoring.simulate.figures import Figures
from bot.casework.alarms import CASES
from bot.content.study import Study
from bot.conversation.tables import RUNS
from bot.conversation.waves import opened_of, rules_of
from bot.panel.consent import CONSENTS
from bot.panel.participants import PARTICIPANTS, can_be_reached
from bot.panel.tables import INVITATIONS
from bot.panel.waves import day_of
from bot.rewards.ledger import ENTRIES, POSTINGS


def reckon(db: Connection, study: Study, figures: Figures, end: datetime) -> None:
    """Add to the figures what the rows say, and what of it is wrong."""
    for ended, number in db.execute(
        select(INVITATIONS.c.disposition, func.count()).group_by(INVITATIONS.c.disposition)
    ):
        figures.dispositions[ended or "still open"] += number
    for status, number in db.execute(
        select(PARTICIPANTS.c.status, func.count()).group_by(PARTICIPANTS.c.status)
    ):
        figures.people[status] += number
    forgotten = select(func.count()).where(
        INVITATIONS.c.disposition.is_(None), INVITATIONS.c.opened_at < end - 2 * study.close
    )
    figures.broken["a wave never closed"] += db.execute(forgotten).scalar_one()
    _waves(db, study, figures, end)
    _rewards(db, study, figures)
    figures.broken += type(figures.broken)()  # only what happened is left


def _waves(db: Connection, study: Study, figures: Figures, end: datetime) -> None:
    """Every wave that came due was opened once, or somebody can say why not."""
    rules = rules_of(study)
    agreed = set(db.execute(select(CONSENTS.c.participant_id)).scalars())
    first_case = select(CASES.c.participant_id, func.min(CASES.c.opened_at))
    told = {
        participant: at.astimezone(ZoneInfo(study.hours.timezone)).date()
        for participant, at in db.execute(first_case.group_by(CASES.c.participant_id))
    }
    twice = (
        select(func.count())
        .select_from(INVITATIONS)
        .group_by(INVITATIONS.c.participant_id, INVITATIONS.c.wave, INVITATIONS.c.number)
        .having(func.count() > 1)
    )
    figures.broken["a wave opened twice"] += len(db.execute(twice).all())
    for person in db.execute(select(PARTICIPANTS)).all():
        opened = opened_of(db, study, person)
        figures.waves_opened += len(opened)
        today = end.astimezone(ZoneInfo(person.timezone)).date()
        for rule in rules:
            for number in range(1, 1 + (1 if rule.every is None else rule.times or 0)):
                day = day_of(rule, rules, person.anchor_on, number)
                if day > today - study.close:
                    continue
                figures.waves_due += 1
                if (rule.name, number) in opened:
                    continue
                if person.id in told and day > told[person.id] - study.close:
                    figures.left_out["paused"] += 1
                elif person.id not in agreed:
                    figures.left_out["no consent"] += 1
                elif not can_be_reached(db, study.channels, person.id):
                    figures.left_out["stopped or unreachable"] += 1
                else:
                    figures.broken["a wave that was due was not opened"] += 1


def _rewards(db: Connection, study: Study, figures: Figures) -> None:
    """What was earned is what the completed runs earn, to the cent."""
    earned = (
        select(func.coalesce(func.sum(POSTINGS.c.cents), 0))
        .join(ENTRIES, ENTRIES.c.id == POSTINGS.c.entry_id)
        .where(ENTRIES.c.key.like("run:%:reward"), POSTINGS.c.cents > 0)
    )
    figures.earned_cents = int(db.execute(earned).scalar_one())
    paid_for = select(func.count()).where(RUNS.c.status.in_(("completed", "handed_over")))
    runs = db.execute(paid_for.select_from(RUNS)).scalar_one()
    wanted = runs * (study.reward.cents if study.reward else 0)
    figures.broken["cents too many or too few"] += abs(wanted - figures.earned_cents)
