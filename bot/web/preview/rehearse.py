"""A conversation played again: up to a step that was asked for, or after its files changed."""

from bot.content.revision import Revision
from bot.engine.asides import returns_to, step_of
from bot.engine.asking import choices_of
from bot.engine.flow import AnswerType, Flow, RunStatus, Step
from bot.engine.run import Run
from bot.web.preview.acts import attach, say, settled, start
from bot.web.preview.lines import note_line
from bot.web.preview.stage import CHANNELS, Phone, Stage
from bot.web.preview.way import find_way, reply_to, sample

_MOST_REPLIES = 200


async def start_at(stage: Stage, name: str, language: str, channel: str, at: str) -> Phone:
    """A phone on which this step is being asked; everything before it has an answer.

    A step that no answers lead to is told of on a phone at the start of the flow.
    """
    _, revision = stage.revision(name)
    flow = revision.flow
    way = find_way(flow, at)
    if way is None:
        phone = await start(stage, name, language, channel)
        phone.lines.append(note_line(f"No answers lead to {at[:40]}: this is the start."))
        return phone
    phone = await start(stage, name, language, channel, way.wave)
    for _ in range(_MOST_REPLIES):
        run = await settled(stage, phone)
        if run is None or run.step in (None, at) or run.status is not RunStatus.WAITING:
            break
        step = step_of(flow, run.step)
        if step is None:
            break
        await _answer(stage, phone, run, step, str(reply_to(flow, run, way) or ""))
    return phone


async def again(stage: Stage, old: Phone) -> Phone:
    """The same conversation with the files as they are now, up to the first changed step.

    Time that had passed is left out. Raises StageError when the flow is not there any more.
    """
    name = f"{old.study}/{old.revision.flow.name}"
    channel = next(word for word, one in CHANNELS.items() if one is old.first)
    phone = await start(stage, name, old.language, channel, old.wave)
    changed = changed_steps(old.revision, phone.revision, old.language)
    run = await settled(stage, phone)
    for act in old.acts:
        asked = returns_to(run.step) if run is not None and run.step is not None else None
        if run is None or asked in changed or run.status is not RunStatus.WAITING:
            break
        match act:
            case ("tap", step, code):
                payload = f"{run.id}.{step}.{code}"
                await say(stage, phone, _title(phone, payload) or code, payload)
            case ("type", text):
                await say(stage, phone, text)
            case ("attach", *_):
                await attach(stage, phone)
            case _:
                continue
        run = await settled(stage, phone)
    stage.phones.pop(old.address, None)
    return phone


def changed_steps(old: Revision, new: Revision, language: str) -> set[str]:
    """Steps that are asked otherwise than before, or are not there any more."""
    before, after = _steps(old.flow), _steps(new.flow)
    return {
        name
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
        or _words(old, before[name], language) != _words(new, after[name], language)
    }


async def _answer(stage: Stage, phone: Phone, run: Run, step: Step, code: str) -> None:
    codes = [str(choice.code) for choice in choices_of(step, run)]
    if not code:
        await say(stage, phone, sample(step))
    elif step.type is AnswerType.CHOICES:
        await say(stage, phone, str(codes.index(code) + 1))
    else:
        payload = f"{run.id}.{step.name}.{code}"
        await say(stage, phone, _title(phone, payload) or str(codes.index(code) + 1), payload)


def _title(phone: Phone, payload: str) -> str:
    """What is called so on the screen; empty on one that shows words only."""
    for line in reversed(phone.lines):
        for tap in (*line.get("buttons", ()), *line.get("rows", ())):
            if tap["id"] == payload:
                return str(tap["title"])
    return ""


def _steps(flow: Flow) -> dict[str, Step]:
    steps = (*flow.steps, *((flow.invite,) if flow.invite else ()))
    return {step.name: step for step in steps}


def _words(revision: Revision, step: Step, language: str) -> list[str | None]:
    words = revision.texts.get(language, {})
    keys = (step.text, step.sorry, *(choice.label for choice in step.choices))
    return [words.get(key) for key in keys if key is not None]
