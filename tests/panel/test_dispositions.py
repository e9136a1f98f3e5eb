"""Every invitation ends in exactly one disposition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.flow import RunStatus
from bot.panel.dispositions import SILENT, Disposition, Ending, disposition

EXPIRED, STOPPED = RunStatus.EXPIRED, RunStatus.STOPPED
ENDINGS = st.builds(
    Ending,
    st.sampled_from([one for one in RunStatus if one is not RunStatus.WAITING]),
    st.integers(0, 30),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "wrong_person", "operator"]),
)


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        (Ending(RunStatus.COMPLETED, answers=7, has_replied=True), "complete"),
        (Ending(RunStatus.COMPLETED), "complete"),
        (Ending(EXPIRED, answers=1, has_replied=True), "partial"),
        (Ending(STOPPED, answers=3, has_replied=True), "partial"),
        (Ending(STOPPED, has_replied=True), "refused"),
        (Ending(EXPIRED, has_replied=True), "refused"),
        (Ending(EXPIRED, was_delivered=True), "no_reply"),
        (Ending(EXPIRED), "undelivered"),
        (Ending(STOPPED, cause="operator"), "ineligible"),
        (Ending(STOPPED, answers=2, cause="operator"), "partial"),
        (Ending(STOPPED, answers=2, has_replied=True, cause="wrong_person"), "other"),
        (Ending(RunStatus.HANDED_OVER, has_replied=True), "other"),
        (Ending(RunStatus.HANDED_OVER, answers=2, has_replied=True), "partial"),
    ],
)
def test_what_is_known_at_the_close_decides(ending: Ending, how: str) -> None:
    assert disposition(ending) == how


@given(ENDINGS)
def test_nobody_who_replied_counts_as_silent(ending: Ending) -> None:
    how = disposition(ending)

    assert how in Disposition
    if ending.has_replied:
        assert how not in SILENT
