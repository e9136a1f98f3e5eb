"""Random participants: the shipped flows bear them, and what is wrong is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.authoring.talk import Talk
from bot.authoring.transcripts.lines import Tapped, Typed, Waited
from bot.authoring.walk import Route, Walked, routes_of, walk
from bot.authoring.walk.person import Plan
from bot.authoring.walk.watch import Event, watch
from bot.content.library import Library
from bot.content.problem import Severity
from bot.content.revision import Revision
from bot.engine.effects import Effect, Grant, OptOut, Record, Send, Text
from bot.engine.flow import AnswerType, Policy, Reward, RunStatus
from bot.engine.replies.reading import Command
from bot.message import Channel
from tests.authoring.test_talk import LEXICONS, LIBRARY, talk
from tests.content.studies import load, steps

ROUTES = routes_of(LIBRARY)


def spoilt(change: Callable[[Revision], Revision]) -> tuple[Library, list[Route]]:
    """The Dutch fortnightly questions on SMS and WhatsApp, with something wrong."""
    study = LIBRARY.studies["klantmonitor"]
    study = replace(study, flows={"periodic": change(study.flows["periodic"])})
    library = replace(LIBRARY, studies={"klantmonitor": study})
    return library, [route for route in routes_of(library) if route.language == "nl"]


def faults(walked: Walked) -> str:
    return "\n".join(one.fault for one in walked.stumbles)


def with_text(key: str, text: str | None) -> Callable[[Revision], Revision]:
    """Another text in Dutch, or none, for the key that ends so."""

    def change(revision: Revision) -> Revision:
        words = dict(revision.texts["nl"])
        (name,) = (one for one in words if one.endswith(key))
        del words[name]
        if text is not None:
            words[name] = text
        return replace(revision, texts={**revision.texts, "nl": words})

    return change


def test_the_shipped_flows_bear_random_people_in_every_language_on_every_channel() -> None:
    walked = walk(LIBRARY, LEXICONS, ROUTES, range(12 * len(ROUTES)))

    assert not walked.stumbles, walked.stumbles[0].story
    for coverage in walked.coverage.values():
        assert {name for name in coverage.all_steps() if not coverage.steps[name]} == set()


def test_every_language_and_channel_of_every_flow_has_its_route() -> None:
    assert len(ROUTES) == 2 * 7 * 2
    assert len(set(map(str, ROUTES))) == len(ROUTES)


def test_a_walk_goes_the_same_way_every_time() -> None:
    library, routes = spoilt(with_text("hope.ask", None))

    first, again = (walk(library, LEXICONS, routes, range(20)) for _ in range(2))

    assert first.stumbles
    assert [one.story for one in first.stumbles] == [one.story for one in again.stumbles]


@pytest.mark.parametrize(
    ("key", "text", "fault"),
    [
        pytest.param("hope.ask", None, "hope", id="a text that is not there"),
        pytest.param("hope.ask", "Al {keer} keer?", "{keer}", id="a gap"),
        pytest.param("hope.ask", "x" * 1700, "1600", id="too long for any channel"),
        pytest.param("hope.ask", "x" * 500, "in 4 parts", id="too long for SMS"),
        pytest.param("hope.ask", " ", "a text is empty", id="an empty text"),
        pytest.param("how_very.5", "x" * 30, "only 24 fit", id="a long label"),
    ],
)
def test_a_text_that_cannot_be_said_is_found(key: str, text: str | None, fault: str) -> None:
    library, routes = spoilt(with_text(key, text))

    assert fault in faults(walk(library, LEXICONS, routes, range(20)))


def test_a_run_that_never_closes_is_found() -> None:
    def endless(revision: Revision) -> Revision:
        policy = replace(revision.flow.policy, close=timedelta(days=9999))
        return replace(revision, flow=replace(revision.flow, policy=policy))

    library, routes = spoilt(endless)

    assert "it never ends" in faults(walk(library, LEXICONS, routes, range(60)))


def test_an_uncaught_error_is_told_with_its_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Talk, text: str) -> None:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(Talk, "type", broken)

    walked = walk(LIBRARY, LEXICONS, ROUTES, range(40))

    assert "ZeroDivisionError" in faults(walked)
    assert walked.stumbles[0].story.startswith("# Walk ")


def asked() -> Talk:
    """Amina at the first question."""
    person = talk("periodic")
    person.start()
    person.type("ja")
    return person


def event(
    person: Talk, plan: Plan | None, *effects: Effect, status: RunStatus = RunStatus.WAITING
) -> list[str]:
    """What is said of an event with these effects at the open question."""
    return list(watch(Event(person, plan, replace(person.run, status=status), [], effects)))


TYPED = Plan(Typed("3"), answer=3, plainly=True)
ANSWER = Send("stress", Text("polsbot.help"), type=AnswerType.CHOICE)
FAREWELL = Send(None, Text("polsbot.stopped"), purpose="farewell")


def test_an_answer_kept_as_another_is_found() -> None:
    assert event(asked(), TYPED, Record("stress", 3, "3", "digit"), ANSWER) == []
    (fault,) = event(asked(), TYPED, Record("stress", 4, "3", "digit"), ANSWER)
    assert fault == "`stress`: a reply for `3` was kept as `4`"


def test_a_plain_answer_that_was_not_kept_is_found() -> None:
    assert "was not kept" in event(asked(), TYPED, ANSWER)[0]


def test_a_late_tap_that_answers_the_open_question_is_found() -> None:
    person = asked()
    person.type("3")
    plan = Plan(Tapped("5 Heel veel", old=True), about="stress")
    before = person.run
    right, wrong = Record("stress", 5, "", "payload"), Record("calm", 5, "", "payload")

    assert list(watch(Event(person, plan, before, [], [right, ANSWER]))) == []
    (fault,) = watch(Event(person, plan, before, [], [wrong, ANSWER]))
    assert fault == "a tap of `stress` was kept as the answer to `calm`"


def test_a_way_back_that_goes_nowhere_is_found() -> None:
    person = asked()
    person.run = replace(person.run, path=("stress", "stress"))

    said = event(person, Plan(Typed("hm")), ANSWER)

    assert len(said) == 2


def test_a_stop_that_did_not_stop_is_found() -> None:
    plan = Plan(Typed("stop"), command=Command.STOP)

    assert "did not stop" in event(asked(), plan, ANSWER)[0]


def test_a_message_besides_the_farewell_is_found() -> None:
    plan = Plan(Typed("stop"), command=Command.STOP)

    assert event(asked(), plan, OptOut(), FAREWELL) == []
    assert "other than one farewell" in event(asked(), plan, OptOut(), FAREWELL, ANSWER)[0]


def test_a_cry_for_help_without_a_case_is_found() -> None:
    assert "no case" in event(asked(), Plan(Typed("x"), command=Command.CRISIS), ANSWER)[0]


def test_silence_to_somebody_who_writes_is_found() -> None:
    assert "no answer" in event(asked(), Plan(Typed("hm")))[0]


def test_a_message_after_the_end_is_found() -> None:
    person = asked()
    person.type("stop")

    said = event(person, Plan(Waited(timedelta(days=1))), ANSWER, status=RunStatus.STOPPED)

    assert any("without being asked" in fault for fault in said)


def test_an_answer_kept_after_the_end_is_found() -> None:
    person = asked()
    person.type("stop")
    kept = Record("stress", 3, "3", "digit")

    said = event(person, TYPED, kept, ANSWER, status=RunStatus.STOPPED)

    assert any("an answer or a reward after" in fault for fault in said)


def test_a_reward_that_was_not_earned_is_found() -> None:
    assert "rewards" in event(asked(), None, ANSWER, Grant(Reward(200)))[0]


def test_a_code_that_is_no_choice_is_found() -> None:
    plan = Plan(Typed("hm"))

    assert "no choice" in event(asked(), plan, Record("stress", 9, "hm", "word"), ANSWER)[0]


def test_a_run_without_a_closing_timer_is_found() -> None:
    person = asked()
    person.timers.clear()

    assert "no timer" in event(person, Plan(Typed("hm")), ANSWER)[0]


def test_a_question_that_is_open_but_was_not_asked_is_found() -> None:
    person = asked()
    person.run = replace(person.run, step="calm")
    before = replace(person.run, step="stress")

    said = list(watch(Event(person, Plan(Typed("hm")), before, [], [ANSWER])))

    assert said == ["`calm` is open but was not asked last"]


def test_a_policy_without_reward_owes_none() -> None:
    person = asked()
    flow = replace(person.revision.flow, policy=Policy())
    person.revision = replace(person.revision, flow=flow)

    assert event(person, Plan(Typed("hm")), ANSWER) == []


def test_a_walk_can_be_kept_to_some_routes() -> None:
    sms = [route for route in ROUTES if route.channel is Channel.SMS]

    walked = walk(LIBRARY, LEXICONS, sms, range(len(sms)))

    assert not walked.stumbles


EVERYTHING = """\
  creditors:
    ask: "Aan hoeveel bedrijven moet je betalen?"
    type: number
    min: 0
    max: 99
    confirm: creditors > 40
  debt: {ask: "Hoeveel schuld heb je?", type: amount, min: 0, max: 50000, check: "debt != 1300"}
  since: {ask: "Sinds wanneer?", type: date, min: 2020-01-01, max: 2026-01-01}
  why: {if: creditors > 10, ask: "Wil je zeggen waarom?", type: text, special: true}
  many:
    ask: "Wat past bij jou?"
    type: choices
    choices: {a: "Huis", b: "Werk", c: "Familie", d: {label: "Niets", exclusive: true}}
  group: {arm: [one, two]}
  only_one: {if: 'group == "one"', ask: "Doe je dit?", type: yes_no}
  total: {set: "creditors * 2"}
  before:
    if: last.many == "a"
    say: "Vorige keer had je {creditors} schulden."
  picked:
    ask: "Kies een plaatje."
    type: picture
    shuffle: true
    choices: {1: "Zon", 2: "Regen", 3: "Wind", 4: "Sneeuw"}
  part:
    section: Deel
    steps:
      one: {ask: "Gaat het?", type: yes_no}
      two: {ask: "En nu?", type: yes_no}
  last_one: {ask: "Nog iets?", type: text}
"""


def test_every_type_of_question_bears_random_people(tmp_path: Path) -> None:
    library = load(tmp_path, first=steps(EVERYTHING))
    assert [one.code for one in library.problems if one.severity is Severity.ERROR] == []
    routes = [route for route in routes_of(library) if route.flow == "first"]

    walked = walk(library, LEXICONS, routes, range(300))

    assert not walked.stumbles, walked.stumbles[0].story
    coverage = walked.coverage["small/first"]
    assert [name for name in coverage.all_steps() if not coverage.steps[name]] == ["before"]
