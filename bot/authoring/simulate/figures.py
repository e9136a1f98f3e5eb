"""What a simulated study did, counted while it runs: load, messages, and what must never be."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.tables import UNPROMPTED
from bot.engine.effects import LAST_WORDS
from bot.panel.hours import DecentHours
from bot.panel.openers import MOST_OPENERS, SPELL


@dataclass(slots=True)
class Figures:
    """Counts of one part of the participants; parts are added up. ``broken`` must stay empty:
    it counts, by rule, what should never happen. ``alerts`` counts by sentence what people would
    have been told.
    """

    participants: int = 0
    days: int = 0
    received: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    segments: int = 0
    minutes: Counter[int] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    waves_due: int = 0
    waves_opened: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    earned_cents: int = 0
    alerts: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __add__(self, other: "Figures") -> "Figures":
        """Both together; the time is that of the slower one."""
        return Figures(
            self.participants + other.participants,
            max(self.days, other.days),
            self.received + other.received,
            self.messages + other.messages,
            self.segments + other.segments,
            self.minutes + other.minutes,
            self.dispositions + other.dispositions,
            self.people + other.people,
            self.waves_due + other.waves_due,
            self.waves_opened + other.waves_opened,
            self.left_out + other.left_out,
            self.earned_cents + other.earned_cents,
            self.alerts + other.alerts,
            self.broken + other.broken,
            max(self.seconds, other.seconds),
        )

    def busiest(self) -> tuple[int, datetime | None]:
        """The most messages that left in one minute, and when that was."""
        if not self.minutes:
            return 0, None
        minute, most = max(self.minutes.items(), key=lambda one: one[1])
        return most, datetime.fromtimestamp(minute * 60, UTC)

    def usual(self, share: float) -> int:
        """So many messages or fewer left in this share of the minutes in which any did."""
        loads = sorted(self.minutes.values())
        return loads[min(len(loads) - 1, int(share * len(loads)))] if loads else 0


@dataclass(slots=True)
class Watch:
    """Looks at each message that leaves, with nothing but its own memory, and counts faults."""

    figures: Figures
    hours: DecentHours
    zone: str
    _days: dict[str, list[date]] = field(default_factory=dict)
    _opened: Counter[tuple[str, str]] = field(default_factory=Counter)

    def saw(self, row: Any, now: datetime) -> None:
        """A message has arrived: its row of the outbox, with ``opted_out_at`` of its address.

        A further part of one long message is no opener of its own.
        """
        participant, run, purpose = row.participant_id, row.run_id or "", row.purpose
        broken = self.figures.broken
        if row.opted_out_at is not None and purpose not in LAST_WORDS | {"answer"}:
            broken["sent after a stop"] += 1
        if purpose not in UNPROMPTED or row.place is not None:
            return
        if not self.hours.allow(now, self.zone):
            broken["unprompted outside the hours"] += 1
        if purpose == "opening":
            self._opened[participant, run] += 1
            broken["a wave opened twice"] += self._opened[participant, run] > 1
        today = now.astimezone(ZoneInfo(self.zone)).date()
        days = self._days.setdefault(participant, [])
        days.append(today)
        lately = [day for day in days if day > today - SPELL]
        self._days[participant] = lately
        broken["more than 3 openers in 14 days"] += len(lately) > MOST_OPENERS
