"""How made-up participants behave: stated shares, drawn from a seed. No claim about real people.

The shares lie in the range that panels of enrolled people report: 30 to 50 % answer a wave.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.engine.asides import BREAK, SKIP, kind_of
from bot.engine.effects import Send, Shown
from bot.engine.flow import AnswerType

AWAKE = (7, 23)
"""Nobody answers between eleven in the evening and seven in the morning."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Shares from 0 to 1. ``tempers`` are (share of people, chance that they answer a wave);
    ``at`` is after which opener those who answer do so. The others are chances each time.
    """

    tempers: tuple[tuple[float, float], ...] = ((0.25, 0.9), (0.35, 0.55), (0.25, 0.2), (0.15, 0.0))
    at: tuple[float, ...] = (0.55, 0.25, 0.2)
    by_sms: float = 0.3
    agrees: float = 0.95
    later: float = 0.04
    breaks_off: float = 0.015
    returns: float = 0.4
    unclear: float = 0.03
    skips: float = 0.03
    stops: float = 0.003
    dead: float = 0.0005
    minutes_to_begin: float = 45.0
    seconds_to_answer: float = 25.0

    def lines(self) -> list[str]:
        """The same for people."""
        tempers = ", ".join(f"{share:.0%} at {chance:.0%}" for share, chance in self.tempers)
        return [
            f"answer a wave: {tempers}",
            f"after the invitation or a reminder: {', '.join(f'{one:.0%}' for one in self.at)}",
            f"{self.by_sms:.0%} by SMS; {self.agrees:.0%} of those asked agree to the study",
            f"per question: {self.breaks_off:.1%} break off and {self.returns:.0%} of them return "
            f"when nudged, {self.unclear:.0%} unclear, {self.skips:.0%} skip",
            f"per opener: {self.later:.0%} later, {self.stops:.1%} stop; {self.dead:.2%} of "
            "messages find the number gone",
        ]


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody sends: typed words, or a tap with its payload."""

    after: timedelta
    text: str
    payload: str | None = None


class Person:
    """One made-up participant. The same seed and the same messages give the same replies."""

    def __init__(self, seed: str, behaviour: Behaviour, language: str) -> None:
        self._chance = Random(seed)  # noqa: S311 - no secret
        self._how = behaviour
        self._language = language
        shares = [share for share, _ in behaviour.tempers]
        (self._temper,) = self._chance.choices([one for _, one in behaviour.tempers], shares)
        self.seed = self._chance.randrange(2**31)
        self.is_on_sms = self._chance.random() < behaviour.by_sms
        self._openers: dict[str, int] = {}
        self._begun: set[str] = set()
        self._answers_at: dict[str, int | None] = {}

    def hears_opener(self, run: str, send: Send, is_consent: bool) -> Reply | None:
        """An invitation or a reminder of this run has arrived."""
        if run in self._begun:
            if self._chance.random() < self._how.returns:
                return self.hears_question(send, is_consent)
            return None
        if run not in self._answers_at:
            places = range(len(self._how.at))
            (place,) = self._chance.choices(places, self._how.at)
            self._answers_at[run] = place if self._chance.random() < self._temper else None
        count = self._openers[run] = self._openers.get(run, -1) + 1
        if self._answers_at[run] != count:
            return None
        wait = timedelta(minutes=self._how.minutes_to_begin * self._chance.lognormvariate(0, 1.2))
        draw = self._chance.random()
        if draw < self._how.stops:
            return Reply(wait, "stop")
        if draw < self._how.stops + self._how.later:
            return self._choose(wait, send, "later")
        self._begun.add(run)
        return self._choose(wait, send, "start")

    def hears_question(self, send: Send, is_consent: bool) -> Reply | None:
        """A question has arrived; ``None`` when the person breaks off."""
        wait = timedelta(seconds=3 + self._chance.expovariate(1 / self._how.seconds_to_answer))
        draw = self._chance.random()
        if draw < self._how.breaks_off:
            return None
        if draw < self._how.breaks_off + self._how.unclear:
            return Reply(wait, "hm xq zvk")
        if is_consent:
            agrees = self._chance.random() < self._how.agrees
            return self._choose(wait, send, "yes" if agrees else "no")
        if send.type is AnswerType.LANGUAGE:
            return self._choose(wait, send, self._language)
        if send.step == "channel":
            return self._choose(wait, send, "sms" if self.is_on_sms else SKIP)
        if send.skip and draw > 1 - self._how.skips:
            return self._choose(wait, send, SKIP)
        if kind_of(send.step) == BREAK:
            return self._choose(wait, send, "continue")
        choices = [one for one in send.choices if one.number is not None]
        if choices:
            return self._choose(wait, send, str(self._chance.choice(choices).code))
        return Reply(wait, _free(send.type))

    def is_gone(self) -> bool:
        """Whether this message finds that nobody is there any more."""
        return self._chance.random() < self._how.dead

    def _choose(self, wait: timedelta, send: Send, code: str) -> Reply:
        """This choice if it is there, by a tap or by its digit."""
        shown = [one for one in send.choices if str(one.code) == code] or list(send.choices[:1])
        if not shown:
            return Reply(wait, "ok")
        if self.is_on_sms or send.type is AnswerType.CHOICES:
            return Reply(wait, _digit(shown[0]))
        return Reply(wait, "", shown[0].payload)


def awake(at: datetime, zone: str) -> datetime:
    """The same moment, or the next morning for one at night."""
    local = at.astimezone(ZoneInfo(zone))
    first, last = AWAKE
    if first <= local.hour < last:
        return at
    return at + timedelta(hours=(first - local.hour) % 24)


def _digit(shown: Shown) -> str:
    return "0" if shown.number is None else str(shown.number)


def _free(answer: AnswerType | None) -> str:
    match answer:
        case AnswerType.DATE:
            return "1-2-1990"
        case AnswerType.TEXT:
            return "het gaat wel"
        case _:
            return "3"
