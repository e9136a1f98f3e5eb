"""A log line never names a person."""

import ast
import json
import logging
from pathlib import Path

import pytest
import structlog

from bot.logs import MASKED, set_up_logs


def test_a_line_masks_what_may_be_personal_and_tells_the_rest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        set_up_logs("info")
        structlog.get_logger().info("message", outcome="handled", text="ik heet Amina", to="+316")
        secret = "Amina"
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            structlog.get_logger().exception("failed")
    finally:
        structlog.reset_defaults()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines[0]["outcome"] == "handled"
    assert secret not in json.dumps(lines)
    assert "+316" not in json.dumps(lines)
    assert "broken" in json.dumps(lines)


def test_what_a_library_tells_is_one_line_of_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers.clear()
    try:
        set_up_logs("info")
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            logging.getLogger("aiohttp.server").exception("Unhandled exception")
    finally:
        root.handlers[:] = before
        structlog.reset_defaults()

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "Unhandled exception"
    assert "broken" in line


def test_no_line_of_ours_carries_a_field_that_is_masked() -> None:
    """A masked field tells an operator nothing: the line has to name an id instead."""
    calls = [
        (path.name, node.lineno, word.arg)
        for path in (Path(__file__).parent.parent / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[0] in ("log", "alert", "alert_afterwards")
        for word in node.keywords
    ]

    assert calls
    assert [one for one in calls if one[2] in MASKED] == []
