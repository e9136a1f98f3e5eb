"""The rules of a conversation, on a small flow; between any two events the run is stored."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engine.advance import advance
from bot.engine.asking import Words, names_of, reply_question
from bot.engine.effects import (
    Effect,
    End,
    Grant,
    OpenCase,
    OptOut,
    PreferChannel,
    Record,
    Send,
    SetTimer,
    SwitchLanguage,
)
from bot.engine.events import Event, Expired, Interrupted, Replied, Started, TimedOut
from bot.engine.expressions import parse
from bot.engine.flow import (
    AnswerType,
    Choice,
    Flow,
    Kind,
    Policy,
    Reward,
    RunStatus,
    Step,
    Value,
)
from bot.engine.replies.reading import (
    Command,
    Commanded,
    Reading,
    Tapped,
    Unclear,
    Understood,
)
from bot.engine.run import Run
from bot.engine.stored import dump_run, load_run

SCALE = tuple(Choice(code, f"t.{code}") for code in (1, 2, 3, 4, 5))
FLOW = Flow(
    name="small",
    study="test",
    title="Small",
    language="nl",
    languages=("nl", "en"),
    invite=Step(
        "invite",
        Kind.ASK,
        text="t.invite",
        type=AnswerType.CHOICE,
        choices=(Choice("start", "t.start"), Choice("later", "t.later")),
    ),
    steps=(
        Step("consent", Kind.ASK, text="t.consent", type=AnswerType.CHOICE, skip=False,
             choices=(Choice("yes", "t.yes"), Choice("no", "t.no")), consent="study"),
        Step("declined", Kind.END, ends=RunStatus.STOPPED, when=parse('not (consent == "yes")')),
        Step("stress", Kind.ASK, text="t.stress", type=AnswerType.CHOICE, choices=SCALE,
             section="one"),
        Step("why", Kind.ASK, text="t.why", type=AnswerType.TEXT, when=parse("stress >= 4"),
             section="one", break_after=True),
        Step("creditors", Kind.ASK, text="t.creditors", type=AnswerType.NUMBER, low=0, high=99,
             confirm=parse("creditors > 50"), check=parse("creditors != 13")),
        Step("total", Kind.SET, value=parse("stress + creditors")),
        Step("moved", Kind.ASK, text="t.moved", type=AnswerType.DATE),
        Step("thanks", Kind.SAY, text="t.thanks"),
    ),
    policy=Policy(reminders=(timedelta(days=1), timedelta(days=3)), reward=Reward(200)),
)  # fmt: skip


class Talk:
    """A conversation with the engine; every run goes through its stored form."""

    def __init__(self) -> None:
        self.run = Run(id="r1", revision="x", participant="p", language="nl")
        self.effects: tuple[Effect, ...] = ()
        self.said: list[Effect] = []

    def hear(self, event: Event) -> "Talk":
        run, self.effects = advance(FLOW, self.run, event)
        self.run = load_run(dump_run(run))
        assert self.run == run
        self.said.extend(self.effects)
        return self

    def answer(self, *values: Value) -> "Talk":
        for value in values:
            self.read(Understood(value, "digit"))
        return self

    def read(self, reading: Reading) -> "Talk":
        return self.hear(Replied("m", reading, "typed", "whatsapp"))

    def command(self, command: Command, language: str | None = None) -> "Talk":
        return self.read(Commanded(command, "word", language))

    def sends(self) -> list[Send]:
        return [effect for effect in self.effects if isinstance(effect, Send)]

    def keys(self) -> list[str]:
        return [
            text.key
            for send in self.sends()
            for text in (*send.notices, *((send.text,) if send.text else ()))
        ]


def begun() -> Talk:
    return Talk().hear(Started()).answer("start", "yes")


def test_a_wave_opens_with_the_invitation_its_reminders_and_its_close() -> None:
    talk = Talk().hear(Started())

    assert talk.keys() == ["t.invite"]
    assert talk.sends()[0].purpose == "opening"
    timers = [effect.timer for effect in talk.effects if isinstance(effect, SetTimer)]
    assert timers == ["reminder-1", "reminder-2", "close"]


def test_a_second_start_changes_nothing() -> None:
    talk = Talk().hear(Started())
    before = talk.run

    talk.hear(Started())

    assert talk.run == before
    assert talk.effects == ()


def test_yes_starts_what_was_offered_as_start_and_later() -> None:
    talk = Talk().hear(Started()).answer("yes")

    assert talk.run.step == "consent"


def test_a_completed_run_earns_its_reward_once() -> None:
    talk = begun().answer(2).answer("continue", 5, date(2026, 1, 2))

    assert talk.run.status is RunStatus.COMPLETED
    assert [effect for effect in talk.said if isinstance(effect, Grant)] == [Grant(Reward(200))]
    assert talk.run.answers["total"] == 7
    assert talk.run.answers["moved"] == date(2026, 1, 2)
    assert End(RunStatus.COMPLETED) in talk.effects


def test_a_guard_that_does_not_hold_skips_its_step_and_the_decision_is_kept() -> None:
    talk = begun().answer(3)

    assert talk.run.step == "break-why"
    assert ("why", False) in talk.run.passed


def test_no_consent_ends_the_run_without_reward() -> None:
    talk = Talk().hear(Started()).answer("start", "no")

    assert talk.run.status is RunStatus.STOPPED
    assert not any(isinstance(effect, Grant) for effect in talk.said)


def test_consent_cannot_be_skipped() -> None:
    talk = Talk().hear(Started()).answer("start").command(Command.SKIP)

    assert talk.run.step == "consent"


def test_a_skipped_question_is_kept_empty_and_costs_nothing() -> None:
    talk = begun().command(Command.SKIP)
    record = next(effect for effect in talk.effects if isinstance(effect, Record))
    assert (record.step, record.value, record.reason) == ("stress", None, "skip")

    talk.answer("continue").command(Command.SKIP).command(Command.SKIP)

    assert any(isinstance(effect, Grant) for effect in talk.said)


def test_a_skip_is_offered_under_a_question_without_choices_too() -> None:
    talk = begun().answer("yes", 2, "continue")
    (asked,) = talk.sends()
    assert asked.step == "creditors"
    assert [shown.code for shown in asked.choices] == ["-skip"]

    talk.read(Tapped(talk.run.id, "creditors", "-skip"))

    assert talk.run.answers["creditors"] is None
    assert talk.run.step == "moved"


def test_a_zero_skips_where_a_skip_stands_among_the_choices() -> None:
    talk = begun()
    talk.hear(Replied("m", Unclear("outside"), " \u0660 ", "sms"))

    assert talk.run.answers["stress"] is None
    assert talk.run.step != "stress"


def test_three_unclear_replies_are_kept_as_not_understood_and_the_run_goes_on() -> None:
    talk = begun()
    assert talk.read(Unclear("no")).keys() == ["polsbot.sorry_1", "t.stress"]
    assert talk.read(Unclear("no")).keys() == ["polsbot.sorry_2", "t.stress"]

    talk.read(Unclear("no"))

    record = next(effect for effect in talk.effects if isinstance(effect, Record))
    assert (record.value, record.reason) == (None, "not understood")
    assert talk.run.status is RunStatus.WAITING
    assert talk.run.step != "stress"


def test_back_undoes_one_answer_and_can_be_repeated() -> None:
    talk = begun().answer(4, "because").command(Command.BACK)
    assert talk.run.step == "why"

    talk.command(Command.BACK)

    assert talk.run.step == "stress"
    assert "stress" not in talk.run.answers
    talk.command(Command.BACK)
    assert talk.run.step == "consent"
    talk.command(Command.BACK)
    assert talk.keys() == ["polsbot.nothing_to_go_back", "t.consent"]


def test_an_answer_that_is_no_longer_reached_is_emptied() -> None:
    talk = begun().answer(5, "because").command(Command.BACK).command(Command.BACK).answer(1)

    assert "why" not in names_of(talk.run)


def test_stop_ends_the_run_opts_out_and_says_so_once() -> None:
    talk = begun().command(Command.STOP)

    assert talk.run.status is RunStatus.STOPPED
    assert OptOut() in talk.effects
    assert talk.keys() == ["polsbot.stopped"]
    assert talk.sends()[0].purpose == "farewell"


def test_a_wish_for_a_person_opens_a_case_and_keeps_the_question_open() -> None:
    talk = begun().command(Command.HUMAN)

    assert OpenCase("human") in talk.effects
    assert talk.keys() == ["polsbot.human_coming", "t.stress"]


def test_a_wish_for_a_channel_is_kept_and_the_question_stays_open() -> None:
    talk = begun().command(Command.SMS)

    assert PreferChannel("sms") in talk.effects
    assert talk.keys() == ["polsbot.channel_sms", "t.stress"]


def test_a_crisis_word_hands_over_and_keeps_the_reward() -> None:
    talk = begun().command(Command.CRISIS)

    assert talk.run.status is RunStatus.HANDED_OVER
    assert OpenCase("crisis") in talk.effects
    assert Grant(Reward(200)) in talk.effects
    assert talk.keys() == ["polsbot.crisis"]


def test_the_language_can_be_switched_at_any_question() -> None:
    talk = begun().command(Command.LANGUAGE, "en")
    assert (talk.run.language, talk.run.step) == ("en", "stress")
    assert SwitchLanguage("en") in talk.effects

    talk.command(Command.LANGUAGE).answer("nl")

    assert (talk.run.language, talk.run.step) == ("nl", "stress")


def test_a_language_that_is_not_offered_is_said_to_be_missing() -> None:
    talk = begun().command(Command.LANGUAGE, "pl")

    assert talk.run.language == "nl"
    assert talk.keys() == ["polsbot.language_not_here", "t.stress"]


def test_after_the_end_a_language_is_switched_only_to_one_that_is_offered() -> None:
    talk = begun().command(Command.STOP)

    talk.command(Command.LANGUAGE, "de")
    assert talk.keys() == ["polsbot.language_not_here"]
    assert talk.run.language == "nl"

    talk.command(Command.LANGUAGE, "en")
    assert SwitchLanguage("en") in talk.effects
    assert talk.keys() == ["polsbot.language_switched"]
    assert talk.run.language == "en"
    assert talk.run.status is RunStatus.STOPPED


def test_a_menu_in_a_break_returns_to_the_break_and_asks_nothing_again() -> None:
    talk = begun().answer("yes", 5, "why")
    assert talk.run.step == "break-why"

    talk.command(Command.LANGUAGE)
    assert talk.keys() == ["polsbot.language_menu"]
    talk.answer("en")
    assert talk.run.step == "break-why"

    talk.command(Command.ERASE).command(Command.LANGUAGE).command(Command.BACK)
    assert talk.run.step == "break-why"
    talk.answer("continue")
    assert talk.run.step == "creditors"


def test_two_answers_in_another_language_open_the_menu() -> None:
    talk = Talk().hear(Started()).answer("start")

    talk.read(Understood("yes", "word", "en")).read(Understood(4, "word", "en"))

    assert talk.run.step == "menu-why"
    assert talk.answer("en").keys() == ["polsbot.language_switched", "t.why"]


def test_a_late_tap_corrects_its_own_question_and_never_the_open_one() -> None:
    talk = begun().answer(4).read(Tapped("r1", "stress", "5"))

    assert talk.run.step == "why"
    assert talk.run.answers["stress"] == 5
    record = next(effect for effect in talk.effects if isinstance(effect, Record))
    assert (record.step, record.value, record.corrects) == ("stress", 5, True)
    assert talk.keys() == ["polsbot.corrected", "t.why"]


def test_the_same_tap_twice_says_nothing() -> None:
    talk = begun().read(Tapped("r1", "stress", "4")).read(Tapped("r1", "stress", "4"))

    assert talk.effects == ()


def test_a_late_no_to_consent_ends_the_run() -> None:
    talk = begun().answer(4).read(Tapped("r1", "consent", "no"))

    assert talk.run.status is RunStatus.STOPPED


def test_a_tap_after_the_end_is_thanked_and_changes_nothing() -> None:
    talk = begun().answer(1, "continue", 5, date(2026, 1, 2))
    before = talk.run

    talk.read(Tapped("r1", "stress", "5"))

    assert talk.run == before
    assert talk.keys() == ["polsbot.saved_already"]


def test_a_tap_of_another_run_never_answers_the_open_question() -> None:
    talk = begun().read(Tapped("r0", "stress", "5"))

    assert "stress" not in talk.run.answers
    assert talk.keys() == ["polsbot.saved_already", "t.stress"]


def test_a_tap_on_a_reminder_asks_the_open_question_and_counts_as_no_reply_to_it() -> None:
    talk = begun().read(Tapped("r1", "stress", "-ask"))

    assert talk.keys() == ["t.stress"]
    assert talk.run.tries == 0
    assert talk.run.answers == begun().run.answers


def test_a_doubted_value_waits_for_a_yes() -> None:
    talk = begun().answer(1, "continue", 60)
    assert talk.run.step == "doubt-creditors"
    assert "creditors" not in talk.run.answers

    talk.answer("no")
    assert talk.run.step == "creditors"

    talk.answer(60, "yes")
    assert talk.run.answers["creditors"] == 60


def test_a_value_that_fails_its_check_is_not_kept() -> None:
    talk = begun().answer(1, "continue", 13)

    assert talk.run.step == "creditors"
    assert talk.keys()[0] == "polsbot.sorry_1"


def test_a_reminder_stops_at_the_first_reply() -> None:
    talk = Talk().hear(Started())
    turn = talk.run.turn
    assert talk.hear(TimedOut("reminder-1", turn)).keys() == ["t.invite"]
    assert talk.hear(TimedOut("reminder-2", turn)).keys() == ["t.invite"]

    talk.answer("start").hear(TimedOut("reminder-2", turn))

    assert talk.effects == ()


def test_one_nudge_follows_the_person_through_the_questions() -> None:
    talk = Talk().hear(Started()).answer("start")
    (nudge,) = [one for one in talk.effects if isinstance(one, SetTimer)]
    talk.answer("yes")
    assert not [one for one in talk.effects if isinstance(one, SetTimer)], "an answer costs no row"

    talk.hear(TimedOut("nudge", nudge.turn or 0))
    assert talk.effects == (SetTimer("nudge", timedelta(hours=3), talk.run.turn),)

    assert talk.hear(TimedOut("nudge", talk.run.turn)).keys() == ["polsbot.nudge", "t.stress"]


def test_a_person_who_goes_on_later_is_not_nudged() -> None:
    talk = begun().answer(2, "later")

    assert talk.hear(TimedOut("nudge", 1)).effects == ()


def test_a_closed_wave_keeps_partial_answers_and_says_so_to_a_late_reply() -> None:
    talk = begun().answer(2).hear(Expired())
    assert talk.run.status is RunStatus.EXPIRED
    assert talk.run.answers["stress"] == 2

    assert talk.answer(3).keys() == ["polsbot.expired_thanks"]


def test_an_interrupted_run_says_nothing_and_earns_nothing() -> None:
    talk = begun().hear(Interrupted("opted out elsewhere"))

    assert talk.effects == (End(RunStatus.STOPPED),)


def test_a_photo_where_words_are_expected_is_refused_kindly() -> None:
    talk = begun().read(Unclear("media"))

    assert talk.keys() == ["polsbot.media_refused", "t.stress"]


def test_the_open_question_is_told_to_the_reply_reader_with_its_labels() -> None:
    talk = begun()
    words = {"nl": {f"t.{code}": str(code) for code in (1, 2, 3, 4, 5)}, "en": {"t.1": "one"}}

    asked = reply_question(FLOW, talk.run, Words(words), date(2026, 1, 1))

    assert asked is not None
    assert asked.codes == (1, 2, 3, 4, 5)
    assert asked.labels == {"nl": ("1", "2", "3", "4", "5")}


VALUES = st.one_of(
    st.none(),
    st.integers(-5, 99),
    st.sampled_from(["yes", "no", "start", "later", "continue", "en", "xx", "-skip", ""]),
    st.dates(),
    st.lists(st.integers(1, 9), max_size=3).map(tuple),
)
READINGS = st.one_of(
    st.builds(Understood, VALUES, st.just("word"), st.sampled_from([None, "en", "nl", "xx"])),
    st.builds(
        Commanded, st.sampled_from(Command), st.just("word"), st.sampled_from([None, "en", "xx"])
    ),
    st.builds(Unclear, st.sampled_from(["why", "media"])),
    st.builds(
        Tapped,
        st.sampled_from(["r1", "r0"]),
        st.sampled_from(["invite", "stress", "why", "creditors", "break-why", "menu-why", "x-y"]),
        st.sampled_from(["1", "5", "start", "continue", "-skip", "nonsense"]),
    ),
)
EVENTS = st.one_of(
    st.builds(Replied, st.just("m"), READINGS, st.text(max_size=5), st.just("sms")),
    st.builds(TimedOut, st.sampled_from(["reminder-1", "nudge", "later"]), st.integers(0, 9)),
    st.just(Started()),
    st.just(Expired()),
    st.just(Interrupted("x")),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=25))
def test_any_history_gives_the_same_state_twice_ends_once_and_never_raises(
    events: list[Event],
) -> None:
    first, second = Talk().hear(Started()), Talk().hear(Started())
    for event in events:
        first.hear(event)
        second.hear(event)
        assert len(first.effects) < 12

    assert first.run == second.run
    assert first.said == second.said
    ends = [effect for effect in first.said if isinstance(effect, End)]
    assert len(ends) == (first.run.status is not RunStatus.WAITING)
    assert len([effect for effect in first.said if isinstance(effect, Grant)]) <= 1
