"""A flow drawn: every step, every way on, nothing that breaks the drawing."""

from pathlib import Path

import pytest

from bot.authoring.diagram import diagram
from bot.engine.flow import Kind
from tests.authoring.test_talk import LIBRARY
from tests.authoring.test_walk import EVERYTHING
from tests.cli.runs import polsbot
from tests.content.studies import load, steps

STUDY = LIBRARY.studies["klantmonitor"]


@pytest.mark.parametrize("name", STUDY.flows)
def test_every_step_is_drawn_and_can_be_come_to(name: str) -> None:
    revision = STUDY.flows[name]

    lines = diagram(revision.flow, revision.texts["nl"]).splitlines()

    for step in revision.flow.steps:
        assert sum(f"<b>{step.name}</b>" in line for line in lines) == 1
        assert any(line.endswith(f" step_{step.name}") for line in lines), step.name
    assert lines.count("  end") == sum("subgraph" in line for line in lines)


def test_a_step_with_a_condition_can_be_passed_by_and_an_end_leads_nowhere() -> None:
    revision = STUDY.flows["baseline"]

    lines = diagram(revision.flow, revision.texts["nl"]).splitlines()

    assert '  step_network_size -->|"network_size #gt; 0"| step_network_expert' in lines
    assert "  step_network_size --> step_norm_peers" in lines
    ends = [step.name for step in revision.flow.steps if step.kind is Kind.END]
    assert not any(line.startswith(f"  step_{name} -") for line in lines for name in ends)


def test_no_text_breaks_the_drawing(tmp_path: Path) -> None:
    library = load(tmp_path, first=steps(EVERYTHING))
    flow = library.studies["small"].flows["first"].flow
    texts = dict.fromkeys(
        (step.text for step in flow.steps if step.text), '"] --> <x> # `\n| ' + "a" * 200
    )

    for line in diagram(flow, texts).splitlines()[1:]:
        assert line.count('"') % 2 == 0
        assert len(line) < 300


def test_polsbot_diagram_prints_it_or_says_which_flows_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent.parent)

    assert polsbot("diagram", "klantmonitor/periodic").stdout.startswith("flowchart TD\n")
    assert "klantmonitor/baseline" in polsbot("diagram", "klantmonitor/x").stderr
    assert "Complete: nl" in polsbot("diagram", "klantmonitor/periodic", "--lang", "de").stderr
