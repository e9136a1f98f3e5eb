"""A study played through: what is counted, and that what should never be is noticed."""

import signal
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
from typer.testing import CliRunner

from bot.authoring.simulate import _alerts_counted, simulate_parts, world
from bot.authoring.simulate.behaviour import Behaviour, Person, awake
from bot.authoring.simulate.figures import Figures, Watch
from bot.authoring.simulate.world import Scenario, first_morning, simulate
from bot.cli import app
from bot.cli.simulating import _progress
from bot.conversation.alerts import alert
from bot.conversation.revisions import Content
from bot.panel.hours import DecentHours, own_hours
from tests.conversation.test_receive import CONTENT

ROOT = Path(__file__).parent.parent.parent
STUDY = CONTENT.library.studies["klantmonitor"]
SCENARIO = Scenario("klantmonitor", 0, 8, 3, first_morning(STUDY), enrolling=4)
EAGER = Behaviour(
    tempers=((1.0, 1.0),), at=(1.0, 0.0, 0.0), agrees=1.0, later=0.0, breaks_off=0.0, unclear=0.0,
    stops=0.0, dead=0.0,
)  # fmt: skip
MUTE = Behaviour(tempers=((1.0, 0.0),), dead=0.0)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def play(scenario: Scenario) -> Figures:
    return replace(simulate(CONTENT, scenario, lambda _: None), seconds=0.0)


def test_people_who_always_answer_complete_every_wave_and_earn_it() -> None:
    figures = play(replace(SCENARIO, behaviour=EAGER))

    assert figures.broken == {}
    assert (figures.waves_due, figures.waves_opened) == (32, 32)
    assert figures.dispositions == {"complete": 32}
    assert figures.earned_cents == 32 * 200
    assert not any("reminder" in name for name in figures.messages)


def test_people_who_never_answer_hear_three_times_of_three_waves_and_no_more() -> None:
    figures = play(replace(SCENARIO, behaviour=MUTE))

    assert figures.broken == {}
    assert figures.dispositions == {"no_reply": 3 * 8}
    assert sum(figures.messages.values()) == 3 * 8 * 3
    assert figures.left_out == {"paused": 8}
    assert (figures.received, figures.earned_cents) == (0, 0)


def test_a_study_that_asks_nothing_by_itself_is_played_too() -> None:
    studies = {"klantmonitor": replace(STUDY, waves=())}
    content = Content(replace(CONTENT.library, studies=studies), CONTENT.lexicons)

    figures = simulate(content, SCENARIO, lambda _: None)

    assert (figures.broken, figures.waves_due, figures.messages) == ({}, 0, {})


def test_the_same_seed_goes_the_same_way() -> None:
    scenario = replace(SCENARIO, last=5, waves=2)

    assert play(scenario) == play(scenario)


def left(participant: str, run: str, purpose: str, **more: object) -> SimpleNamespace:
    row = {"place": None, "opted_out_at": None, **more}
    return SimpleNamespace(participant_id=participant, run_id=run, purpose=purpose, **row)


def test_a_long_message_in_parts_counts_once() -> None:
    watch = Watch(Figures(), DecentHours(frozenset(range(6)), time(10), time(19)), "UTC")

    for part in range(9):
        place = 11840 + part if part else None
        watch.saw(left("p", "r", "reminder", place=place), NOW)

    assert +watch.figures.broken == {}


def test_a_fault_is_counted() -> None:
    watch = Watch(Figures(), DecentHours(frozenset(range(6)), time(10), time(19)), "UTC")
    for day in range(4):
        watch.saw(left("p", f"r{day}", "reminder"), NOW + timedelta(days=day))
    watch.saw(left("q", "r1", "opening"), NOW.replace(hour=20))
    watch.saw(left("q", "r1", "opening", opted_out_at=NOW), NOW)

    assert watch.figures.broken == {
        "more than 3 openers in 14 days": 1,
        "unprompted outside the hours": 1,
        "a wave opened twice": 1,
        "sent after a stop": 1,
    }


@pytest.mark.parametrize("hour", [0, 3, 6, 7, 12, 22, 23])
def test_nobody_answers_at_night(hour: int) -> None:
    at = awake(NOW.replace(hour=hour), "UTC")

    assert 7 <= at.hour < 23
    assert NOW.replace(hour=hour) <= at < NOW.replace(hour=hour) + timedelta(hours=9)


def test_alerts_are_counted_and_other_lines_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with _alerts_counted() as alerts:
        alert("unsent", "a wave ended before anything of it had left", invitation="i1")
        structlog.get_logger().error("a message cannot be made", row=7)

    assert alerts == {"a wave ended before anything of it had left": 1}
    assert "a message cannot be made" in capsys.readouterr().out


def test_parts_are_added_up() -> None:
    one = Figures(participants=3, messages=Counter(a=1), alerts=Counter(b=2), seconds=3.0)
    both = one + replace(one, participants=4, broken=Counter(c=1), seconds=2.0)

    assert (both.participants, both.messages, both.alerts) == (7, {"a": 2}, {"b": 4})
    assert (both.broken, both.seconds) == ({"c": 1}, 3.0)


def test_made_up_people_are_written_to_at_different_times() -> None:
    begins = {
        own_hours(STUDY, Person(f"0.{number}", EAGER, "nl").seed).begin.hour for number in range(20)
    }

    assert len(begins) == 2


def test_the_command_tells_the_behaviour_and_the_counts() -> None:
    folders = [
        word for name in ("flows", "locales", "assets") for word in (f"--{name}", str(ROOT / name))
    ]

    done = CliRunner().invoke(
        app,
        ["simulate", "klantmonitor", "--participants", "3", "--waves", "1", "--processes", "1",
         *folders],
    )  # fmt: skip

    assert done.exit_code == 0, done.output
    assert "agree to the study" in done.stdout
    assert "each participant and wave opened once" in done.stdout
    unknown = CliRunner().invoke(app, ["simulate", "klantenmonitor", *folders])
    assert (unknown.exit_code, "no study" in unknown.stderr) == (2, True)


def test_who_is_asked_to_end_in_the_middle_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = (ROOT / "flows", ROOT / "locales", ROOT / "assets")
    monkeypatch.setattr(world, "_memory", lambda: str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)

    def told(_: float) -> None:
        assert list(tmp_path.glob("*/simulated.db"))
        signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit):
        simulate_parts(CONTENT, folders, replace(SCENARIO, last=1), 1, told)

    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_how_far_it_is_is_told_by_tenths_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell = _progress()

    for share in (0.05, 0.1, 0.11, 0.35, 0.999):
        tell(share)

    assert capsys.readouterr().err.split() == ["10%", "played", "30%", "played", "90%", "played"]
