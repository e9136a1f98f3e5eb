"""The end of a campaign: what the town saw against what the database holds, rule by rule."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.conversation.orders import load_send
from bot.conversation.tables import ANSWERS, INBOUND, OUTBOUND, RUNS, UNPROMPTED
from bot.conversation.waves import due_people
from bot.engine.effects import LAST_WORDS
from bot.panel.participants import ADDRESSES, PARTICIPANTS, REACHES
from bot.panel.tables import INVITATIONS
from bot.panel.timers import TIMERS
from bot.rewards.ledger import balance, pot_of
from tests.campaign.study import QUESTIONS
from tests.campaign.town import HERE, Heard, Town

OPEN = ("queued", "sending", "uncertain")
RETRY = timedelta(minutes=5)
"""The longest that a message waits to be tried again; what is held longer waits for the morning."""

JUMP_SECONDS = 3.0
"""So long around a step of the clock nobody can say by which time something was done."""


@dataclass
class Verdict:
    """``broken`` says each fault in words; ``counts`` what was seen."""

    broken: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be done now: timers, waves, messages that may leave, those that are tried
    again in a few minutes, doubts, and messages of people that are not there.
    """

    timers: int
    waves: int
    queued: int
    retries: int
    doubts: int
    missing: int

    def __bool__(self) -> bool:
        return self.is_at_work or self.takes_minutes

    @property
    def is_at_work(self) -> bool:
        return any((self.timers, self.waves, self.queued))

    @property
    def takes_minutes(self) -> bool:
        return any((self.retries, self.doubts, self.missing))


def left_to_do(db: Connection, town: Town) -> Left:
    """Nothing of this may last."""
    now = town.clock.shown()
    outbound = db.execute(select(OUTBOUND.c.state, OUTBOUND.c.code, OUTBOUND.c.not_before)).all()
    queued = [row.not_before for row in outbound if row.state == "queued"]
    kept = set(db.execute(select(INBOUND.c.provider_id)).scalars())
    due = select(TIMERS.c.id).where(TIMERS.c.done_at.is_(None), TIMERS.c.due_at <= now)
    return Left(
        len(db.execute(due).all()),
        len(due_people(db, now)),
        sum(at <= now for at in queued),
        sum(now < at <= now + RETRY for at in queued),
        sum(row.state in ("sending", "uncertain") and row.code != "parked" for row in outbound),
        sum(said.sid not in kept for said in town.said),
    )


def reckon(db: Connection, town: Town, due: set[tuple[str, int]]) -> Verdict:
    """``due`` are the waves that came due for everybody."""
    verdict = Verdict()
    rows = {row.token: row for row in db.execute(select(OUTBOUND)).all()}
    verdict.counts += Counter(f"outbox {row.state}" for row in rows.values())
    _messages(verdict, town, rows)
    _answers(db, verdict, town, rows)
    _waves(db, verdict, town, due)
    _unsent(db, verdict, town, rows)
    _stops(verdict, town, rows)
    _openers(db, verdict, town, rows)
    return verdict


def _messages(verdict: Verdict, town: Town, rows: dict[str, Any]) -> None:
    """No message twice (I8), none that nobody ordered, none without an end (I9)."""
    verdict.counts["messages"] = len(town.heard)
    for token, count in Counter(heard.token for heard in town.heard).items():
        if count > 1:
            verdict.broken.append(f"I8: sent {count} times: {_told(rows.get(token))}")
        if token not in rows:
            verdict.broken.append("I9: a message that is in no row")
    for row in rows.values():
        if row.state in OPEN and row.code != "parked":
            verdict.broken.append(f"I9: never settled: {_told(row)}")
        verdict.counts["parked"] += row.code == "parked"


def _answers(db: Connection, verdict: Verdict, town: Town, rows: dict[str, Any]) -> None:
    """Each message of a person is there once (I1, I2, I2b), and each answer is the one given."""
    kept = Counter(db.execute(select(INBOUND.c.provider_id)).scalars())
    verdict.counts["said"] = len(town.said)
    answers: dict[tuple[str, str | None], list[Any]] = defaultdict(list)
    for row in db.execute(select(ANSWERS)).all():
        answers[row.run_id, row.step].append(row.value)
    for said in town.said:
        if kept[said.sid] != 1:
            known = "acknowledged" if said.sid in town.known_at else "only listed"
            verdict.broken.append(f"I2: {said.text!r} is there {kept[said.sid]} times ({known})")
        asked = rows.get(said.to_token)
        if asked is None or not said.text.isdigit():
            continue
        step = load_send(asked.order).step
        if answers[asked.run_id, step] != [int(said.text)]:
            verdict.broken.append(
                f"I2: {said.number} said {said.text} to {step}, "
                f"kept is {answers[asked.run_id, step]}"
            )


def _waves(db: Connection, verdict: Verdict, town: Town, due: set[tuple[str, int]]) -> None:
    """Each wave once for each person who did not stop; rewards for the completed, once."""
    stopped = {number for number, person in town.people.items() if person.is_stopped}
    opened: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for row in db.execute(select(INVITATIONS)).all():
        opened[row.participant_id][row.wave, row.number] += 1
        if row.disposition is None:
            verdict.broken.append(f"a wave never closed: {row.wave} {row.number}")
    verdict.counts["invitations"] = sum(sum(one.values()) for one in opened.values())
    completed = Counter(
        db.execute(select(RUNS.c.participant_id).where(RUNS.c.status == "completed")).scalars()
    )
    verdict.counts["completed"] = sum(completed.values())
    for person, number in _numbers(db).items():
        if number not in stopped:
            for wave in due ^ set(opened[person]):
                verdict.broken.append(f"{wave} was opened {opened[person][wave]} times, {number}")
        pot = balance(db, pot_of(person))
        if pot != 200 * completed[person]:
            verdict.broken.append(f"I3c: {pot} cents for {completed[person]} completed")
    left = db.execute(select(TIMERS.c.name).where(TIMERS.c.done_at.is_(None))).scalars()
    verdict.counts["timers left"] = len(list(left))
    given: dict[str, int] = Counter(said.number for said in town.said if said.text.isdigit())
    wanted = sum(count // QUESTIONS for count in given.values())
    if wanted != verdict.counts["completed"]:
        verdict.broken.append(f"{wanted} went to the end, {verdict.counts['completed']} completed")


def _unsent(db: Connection, verdict: Verdict, town: Town, rows: dict[str, Any]) -> None:
    """An opening that nobody heard is counted by its reason: parked, failed by a code of the
    provider, or its wave was ended by a stop. Anything else is lost.
    """
    heard = {rows[heard.token].run_id for heard in town.heard if _opens(rows.get(heard.token))}
    openings = {row.run_id: row for row in rows.values() if _opens(row)}
    runs = select(RUNS.c.id, RUNS.c.status).where(RUNS.c.invitation_id.is_not(None))
    for run in db.execute(runs).all():
        if run.id in heard:
            continue
        opening = openings.get(run.id)
        if opening is not None and opening.code == "parked":
            verdict.counts["opening parked"] += 1
        elif opening is not None and opening.state == "failed" and opening.code:
            verdict.counts[f"opening failed {opening.code}"] += 1
        elif opening is not None and opening.state == "dropped" and run.status == "stopped":
            verdict.counts["opening dropped by a stop"] += 1
        else:
            verdict.broken.append(f"I9: a wave's opening never left: {_told(opening)}")


def _opens(row: Any) -> bool:
    return row is not None and row.purpose == "opening"


def _stops(verdict: Verdict, town: Town, rows: dict[str, Any]) -> None:
    """Nothing but one farewell, and what is asked for, after a stop that we said to have (I4)."""
    stops = {
        said.number: town.known_at[said.sid]
        for said in town.said
        if said.text == "stop" and said.sid in town.known_at
    }
    verdict.counts["stops"] = len(stops)
    for heard in town.heard:
        since = stops.get(heard.to)
        if since is None or heard.moment <= since:
            continue
        if rows[heard.token].purpose not in LAST_WORDS | {"answer"}:
            verdict.broken.append(f"I4: after a stop: {_told(rows[heard.token])}")


def _openers(db: Connection, verdict: Verdict, town: Town, rows: dict[str, Any]) -> None:
    """In decent hours (I5), one opening a wave, two reminders at most and none after a reply
    (I14), one opener a day, three in 14 days.
    """
    said_at: dict[str, float] = {}
    by_run: dict[str, Counter[str]] = defaultdict(Counter)
    days: dict[str, list[datetime]] = defaultdict(list)
    for said in town.said:
        run = rows[said.to_token].run_id if said.to_token in rows else None
        if run is not None and said.sid in town.known_at:
            moment = town.known_at[said.sid]
            said_at[run] = min(moment, said_at.get(run, moment))
    for heard in town.heard:
        row = rows.get(heard.token)
        if row is None or row.purpose not in UNPROMPTED:
            continue
        verdict.counts[row.purpose] += 1
        by_run[row.run_id][row.purpose] += 1
        days[heard.to].append(heard.shown.astimezone(HERE))
        if not _is_decent(heard.shown) and not _near_a_step(town, heard):
            verdict.broken.append(f"I5: {row.purpose} at {heard.shown:%a %H:%M} UTC")
        replied = said_at.get(row.run_id)
        is_nudge = "Vraag" in heard.body
        if replied is not None and heard.moment > replied and not is_nudge:
            verdict.broken.append(f"I14: {row.purpose} after a reply: {heard.body[:20]!r}")
    for counts in by_run.values():
        if counts["opening"] > 1 or counts["reminder"] > 3:
            verdict.broken.append(f"I14: one wave had {dict(counts)}")
    for number, moments in days.items():
        dates = sorted(one.date() for one in moments)
        for day in dates:
            if sum(day - timedelta(days=14) < one <= day for one in dates) > 3:
                verdict.broken.append(f"more than 3 openers in 14 days: {number} {dates}")


def _is_decent(at: datetime) -> bool:
    local = at.astimezone(HERE)
    return local.weekday() < 6 and 10 <= local.hour < 19


def _near_a_step(town: Town, heard: Heard) -> bool:
    return any(0 <= heard.moment - step < JUMP_SECONDS for step in town.clock.steps)


def _numbers(db: Connection) -> dict[str, str]:
    """The number of each participant."""
    found = (
        select(PARTICIPANTS.c.id, ADDRESSES.c.address)
        .join(REACHES, REACHES.c.participant_id == PARTICIPANTS.c.id)
        .join(ADDRESSES, ADDRESSES.c.id == REACHES.c.address_id)
    )
    return {row.id: row.address for row in db.execute(found).all()}


def _told(row: Any) -> str:
    if row is None:
        return "no row"
    return f"{row.purpose} {load_send(row.order).step} {row.state} {row.code or ''}".strip()
