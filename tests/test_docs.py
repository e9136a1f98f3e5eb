"""What the documents name exists: commands, settings, figures, files."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.reports.backlog import Backlog
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def _commands() -> dict[str, set[str]]:
    """Each command with its options; of a group with the names of its own commands before it."""
    found: dict[str, set[str]] = {}

    def walk(command: typer._click.Command, path: str) -> None:
        found[path] = {option for one in command.params for option in one.opts}
        for name, one in getattr(command, "commands", {}).items():
            walk(one, f"{path} {name}".strip())

    walk(typer.main.get_command(app), "")
    return found


def _said(text: str) -> Iterator[tuple[str, ...]]:
    """The words after each ``polsbot`` in code."""
    for code in re.findall(r"`([^`\n]+)`", text) + re.findall(
        r"^```\n(.*?)^```", text, re.M | re.S
    ):
        for line in re.findall(r"\bpolsbot ([^\n`]+)", code):
            yield tuple(line.split())


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path: Path) -> None:
    commands = _commands()
    for words in _said(path.read_text()):
        name = next(
            (" ".join(words[:count]) for count in (2, 1) if " ".join(words[:count]) in commands),
            None,
        )
        assert name is not None, f"{path.name}: polsbot {' '.join(words)}"
        for option in (word for word in words if word.startswith("--")):
            assert option in commands[name], f"{path.name}: polsbot {' '.join(words)}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for link in links:
        assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_every_setting_is_explained_and_no_other() -> None:
    text = (ROOT / "docs" / "operators.md").read_text()
    table = text[text.index("| setting |") : text.index("`polsbot config` shows")]
    assert set(re.findall(r"`([A-Z_]+)`", table)) == {
        name.upper() for name in Settings.model_fields
    }


def test_every_figure_to_watch_is_counted() -> None:
    text = (ROOT / "docs" / "operators.md").read_text()
    code = "".join(path.read_text() for path in (ROOT / "bot").rglob("*.py"))
    waiting = {f"polsbot_waiting_{one.name}" for one in fields(Backlog)}
    for figure in set(re.findall(r"`(polsbot_\w+)`", text)) - waiting:
        assert f'"{figure}"' in code, figure


def test_a_container_takes_any_password_and_any_port() -> None:
    """A sign such as @ or / in a password would break an address."""
    text = (ROOT / "compose.yaml").read_text()
    assert "postgresql://polsbot@database/polsbot" in text
    assert "PGPASSWORD: ${POSTGRES_PASSWORD:?" in text
    assert 'PORT: "8080"' in text
    assert 'ports: ["127.0.0.1:${PORT:-8080}:8080"]' in text


def test_every_process_shares_the_cards() -> None:
    """Web serves what the worker draws, and the root of a container is read-only."""
    text = (ROOT / "compose.yaml").read_text()
    common = text[text.index("x-bot:") : text.index("services:")]
    assert "files:/app/var" in common
    assert "read_only: true" in common
