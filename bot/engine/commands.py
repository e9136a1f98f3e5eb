"""What a person can always say, with a question open: stop, help, back, a language, a channel."""

from typing import assert_never

from bot.engine.answers import skip
from bot.engine.asides import BREAK, DOUBT, ERASE, MENU, aside, kind_of, returns_to, step_of
from bot.engine.effects import Effect, OpenCase, PreferChannel, Record, SwitchLanguage, Text
from bot.engine.events import Replied
from bot.engine.flow import Flow, RunStatus
from bot.engine.outside import respond
from bot.engine.replies.reading import Command, Commanded
from bot.engine.run import Run, changed
from bot.engine.walk import Moved, ask, begin, end


def obey(flow: Flow, run: Run, said: Commanded, event: Replied) -> Moved:
    """Carry out a command; the open question stays open unless the command ends the run."""
    match said.command:
        case Command.STOP | Command.WRONG_PERSON:
            return end(flow, run, RunStatus.STOPPED, respond(said, run))
        case Command.CRISIS:
            return end(flow, run, RunStatus.HANDED_OVER, respond(said, run))
        case Command.SKIP:
            return skip(flow, run, event)
        case Command.BACK:
            return _back(flow, run)
        case Command.LANGUAGE:
            return _switch(flow, run, said.language)
        case Command.WHATSAPP | Command.SMS:
            said_so = (Text(f"polsbot.channel_{said.command}"),)
            return run, (PreferChannel(str(said.command)), *ask(flow, run, said_so))
        case Command.START:
            return _start(flow, run)
        case Command.ERASE:
            run = changed(run, step=aside(ERASE, run.step or ""), tries=0)
            return run, ask(flow, run)
        case Command.HUMAN:
            return run, (OpenCase("human"), *ask(flow, run, (Text("polsbot.human_coming"),)))
        case Command.HELP | Command.BALANCE | Command.MY_DATA:
            return run, ask(flow, run, (Text(f"polsbot.{said.command}"),))
        case _:
            assert_never(said.command)


def _start(flow: Flow, run: Run) -> Moved:
    """Start says yes to an invitation and to going on; else the question is asked again."""
    if step_of(flow, run.step) is flow.invite:
        return begin(flow, run, 0)
    if kind_of(run.step) == BREAK:
        return begin(flow, run, flow.position(returns_to(run.step or "")) + 1)
    return run, ask(flow, run)


def _back(flow: Flow, run: Run) -> Moved:
    """Undo the last answer and ask that step again; repeatable down to the first question."""
    if kind_of(run.step) in (DOUBT, MENU, ERASE):
        run = changed(run, step=returns_to(run.step or ""), doubted=None, tries=0)
        return run, ask(flow, run)
    if not run.path:
        return run, ask(flow, run, (Text("polsbot.nothing_to_go_back"),))
    name = run.path[-1]
    answers = {step: value for step, value in run.answers.items() if step != name}
    run = changed(run, step=name, path=run.path[:-1], answers=answers, tries=0, doubted=None)
    undone = Record(name, None, "", "back", corrects=True)
    return run, (undone, *ask(flow, run, (Text("polsbot.back_done"),)))


def _switch(flow: Flow, run: Run, language: str | None) -> Moved:
    """Go on in this language, or show the menu of languages."""
    if language is None:
        run = changed(run, step=aside(MENU, run.step or ""), tries=0)
        return run, ask(flow, run)
    if language not in flow.languages:
        return run, ask(flow, run, (Text("polsbot.language_not_here"),))
    run = changed(run, language=language, foreign=0)
    if kind_of(run.step) == MENU:
        run = changed(run, step=returns_to(run.step or ""))
    effects: tuple[Effect, ...] = (SwitchLanguage(language),)
    return run, (*effects, *ask(flow, run, (Text("polsbot.language_switched"),)))
