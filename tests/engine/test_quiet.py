"""What is said when no question is open, and to whom a wave is opened again."""

from dataclasses import replace

import pytest

from bot.engine.advance import RESTART, advance
from bot.engine.effects import Effect, OptIn, PreferChannel, Send, SetTimer
from bot.engine.events import Replied, Started
from bot.engine.flow import AnswerType, Choice, Flow, Kind, RunStatus, Step
from bot.engine.replies.reading import Command, Commanded, Reading, Tapped, Unclear
from bot.engine.run import Run
from bot.engine.stored import dump_run, load_run

YES_NO = (Choice("yes", "t.yes"), Choice("no", "t.no"))
INVITE = Step("invite", Kind.ASK, text="t.invite", type=AnswerType.CHOICE, choices=YES_NO)
CONSENT = Step("consent", Kind.ASK, text="t.c", type=AnswerType.CHOICE, choices=YES_NO,
               skip=False, consent="study")  # fmt: skip
QUESTION = Step("how", Kind.ASK, text="t.how", type=AnswerType.CHOICE, choices=YES_NO)
FLOW = Flow("f", "s", "F", "nl", (CONSENT, QUESTION), INVITE, ("nl",))
WITHOUT = Flow("f", "s", "F", "nl", (QUESTION,), INVITE, ("nl",))


def texts(effects: tuple[Effect, ...]) -> list[str]:
    return [one.text.key for one in effects if isinstance(one, Send) and one.text is not None]


def heard(flow: Flow, run: Run, reading: Reading) -> tuple[Run, tuple[Effect, ...]]:
    return advance(flow, load_run(dump_run(run)), Replied("m", reading, "x", "sms"))


def ended(status: RunStatus, **answers: str) -> Run:
    return Run("r", "h", "p", "nl", status=status, turn=3, answers=dict(answers))


@pytest.mark.parametrize(
    ("flow", "run", "key"),
    [
        (FLOW, ended(RunStatus.COMPLETED, consent="yes"), "no_question_open"),
        (FLOW, ended(RunStatus.STOPPED, consent="yes"), "no_question_stopped"),
        (WITHOUT, ended(RunStatus.STOPPED), "no_question_stopped"),
        (FLOW, ended(RunStatus.STOPPED, consent="no"), "no_question_declined"),
        (FLOW, ended(RunStatus.STOPPED), "no_question_declined"),
        (FLOW, ended(RunStatus.HANDED_OVER, consent="yes"), "human_already"),
        (FLOW, ended(RunStatus.EXPIRED), "expired_thanks"),
    ],
)
def test_only_who_will_be_written_to_again_is_promised_it(flow: Flow, run: Run, key: str) -> None:
    _, effects = heard(flow, run, Unclear("no match"))

    assert texts(effects) == [f"polsbot.{key}"]


def test_only_who_will_be_written_to_again_can_choose_a_channel() -> None:
    wish = Commanded(Command.WHATSAPP, "word")
    chosen = heard(FLOW, ended(RunStatus.COMPLETED, consent="yes"), wish)[1]
    stopped = heard(FLOW, ended(RunStatus.STOPPED, consent="yes"), wish)[1]

    assert (PreferChannel("whatsapp") in chosen, texts(chosen)) == (
        True, ["polsbot.channel_whatsapp"],
    )  # fmt: skip
    assert texts(stopped) == ["polsbot.no_question_stopped"]
    assert len(stopped) == 1


def test_who_asks_back_after_a_stop_is_promised_messages_again() -> None:
    run, effects = heard(WITHOUT, ended(RunStatus.STOPPED), Commanded(Command.START, "start"))
    assert (OptIn() in effects, texts(effects)) == (True, ["polsbot.started_again"])

    assert texts(heard(WITHOUT, run, Unclear("no match"))[1]) == ["polsbot.no_question_open"]


@pytest.mark.parametrize("reading", [Commanded(Command.START, "start"), Tapped("r", "how", "yes")])
def test_who_declined_is_never_told_that_messages_will_come(reading: Reading) -> None:
    _, effects = heard(FLOW, ended(RunStatus.STOPPED, consent="no"), reading)

    assert texts(effects) == ["polsbot.no_question_declined"]


def test_who_fell_silent_gets_words_of_their_own_and_no_reminder() -> None:
    started = Started(again=True)
    run, effects = advance(FLOW, Run("r", "h", "p", "nl", wave=4), started)

    assert texts(effects) == [RESTART]
    assert [one.timer for one in effects if isinstance(one, SetTimer)] == ["close"]
    assert run.step == "invite"
    assert advance(FLOW, Run("r", "h", "p", "nl"), Started())[1][0] != effects[0]


def test_a_text_may_name_the_wave() -> None:
    flow = replace(FLOW, steps=(Step("hello", Kind.SAY, text="t.hi"), QUESTION))
    _, effects = advance(flow, Run("r", "h", "p", "nl", wave=7), Started(invited=False))

    said = [one.text for one in effects if isinstance(one, Send) and one.text is not None]
    assert [text.parameters.get("wave") for text in said] == [7, 7]
