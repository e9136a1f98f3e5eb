"""The way to one step of a flow: which replies lead there, found by the engine alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product

from bot.engine.advance import advance
from bot.engine.asides import kind_of, step_of
from bot.engine.asking import choices_of
from bot.engine.events import Replied, Started
from bot.engine.expressions import names_in
from bot.engine.flow import AnswerType, Code, Flow, RunStatus, Step
from bot.engine.replies.reading import Tapped, Understood
from bot.engine.run import Run

_MOST_WAYS = 400
_MOST_REPLIES = 200


@dataclass(frozen=True, slots=True)
class Way:
    """In this wave, with these answers (the first choice elsewhere), the step is asked."""

    wave: int
    answers: dict[str, Code]


def find_way(flow: Flow, name: str) -> Way | None:
    """The replies that lead to a step, ``None`` when none of those tried does."""
    target = flow.step(name)
    if target is None:
        return None
    wave = 1
    if target.rotation is not None:
        index, count = target.rotation
        wave = index or count
    for answers in islice(_guesses(flow, target), _MOST_WAYS):
        if _leads(flow, name, Way(wave, answers)):
            return Way(wave, answers)
    return None


def reply_to(flow: Flow, run: Run, way: Way) -> Code | None:
    """The code to answer the open question with on this way, in the language that is spoken
    already; ``None`` for one without choices.
    """
    step = step_of(flow, run.step)
    choices = () if step is None else choices_of(step, run)
    codes = [choice.code for choice in choices]
    wanted = way.answers.get(run.step or "")
    if step is not None and step.type is AnswerType.LANGUAGE:
        wanted = run.language
    if wanted in codes:
        return wanted
    return codes[0] if codes else None


def sample(step: Step) -> str:
    """Something that can be typed to a question without choices."""
    match step.type:
        case AnswerType.TEXT:
            return "Test"
        case AnswerType.DATE:
            return "1-2-2026"
        case AnswerType.AMOUNT if isinstance(step.low, int):
            return str(-(-step.low // 100) or 1)
        case _:
            return str(step.low or 1)


def _guesses(flow: Flow, target: Step) -> Iterator[dict[str, Code]]:
    """First choices everywhere, then every mixture of those that the step's condition is about."""
    asked: dict[str, Step] = {}
    waiting = [target]
    while waiting:
        step = waiting.pop()
        condition = step.when or step.value
        for name, _ in names_in(condition.source) if condition else ():
            found = flow.step(name)
            if found is not None and name not in asked:
                asked[name] = found
                waiting.append(found)
    steps = [step for step in asked.values() if step.choices]
    for codes in product(*([choice.code for choice in step.choices] for step in steps)):
        yield dict(zip((step.name for step in steps), codes, strict=True))


def _leads(flow: Flow, name: str, way: Way) -> bool:
    run, _ = advance(flow, Run("way", "", "", flow.language, wave=way.wave), Started())
    for _ in range(_MOST_REPLIES):
        if run.step == name:
            return True
        if run.status is not RunStatus.WAITING or run.step is None:
            return False
        code = reply_to(flow, run, way)
        step = step_of(flow, run.step)
        if code is not None and step is not None and step.type is not AnswerType.CHOICES:
            event = Replied("way", Tapped(run.id, run.step, str(code)), "", "local")
        else:
            value = (code,) if code is not None else 1
            event = Replied("way", Understood(value, "way"), "", "local")
        moved, _ = advance(flow, run, event)
        if moved.step == run.step and kind_of(run.step) is None:
            return False
        run = moved
    return False
