"""A conversation as a test: what passes, what fails, and what a researcher reads then."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.transcripts import Fault, LineError, play, read, retell, write
from bot.authoring.transcripts.compare import fits
from bot.authoring.transcripts.lines import (
    HAPPENINGS,
    Happened,
    Kept,
    Line,
    Said,
    Start,
    Tapped,
    Typed,
    Waited,
)
from bot.message import Channel
from tests.authoring.test_talk import LEXICONS, LIBRARY, talk

FaultsOf = Callable[[str], list[Fault]]

BEGIN = """\
start nl whatsapp periodic
> Hoi Amina! …  [Ja, ik begin | Nu niet]
< [Ja, ik begin]
> Hoeveel stress heb je door geld?  [1 Geen | 2 Een beetje | …]
"""


@pytest.fixture
def faults_of(tmp_path: Path) -> FaultsOf:
    def run(text: str) -> list[Fault]:
        file = tmp_path / "some.chat"
        file.write_text(text, encoding="utf-8")
        return play(file, LIBRARY, LEXICONS)

    return run


def complaints(text: str) -> list[tuple[int, str]]:
    return [(number, str(line)) for number, line in read(text) if isinstance(line, LineError)]


def test_a_conversation_that_goes_as_written_has_no_fault(faults_of: FaultsOf) -> None:
    assert faults_of(BEGIN + "< best veel\n= stress: 3\n> Hoe rustig …\n") == []


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        pytest.param("> Hoe ging het?\n", 5, "this did not come", id="too much told"),
        pytest.param("< 3\n", 5, "no line tells of it", id="a message not told of"),
        pytest.param("< 3\n> Hoe druk …\n", 6, "+ > Hoe rustig ben je", id="another message"),
        pytest.param("< 3\n> Hoe rustig … [1 Nooit | …]\n", 6, "+ > Hoe", id="other choices"),
        pytest.param("< 3\n> Hoe rustig …\n= stress: 4\n", 7, "+ = stress: 3", id="answer"),
        pytest.param("< 3\n> Hoe rustig …\n= calm: 3\n", 7, "- = calm: 3", id="no answer"),
        pytest.param("< stop\n> …\n! completed\n", 7, "+ ! stopped", id="effect"),
        pytest.param("< [Ja]\n> …\n", 5, "[1 Geen | 2 Een beetje", id="no such tap"),
        pytest.param("< [Nu niet]\n> …\n", 5, "< [Nu niet] old", id="a tap of an older message"),
        pytest.param("< [Nooit] old\n> …\n", 5, "no older message", id="no such older tap"),
        pytest.param("+7 days\n", 5, "no line tells of it", id="a nudge not told of"),
    ],
)
def test_what_goes_otherwise_is_told_at_its_line(
    faults_of: FaultsOf, text: str, line: int, part: str
) -> None:
    (fault,) = faults_of(BEGIN + text)

    assert fault.line == line
    assert part in str(fault)


def test_the_difference_reads_like_a_diff(faults_of: FaultsOf) -> None:
    (fault,) = faults_of(BEGIN + "< 3\n= stress: 4\n> Hoe druk ben je?\n")

    assert fault.message.splitlines() == [
        "it goes otherwise",
        "    < 3",
        "  - > Hoe druk ben je?",
        f"  + {'> Hoe rustig ben je over je geld?':<45}  "
        "[1 Helemaal niet | 2 Een beetje | 3 Best wel | 4 Erg | 5 Heel erg | Overslaan]",
        "  - = stress: 4",
        "  + = stress: 3",
        "  (- as written, + as it went)",
    ]


def test_a_message_in_between_that_is_missing_leaves_the_others_paired(
    faults_of: FaultsOf,
) -> None:
    text = """\
start nl whatsapp baseline
> Hoi …
< ja
> Welke taal …
< 1
> Wij zijn …
> Elke 2 weken …
"""
    (fault,) = faults_of(text)

    signs = [line[2] for line in fault.message.splitlines() if line[4:6] == "> "]
    assert signs == [" ", "+", " "]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        pytest.param("> Hoi\n", 1, "begin with a line such as", id="no start"),
        pytest.param("start nl\n", 1, "start LANGUAGE CHANNEL FLOW", id="no channel"),
        pytest.param("start nl watsapp\n", 1, "whatsapp", id="wrong channel"),
        pytest.param("start nl sms\nstart nl sms\n", 2, "a file of its own", id="two starts"),
        pytest.param("start nl sms\n\n# x\nja\n", 4, "a line begins with", id="no sign"),
        pytest.param("start nl sms\n<\n", 2, "what the person types", id="nothing typed"),
        pytest.param("start nl sms\n< [Ja\n", 2, "a tap is", id="open bracket of a tap"),
        pytest.param("start nl sms\n>\n", 2, "what the bot says", id="nothing said"),
        pytest.param("start nl sms\n> Hoi [Ja | Nee\n", 2, "not closed", id="open bracket"),
        pytest.param("start nl sms\n+ a day\n", 2, "+1 day", id="no time"),
        pytest.param("start nl sms\n+0 days\n", 2, "+1 day", id="no time at all"),
        pytest.param("start nl sms\n= 3\n", 2, "= stress: 3", id="no step"),
        pytest.param("start nl sms\n! complete\n", 2, "completed", id="effect with a typo"),
    ],
)
def test_a_line_that_cannot_be_read_tells_its_mend(text: str, line: int, part: str) -> None:
    ((number, mend),) = complaints(text)

    assert number == line
    assert part in mend


def test_all_lines_that_cannot_be_read_are_told_at_once(faults_of: FaultsOf) -> None:
    assert [fault.line for fault in faults_of(BEGIN + "ja\n? nee\n")] == [5, 6]


@pytest.mark.parametrize(
    ("start", "part"),
    [
        ("start nl whatsapp periodical", "periodic"),
        ("start de whatsapp periodic", "complete in nl"),
    ],
)
def test_a_start_that_cannot_be_says_what_can(faults_of: FaultsOf, start: str, part: str) -> None:
    (fault,) = faults_of(start + "\n")

    assert fault.line == 1
    assert part in fault.message


def test_what_is_no_text_is_a_fault_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "some.chat"
    file.write_bytes(b"\xff\xfe\x00")

    (fault,) = play(file, LIBRARY, LEXICONS)

    assert "UTF-8" in fault.message


def test_an_empty_file_is_no_passed_conversation(faults_of: FaultsOf) -> None:
    assert [fault.line for fault in faults_of("# only a comment\n")] == [1]


def test_a_later_wave_asks_the_step_whose_turn_it_is(faults_of: FaultsOf) -> None:
    ask = "< ja\n> Hoeveel stress …\n" + "< 1\n> …\n" * 6
    first = faults_of(f"start nl whatsapp periodic\n> Hoi …\n{ask}= next_step: 1\n< 1\n> …\n")
    third = "start nl whatsapp periodic wave 3\n> Hoi …\n"

    assert first == []
    assert faults_of(f"{third}{ask}< 1\n= control: 1\n> …\n") == []


@pytest.mark.parametrize(
    ("pattern", "text", "agree"),
    [
        ("Hoi Amina!", "Hoi  Amina!\n", True),
        ("Hoi …", "Hoi Amina!\n\nGroet", True),
        ("Hoi…!", "Hoi Amina!", True),
        ("…", "", True),
        ("Hoi", "Hoi Amina", False),
        ("Hoi … Groet", "Hoi Amina", False),
        ("Hoi.", "Hoix", False),
    ],
)
def test_three_dots_stand_for_anything_and_nothing_else_does(
    pattern: str, text: str, agree: bool
) -> None:
    assert fits(pattern, text) is agree


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda word: not set("[]|") & set(word)
)
texts = st.lists(words, min_size=1, max_size=5).map(" ".join)
lines: st.SearchStrategy[Line] = st.one_of(
    st.builds(Typed, texts),
    st.builds(Tapped, texts, st.booleans()),
    st.builds(Waited, st.integers(1, 9000).map(lambda minutes: timedelta(minutes=minutes))),
    st.builds(Said, texts, st.none() | st.lists(texts, min_size=1).map(tuple)),
    st.builds(Kept, st.just("stress"), st.just("") | texts),
    st.builds(Happened, st.sampled_from(HAPPENINGS)),
)


@given(st.lists(lines), texts)
def test_a_written_conversation_reads_back_the_same(said: list[Line], why: str) -> None:
    conversation = [Start("nl", Channel.SMS, "periodic", wave=3), *said]

    assert [line for _, line in read(write(conversation, why))] == conversation


@given(st.text())
def test_no_text_stops_the_reader(text: str) -> None:
    assert all(number >= 1 for number, _ in read(text))


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_a_conversation_that_was_had_passes_when_it_is_saved(
    faults_of: FaultsOf, channel: Channel
) -> None:
    person = talk("periodic", "ar", channel)
    said: list[Line] = [Start("ar", channel, "periodic")]
    said += retell(person.start(), person.effects, channel)
    for reply in ("1", "3", "mens", "9", "stop"):
        said.append(Typed(reply))
        said += retell(person.type(reply), person.effects, channel)

    assert faults_of(write(said, "Saved.")) == []
