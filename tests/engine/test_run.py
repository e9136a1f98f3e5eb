"""A run is a frozen value; a changed one is another."""

from dataclasses import FrozenInstanceError, replace

import pytest

from bot.engine.run import Run, changed

RUN = Run("r1", "revision", "p1", "nl", answers={"stress": 1})


def test_a_changed_run_is_what_replace_makes() -> None:
    after = changed(RUN, turn=1, answers={"stress": 2})

    assert after == replace(RUN, turn=1, answers={"stress": 2})
    assert (RUN.turn, RUN.answers) == (0, {"stress": 1})
    with pytest.raises(FrozenInstanceError):
        after.turn = 2  # type: ignore[misc]


def test_a_change_of_what_a_run_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match="trun"):
        changed(RUN, trun=1)
