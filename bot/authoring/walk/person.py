"""A made-up participant: what they do next, at random, and what they mean by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random

from bot.authoring.forms import find_older_tap, newest_taps, taps_of
from bot.authoring.talk import Talk
from bot.authoring.transcripts.lines import ATTACHED, Act, Attached, Tapped, Typed, Waited
from bot.engine.asides import SKIP, step_of
from bot.engine.asking import choices_of
from bot.engine.flow import AnswerType, Choice, Step, Value
from bot.engine.replies import read_payload
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Command
from bot.engine.replies.reading import Tapped as TapRead

_SILENCES = tuple(timedelta(hours=hours) for hours in (1, 4, 24, 72))
TEMPERS = (1.0, 0.95, 0.8, 0.4)
"""How likely a reply is one that the question asks for: from careful to all over the place."""

_ENDING = (Command.STOP, Command.CRISIS, Command.WRONG_PERSON, Command.ERASE)
_GENTLE = tuple(command for command in Command if command not in _ENDING)
_ACTS = {"odd": 30, "old tap": 20, "command": 15, "silence": 15, "attachment": 5, "end": 3}
"""What people do instead of answering, and how often."""

_MOST_PHRASES = 20
_ODD = (
    "0", "00", "-1", "99", "1,5", "1 2", "12345678901234567890", "١", "２", "½", "1️⃣", "👍", "🙂",
    "?", "...", "ok", "nee ja", "ja nee", "hm", "xq zvk", "de hond is ziek", "{pot}", "<b>", "\\",
    "=1+1", "'; --", "start nl", "a" * 300, "één", "şimdi", "так або ні", "لا نعم", "\u200f\u200b",
    "https://example.org", "+31612345678", "cmd.stop", "r.stress.1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """An act and what it means.

    ``answer`` is the value it stands for at the open question, ``None`` when nothing certain is
    meant; ``plainly`` when nobody could take it for anything else (a tap, a digit). ``command`` is
    one that must be obeyed wherever it is given; ``about`` the step that an older button is of.
    """

    act: Act
    answer: Value = None
    plainly: bool = False
    command: Command | None = None
    about: str | None = None


@dataclass(frozen=True)
class Phrases:
    """What people type in each language to give a command."""

    lexicons: Mapping[str, Lexicon]

    @cached_property
    def commands(self) -> Mapping[Command, tuple[tuple[str, str], ...]]:
        """Phrases of each command with their language."""
        found: dict[Command, dict[tuple[str, str], None]] = {command: {} for command in Command}
        for language, lexicon in self.lexicons.items():
            orders = {id(one): one for group in lexicon.orders.values() for one in group}
            for order in orders.values():
                for text in order.pattern.texts(_MOST_PHRASES):
                    found[order.command][language, text] = None
            for words in sorted(lexicon.crisis.anywhere.whole.phrases):
                found[Command.CRISIS][language, " ".join(words)] = None
        return {command: tuple(texts) for command, texts in found.items() if texts}


@dataclass(frozen=True, slots=True)
class Person:
    """Acts at random; the same ``chance`` and the same conversation give the same acts."""

    chance: Random
    temper: float
    phrases: Phrases

    def plan(self, talk: Talk) -> Plan:
        """The next act; between whiles anything, to an open question mostly an answer."""
        step = step_of(talk.revision.flow, talk.run.step)
        if step is not None and step.type is not None and self.chance.random() < self.temper:
            return self._answer(talk, step)
        (act,) = self.chance.choices(tuple(_ACTS), tuple(_ACTS.values()))
        match act:
            case "old tap":
                return self._old_tap(talk)
            case "command":
                return self._say(self.chance.choice(_GENTLE), talk.run.language)
            case "end":
                return self._say(self.chance.choice(_ENDING), talk.run.language)
            case "silence":
                return Plan(Waited(self.chance.choice(_SILENCES)))
            case "attachment":
                return Plan(Attached(self.chance.choice(ATTACHED)))
            case _:
                return self._odd()

    def _answer(self, talk: Talk, step: Step) -> Plan:
        if step.skip and self.chance.random() < 0.05:
            return self._skip(talk)
        choices = choices_of(step, talk.run)
        if not choices:
            return self._free(step)
        if step.type is AnswerType.CHOICES:
            return self._several(choices)
        place = self.chance.randrange(len(choices))
        choice = choices[place]
        way = self.chance.choice(("tap", "digit", "label"))
        if way == "tap":
            ending = f".{step.name}.{choice.code}"
            for tap in newest_taps(talk.shown):
                if tap.id.endswith(ending):
                    return Plan(Tapped(tap.title), choice.code, plainly=True)
        if way == "label":
            label = talk.texts.say(choice.label, talk.run.language, talk.values())
            return Plan(_typed(label), choice.code)
        return Plan(Typed(str(place + 1)), choice.code, plainly=True)

    def _several(self, choices: tuple[Choice, ...]) -> Plan:
        loose = [place for place, one in enumerate(choices) if not one.exclusive]
        alone = [place for place, one in enumerate(choices) if one.exclusive]
        if alone and self.chance.random() < 0.2:
            picked = [self.chance.choice(alone)]
        else:
            most = min(3, len(loose))
            picked = sorted(self.chance.sample(loose, self.chance.randint(1, most)))
        typed = " ".join(str(place + 1) for place in picked)
        return Plan(Typed(typed), tuple(choices[place].code for place in picked), plainly=True)

    def _free(self, step: Step) -> Plan:
        """An answer to a question without choices."""
        if step.type is AnswerType.DATE:
            first = step.low if isinstance(step.low, date) else date(1950, 1, 1)
            last = step.high if isinstance(step.high, date) else date(2026, 1, 1)
            day = first + timedelta(days=self.chance.randint(0, max(0, (last - first).days)))
            return Plan(Typed(day.isoformat()), day)
        if step.type in (AnswerType.NUMBER, AnswerType.AMOUNT):
            unit = 100 if step.type is AnswerType.AMOUNT else 1
            low = -(-step.low // unit) if isinstance(step.low, int) else 0
            high = step.high // unit if isinstance(step.high, int) else low + 50
            number = self.chance.randint(low, max(low, high))
            return Plan(Typed(str(number)), number * unit)
        return Plan(Typed(self.chance.choice(("gewoon", "te veel brieven", "не знаю", "كل شيء"))))

    def _skip(self, talk: Talk) -> Plan:
        for tap in newest_taps(talk.shown):
            if tap.id.endswith(SKIP) and self.chance.random() < 0.5:
                return Plan(Tapped(tap.title))
        return self._say(Command.SKIP, talk.run.language)

    def _odd(self) -> Plan:
        return Plan(_typed(self.chance.choice(_ODD)))

    def _old_tap(self, talk: Talk) -> Plan:
        """A tap on anything that was ever shown."""
        messages = [taps for form in talk.shown if (taps := taps_of(form))]
        if len(messages) < 2:
            return self._odd()
        title = self.chance.choice(self.chance.choice(messages[:-1])).title
        tap = find_older_tap(talk.shown, title)
        reading = None if tap is None else read_payload(tap.id)
        about = reading.step if isinstance(reading, TapRead) else None
        return Plan(Tapped(title, old=True), about=about)

    def _say(self, command: Command, language: str) -> Plan:
        """A command, mostly in one's own language."""
        phrases = self.phrases.commands.get(command, ())
        own = [text for spoken, text in phrases if spoken == language]
        if own and self.chance.random() < 0.7:
            return Plan(_typed(self.chance.choice(own)), command=command)
        if not phrases:
            return Plan(Typed("?"))
        return Plan(_typed(self.chance.choice(phrases)[1]), command=command)


def _typed(text: str) -> Typed:
    return Typed(" ".join(text.split()))
