"""Going forward through a flow: from one place to the next question or to the end.

Places only grow, so no flow can loop; each guard is decided once, when it is reached, and kept.
"""

from bot.engine.asides import BREAK, aside, step_of
from bot.engine.asking import drawn, names_of, question
from bot.engine.effects import Effect, End, Grant, Record, Send, SetTimer, Text
from bot.engine.flow import Flow, Kind, RunStatus, Step, Value
from bot.engine.run import Run, changed

Moved = tuple[Run, tuple[Effect, ...]]


def ask(
    flow: Flow, run: Run, notices: tuple[Text, ...] = (), purpose: str = "reply"
) -> tuple[Effect, ...]:
    """Ask the open question, again or for the first time."""
    step = step_of(flow, run.step)
    return () if step is None else (question(step, run, notices, purpose),)


def begin(flow: Flow, run: Run, place: int) -> Moved:
    """Go on at this place after an invitation or a break, and look later whether it went silent.

    One timer stands for the whole stretch: when it goes off and the person has moved on, it is set
    again, so that an answer costs no row.
    """
    run, effects = forward(flow, run, place)
    if flow.policy.nudge is None or run.step is None:
        return run, effects
    return run, (*effects, SetTimer("nudge", flow.policy.nudge, run.turn))


def forward(flow: Flow, run: Run, place: int, notices: tuple[Text, ...] = ()) -> Moved:
    """Go on at this place of the flow. ``notices`` are said before the next question, if any."""
    said: list[Effect] = []
    passed = run.passed
    for index in range(place, len(flow.steps)):
        step = flow.steps[index]
        reached = _is_reached(step, run)
        passed = (*_without(passed, step), (step.name, reached))
        if reached and step.kind is Kind.ASK:
            run = changed(run, passed=passed, step=step.name, tries=0, doubted=None)
            last = (Text("polsbot.last_question"),) if _is_last(flow, run, index) else ()
            return run, (*said, question(step, run, (*notices, *last)))
        if not reached:
            if step.name in run.answers:
                run = changed(run, answers=_dropped(run, step))
                said.append(Record(step.name, None, "", "skipped"))
        elif step.kind is Kind.END:
            status = step.ends or RunStatus.COMPLETED
            return end(flow, changed(run, passed=passed), status, tuple(said))
        else:
            run, effects = _pass(step, run)
            said.extend(effects)
        if step.break_after and _is_break_due(flow, run, step, index):
            run = changed(run, passed=passed, step=aside(BREAK, step.name), tries=0)
            return run, (*said, *ask(flow, run, notices))
    if not any(isinstance(effect, Send) for effect in said):
        key = "completed_reward" if flow.policy.reward else "completed_thanks"
        said.append(Send(None, Text(f"polsbot.{key}")))
    return end(flow, changed(run, passed=passed), RunStatus.COMPLETED, tuple(said))


def after(flow: Flow, run: Run, step: Step, notices: tuple[Text, ...] = ()) -> Moved:
    """Go on behind a step that was answered; a part of the flow that ends here offers a break."""
    index = flow.position(step.name)
    if step.break_after and _is_break_due(flow, run, step, index):
        run = changed(run, step=aside(BREAK, step.name), tries=0, doubted=None)
        return run, ask(flow, run, notices)
    return forward(flow, run, index + 1, notices)


def end(flow: Flow, run: Run, status: RunStatus, effects: tuple[Effect, ...] = ()) -> Moved:
    """End the run; a completed one earns its reward, a crisis costs none."""
    earned = status in (RunStatus.COMPLETED, RunStatus.HANDED_OVER)
    grant = (Grant(flow.policy.reward),) if earned and flow.policy.reward else ()
    return changed(run, status=status, step=None, doubted=None), (*grant, *effects, End(status))


def _pass(step: Step, run: Run) -> tuple[Run, tuple[Effect, ...]]:
    """A step that does not wait: a text, a reckoned value, an arm."""
    if step.kind is Kind.SAY:
        text = Text(step.text or "", {**run.answers, "wave": run.wave})
        return run, (Send(step.name, text, picture=step.picture),)
    value = drawn(step, run) if step.kind is Kind.ARM else None
    if step.value is not None:
        value = step.value.evaluate(names_of(run))
    run = changed(run, answers={**run.answers, step.name: value})
    return run, (Record(step.name, value, "", str(step.kind)),)


def _is_reached(step: Step, run: Run) -> bool:
    if step.rotation is not None and run.wave % step.rotation[1] != step.rotation[0]:
        return False
    return step.when is None or step.when.holds(names_of(run))


def _is_break_due(flow: Flow, run: Run, step: Step, index: int) -> bool:
    """Something of this section was asked, and something is still to be asked."""
    asked = any(
        other.section == step.section and other.name in run.path
        for other in flow.steps[: index + 1]
    )
    return asked and any(
        other.kind is Kind.ASK and _is_reached(other, run) for other in flow.steps[index + 1 :]
    )


def _is_last(flow: Flow, run: Run, index: int) -> bool:
    """No later step can ask, whatever the answer to this one is, and several were asked before."""
    if len(run.path) < 2:
        return False
    return not any(
        step.kind is Kind.ASK
        and (step.rotation is None or run.wave % step.rotation[1] == step.rotation[0])
        for step in flow.steps[index + 1 :]
    )


def _without(passed: tuple[tuple[str, bool], ...], step: Step) -> tuple[tuple[str, bool], ...]:
    return tuple(entry for entry in passed if entry[0] != step.name)


def _dropped(run: Run, step: Step) -> dict[str, Value]:
    return {name: value for name, value in run.answers.items() if name != step.name}
