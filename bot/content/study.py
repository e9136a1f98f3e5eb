"""A study as frozen values: who is asked what, when, on which channels, for which reward."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta

from bot.content.revision import Revision


@dataclass(frozen=True, slots=True)
class Wave:
    """One line of ``waves:``. A first wave has ``after_intake``; a repeated one ``every``.

    ``start`` names the wave from whose opening ``every`` counts (``from:`` in the file), ``None``
    for the intake. ``times`` is how often it repeats, ``None`` without end.
    """

    name: str
    flow: str
    after_intake: timedelta | None = None
    every: timedelta | None = None
    start: str | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder, so long after the opening of the wave.

    ``channel`` is a channel's name, ``other`` for one that was not used yet, ``None`` for the same.
    """

    after: timedelta
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """When unprompted messages may be sent, in the participant's local time.

    ``days`` counts from Monday = 0; ``until`` is excluded. ``not_on`` names calendars or dates
    (``nl-holidays``, ``2026-12-24``).
    """

    days: frozenset[int] = frozenset(range(6))
    start: time = time(10)
    until: time = time(19)
    timezone: str = "Europe/Amsterdam"
    not_on: tuple[str, ...] = ("nl-holidays",)


@dataclass(frozen=True, slots=True)
class RewardRule:
    """What a completed run earns and when the pot is paid out: whole cents.

    ``most_a_day`` is what a study pays out within 24 hours; what is beyond that waits, since
    something must be wrong. ``budget`` is what may be earned in the whole study; figures tell how
    much of it is left, nobody is refused a reward. ``None``: no limit. ``supply`` is where the
    vouchers come from: ``stock``, which was imported, or ``seller``, who is asked for each one.
    """

    cents: int
    currency: str = "EUR"
    pay_out_every: int | None = None
    paid_as: str = "voucher"
    most_a_day: int | None = None
    budget: int | None = None
    supply: str = "stock"


@dataclass(frozen=True, slots=True)
class Study:
    """One research with its flows; ``pause_after`` counts silent waves, ``None`` for never.

    ``countries`` are those to whose telephone numbers anything is sent: two capital letters each.
    ``duty`` is the number (``+31612345678``) of who is on duty: a crisis rings there. ``stand_in``
    has the language of the template that opens a conversation for a language without one.
    """

    name: str
    sender_name: str
    languages: tuple[str, ...]
    channels: tuple[str, ...]
    waves: tuple[Wave, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    close: timedelta = timedelta(days=7)
    hours: Hours = Hours()
    pause_after: int | None = None
    tries: int = 2
    not_understood: str = "skip"
    reward: RewardRule | None = None
    desk: str = ""
    duty: str = ""
    title: str = ""
    countries: tuple[str, ...] = ("NL",)
    stand_in: Mapping[str, str] = field(default_factory=dict)
    flows: Mapping[str, Revision] = field(default_factory=dict)
