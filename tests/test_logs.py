"""A log line never names a person."""

import json

import pytest
import structlog

from bot.logs import set_up_logs


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
