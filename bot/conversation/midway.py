"""Made-up people who have been in a study for a while, so that any wave of it can be tried out."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.content.study import Study
from bot.conversation.waves import asks_for_consent, rules_of
from bot.panel.consent import note_consent
from bot.panel.tables import INVITATIONS
from bot.panel.waves import WaveRule, day_of

_ANCHOR = date(2026, 1, 5)


def days_before(study: Study, wave: str, number: int) -> timedelta | None:
    """How long before this wave is due a person joins; ``None`` for a wave the study has not."""
    rules = rules_of(study)
    rule = next((one for one in rules if one.name == wave), None)
    return None if rule is None else day_of(rule, rules, _ANCHOR, number) - _ANCHOR


def come_so_far(
    db: Connection, study: Study, participant: str, wave: str, number: int, now: datetime
) -> None:
    """As if what was due before this wave had been opened, and agreed to; nothing was answered.

    The waves after it then open by themselves, as for everybody.
    """
    rules = rules_of(study)
    until = days_before(study, wave, number) or timedelta()
    for rule in rules:
        for count in range(1, _times_until(rule, rules, until) + 1):
            if (rule.name, count) != (wave, number):
                _note_opened(db, study, participant, rule.name, count, now)
    for name, revision in study.flows.items():
        if asks_for_consent(revision) and name != _flow_of(rules, wave):
            purposes = {step.consent for step in revision.flow.steps if step.consent}
            for purpose in sorted(purposes):
                note_consent(db, participant, purpose, True, revision.hash, now)


def _times_until(rule: WaveRule, rules: tuple[WaveRule, ...], until: timedelta) -> int:
    """How often a wave was due before, or on, this day."""
    if rule.every is None:
        return int(day_of(rule, rules, _ANCHOR, 1) - _ANCHOR <= until)
    first = day_of(rule, rules, _ANCHOR, 1) - _ANCHOR
    times = max(0, (until - first) // rule.every + 1)
    return times if rule.times is None else min(times, rule.times)


def _flow_of(rules: tuple[WaveRule, ...], wave: str) -> str:
    return next((rule.flow for rule in rules if rule.name == wave), wave)


def _note_opened(
    db: Connection, study: Study, participant: str, wave: str, number: int, now: datetime
) -> None:
    db.execute(
        upsert(INVITATIONS).on_conflict_do_nothing(),
        {
            "id": f"i{secrets.token_hex(8)}",
            "participant_id": participant,
            "study": study.name,
            "wave": wave,
            "number": number,
            "opened_at": now,
        },
    )
