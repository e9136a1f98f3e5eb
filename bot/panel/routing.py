"""Where a message goes: preference, consent to be written to, alive, window. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.engine.effects import LAST_WORDS

WINDOW = timedelta(hours=24)
"""Free words are allowed on WhatsApp this long after the person's last message there."""


@dataclass(frozen=True, slots=True)
class Way:
    """An address as routing sees it."""

    id: str
    channel: str
    is_alive: bool
    opted_out_at: datetime | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class Route:
    """The address to use, or why there is none. ``needs_template``: the window is closed."""

    way: Way | None
    reason: str = ""
    needs_template: bool = False


def route(
    ways: Sequence[Way],
    order: Sequence[str],
    now: datetime,
    *,
    purpose: str = "reply",
    avoid: frozenset[str] = frozenset(),
    templates: frozenset[str] = frozenset(),
) -> Route:
    """Choose among a person's addresses.

    ``order`` names the channels by preference, ``avoid`` address ids that failed already,
    ``templates`` the channels on which an approved opening exists. Last words may go to an address
    that has just opted out; nothing else to a participant may. What is asked for after the stop is
    shown by a way without one (``ways.way_to``). An alarm to who is on duty always
    goes: the phone that was switched off at the first may be on at the next. E-mail cannot be
    answered, so it carries what opens a talk and nothing else, and a reminder only to who is not
    talking to us elsewhere.
    """
    reasons = []
    talking = purpose == "reminder" and any(
        way.channel != "email" and is_open(way, now) for way in ways
    )
    for way in sorted(ways, key=lambda way: _rank(order, way, talking, now)):
        if purpose == "alarm":
            return Route(way)
        if way.channel not in order:
            reasons.append(f"{way.channel}: not a channel of the study")
        elif way.id in avoid:
            reasons.append(f"{way.channel}: failed already")
        elif not way.is_alive:
            reasons.append(f"{way.channel}: cannot be reached")
        elif way.opted_out_at is not None and purpose not in LAST_WORDS:
            reasons.append(f"{way.channel}: opted out")
        elif way.channel == "email" and purpose not in ("opening", "reminder"):
            reasons.append(f"{way.channel}: carries invitations only")
        elif way.channel == "whatsapp" and not is_open(way, now):
            if way.channel in templates and purpose in ("opening", "reminder"):
                return Route(way, needs_template=True)
            reasons.append(f"{way.channel}: the window is closed and there is no template")
        else:
            return Route(way)
    return Route(None, "; ".join(reasons) or "no address")


def is_open(way: Way, now: datetime) -> bool:
    """Whether the service window is open."""
    return way.heard_at is not None and now - way.heard_at < WINDOW


def _rank(order: Sequence[str], way: Way, talking: object, now: datetime) -> tuple[bool, int, bool]:
    """Of two addresses on one channel the one with an open window is first."""
    last = bool(talking) and way.channel == "email"
    place = order.index(way.channel) if way.channel in order else len(order)
    return last, place, not is_open(way, now)
