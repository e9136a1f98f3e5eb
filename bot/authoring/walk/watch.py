"""What must hold after every event of a conversation, whoever takes part in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.authoring.talk import Talk
from bot.authoring.transcripts.lines import Attached, Typed, Waited
from bot.authoring.walk.person import Plan
from bot.content import limits
from bot.content.placeholders import placeholders_in
from bot.content.sms import parts_of
from bot.engine.asides import DOUBT, kind_of, step_of
from bot.engine.effects import Effect, Grant, OpenCase, OptOut, Record, Send, SwitchLanguage, Text
from bot.engine.flow import RunStatus
from bot.engine.replies.reading import Command
from bot.engine.run import Run
from bot.message import Channel, Form, TextForm

EARNING = (RunStatus.COMPLETED, RunStatus.HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: where it happened, the plan it comes from (``None`` for the opening), the run
    before it, and what came of it.
    """

    talk: Talk
    plan: Plan | None
    before: Run
    forms: Sequence[Form]
    effects: Sequence[Effect]


def watch(event: Event) -> Iterator[str]:
    """Everything that is wrong, each in a sentence that is the same for the same fault."""
    for rule in RULES:
        yield from rule(event)


def _meaning(event: Event) -> Iterator[str]:
    """An answer is kept as what was meant, or asked again, and never as something else."""
    plan, before, after = event.plan, event.before, event.talk.run
    step = event.talk.revision.flow.step(before.step)
    if (
        plan is None
        or plan.answer is None
        or step is None
        or step is event.talk.revision.flow.invite
    ):
        return
    records = [one for one in event.effects if isinstance(one, Record) and one.step == step.name]
    value = records[-1].value if records else None
    if value is not None and value != plan.answer:
        yield f"`{step.name}`: a reply for `{_code(plan.answer)}` was kept as `{_code(value)}`"
    doubted = kind_of(after.step) == DOUBT and after.doubted == plan.answer
    if plan.plainly and value is None and step.check is None and not doubted:
        yield f"`{step.name}`: a plain answer (`{_code(plan.answer)}`) was not kept"


def _late_taps(event: Event) -> Iterator[str]:
    """A button of an older question changes that answer and never the open one."""
    about, before, after = event.plan and event.plan.about, event.before, event.talk.run
    if about is None or about == before.step:
        return
    for record in event.effects:
        if isinstance(record, Record) and record.value is not None and record.step != about:
            yield f"a tap of `{about}` was kept as the answer to `{record.step}`"
    if after.step not in (before.step, None):
        yield f"a tap of `{about}` moved the run from `{before.step}` to `{after.step}`"


def _way_back(event: Event) -> Iterator[str]:
    """What *back* undoes: each step that was answered, once, and not the open one."""
    run = event.talk.run
    if len(set(run.path)) < len(run.path):
        yield f"at `{run.step}`: a step stands twice in the way back"
    if run.step in run.path:
        yield f"`{run.step}` is open and answered at once"


def _commands(event: Event) -> Iterator[str]:
    """Stop stops and a cry for help opens a case, at every step and without one."""
    if event.plan is None:
        return
    said = f"`{event.plan.act}`"
    if event.plan.command is Command.STOP and OptOut() not in event.effects:
        yield f"at `{event.before.step}`: {said} did not stop the messages"
    if event.plan.command is Command.CRISIS and OpenCase("crisis") not in event.effects:
        yield f"at `{event.before.step}`: {said} opened no case"


def _silence(event: Event) -> Iterator[str]:
    """Whoever writes is answered; whoever stopped, or is done, hears nothing unasked."""
    sends = [one for one in event.effects if isinstance(one, Send)]
    if event.plan is None or isinstance(event.plan.act, Waited):
        if sends and event.before.status is not RunStatus.WAITING:
            yield f"a message without being asked after the run was {event.before.status}"
        return
    if isinstance(event.plan.act, Typed | Attached) and not sends:
        yield f"at `{event.before.step}`: no answer to what was typed"
    stopped = OptOut() in event.effects
    if stopped and [send.purpose for send in sends] != ["farewell"]:
        yield "something other than one farewell after a stop"


def _afterwards(event: Event) -> Iterator[str]:
    """A run that has ended never changes again, but for the language it is talked about in, and
    that a person who stopped is back.
    """
    if event.before.status is not RunStatus.WAITING:
        after = replace(event.talk.run, language=event.before.language)
        if replace(after, is_back=event.before.is_back) != event.before:
            yield f"a run that was {event.before.status} changed"
        if any(isinstance(one, Record | Grant) for one in event.effects):
            yield f"an answer or a reward after the run was {event.before.status}"


def _questions(event: Event) -> Iterator[str]:
    """A run that waits has an open question that was asked and a timer that closes it."""
    after = event.talk.run
    if (after.status is RunStatus.WAITING) is not (after.step is not None):
        yield f"a run that is {after.status} at `{after.step}`"
    if after.status is not RunStatus.WAITING:
        return
    step = step_of(event.talk.revision.flow, after.step)
    if step is None or step.type is None:
        yield f"nothing can be answered at `{after.step}`: a dead end"
    asked = [one.step for one in event.effects if isinstance(one, Send) and one.type is not None]
    if after.step != event.before.step and asked[-1:] != [after.step]:
        yield f"`{after.step}` is open but was not asked last"
    if not any(due.timer.timer == "close" for due in event.talk.timers):
        yield "no timer will close this run"
    for record in event.effects:
        if isinstance(record, Record) and record.value is not None:
            yield from _legal(event.talk, record)


def _legal(talk: Talk, record: Record) -> Iterator[str]:
    step = talk.revision.flow.step(record.step)
    kept = record.value if isinstance(record.value, tuple) else (record.value,)
    if step is not None and step.choices and not set(kept) <= {one.code for one in step.choices}:
        yield f"`{record.step}`: kept `{_code(record.value)}`, which is no choice"


def _money(event: Event) -> Iterator[str]:
    """One reward, of the study's amount, for a run that is completed; none for another."""
    reward = event.talk.revision.flow.policy.reward
    granted = [one.reward for one in event.effects if isinstance(one, Grant)]
    ended = (
        event.before.status is RunStatus.WAITING and event.talk.run.status is not RunStatus.WAITING
    )
    due = [reward] if ended and reward is not None and event.talk.run.status in EARNING else []
    if granted != due:
        yield f"rewards {granted} instead of {due} when the run became {event.talk.run.status}"


def _words(event: Event) -> Iterator[str]:
    """Every text is there in the language spoken, has no gap, fits, and is said once."""
    for effect in event.effects:
        if isinstance(effect, SwitchLanguage) and effect.language not in event.talk.texts.languages:
            yield f"switched to `{effect.language}`, in which the flow is not complete"
        if isinstance(effect, Send):
            texts = [*effect.notices, *([] if effect.text is None else [effect.text])]
            labels = [Text(shown.label) for shown in effect.choices]
            for text in (*texts, *labels):
                yield from _text(event.talk, text)
    if event.talk.channel is Channel.SMS:
        for form in event.forms:
            parts = parts_of(form.body) if isinstance(form, TextForm) else 0
            if parts > limits.SMS_PARTS:
                where = f"`{event.talk.run.step}` in `{event.talk.run.language}`"
                yield f"{where}: a text message in {parts} parts, at most {limits.SMS_PARTS}"
    if len(set(event.forms)) < len(event.forms):
        yield f"at `{event.talk.run.step}`: the same message twice in one breath"


def _text(talk: Talk, text: Text) -> Iterator[str]:
    language = talk.run.language
    own = talk.library.own.get(language, {})
    found = talk.revision.texts.get(language, {}).get(text.key, own.get(text.key))
    if found is None:
        yield f"`{text.key}` is not there in `{language}`"
        return
    known = {**talk.values(), **text.parameters}
    for name, _ in placeholders_in(found):
        if known.get(name) is None and name not in talk.run.answers:
            yield f"`{text.key}`: nothing fills {{{name}}}"


def _code(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


RULES = (
    _meaning, _late_taps, _way_back, _commands, _silence, _afterwards, _questions, _money, _words,
)  # fmt: skip
