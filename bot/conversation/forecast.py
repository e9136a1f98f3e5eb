"""Who will be asked what, when, and what it costs: nothing is opened and nothing is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.content.compose import compose
from bot.content.helplines import helplines_of
from bot.content.revision import Revision
from bot.content.sms import parts_of
from bot.content.study import Reminder, Study
from bot.conversation.openers import opener_days, reminders_with_room, with_room
from bot.conversation.revisions import Content
from bot.conversation.tables import RUNS
from bot.conversation.waves import asks_for_consent, flow_to_open, opened_of, rules_of
from bot.conversation.ways import order_of, ways_of
from bot.engine.asking import question
from bot.engine.flow import RunStatus, Value
from bot.engine.run import Run
from bot.message import Channel, TextForm
from bot.panel.hours import own_hours
from bot.panel.participants import PARTICIPANTS
from bot.panel.waves import DueWave, next_wave
from bot.rewards.ledger import balance, pot_of


@dataclass(frozen=True, slots=True)
class Forecast:
    """One wave of one participant, ``at`` the earliest. ``messages`` and ``segments`` (of SMS) are
    the most there can be before a reply, reminders on another channel among them, as long as
    nothing fails; ``cents`` what a completed run earns, ``vouchers`` how many then fall due.
    """

    participant: str
    wave: str
    number: int
    at: datetime
    channel: str
    messages: int
    segments: int
    cents: int
    vouchers: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A participant who is not asked: ``paused``, ``stopped``, ``consent`` or ``unreachable``."""

    participant: str
    reason: str


def forecast(
    db: Connection, content: Content, study: Study, now: datetime, until: datetime
) -> Iterator[Forecast | LeftOut]:
    """What the study will open from ``now`` to ``until``, one participant after the other."""
    people = (
        select(PARTICIPANTS)
        .where(
            PARTICIPANTS.c.study == study.name,
            PARTICIPANTS.c.status != "erased",
            PARTICIPANTS.c.is_test.is_(False),
        )
        .order_by(PARTICIPANTS.c.created_at, PARTICIPANTS.c.id)
    )
    for person in db.execute(people).all():
        yield from _of_person(db, content, study, person, now, until)


def _of_person(
    db: Connection, content: Content, study: Study, person: Any, now: datetime, until: datetime
) -> Iterator[Forecast | LeftOut]:
    if person.status != "active":
        yield LeftOut(person.id, person.status)
        return
    channels = _channels(db, content, study, person)
    if not channels:
        yield LeftOut(person.id, "unreachable")
        return
    pot = balance(db, pot_of(person.id))
    is_open = False
    free_at = max(now, _closes_at(db, study, person) or now)
    hours = own_hours(study, person.seed)
    invited = opener_days(db, person, now)
    reminded: list[date] = []
    for due, following in pairwise(chain(_due(db, study, person, now), (None,))):
        if due is None or due.at > until:
            return
        flow = flow_to_open(db, study, due.rule.flow, person.id)
        if flow is None or (is_open and not asks_for_consent(study.flows[due.rule.flow])):
            yield LeftOut(person.id, "consent")
            return
        is_open = asks_for_consent(study.flows[flow])  # what comes after it hangs on the answer
        at = with_room(hours, invited, person, max(due.at, free_at))
        if following is not None and following.rule == due.rule and following.at <= at:
            continue  # of several that are due only the newest opens
        if at > until:
            return
        cents = study.reward.cents if study.reward else 0
        every = (study.reward.pay_out_every if study.reward else None) or 0
        vouchers = (pot + cents) // every if every else 0
        pot = pot + cents - vouchers * every
        invited.append(at.astimezone(ZoneInfo(person.timezone)).date())
        next_at = None if following is None else following.at
        said = [*invited, *reminded]
        reminders = reminders_with_room(study, hours, said, person, at, next_at)
        reminded += [day for _, day in reminders]
        used = _used([one for one, _ in reminders], channels)
        segments = used.count(Channel.SMS)
        if segments:
            segments *= _segments(content, study, study.flows[flow], person)
        yield Forecast(
            person.id, due.rule.name, due.number, at, used[0], len(used), segments, cents, vouchers
        )


def _due(db: Connection, study: Study, person: Any, now: datetime) -> Iterator[DueWave]:
    """Every wave to come, the next one first."""
    opened = opened_of(db, study, person)
    begin = own_hours(study, person.seed).begin
    moment = now
    while True:
        due = next_wave(rules_of(study), person.anchor_on, opened, moment, begin, person.timezone)
        if due is None or due.rule.flow not in study.flows:
            return
        yield due
        opened.add((due.rule.name, due.number))
        moment = max(moment, due.at)


def _closes_at(db: Connection, study: Study, person: Any) -> datetime | None:
    """When a wave that is still open ends at the latest: until then no other opens."""
    waiting = (RUNS.c.participant_id == person.id, RUNS.c.status == str(RunStatus.WAITING))
    began = db.execute(select(RUNS.c.started_at).where(*waiting)).scalar()
    return None if began is None else began + study.close


def _channels(db: Connection, content: Content, study: Study, person: Any) -> list[str]:
    """Those on which the person can be reached, the one where the first try goes in front."""
    order = order_of(content.channels(study), person.channel)
    alive = {
        way.channel
        for way in ways_of(db, person.id)
        if way.is_alive and way.opted_out_at is None and way.channel in order
    }
    return sorted(alive, key=order.index)


def _used(reminders: Sequence[Reminder], channels: Sequence[str]) -> list[str]:
    """By which channel the invitation goes and each reminder, as long as nothing fails."""
    used = [channels[0]]
    for reminder in reminders:
        others = [one for one in channels if one not in used] or channels
        named = [one for one in channels if one == reminder.channel]
        used.append((others if reminder.channel == "other" else named or channels)[0])
    return used


def _segments(content: Content, study: Study, revision: Revision, person: Any) -> int:
    """The parts of one invitation by SMS in the person's language."""
    flow = revision.flow
    language = person.language if person.language in flow.languages else flow.languages[0]
    if flow.invite is None:
        return 1
    values: dict[str, Value] = {
        "first_name": person.first_name,
        "sender_name": study.sender_name,
        "desk": study.desk,
        "reward": study.reward.cents if study.reward else 0,
        "pot": 0,
        "to_go": 1,
        **helplines_of(study),
    }
    run = Run("r", revision.hash, person.id, language, seed=person.seed)
    send = question(flow.invite, run, purpose="opening")
    forms = compose(send, Channel.SMS, language, content.texts(revision), values, lambda _: None)
    return sum(parts_of(form.body) for form in forms if isinstance(form, TextForm))
