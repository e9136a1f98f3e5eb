"""Every rule is explained, and every example shows what it says."""

import re
from pathlib import Path

import pytest

from bot.authoring.check import check
from bot.authoring.check.explain import Rule, UnknownRuleError, explain, rules
from tests.content.studies import make, steps, study

ROOT = Path(__file__).parents[2]
WITH_EXAMPLE = [rule for rule in rules().values() if rule.example in ("steps", "flow", "study")]


BARE = 'flow: bare\nlanguage: nl\nsteps:\n  hello: {say: "Hoi!"}\n'


def found(tmp_path: Path, rule: Rule, example: str) -> set[str]:
    if rule.example == "study":
        make(tmp_path, study=study(example), bare=BARE)
        problems = check(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
        return {one.code for one in problems if Path(one.file).name == "study.yaml"}
    indented = "".join(f"  {line}\n" for line in example.splitlines())
    text = steps(indented) if rule.example == "steps" else example
    make(tmp_path, first=text)
    problems = check(tmp_path / "flows", tmp_path / "locales", tmp_path / "assets")
    return {one.code for one in problems if Path(one.file).name == "first.yaml"}


def test_every_code_in_the_source_is_explained() -> None:
    sources = [*ROOT.glob("bot/content/*.py"), *ROOT.glob("bot/authoring/check/*.py")]
    used = {code for path in sources for code in re.findall(r'"([BFLIS]\d{3})"', path.read_text())}

    assert used == set(rules())


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_the_wrong_example_has_the_fault(tmp_path: Path, rule: Rule) -> None:
    assert rule.code in found(tmp_path, rule, rule.wrong)


@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_the_right_example_has_no_error(tmp_path: Path, rule: Rule) -> None:
    assert found(tmp_path, rule, rule.right) <= {"F006"}


def test_a_rule_is_explained_with_both_examples() -> None:
    text = explain("f003")

    assert text.startswith("F003  A condition compares")
    assert 'if: saves == "nee"' in text
    assert 'if: saves == "no"' in text


def test_an_unknown_code_names_the_nearest() -> None:
    with pytest.raises(UnknownRuleError, match="F003"):
        explain("F03")
