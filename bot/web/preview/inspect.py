"""What lies behind the screen: the row as exported, and the flow with the place in it."""

import csv
import io
from typing import Any

from sqlalchemy import Connection

from bot.content.revision import Revision
from bot.content.texts import Texts
from bot.engine.asides import kind_of, returns_to
from bot.engine.asking import names_of
from bot.engine.expressions import names_in
from bot.engine.flow import Kind, Step, Value
from bot.engine.run import Run
from bot.reports.export import answers_csv

_SAID = {Kind.SAY: "said", Kind.SET: "set", Kind.ARM: "drawn", Kind.END: "ended"}


def exported_row(db: Connection, study: str, run: Run, revision: Revision) -> list[list[str]]:
    """Column and cell of this run, as ``polsbot export`` writes them. Columns that only other
    flows of the study have are left out.
    """
    own = {step.name for step in revision.flow.steps}
    lines = csv.reader(io.StringIO(answers_csv(db, study), newline=""))
    header = next(lines)
    fixed = header.index("ended_at") + 1
    row = next((line for line in lines if line[0] == run.id), [])
    cells = zip(header, row, strict=False)
    return [
        [column, cell]
        for place, (column, cell) in enumerate(cells)
        if place < fixed or column in own
    ]


def steps_of(revision: Revision, run: Run, texts: Texts) -> list[dict[str, Any]]:
    """Every step in its order: what became of it, and why it was passed by."""
    flow = revision.flow
    shown = [*((flow.invite,) if flow.invite else ()), *flow.steps]
    return [_step(step, revision, run, texts) for step in shown]


def _step(step: Step, revision: Revision, run: Run, texts: Texts) -> dict[str, Any]:
    reached = dict(run.passed).get(step.name)
    here = run.step is not None and returns_to(run.step) == step.name
    state = "ahead"
    if here:
        state = "current"
    elif reached is False:
        state = "skipped"
    elif step.name in run.path or step is revision.flow.invite:
        state = "answered"
    elif reached and step.kind in _SAID:
        state = _SAID[step.kind]
    elif reached:
        state = "answered"
    return {
        "name": step.name,
        "kind": str(step.type or step.kind),
        "text": texts.raw(step.text, run.language) if step.text else _formula(step),
        "section": step.section,
        "line": step.line,
        "state": state,
        "aside": kind_of(run.step) if here else None,
        "value": _value(step, run, texts),
        "when": _when(step),
        "why": _why(step, run) if state == "skipped" else "",
    }


def _formula(step: Step) -> str:
    return step.value.source if step.value else ", ".join(step.arms)


def _value(step: Step, run: Run, texts: Texts) -> str:
    if step.name not in run.answers:
        return ""
    value = run.answers[step.name]
    if value is None:
        return "no answer"
    codes = value if isinstance(value, tuple) else (value,)
    labels: dict[object, str] = {choice.code: choice.label for choice in step.choices}
    return ", ".join(
        f"{code} ({texts.say(labels[code], run.language, {})})" if code in labels else str(code)
        for code in codes
    )


def _when(step: Step) -> str:
    if step.rotation is not None:
        index, count = step.rotation
        return f"in wave {index or count}, then every {count} waves"
    return f"if {step.when.source}" if step.when else ""


def _why(step: Step, run: Run) -> str:
    if step.rotation is not None and run.wave % step.rotation[1] != step.rotation[0]:
        wave = step.rotation[0] or step.rotation[1]
        return f"its turn is in wave {wave}, this is wave {run.wave}"
    if step.when is None:
        return ""
    known = names_of(run)
    told = [f"{name} is {_told(known.get(name))}" for name in dict(names_in(step.when.source))]
    return f"only if {step.when.source}; {' and '.join(told)}"


def _told(value: Value) -> str:
    if value is None:
        return "empty"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
