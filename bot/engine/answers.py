"""What an answer does: it is doubted, taken, corrected, or not understood."""

from bot.engine.asides import BREAK, DOUBT, ERASE, MENU, SKIP, aside, kind_of, returns_to, step_of
from bot.engine.asking import choices_of, is_two_way, names_of
from bot.engine.effects import (
    Effect,
    End,
    Erase,
    Record,
    Send,
    SetTimer,
    SwitchLanguage,
    Text,
)
from bot.engine.events import Replied
from bot.engine.flow import AnswerType, Flow, RunStatus, Step, Value
from bot.engine.replies.reading import Tapped, Unclear, Understood
from bot.engine.run import Run, changed
from bot.engine.walk import Moved, after, ask, begin, end

_FOREIGN_ANSWERS = 2


def doubt_or_take(flow: Flow, run: Run, value: Value, event: Replied) -> Moved:
    """An answer to the open question; a tap tells its code as written."""
    step = step_of(flow, run.step)
    if step is None:
        return run, ()
    if value == SKIP:
        return skip(flow, run, event)
    value = _legal(step, run, value)
    if value is None or not _passes(step, run, value):
        return not_understood(flow, run, event)
    kind = kind_of(step.name)
    if kind is not None or step is flow.invite:
        return _aside_answered(flow, run, step, value, event)
    if step.confirm is not None and step.confirm.holds({**names_of(run), step.name: value}):
        run = changed(run, step=aside(DOUBT, step.name), doubted=value, tries=0)
        return run, ask(flow, run)
    return _take(flow, run, step, value, event)


def skip(flow: Flow, run: Run, event: Replied) -> Moved:
    """Leave the open question unanswered; an invitation or a break is put off."""
    step = step_of(flow, run.step)
    if step is None:
        return run, ()
    if step is flow.invite or kind_of(step.name) == BREAK:
        return put_off(flow, run)
    if kind_of(step.name) is not None:
        return _return_to_question(flow, run)
    if not step.skip:
        return not_understood(flow, run, event)
    run, record = _written(run, step, None, event, "skip")
    run, effects = after(flow, run, step)
    return run, (record, *effects)


def offers_skip(flow: Flow, run: Run) -> bool:
    """Whether a skip stands among the choices of the open question."""
    step = step_of(flow, run.step)
    return step is not None and step.skip and bool(step.choices) and step is not flow.invite


def put_off(flow: Flow, run: Run) -> Moved:
    """The person goes on later: say so, and ask again after a while."""
    later = SetTimer("later", flow.policy.later, run.turn)
    return run, (Send(None, Text("polsbot.see_you_later")), later)


def correct(flow: Flow, run: Run, name: str, code: str, event: Replied) -> Moved:
    """A tap on an older message changes that answer, if it was asked; the open question stays."""
    step = flow.step(name)
    value = None if step is None or code == SKIP else _legal(step, run, code)
    if step is None or name not in run.path or (value is None and not (code == SKIP and step.skip)):
        return run, ask(flow, run)
    if run.answers.get(name) == value:  # the same button twice: nothing new to say
        return run, ()
    run, record = _written(run, step, value, event, "payload")
    if step.consent is not None and value == "no":
        return _withdraw(flow, run, step, record)
    language: tuple[Effect, ...] = ()
    if step.type is AnswerType.LANGUAGE and isinstance(value, str):
        run, language = changed(run, language=value), (SwitchLanguage(value),)
    return run, (record, *language, *ask(flow, run, (Text("polsbot.corrected"),)))


def _withdraw(flow: Flow, run: Run, step: Step, record: Record) -> Moved:
    """A late no to consent: what the flow says to those who decline, and the end, whatever else."""
    declined, effects = after(flow, run, step)
    if declined.status is RunStatus.WAITING:  # the flow has no words for this case
        corrected = Send(None, Text("polsbot.corrected"))
        return end(flow, run, RunStatus.STOPPED, (record, corrected))
    return declined, (record, *effects)


def not_understood(flow: Flow, run: Run, event: Replied) -> Moved:
    """Ask again with an example, then row by row; after that keep "not understood" and go on."""
    step = step_of(flow, run.step)
    if step is None:
        return run, ()
    run = changed(run, tries=run.tries + 1, unclear=run.unclear + 1)
    if run.tries <= flow.policy.tries:
        sorry = step.sorry or f"polsbot.sorry_{min(run.tries, 2)}"
        if event.reading == Unclear("media"):
            sorry = "polsbot.media_refused"
        return run, ask(flow, run, (Text(sorry),))
    if step is flow.invite or kind_of(step.name) == BREAK:
        return put_off(flow, changed(run, tries=0))
    if kind_of(step.name) is not None:
        return _return_to_question(flow, run)
    run, record = _written(run, step, None, event, "not understood")
    offer = (Text("polsbot.offer_human"),) if run.unclear > flow.policy.tries + 1 else ()
    run, effects = after(flow, run, step, (Text("polsbot.sorry_go_on"), *offer))
    return run, (record, *effects)


def _take(flow: Flow, run: Run, step: Step, value: Value, event: Replied) -> Moved:
    """Keep the answer and go on."""
    reading = event.reading
    reason = reading.reason if isinstance(reading, Understood) else "payload"
    run, record = _written(run, step, value, event, reason)
    effects: tuple[Effect, ...] = (record,)
    if step.type is AnswerType.LANGUAGE and isinstance(value, str):
        run = changed(run, language=value)
        effects = (record, SwitchLanguage(value))
    run = _count_foreign(flow, run, event)
    run, more = after(flow, run, step)
    if run.foreign >= _FOREIGN_ANSWERS and run.step is not None and kind_of(run.step) is None:
        run = changed(run, step=aside(MENU, run.step), foreign=0)
        waiting = tuple(effect for effect in more if not _is_question(effect))
        return run, (*effects, *waiting, *ask(flow, run))
    return run, (*effects, *more)


def _aside_answered(flow: Flow, run: Run, step: Step, value: Value, event: Replied) -> Moved:
    """The bot's own question is answered."""
    kind = kind_of(step.name)
    if step is flow.invite:
        return begin(flow, run, 0) if value == "start" else put_off(flow, run)
    if kind == BREAK:
        if value == "later":
            return put_off(flow, run)
        return begin(flow, run, flow.position(returns_to(step.name)) + 1)
    if kind == MENU:
        run = changed(run, language=str(value), foreign=0)
        run, effects = _return_to_question(flow, run, (Text("polsbot.language_switched"),))
        return run, (SwitchLanguage(str(value)), *effects)
    if kind == ERASE and value == "yes":
        erased = Send(None, Text("polsbot.erased"), purpose="farewell")
        return end(flow, run, RunStatus.STOPPED, (Erase(), erased))
    asked = flow.step(returns_to(step.name))
    if kind == DOUBT and value == "yes" and asked is not None:
        return _take(flow, run, asked, run.doubted, event)
    return _return_to_question(flow, run)


def _return_to_question(flow: Flow, run: Run, notices: tuple[Text, ...] = ()) -> Moved:
    run = changed(run, step=returns_to(run.step or ""), tries=0, doubted=None)
    return run, ask(flow, run, notices)


def _written(run: Run, step: Step, value: Value, event: Replied, reason: str) -> tuple[Run, Record]:
    """The run with this answer, and the order to keep it."""
    record = Record(
        step=step.name,
        value=value,
        typed=event.typed,
        reason=reason,
        shown=tuple(choice.code for choice in choices_of(step, run)),
        corrects=step.name in run.answers,
        consent=step.consent,
        special=step.special,
    )
    path = run.path if step.name in run.path else (*run.path, step.name)
    return changed(run, answers={**run.answers, step.name: value}, path=path), record


def _legal(step: Step, run: Run, value: Value) -> Value:
    """The value as the step's own code, or ``None`` when this participant was not offered it."""
    if not step.choices:
        return value
    codes = {str(choice.code): choice.code for choice in choices_of(step, run)}
    if isinstance(value, tuple):
        return value if value and all(str(code) in codes for code in value) else None
    if is_two_way(tuple(codes.values())) and value in ("yes", "no"):
        value = tuple(codes.values())[0 if value == "yes" else 1]
    code = codes.get(str(value))
    return (code,) if step.type is AnswerType.CHOICES and code is not None else code


def _passes(step: Step, run: Run, value: Value) -> bool:
    return step.check is None or step.check.holds({**names_of(run), step.name: value})


def _count_foreign(flow: Flow, run: Run, event: Replied) -> Run:
    language = event.reading.language if isinstance(event.reading, Understood) else None
    is_foreign = language is not None and language != run.language and language in flow.languages
    if isinstance(event.reading, Tapped):
        return run
    foreign = run.foreign + 1 if is_foreign else 0
    return run if foreign == run.foreign else changed(run, foreign=foreign)


def _is_question(effect: Effect) -> bool:
    return (isinstance(effect, Send) and effect.type is not None) or isinstance(effect, End)
