"""How fast a sender sends, on a clock that the test sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.pace import Pace


@pytest.mark.parametrize("rate", [1, 10, 40, 2.5])
def test_in_any_long_time_no_more_than_the_rate_leaves(rate: float) -> None:
    pace = Pace(rate)

    turns = [pace.wait(100) for _ in range(200)]

    assert turns == sorted(turns)
    assert max(turns) == pytest.approx((200 - 1) / rate - (1 - 1 / rate))


def test_a_second_that_nobody_used_may_be_made_up_for_but_no_more() -> None:
    pace = Pace(10)

    assert [pace.wait(0) for _ in range(10)] == [0] * 10
    assert pace.wait(0) == pytest.approx(0.1)
    assert [pace.wait(3600) for _ in range(10)] == [0] * 10
    assert pace.wait(3600) == pytest.approx(0.1)


def test_who_comes_slowly_never_waits() -> None:
    pace = Pace(10)

    assert all(pace.wait(second / 10) == 0 for second in range(100))


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 20))
def test_in_no_second_leaves_more_than_twice_the_rate(gaps: list[float], rate: int) -> None:
    pace, now, left = Pace(rate), 0.0, list[float]()
    for gap in gaps:
        now += gap
        left.append(now + pace.wait(now))

    for begin in left:
        assert sum(begin <= one < begin + 0.999 for one in left) <= 2 * rate
