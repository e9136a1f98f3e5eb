"""The heart: a flow, a run and one event in; the new run and its effects out.

Never raises for any history; an event that does not fit the run changes nothing.
"""

import unicodedata
from dataclasses import replace
from typing import assert_never

from bot.engine.answers import correct, doubt_or_take, not_understood, offers_skip, skip
from bot.engine.asides import ASK, BREAK, kind_of, step_of
from bot.engine.asking import question
from bot.engine.commands import obey
from bot.engine.effects import Effect, OptIn, SetTimer, SwitchLanguage, Text
from bot.engine.events import Event, Expired, Interrupted, Replied, Started, TimedOut
from bot.engine.flow import Flow, RunStatus
from bot.engine.outside import Quiet, respond
from bot.engine.replies.reading import Commanded, Tapped, Unclear, Understood
from bot.engine.run import Run, changed
from bot.engine.walk import Moved, ask, begin, end

RESTART = "polsbot.restart"
"""What someone who fell silent reads in place of the invitation."""


def advance(flow: Flow, run: Run, event: Event) -> Moved:
    """Handle one event. ``flow`` is the revision that the run is pinned to."""
    match event:
        case Started():
            return _start(flow, run, event)
        case Replied():
            if run.status is not RunStatus.WAITING or run.step is None:
                return _outside(flow, run, event)
            return _reply(flow, changed(run, turn=run.turn + 1), event)
        case TimedOut():
            return run, _remind(flow, run, event)
        case Expired():
            return _close(flow, run, RunStatus.EXPIRED)
        case Interrupted():
            return _close(flow, run, RunStatus.STOPPED)
        case _:
            assert_never(event)


def _start(flow: Flow, run: Run, event: Started) -> Moved:
    if run.turn or run.step is not None or run.status is not RunStatus.WAITING:
        return run, ()
    run = changed(run, turn=1)
    close = SetTimer("close", flow.policy.close, None)
    if not event.invited or flow.invite is None:
        run, effects = begin(flow, run, 0)
        return run, (close, *effects)
    run = changed(run, step=flow.invite.name)
    opening = question(flow.invite, run, purpose="opening")
    if event.again:  # one message, in words of its own, and no reminder of it
        return run, (replace(opening, text=Text(RESTART, {"wave": run.wave})), close)
    reminders = tuple(
        SetTimer(f"reminder-{number}", after, run.turn)
        for number, after in enumerate(flow.policy.reminders, start=1)
    )
    return run, (opening, *reminders, close)


def _outside(flow: Flow, run: Run, event: Replied) -> Moved:
    """No question is open: nothing of the run changes but the language it is talked about in, and
    that the person asked back.
    """
    effects = respond(event.reading, run, flow.languages, _nothing_open(flow, run))
    for effect in effects:
        if isinstance(effect, SwitchLanguage):
            run = changed(run, language=effect.language)
        if isinstance(effect, OptIn) and run.status is RunStatus.STOPPED:
            run = changed(run, is_back=True)
    return run, effects


def _reply(flow: Flow, run: Run, event: Replied) -> Moved:
    match event.reading:
        case Tapped(run=tapped, step=step, code=code):
            if tapped != run.id:
                return run, ask(flow, run, (Text("polsbot.saved_already"),))
            if code == ASK:
                return run, ask(flow, run)
            if step != run.step:
                return correct(flow, run, step, code, event)
            return doubt_or_take(flow, run, code, event)
        case Understood(value=value):
            return doubt_or_take(flow, run, value, event)
        case Commanded():
            return obey(flow, run, event.reading, event)
        case Unclear():
            if is_zero(event.typed) and offers_skip(flow, run):
                return skip(flow, run, event)
            return not_understood(flow, run, event)
        case _:
            assert_never(event.reading)


def _nothing_open(flow: Flow, run: Run) -> Quiet:
    """What is true of a person whom nothing is asked: not everybody will hear from us again."""
    if run.status is RunStatus.HANDED_OVER:
        return Quiet.HANDED_OVER
    if run.status is not RunStatus.STOPPED:
        return Quiet.WAITS
    consents = [run.answers.get(step.name) for step in flow.steps if step.consent is not None]
    if consents and "yes" not in consents:
        return Quiet.DECLINED
    return Quiet.WAITS if run.is_back else Quiet.STOPPED


def _remind(flow: Flow, run: Run, event: TimedOut) -> tuple[Effect, ...]:
    """The open question once more; nothing when the person has moved on since."""
    step = step_of(flow, run.step)
    if run.status is not RunStatus.WAITING or step is None:
        return ()
    is_offer = step is flow.invite or kind_of(step.name) == BREAK
    if event.turn != run.turn:
        nudge = flow.policy.nudge
        if event.timer == "nudge" and nudge is not None and not is_offer:
            return (SetTimer("nudge", nudge, run.turn),)
        return ()
    notices = () if is_offer else (Text("polsbot.nudge"),)
    return ask(flow, run, notices, purpose="reminder")


def is_zero(typed: str) -> bool:
    """The digit 0 of any script: a skip, as the hint under a question with choices says."""
    bare = typed.strip(" .)")
    return len(bare) == 1 and unicodedata.digit(bare, None) == 0


def _close(flow: Flow, run: Run, status: RunStatus) -> Moved:
    if run.status is not RunStatus.WAITING:
        return run, ()
    return end(flow, run, status)
