"""How a step is asked of this participant: which choices, in which order, and as which question."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.engine.asides import DOUBT, SKIP, kind_of, step_of
from bot.engine.effects import Send, Shown, Text
from bot.engine.flow import AnswerType, Choice, Code, Flow, Step, Value
from bot.engine.replies.reading import Question
from bot.engine.run import Run

ORDERS = 8
"""So many orders a shuffled step is shown in: few enough that each card can be drawn ahead."""

SCALE_FORM = "scale_form"
"""The step in which a participant chooses, once, how many steps a scale has for them."""

THREE = "three"
"""Its answer for three steps: for who sees only three in five. The codes stay those of the five."""

_FIVE = (1, 2, 3, 4, 5)
_OF_FIVE = frozenset((1, 3, 5))

_TWO_WAYS = {"start": "later", "continue": "later"}
"""Pairs of choices that yes and no answer as well: an invitation, a break."""


@dataclass(frozen=True, eq=False, slots=True)
class Words:
    """The words of a flow and the bot's own, language → key → text; rows of them are put together
    once, since every reply is compared with those of its question.
    """

    texts: Mapping[str, Mapping[str, str]]
    _rows: dict[tuple[str, ...], Mapping[str, tuple[str, ...]]] = field(
        default_factory=dict, init=False, repr=False
    )

    def rows(self, keys: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """These texts in each language that has them all."""
        found = self._rows.get(keys)
        if found is None:
            found = self._rows[keys] = {
                language: tuple(texts[key] for key in keys)
                for language, texts in self.texts.items()
                if all(key in texts for key in keys)
            }
        return found


def names_of(run: Run) -> dict[str, Value]:
    """Every name an expression may use at this point of the run."""
    return {**run.facts, **run.answers, "wave": run.wave}


def choices_of(step: Step, run: Run) -> tuple[Choice, ...]:
    """The choices this participant sees, in the order seen; the same at every call."""
    if not step.choices:
        return ()
    names = names_of(run)
    choices = [choice for choice in step.choices if choice.when is None or choice.when.holds(names)]
    if names.get(SCALE_FORM, names.get(f"baseline.{SCALE_FORM}")) == THREE:
        choices = _in_three(choices)
    if step.shuffle:
        loose = [choice for choice in choices if not choice.exclusive]
        random.Random(f"{run.seed % ORDERS}.{step.name}").shuffle(loose)  # noqa: S311 - order, not secrecy
        choices = loose + [choice for choice in choices if choice.exclusive]
    return tuple(choices)


def _in_three(choices: list[Choice]) -> list[Choice]:
    """A scale of five by its ends and its middle, with what is no step of it; others whole."""
    steps = tuple(sorted(choice.code for choice in choices if isinstance(choice.code, int)))
    if steps != _FIVE:
        return choices
    return [c for c in choices if isinstance(c.code, str) or c.code in _OF_FIVE]


def drawn(step: Step, run: Run) -> str:
    """The arm of an experiment, drawn once per participant from the stored seed."""
    return random.Random(f"{run.seed}.{step.name}").choice(step.arms)  # noqa: S311 - not secrecy


def question(step: Step, run: Run, notices: tuple[Text, ...] = (), purpose: str = "reply") -> Send:
    """The order to ask this step: plainly, after an unclear reply with an example, then in rows."""
    tap = f"{run.id}.{step.name}"
    shown = [
        Shown(choice.code, choice.label, f"{tap}.{choice.code}", place, choice.picture)
        for place, choice in enumerate(choices_of(step, run), start=1)
    ]
    if step.skip:
        shown.append(Shown(SKIP, "polsbot.skip", f"{tap}.{SKIP}"))
    parameters: dict[str, Value] = {**run.answers, "wave": run.wave}
    if kind_of(step.name) == DOUBT:
        parameters["value"] = run.doubted
    return Send(
        step=step.name,
        text=Text(step.text or "", parameters),
        notices=notices,
        choices=tuple(shown),
        type=step.type,
        picture=step.picture,
        purpose=purpose,
        hinted=run.tries == 1,
        repeated=run.tries > 1,
        skip=step.skip,
    )


def reply_question(flow: Flow, run: Run, words: Words, today: date) -> Question | None:
    """What the reply reader must know of the open question; ``None`` when none is open.

    ``today`` is the participant's local date. Where a pair of choices means yes and no, the
    question is one.
    """
    step = step_of(flow, run.step)
    if step is None or step.type is None:
        return None
    choices = choices_of(step, run)
    codes: tuple[Code, ...] = tuple(choice.code for choice in choices)
    answer = step.type
    if is_two_way(codes):
        codes, answer = ("yes", "no"), AnswerType.YES_NO
    return Question(
        type=answer,
        today=today,
        codes=codes,
        labels=words.rows(tuple(choice.label for choice in choices)),
        exclusive=frozenset(choice.code for choice in choices if choice.exclusive),
        low=step.low,
        high=step.high,
        ask={language: row[0] for language, row in words.rows((step.text or "",)).items()},
    )


def is_two_way(codes: tuple[Code, ...]) -> bool:
    """Whether yes and no are answers to these choices although they are called otherwise."""
    return len(codes) == 2 and _TWO_WAYS.get(str(codes[0])) == codes[1]
