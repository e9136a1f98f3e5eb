"""A conversation in memory, for authors: real engine, texts and reading, a made-up clock."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from bot.content.compose import compose
from bot.content.helplines import helplines_of
from bot.content.library import Library
from bot.content.revision import Revision
from bot.content.study import Study
from bot.content.texts import Texts
from bot.engine.advance import advance
from bot.engine.asking import Words, reply_question
from bot.engine.effects import LAST_WORDS, Effect, Erase, Grant, OptIn, OptOut, Send, SetTimer
from bot.engine.events import Event, Expired, Replied, Started, TimedOut
from bot.engine.flow import Value
from bot.engine.replies import read_payload, understand
from bot.engine.replies.lexicon import Lexicon
from bot.engine.replies.reading import Unclear
from bot.engine.run import Run
from bot.engine.stored import dump_run, load_run
from bot.message import Channel, Form

INVITED = Started()
_PHONE = (Channel.WHATSAPP, Channel.SMS)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer of the conversation."""

    at: datetime
    timer: SetTimer


@dataclass
class Talk:
    """One made-up participant going through one flow; ``now`` is aware and only ``wait`` moves it.

    ``effects`` holds what the last event ordered, ``shown`` every message so far, both in order.
    """

    library: Library
    lexicons: Mapping[str, Lexicon]
    study: Study
    revision: Revision
    channel: Channel
    run: Run
    now: datetime
    first_name: str = "Amina"
    pot: int = 0
    effects: tuple[Effect, ...] = ()
    timers: list[Due] = field(default_factory=list)
    shown: list[Form] = field(default_factory=list)
    is_opted_out: bool = False
    dead: frozenset[Channel] = frozenset()

    def start(self, started: Started = INVITED) -> list[Form]:
        """Open the wave."""
        return self._hear(started)

    def type(self, text: str) -> list[Form]:
        """The person types."""
        words = Words(
            {
                language: ChainMap(texts, self.library.own.get(language, {}))
                for language, texts in self.revision.texts.items()
            }
        )
        flow = self.revision.flow
        question = reply_question(flow, self.run, words, self.now.date())
        reading = understand(question, text, self.lexicons, self.run.language)
        return self._hear(Replied("talk", reading, text, self.channel))

    def tap(self, payload: str, title: str) -> list[Form]:
        """The person taps a button or a row, of any message so far."""
        reading = read_payload(payload) or Unclear("foreign button")
        return self._hear(Replied("talk", reading, title, self.channel))

    def attach(self) -> list[Form]:
        """The person sends a photo, a voice message or a file without words."""
        return self._hear(Replied("talk", Unclear("media"), "", self.channel))

    def wait(self, time: timedelta) -> Iterator[list[Form]]:
        """Let time pass; every timer that comes due says its part."""
        until = self.now + time
        while due := min((due for due in self.timers if due.at <= until), default=None, key=_at):
            self.timers.remove(due)
            self.now = max(self.now, due.at)
            timer = due.timer
            event = Expired() if timer.timer == "close" else TimedOut(timer.timer, timer.turn or 0)
            yield self._hear(event)
        self.now = until

    def lose(self, forms: list[Form]) -> list[Form]:
        """These messages, the last that were shown, did not arrive: the same by the next channel of
        the study, where the person is from now on. Nothing where there is none; a farewell is not
        said elsewhere.
        """
        del self.shown[len(self.shown) - len(forms) :]
        self.dead |= {self.channel}
        ways = (Channel(one) for one in self.study.channels if one in _PHONE)
        other = next((way for way in ways if way not in self.dead), None)
        if other is None:
            return []
        self.channel = other
        again = [
            form
            for effect in self.effects
            if isinstance(effect, Send) and effect.purpose != "farewell" and self._may_leave(effect)
            for form in self._compose(effect)
        ]
        self.shown.extend(again)
        return again

    def _hear(self, event: Event) -> list[Form]:
        run, self.effects = advance(self.revision.flow, self.run, event)
        self.run = load_run(dump_run(run))
        forms: list[Form] = []
        self.pot += sum(one.reward.cents for one in self.effects if isinstance(one, Grant))
        for effect in self.effects:
            if isinstance(effect, SetTimer):
                self.timers.append(Due(self.now + effect.after, effect))
            elif isinstance(effect, OptOut | Erase | OptIn):
                self.is_opted_out = not isinstance(effect, OptIn)
            elif isinstance(effect, Send) and self._may_leave(effect):
                forms.extend(self._compose(effect))
        self.shown.extend(forms)
        return forms

    def _may_leave(self, send: Send) -> bool:
        """As routing has it: whoever stopped gets the last words, and what they ask for."""
        return send.purpose in LAST_WORDS | {"answer"} or not self.is_opted_out

    def _compose(self, send: Send) -> tuple[Form, ...]:
        language, values = self.run.language, self.values()
        return compose(send, self.channel, language, self.texts, values, _no_picture)

    @cached_property
    def texts(self) -> Texts:
        """The words of the flow and the bot's own."""
        return self.library.texts(self.revision)

    def values(self) -> dict[str, Value]:
        """What the run does not know but a text may name; ``pot`` and ``reward`` in cents."""
        rule = self.study.reward
        every = (rule.pay_out_every if rule else None) or 0
        cents = rule.cents if rule else 0
        return {
            "first_name": self.first_name,
            "sender_name": self.study.sender_name,
            "desk": self.study.desk,
            "reward": cents,
            **helplines_of(self.study),
            "pot": self.pot,
            "to_go": -(-(every - self.pot % every) // cents) if every and cents else None,
        }


def _no_picture(_: Send) -> str | None:
    return None


def _at(due: Due) -> datetime:
    return due.at
