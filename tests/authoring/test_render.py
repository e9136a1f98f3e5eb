"""How problems are shown: to people with a caret, to machines in their forms."""

import json

import pytest

from bot.authoring.check.render import failed, render
from bot.content.problem import Problem, Severity

PROBLEM = Problem(
    file="flows/a/b.yaml",
    line=12,
    column=9,
    code="F003",
    severity=Severity.ERROR,
    message="`saves` is never 100%, never",
    suggestion='it can be "no", "yes"',
    excerpt='    if: saves == "nee"',
    width=5,
)
WARNING = Problem("a,b:c.po", 1, 1, "I007", Severity.WARNING, "stop is a command")


def test_text_has_excerpt_and_caret() -> None:
    assert render([PROBLEM], "text") == (
        "F003 `saves` is never 100%, never\n"
        "  --> flows/a/b.yaml:12:9\n"
        "   |\n"
        '12 |     if: saves == "nee"\n'
        "   |         ^^^^^\n"
        '   = help: it can be "no", "yes"; polsbot explain F003\n'
        "\n"
        "Found 1 error, 0 warnings."
    )


def test_a_long_line_is_shown_around_its_caret() -> None:
    excerpt = "x" * 300 + "HERE" + "y" * 300
    problem = Problem("f", 1, 301, "F001", Severity.ERROR, "m", "", excerpt, 4)

    lines = render([problem], "text").splitlines()

    assert len(lines[3]) < 140
    assert lines[3][lines[4].index("^") : lines[4].rindex("^") + 1] == "HERE"


def test_a_tab_does_not_shift_the_caret() -> None:
    problem = Problem("f", 1, 2, "F010", Severity.ERROR, "m", "", "\tab", 1)

    lines = render([problem], "text").splitlines()

    assert lines[3].index("a") == lines[4].index("^")


def test_a_file_cannot_steer_the_terminal() -> None:
    trap = "a\x1b[2J\u202eb"
    problem = Problem("f", 1, 2, "F015", Severity.ERROR, trap, trap, trap, 1)

    shown = render([problem], "text")

    assert not set(shown) & {"\x1b", "\u202e"}
    assert shown.splitlines()[3] == "1 | a\ufffd[2J\ufffdb"


def test_nothing_found_is_said() -> None:
    assert render([], "text") == "No problems found."


def test_github_escapes_what_would_end_an_annotation() -> None:
    first, second = render([PROBLEM, WARNING], "github").splitlines()

    assert first.startswith("::error file=flows/a/b.yaml,line=12,col=9,title=F003::")
    assert "100%25" in first
    assert second.startswith("::warning file=a%2Cb%3Ac.po,line=1")


def test_json_and_sarif_are_read_back() -> None:
    (row,) = json.loads(render([PROBLEM], "json"))
    run = json.loads(render([PROBLEM], "sarif"))["runs"][0]

    assert (row["code"], row["line"], row["severity"]) == ("F003", 12, "error")
    assert run["results"][0]["ruleId"] == "F003"
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (12, 9, 14)
    assert run["tool"]["driver"]["rules"] == [{"id": "F003"}]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(KeyError):
        render([], "xml")


def test_only_errors_fail() -> None:
    assert failed([WARNING, PROBLEM])
    assert not failed([WARNING])
