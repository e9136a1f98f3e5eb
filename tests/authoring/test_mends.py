"""What a researcher writes who knows no YAML: the sentence says what to write, the caret where."""

from pathlib import Path

import pytest

from bot.authoring.check import check, check_library
from bot.content.problem import Problem, Severity
from tests.authoring.test_check import marked, translated
from tests.content.studies import FIRST, STUDY, load, make, steps, study

CONDITIONS = [
    ("stress = 3", "=", "write =="),
    ('stress = "3"', "=", "write =="),
    ("stress => 2", "=>", "write >="),
    ("stress <> 2", "<>", "write !="),
    ("stress > 1 && stress < 3", "&&", "write and"),
    ("stress > 1 AND stress < 3", "AND", "write and"),
    ("stress > 1 en stress < 3", "en", "write and"),
    ("stress == 1 of stress == 3", "of", "write or"),
    ("stress is 3", "is", "write =="),
    ("stress groter dan 2", "groter dan", "write >"),
    ("stress == “3”", "“", 'type a straight one: "'),
    ("(stress > 1", "(", "close it with )"),
    ("max(stress, 2) > 2", "max", "there are sum, mean and count"),
    ("stress > 2;", ";", "leave it out"),
    ("stress % 2 == 0", "%", "use + - * /"),
]
STEPS = [
    ('  a: {question: "Hoe?", type: text}\n', "F001", "question", "write ask:"),
    ('  a: {ask: "Hoe?", type: text, goto: b}\n', "F001", "goto", "there are no jumps"),
    ('  a: {ask: "Hoe?", type: open}\n', "F016", "open", "write text"),
    ('  a: {ask: "Hoe?", type: ja_nee}\n', "F016", "ja_nee", "write yes_no"),
    ('  a: {ask: "Hoe?", type: text, skip: nee}\n', "F016", "nee", "write false"),
    ('  a: {ask: "Hoe?", choices: [Goed, Slecht]}\n', "F016", "[", "give each choice a code"),
    ('  hoe gaat het: {ask: "Hoe?", type: text}\n', "F014", "hoe gaat het", "write hoe_gaat_het"),
    ('  a: {ask: "Hoe?", choices: {Goed: "G", b: "B"}}\n', "F014", "Goed", "write goed:"),
    ('  a: {ask: "", type: text}\n', "F016", "ask", 'write the question in "quotes"'),
    ('  a: {say: "Hoi", picture: images/pot.svg}\n', "F021", "images/pot.svg", "write pot:"),
    ('  a: {say: "Hoi {naam}!"}\n', "F019", "{naam}", "write {first_name}"),
    ('  a: {say: "Hoi {First_name}!"}\n', "F019", "{First_name}", "write {first_name}"),
    ("  a:\n    say: Kamer # 3\n", "F016", "Kamer", 'put the whole text in "quotes"'),
    ("  a:\n    say: “Hoi”\n", "F016", "“Hoi”", "type straight ones"),
    ('  a:\n    say:"Hoi"\n', "F016", 'say:"Hoi"', "write a blank after the `:` of `say:`"),
    ('  a:\n   say: "Hoi"\n    picture: pot\n', "F010", "p", "put it exactly under"),
    ('  a: {say: "Hij zei "hoi" daar"}\n', "F010", '"', "write ' inside"),
    ('  a:\n    say: "Hoi\n  b:\n    say: "Dag"\n', "F010", '"', "close it at the end"),
    ("  a:\n    say: %hoi\n", "F010", "%", 'put the whole text in "quotes"'),
    ("  a:\n    say: Hoi,\n    daar\n", "F010", "d", "write key: value"),
    ('  a:\n\u00a0   say: "Hoi"\n', "F015", "\u00a0", "type blanks"),
]
STUDIES = [
    ("languages: [NL]\n", "NL", "write nl"),
    ("languages: nl, en\n", "nl, en", "write languages: [nl, en]"),
    ("countries: [nl]\n", "nl", "write NL"),
    ('duty: "+31 6 12345678"\n', '"+31 6 12345678"', 'write "+31612345678"'),
    ("close: 7\n", "7", "write 7 days"),
    ("close: 2 weken\n", "2 weken", "write 2 weeks"),
    ('hours: {from: "9:00"}\n', '"9:00"', 'write "09:00"'),
    ("hours: {days: ma-za}\n", "ma-za", "write mon-sat"),
    ("hours: {timezone: Amsterdam}\n", "Amsterdam", "write Europe/Amsterdam"),
    ("pause_after: 3\n", "3", "write 3 silent waves"),
    ("reminders: [1 day]\n", "1 day", "write {after: 1 day}"),
    ('reward: {amount: "2,50 euro"}\n', '"2,50 euro"', "write 2.50 EUR"),
]


def problems(folder: Path, **changed: str) -> list[Problem]:
    return check_library(load(folder, **changed))


@pytest.mark.parametrize(("condition", "shown", "mend"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
@pytest.mark.parametrize("quoted", [False, True], ids=["bare", "quoted"])
def test_a_condition_that_cannot_be_read_says_what_to_write(
    tmp_path: Path, condition: str, shown: str, mend: str, quoted: bool
) -> None:
    if quoted and '"' in condition:
        pytest.skip("needs other quotes")
    written = f'"{condition}"' if quoted else condition
    lines = f'  stress: {{item: stress}}\n  why:\n    if: {written}\n    say: "Waarom?"\n'

    (problem,) = problems(tmp_path, first=steps(lines))

    assert (problem.code, marked(problem), problem.suggestion) == ("F018", shown, mend)


def test_a_comma_in_a_number_is_no_condition_that_always_holds(tmp_path: Path) -> None:
    lines = '  n: {ask: "Hoeveel?", type: number}\n  why:\n    if: n > 2,5\n    say: "Veel."\n'

    (problem,) = problems(tmp_path, first=steps(lines))

    assert (problem.code, marked(problem)) == ("F018", ",")


@pytest.mark.parametrize(("lines", "code", "shown", "mend"), STEPS, ids=[s[0] for s in STEPS])
def test_a_slip_in_a_step_says_what_to_write(
    tmp_path: Path, lines: str, code: str, shown: str, mend: str
) -> None:
    found = problems(tmp_path, first=steps(lines))

    assert [one.code for one in found] == [code]
    assert marked(found[0]) == shown
    assert mend in found[0].suggestion


@pytest.mark.parametrize(("lines", "shown", "mend"), STUDIES, ids=[s[0] for s in STUDIES])
def test_a_slip_in_a_study_says_what_to_write(
    tmp_path: Path, lines: str, shown: str, mend: str
) -> None:
    found = problems(tmp_path, study=study(lines))

    slips = [one for one in found if one.code == "F016"]
    assert mend in slips[0].suggestion
    assert marked(slips[0]).startswith(shown)


def test_a_word_without_quotes_is_said_with_the_code_that_is_meant(tmp_path: Path) -> None:
    lines = '  saves: {ask: "Spaar je?", type: yes_no}\n  why: {say: "O.", if: saves == ja}\n'

    (problem,) = problems(tmp_path, first=steps(lines))

    assert (problem.code, problem.suggestion) == ("F002", 'write "yes", in quotes')


def test_a_misspelled_key_is_told_once(tmp_path: Path) -> None:
    found = problems(tmp_path, first=FIRST.replace("steps:", "stepps:"))

    assert [one.code for one in found] == ["F001"]


def test_a_condition_that_never_changes_lists_the_answers(tmp_path: Path) -> None:
    lines = '  stress: {item: stress}\n  why: {say: "O.", if: stress > 5}\n'

    (problem,) = problems(tmp_path, first=steps(lines))

    assert problem.suggestion.endswith("`stress` can be 1, 2, 3")


@pytest.mark.parametrize(
    "written", ["“Hi {pot}”", '"Hi', '"Hi "you" {pot}"'], ids=["curly", "open", "inside"]
)
def test_a_po_file_that_cannot_be_read_is_told_once(tmp_path: Path, written: str) -> None:
    entry = f'msgctxt "small.first.a.say"\nmsgid "Hoi {{pot}}"\nmsgstr {written}\n'

    found = translated(tmp_path, entry)

    assert [one.code for one in found] == ["I005"]
    assert 'in "quotes"' in found[0].suggestion


def test_a_colon_in_a_text_asks_for_quotes_in_one_line_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, first=steps("  a: {say: Let op: dit}\n"))

    assert (problem.code, problem.suggestion) == ("F010", 'put the text in "quotes"')


def test_what_cannot_be_seen_is_told_by_one_rule_only(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, first=steps('  a: {say: "Hoi\\u0007"}\n'))

    assert problem.code == "F015"


LONG = '  mood: {ask: "Hoe?", skip: false, choices: {a: "Heel erg goed, dank je wel", b: "B"}}\n'


@pytest.mark.parametrize(
    "spoilt",
    [
        {"study": STUDY.replace("close: 7 days", "close: 7")},
        {"study": STUDY.replace("channels:", "chanels:")},
        {"study": STUDY + "a: [\n"},
        {"again": "flow: again\n  x"},
        {"first": steps(LONG + '  b: {aks: "Hoe?", type: text}\n')},
        {"first": steps(LONG).replace("language: nl", "language: Dutch")},
        {"first": steps(LONG).replace("flow: first", "flow: My first")},
    ],
    ids=["value", "key", "yaml", "other", "step", "language", "name"],
)
def test_what_is_whole_is_judged_beside_what_is_not(tmp_path: Path, spoilt: dict[str, str]) -> None:
    found = problems(tmp_path, **{"first": steps(LONG), **spoilt})

    assert "L001" in [one.code for one in found]
    assert any(one.code.startswith("F") for one in found)


def test_a_faulty_step_makes_no_further_faults_of_those_that_use_it(tmp_path: Path) -> None:
    lines = """\
  why: {ask: "Waarom?", type: voice}
  more: {ask: "En?", type: text, if: why == "x" and last.why == "y"}
  thanks: {say: "Je zei {why}"}
"""

    assert [one.code for one in problems(tmp_path, first=steps(lines))] == ["F020"]


@pytest.mark.parametrize(
    "spoilt",
    [{"scales": 'bank: scales\nscales: {"'}, {"first": FIRST.replace("/scales", "/scalse")}],
    ids=["broken", "misspelled"],
)
def test_a_bank_that_cannot_be_read_is_told_once(tmp_path: Path, spoilt: dict[str, str]) -> None:
    found = problems(tmp_path, **spoilt)

    assert len([one for one in found if one.code in ("F009", "F010")]) == 1


def test_a_baseline_that_cannot_be_read_leaves_its_names_alone(tmp_path: Path) -> None:
    lines = '  more: {say: "O.", if: baseline.stress > 1}\n'

    found = problems(tmp_path, first=steps(lines), baseline="flow: baseline\n  x: [")

    assert [one.code for one in found] == ["F010"]


def test_a_comma_in_a_sum_is_told_as_one(tmp_path: Path) -> None:
    found = problems(tmp_path, study=study("reward: {amount: €2,50}\n"))

    assert any("such as 2.50" in one.suggestion for one in found)


def test_a_wrong_name_hides_no_other_fault_of_the_flow(tmp_path: Path) -> None:
    lines = """\
  a: {ask: "A?", type: yes_no}
  b: {ask: "B?", type: number, if: a == "yes"}
  c: {say: "Je zei {b}."}
  d: {say: "D", if: stres > 1}
"""

    assert [one.code for one in problems(tmp_path, first=steps(lines))] == ["F006", "F002"]


@pytest.mark.parametrize(
    "lines",
    [
        '  a: {ask: "Hoe?", scal: how_much, choices: {none: "Geen contact"}}\n',
        '  a: {ask: "Hoe?", scale: how_mch, unknown: true}\n',
    ],
)
def test_a_misspelt_scale_is_one_fault(tmp_path: Path, lines: str) -> None:
    (problem,) = check_library(load(tmp_path, first=steps(lines)))

    assert problem.code in ("F001", "F009")


def test_a_day_that_pays_less_than_one_payout_is_told_with_a_sum(tmp_path: Path) -> None:
    reward = "reward: {when: completed, amount: 2 EUR, pay_out_every: 6 EUR, most_a_day: 1 EUR}\n"

    found = [
        one for one in check_library(load(tmp_path, study=study(reward))) if one.code == "F016"
    ]

    assert "such as 60 EUR" in found[0].suggestion


def test_a_faulty_lexicon_hides_nothing_of_the_others(tmp_path: Path) -> None:
    folder = make(tmp_path, first=steps(LONG.replace("dank je wel", "stop")))
    root = Path(__file__).parents[2] / "locales"
    for language in ("nl", "en"):
        (folder / "locales" / language).mkdir(parents=True)
    text = (root / "nl" / "lexicon.yaml").read_text(encoding="utf-8")
    (folder / "locales" / "nl" / "lexicon.yaml").write_text(text, encoding="utf-8")
    (folder / "locales" / "en" / "lexicon.yaml").write_bytes(b"language: en\nname: \xff\n")
    lines = '  mood: {ask: "Hoe?", skip: false, choices: {a: "Stop", b: "Goed"}}\n'
    make(folder, first=steps(lines))

    found = check(folder / "flows", folder / "locales", folder / "assets")

    assert {"I005", "I007"} <= {one.code for one in found}


@pytest.mark.parametrize(("label", "is_error"), [("Stop", True), ("Hulp", False)])
def test_a_choice_that_takes_a_stop_for_an_answer_is_an_error(
    tmp_path: Path, label: str, is_error: bool
) -> None:
    lines = f'  mood: {{ask: "Hoe?", skip: false, choices: {{a: "{label}", b: "Goed"}}}}\n'
    folder = make(tmp_path, first=steps(lines))
    (folder / "locales" / "nl").mkdir(parents=True, exist_ok=True)
    text = (Path(__file__).parents[2] / "locales" / "nl" / "lexicon.yaml").read_text("utf-8")
    (folder / "locales" / "nl" / "lexicon.yaml").write_text(text, encoding="utf-8")

    found = check(folder / "flows", folder / "locales", folder / "assets")

    assert [one.severity is Severity.ERROR for one in found if one.code == "I007"] == [is_error]
