"""The clinic's hours: open or closed, the next opening, by when an answer is due, and how a moment is said.

In New York, clocks went forward on 8 March 2026 at 2 am and go back on 1 November at 2 am; in London on 29 March at
1 am and 25 October at 2 am.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesofaq.chat.models import Priority
from mesofaq.content.loader import Content
from mesofaq.content.models import Clinic, OpeningHours
from mesofaq.handoff.hours import OpeningTimes

NEW_YORK, LONDON = "America/New_York", "Europe/London"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Times = Callable[..., OpeningTimes]


def _line(days: str, opens: str, closes: str) -> OpeningHours:
    return OpeningHours.model_validate({"days": days.split(), "opens": opens, "closes": closes})


OFFICE = (_line("mon tue wed thu fri", "09:00", "18:00"), _line("sat", "10:00", "14:00"))


@pytest.fixture
def times(content: Content) -> Times:
    """Hours of a clinic with 8 hours for a routine question and 1 for an urgent one."""

    def make(*lines: OpeningHours, zone: str = NEW_YORK, **fields: Any) -> OpeningTimes:
        given = {"timezone": zone, "reply_target_hours": 8, "urgent_target_hours": 1, **fields}
        facts = content.clinic.model_dump() | given | {"opening_hours": [line.model_dump() for line in lines]}
        return OpeningTimes(Clinic.model_validate(facts))

    return make


def _at(moment: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


# Open or closed


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-06-03T08:59:59", False),
        ("2026-06-03T09:00", True),
        ("2026-06-03T17:59:59", True),
        ("2026-06-03T18:00", False),
        ("2026-06-06T13:59", True),  # Saturday
        ("2026-06-06T14:00", False),
        ("2026-06-07T12:00", False),  # Sunday
    ],
)
def test_the_clinic_is_open_from_its_opening_to_just_before_its_closing(
    times: Times, moment: str, is_open: bool
) -> None:
    assert times(*OFFICE).is_open(_at(moment)) is is_open


@pytest.mark.parametrize(("moment", "is_open"), [("11:59", True), ("12:30", False), ("13:00", True)])
def test_a_lunch_break_is_closed(times: Times, moment: str, is_open: bool) -> None:
    hours = times(_line("wed", "13:00", "17:00"), _line("wed", "09:00", "12:00"))
    assert hours.is_open(_at(f"2026-06-03T{moment}")) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("2026-06-05T21:59", False), ("2026-06-05T23:30", True), ("2026-06-06T01:59", True), ("2026-06-06T02:00", False)],
)
def test_hours_may_go_over_midnight(times: Times, moment: str, is_open: bool) -> None:
    assert times(_line("fri", "22:00", "02:00")).is_open(_at(moment)) is is_open


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        (NEW_YORK, "2026-03-06T14:00+00:00", "2026-03-09T13:00+00:00"),
        (LONDON, "2026-03-27T09:00+00:00", "2026-03-30T08:00+00:00"),
        (NEW_YORK, "2026-11-02T14:00+00:00", "2026-10-30T13:00+00:00"),
        (LONDON, "2026-10-26T09:00+00:00", "2026-10-23T08:00+00:00"),
    ],
)
def test_it_opens_by_the_clock_on_the_wall_in_summer_and_winter(
    times: Times, zone: str, winter: str, summer: str
) -> None:
    hours = times(*OFFICE, zone=zone)
    for moment in (winter, summer):
        opening = datetime.fromisoformat(moment)
        assert hours.is_open(opening)
        assert not hours.is_open(opening - timedelta(seconds=1))


def test_a_clinic_without_hours_is_always_open(times: Times) -> None:
    night = _at("2026-06-07T03:00")
    hours = times()
    assert hours.is_open(night)
    assert hours.next_opening(night) == night
    assert hours.due(Priority.ROUTINE, night) == night + timedelta(hours=8)


# When it opens next


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-06-03T10:00", "2026-06-03T10:00"),  # open
        ("2026-06-03T05:00", "2026-06-03T09:00"),
        ("2026-06-03T18:00", "2026-06-04T09:00"),
        ("2026-06-05T20:00", "2026-06-06T10:00"),  # Friday night: on Saturday
        ("2026-06-06T14:00", "2026-06-08T09:00"),  # Saturday: on Monday
    ],
)
def test_the_next_opening(times: Times, moment: str, opens: str) -> None:
    assert times(*OFFICE).next_opening(_at(moment)) == _at(opens)


def test_hours_that_end_before_they_begin_by_summer_time_are_no_opening(times: Times) -> None:
    hours = times(_line("sun", "02:30", "03:15"), _line("mon", "09:00", "10:00"))
    assert hours.next_opening(_at("2026-03-08T00:00")) == _at("2026-03-09T09:00")


# By when it is due


@pytest.mark.parametrize(
    ("priority", "moment", "due"),
    [
        (Priority.URGENT, "2026-06-03T10:00", "2026-06-03T11:00"),
        (Priority.URGENT, "2026-06-03T17:30", "2026-06-04T09:30"),
        (Priority.URGENT, "2026-06-03T23:00", "2026-06-04T10:00"),
        (Priority.URGENT, "2026-06-06T13:15", "2026-06-08T09:15"),  # 45 minutes on Saturday, 15 on Monday
        (Priority.ROUTINE, "2026-06-03T09:00", "2026-06-03T17:00"),
        (Priority.ROUTINE, "2026-06-03T12:00", "2026-06-04T11:00"),
        (Priority.ROUTINE, "2026-06-05T16:00", "2026-06-08T11:00"),  # 2 + 4 + 2 hours
        (Priority.EMERGENCY, "2026-06-07T03:00", "2026-06-07T03:00"),
    ],
)
def test_only_opening_hours_count_towards_the_target(times: Times, priority: Priority, moment: str, due: str) -> None:
    assert times(*OFFICE).due(priority, _at(moment)) == _at(due)


@pytest.mark.parametrize(
    ("moment", "due"),
    [("2026-03-08T00:00", "2026-03-08T09:00"), ("2026-11-01T00:00", "2026-11-01T07:00")],
)
def test_an_hour_that_is_skipped_or_repeated_is_counted_as_it_passes(times: Times, moment: str, due: str) -> None:
    assert times(_line(" ".join(WEEK), "00:00", "00:00")).due(Priority.ROUTINE, _at(moment)) == _at(due)


def test_overlapping_hours_count_once(times: Times) -> None:
    hours = times(_line("wed", "09:00", "12:00"), _line("wed", "11:00", "13:00"), reply_target_hours=4)
    assert hours.due(Priority.ROUTINE, _at("2026-06-03T09:00")) == _at("2026-06-03T13:00")


def test_hours_of_two_days_that_overlap_count_once(times: Times) -> None:
    hours = times(_line("tue", "22:00", "10:00"), _line("wed", "09:00", "12:00"), reply_target_hours=13)
    assert hours.due(Priority.ROUTINE, _at("2026-06-02T22:00")) == _at("2026-06-03T11:00")


def test_a_clinic_that_opens_an_hour_a_week_has_as_many_weeks(times: Times) -> None:
    hours = times(_line("wed", "09:00", "10:00"))
    assert hours.due(Priority.ROUTINE, _at("2026-06-03T08:00")) == _at("2026-07-22T10:00")


_LINES = st.lists(
    st.builds(
        lambda days, opens, closes: OpeningHours(days=tuple(days), opens=opens, closes=closes),
        st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True),
        st.times(),
        st.times(),
    ),
    min_size=1,
    max_size=4,
)
_MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
_WAITING = st.sampled_from([Priority.URGENT, Priority.ROUTINE])
_ZONES = st.sampled_from([NEW_YORK, LONDON])


@given(lines=_LINES, zone=_ZONES, at=_MOMENTS, priority=_WAITING)
def test_it_is_due_after_it_was_asked_and_while_the_clinic_is_open(
    content: Content, lines: list[OpeningHours], zone: str, at: datetime, priority: Priority
) -> None:
    hours = _of(content, lines, zone)
    due = hours.due(priority, at)
    assume(due - at < timedelta(days=300))  # beyond that the search for opening hours ends
    assert due > at
    # Due at the closing itself is due while it is open still.
    assert hours.is_open(due) or hours.is_open(due - timedelta(microseconds=1))


@given(lines=_LINES, zone=_ZONES, at=_MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=9)), priority=_WAITING)
def test_whoever_asks_later_is_not_answered_earlier(
    content: Content, lines: list[OpeningHours], zone: str, at: datetime, later: timedelta, priority: Priority
) -> None:
    hours = _of(content, lines, zone)
    dues = [hours.due(priority, moment) for moment in (at, at + later)]
    assume(max(dues) - at < timedelta(days=300))
    assert dues == sorted(dues)


@given(lines=_LINES, zone=_ZONES, at=_MOMENTS)
def test_the_next_opening_is_when_it_is_open_first(
    content: Content, lines: list[OpeningHours], zone: str, at: datetime
) -> None:
    hours = _of(content, lines, zone)
    opens = hours.next_opening(at)
    assume(opens != at or hours.is_open(at))  # hours of no length at all never open
    assert hours.is_open(opens)
    assert opens == at or not hours.is_open(opens - timedelta(microseconds=1))


def _of(content: Content, lines: list[OpeningHours], zone: str) -> OpeningTimes:
    return OpeningTimes(content.clinic.model_copy(update={"opening_hours": tuple(lines), "timezone": zone}))


# How a moment is said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-06-03T14:00", "today at 2 pm"),
        ("2026-06-03T12:00", "today at 12 pm"),
        ("2026-06-04T09:30", "tomorrow at 9:30 am"),
        ("2026-06-05T00:05", "Friday at 12:05 am"),
        ("2026-06-09T18:00", "Tuesday at 6 pm"),
        ("2026-06-10T18:00", "Wednesday, 10 June, at 6 pm"),
        ("2027-01-01T09:00", "Friday, 1 January, at 9 am"),
    ],
)
def test_a_moment_is_said_as_people_say_it(times: Times, moment: str, said: str) -> None:
    assert times(*OFFICE).day_and_time(_at(moment), _at("2026-06-03T10:00")) == said


def test_a_moment_is_said_by_the_clinics_clock(times: Times) -> None:
    late = datetime(2026, 6, 4, 1, 0, tzinfo=UTC)  # the evening before in New York
    assert times(*OFFICE).day_and_time(late, datetime(2026, 6, 3, 12, 0, tzinfo=UTC)) == "today at 9 pm"
    assert times(*OFFICE, zone=LONDON).day_and_time(late, datetime(2026, 6, 3, 12, 0, tzinfo=UTC)) == "tomorrow at 2 am"


def test_opening_times_are_read_as_times() -> None:
    assert _line("mon", "09:00", "18:00").closes == time(18)
