"""The first minutes of a researcher: a new study, and the three commands after it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runs import polsbot
from tests.servers import free_port

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house of its own, and the working folder in it."""
    monkeypatch.chdir(ROOT)
    made = polsbot("new", str(tmp_path / "sleep"))
    assert made.exit_code == 0, made.output
    first, second, third = made.stdout.splitlines()
    assert first.startswith(f"cd {tmp_path / 'sleep'} && ")
    assert [line.split()[-1] for line in (first, second, third)] == ["preview", "check", "test"]
    monkeypatch.chdir(tmp_path / "sleep")
    return tmp_path / "sleep"


def test_check_and_test_of_a_new_study_are_green(own: Path) -> None:
    assert own.name == "sleep"
    assert polsbot("check").stdout == "No problems found.\n"
    assert polsbot("test").stdout == "1 passed, 0 failed\n"
    assert polsbot("i18n", "update", "--check").exit_code == 0


def test_the_preview_of_a_new_study_asks_its_question(own: Path) -> None:
    port = free_port()
    environment = {
        **os.environ, "PORT": str(port), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    program = [sys.executable, "-c", "from bot.cli import main; main()", "preview"]
    with subprocess.Popen(program, cwd=own, env=environment, stdout=subprocess.PIPE) as server:
        try:
            (flow,) = _ask(port, "flows")["flows"]
            started = _ask(
                port, "start", {"flow": flow["name"], "language": "en", "channel": "sms"}
            )
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=90)

    assert flow["name"] == "sleep/hello"
    assert started["sender"] == "Team Hoe gaat het"
    assert server.returncode == 0


def _ask(port: int, path: str, body: dict[str, str] | None = None) -> Any:
    """What the phone asks for; waits for the server as long as it starts."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-Polsbot": "phone"}
    url = f"http://127.0.0.1:{port}/preview/{path}"
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
                return json.load(answer)
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_a_study_is_added_where_the_others_are(own: Path) -> None:
    added = polsbot("new", "flows/work")

    assert added.exit_code == 0, added.output
    assert "cd " not in added.stdout
    assert (own / "flows" / "work" / "hello.yaml").is_file()
    assert polsbot("check").stdout == "No problems found.\n"


def test_a_folder_with_something_in_it_is_left_alone(own: Path) -> None:
    (own / "notes").mkdir()
    (own / "notes" / "a.txt").write_text("mine")

    assert polsbot("new", "notes").exit_code == 2
    assert polsbot("new", "flows/Work").exit_code == 2
    assert [one.name for one in (own / "notes").iterdir()] == ["a.txt"]


def test_schema_writes_what_editors_read(own: Path) -> None:
    (own / ".polsbot" / "flow.schema.json").unlink()

    shown = polsbot("schema")

    assert len(shown.stdout.splitlines()) == 3
    assert json.loads((own / ".polsbot" / "flow.schema.json").read_text())["title"]
    first = (own / "flows" / "sleep" / "hello.yaml").read_text().splitlines()[0]
    where = first.partition("$schema=")[2]
    assert (own / "flows" / "sleep" / where).resolve() == own / ".polsbot" / "flow.schema.json"
