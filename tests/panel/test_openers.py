"""The measure of unprompted messages: one a day, three in 14 days, invitations first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.panel.openers import MOST_OPENERS, SPELL, day_to_open, day_to_remind

DAY = date(2026, 3, 2)
EVERY = 14
REMINDERS = (1, 3)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def days(*numbers: int) -> list[date]:
    return [day(number) for number in numbers]


def test_the_usual_two_reminders_leave_room_for_the_next_wave() -> None:
    next_wave = day(14)

    assert day_to_remind(days(0), day(1), next_wave) == day(1)
    assert day_to_remind(days(0, 1), day(3), next_wave) == day(3)
    assert day_to_open(days(0, 1, 3), next_wave) == next_wave


def test_nobody_hears_of_us_twice_on_a_day() -> None:
    assert day_to_remind(days(0), day(0), None) == day(1)
    assert day_to_open(days(0), day(0)) == day(1)


def test_the_second_reminder_of_a_late_wave_gives_way_to_the_next_wave() -> None:
    next_wave = day(28)

    assert day_to_remind(days(17), day(18), next_wave) == day(18)
    assert day_to_remind(days(17, 18), day(20), next_wave) is None


def test_an_invitation_waits_when_three_openers_were_sent_already() -> None:
    assert day_to_open(days(0, 5, 9), day(10)) == day(14)


def most_in_a_spell(openers: list[date]) -> int:
    return max((sum(one <= other < one + SPELL for other in openers) for one in openers), default=0)


@given(st.lists(st.integers(0, 20), min_size=8, max_size=8), st.data())
def test_whatever_is_late_no_wave_is_put_off_and_the_measure_is_kept(
    lateness: list[int], data: st.DataObject
) -> None:
    openers: list[date] = []
    opened = 0
    for number, late in enumerate(lateness):
        due = DAY + timedelta(days=EVERY * number)
        opens = due + timedelta(days=late % EVERY)
        assert day_to_open(openers, opens) == opens
        openers.append(opens)
        opened += 1
        for after in REMINDERS:
            delay = data.draw(st.integers(0, 2))
            when: date | None = opens + timedelta(days=after + delay)
            next_wave = due + timedelta(days=EVERY)
            while when is not None and when < min(next_wave, opens + timedelta(days=7)):
                said = day_to_remind(openers, when, next_wave)
                if said == when:
                    openers.append(when)
                    break
                when = said

    assert opened == len(lateness)
    assert most_in_a_spell(openers) <= MOST_OPENERS
    assert len(set(openers)) == len(openers)
