"""The date rules: anchored, safe over the days on which the clock is set, never a flood."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.panel.hours import DecentHours
from bot.panel.waves import WaveRule, day_of, next_wave

BASELINE = WaveRule("baseline", "baseline", after=timedelta())
PERIODIC = WaveRule("periodic", "periodic", every=timedelta(days=14), start="baseline", times=26)
RULES = (BASELINE, PERIODIC)
TEN = time(10)
ZONE = "Europe/Amsterdam"
ANCHOR = date(2026, 3, 2)
HOURS = DecentHours(frozenset(range(6)), time(10), time(19), ("nl-holidays", "2026-12-24"))
EARLY, LATE = datetime(2020, 1, 1), datetime(2035, 1, 1)  # noqa: DTZ001 - hypothesis adds it
ZONES = st.sampled_from([ZONE, "Europe/London", "America/Curacao", "Asia/Tehran", "UTC"])


def at(day: date, hour: int = 12, zone: str = ZONE) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)


def test_the_baseline_is_due_on_the_day_of_the_anchor() -> None:
    wave = next_wave(RULES, ANCHOR, set(), at(ANCHOR), TEN, ZONE)

    assert wave is not None
    assert (wave.rule, wave.number, wave.at) == (BASELINE, 1, at(ANCHOR, 10))


def test_nothing_periodic_comes_before_the_baseline_was_opened() -> None:
    wave = next_wave((PERIODIC,), ANCHOR, set(), at(ANCHOR + timedelta(days=90)), TEN, ZONE)

    assert wave is None


def test_the_periodic_waves_count_from_the_anchor_and_never_drift() -> None:
    opened = {("baseline", 1)}
    for number in range(1, 27):
        late = at(ANCHOR + timedelta(days=14 * number + number % 9), 18)
        wave = next_wave(RULES, ANCHOR, opened, late, TEN, ZONE)
        assert wave is not None
        assert wave.number == number
        assert wave.at == at(ANCHOR + timedelta(days=14 * number), 10)
        opened.add(("periodic", number))

    assert next_wave(RULES, ANCHOR, opened, at(date(2030, 1, 1)), TEN, ZONE) is None


def test_of_many_missed_waves_only_the_newest_is_due() -> None:
    now = at(ANCHOR + timedelta(days=14 * 5 + 3))

    wave = next_wave(RULES, ANCHOR, {("baseline", 1), ("periodic", 1)}, now, TEN, ZONE)

    assert wave is not None
    assert wave.number == 5


def test_the_last_wave_stays_due_however_late_it_is() -> None:
    wave = next_wave(RULES, ANCHOR, {("baseline", 1)}, at(date(2031, 1, 1)), TEN, ZONE)

    assert wave is not None
    assert wave.number == 26


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.integers(0, 400),
    st.sets(st.integers(1, 26)),
    ZONES,
)
def test_a_wave_is_never_opened_twice_and_never_before_its_day(
    anchor: date, days: int, numbers: set[int], zone: str
) -> None:
    opened = {("baseline", 1), *(("periodic", number) for number in numbers)}
    now = at(anchor + timedelta(days=days), 15, zone)

    wave = next_wave(RULES, anchor, opened, now, TEN, zone)

    if wave is not None:
        assert (wave.rule.name, wave.number) not in opened
        local = wave.at.astimezone(ZoneInfo(zone))
        assert local.date() == day_of(PERIODIC, RULES, anchor, wave.number)
        assert local.time() == TEN


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (at(date(2026, 3, 2), 9), False),
        (at(date(2026, 3, 2), 10), True),
        (at(date(2026, 3, 2), 18), True),
        (at(date(2026, 3, 2), 19), False),
        (at(date(2026, 3, 8), 12), False),
        (at(date(2026, 4, 27), 12), False),
        (at(date(2026, 12, 25), 12), False),
        (at(date(2026, 12, 24), 12), False),
    ],
)
def test_an_unprompted_message_leaves_only_in_decent_hours(moment: datetime, allowed: bool) -> None:
    assert HOURS.allow(moment, ZONE) is allowed


def test_what_is_held_in_the_evening_leaves_next_morning() -> None:
    assert HOURS.next(at(date(2026, 3, 2), 21), ZONE) == at(date(2026, 3, 3), 10)
    assert HOURS.next(at(date(2026, 3, 7), 21), ZONE) == at(date(2026, 3, 9), 10)
    assert HOURS.next(at(date(2026, 3, 2), 7), ZONE) == at(date(2026, 3, 2), 10)


def test_the_hour_is_the_persons_on_both_days_the_clock_is_set() -> None:
    for day in (date(2026, 3, 28), date(2026, 10, 24)):
        monday = HOURS.next(at(day, 20), ZONE)
        assert monday.astimezone(ZoneInfo(ZONE)).time() == time(10)


@given(st.datetimes(EARLY, LATE, timezones=st.just(UTC)), ZONES)
def test_the_next_decent_moment_is_decent_and_not_before(moment: datetime, zone: str) -> None:
    found = HOURS.next(moment, zone)

    assert found >= moment
    assert HOURS.allow(found, zone)
    assert found - moment < timedelta(days=8)


@given(
    st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    st.sampled_from(sorted(available_timezones())),
    st.integers(8, 20),
)
@settings(deadline=None)
def test_for_half_a_century_in_every_zone_nothing_drifts(
    anchor: date, zone: str, hour: int
) -> None:
    """26 waves: the day is the anchor's plus 14 each, the hour that of the person's own clock."""
    opened = {("baseline", 1)}
    before = None
    for number in range(1, 27):
        due = next_wave(RULES, anchor, opened, at(anchor, 12, zone), time(hour), zone)
        assert due is not None
        local = due.at.astimezone(ZoneInfo(zone))
        assert local.date() == anchor + timedelta(days=14 * number)
        assert local.time() == time(hour) or local.time() > time(hour), "that hour did not exist"
        if before is not None:
            # Clocks have been set by three hours (Casey, 2009) and by a day (Samoa, 2011).
            assert abs(due.at - before - timedelta(days=14)) <= timedelta(hours=24)
        before = due.at
        opened.add(("periodic", number))


@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.integers(0, 23), ZONES)
@settings(deadline=None)
def test_no_message_leaves_on_a_holiday_or_a_sunday_of_forty_years(
    day: date, hour: int, zone: str
) -> None:
    found = HOURS.next(at(day, hour, zone), zone)

    local = found.astimezone(ZoneInfo(zone))
    assert local.date() not in country_holidays("NL", years=local.year)
    assert local.weekday() < 6
    assert time(10) <= local.time() < time(19)
    assert HOURS.next(found, zone) == found


@given(
    st.dates(date(2020, 1, 1), date(2060, 1, 1)),
    st.integers(0, 400),
    st.integers(0, 26),
    ZONES,
)
@settings(deadline=None)
def test_whenever_it_looks_again_it_finds_the_same_wave(
    anchor: date, days: int, last: int, zone: str
) -> None:
    """An outage, a late look, a clock that is set back: the newest that is due, or the next."""
    opened = {("baseline", 1), *(("periodic", number) for number in range(1, last + 1))}
    now = at(anchor + timedelta(days=days), 15, zone)

    due = next_wave(RULES, anchor, opened, now, TEN, zone)

    if last == 26:
        assert due is None
        return
    assert due is not None
    assert due.number == max(last + 1, min(26, days // 14))
    assert next_wave(RULES, anchor, opened, min(due.at, now), TEN, zone) is not None


def test_hours_without_a_day_never_send() -> None:
    never = DecentHours(frozenset(), time(10), time(19))

    assert never.next(at(ANCHOR), ZONE) - at(ANCHOR) > timedelta(days=300)
