"""The figures: percentiles, shares, waiting times, targets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.handoff.figure_views import FiguresView, Share
from mesofaq.handoff.figures import percentile, view
from mesofaq.store.figure_rows import (
    CardCount,
    ClarifyCount,
    FiguresRows,
    HandoffRow,
    UndeliveredRow,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
BEGAN = NOW - timedelta(days=2)
OPEN = HandoffRow(
    reason="out_of_scope",
    priority="routine",
    state="open",
    outcome=None,
    created_at=BEGAN,
    due_at=None,
    claimed_at=None,
    answered_at=None,
    closed_at=None,
)
CARDS = {"cost": "How much does it cost?", "pain": "Does it hurt?"}

spans = st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=90)), min_size=1, max_size=60)
percents = st.integers(1, 100)


def after(**units: float) -> datetime:
    return BEGAN + timedelta(**units)


def answered(**fields: object) -> HandoffRow:
    usual = {"state": "resolved", "outcome": "answered", "claimed_at": after(minutes=5), "answered_at": after(hours=1)}
    return replace(OPEN, **(usual | fields))


def shown(*handoffs: HandoffRow, **rows: object) -> FiguresView:
    return view(FiguresRows(now=NOW, since=SINCE, handoffs=handoffs, **rows), CARDS)


@given(spans, percents)
def test_a_percentile_is_one_of_the_times(values: list[timedelta], percent: int) -> None:
    assert percentile(values, percent) in values


@given(spans, percents)
def test_a_percentile_is_the_smallest_time_that_enough_do_not_exceed(values: list[timedelta], percent: int) -> None:
    found = percentile(values, percent)
    assert found is not None
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


@given(st.data(), spans, percents)
def test_a_percentile_does_not_depend_on_the_order(data: st.DataObject, values: list[timedelta], percent: int) -> None:
    assert percentile(data.draw(st.permutations(values)), percent) == percentile(values, percent)


@given(spans, percents, percents)
def test_a_higher_percentile_is_never_a_shorter_time(values: list[timedelta], one: int, other: int) -> None:
    lower, higher = percentile(values, min(one, other)), percentile(values, max(one, other))
    assert lower is not None
    assert higher is not None
    assert lower <= higher


def test_the_last_percentile_is_the_longest_and_nothing_has_none() -> None:
    assert percentile([timedelta(hours=3), timedelta(hours=1)], 100) == timedelta(hours=3)
    assert percentile([timedelta(hours=3), timedelta(hours=1)], 50) == timedelta(hours=1)
    assert percentile([], 50) is None


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(0, 0), "none"),
        (Share(3, 7), "3 of 7"),
        (Share(19, 19), "19 of 19"),
        (Share(5, 20), "5 of 20 (25%)"),
        (Share(0, 40), "0 of 40 (0%)"),
    ],
)
def test_per_cent_is_said_only_of_twenty_or_more(share: Share, words: str) -> None:
    assert share.words == words


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_is_never_above_a_hundred_per_cent(one: int, other: int) -> None:
    share = Share(min(one, other), max(one, other))
    assert share.percent is None or 0 <= share.percent <= 100


def test_reasons_come_by_how_often_and_priorities_by_how_urgent() -> None:
    urgent = replace(OPEN, reason="complication", priority="urgent")
    figures = shown(OPEN, OPEN, urgent)
    assert [(line.title, line.share.count) for line in figures.reasons] == [
        ("No card answers this", 2),
        ("Problem after a session", 1),
    ]
    assert [line.title for line in figures.priorities] == ["Urgent", "Routine"]
    assert {line.share.of for line in figures.reasons + figures.priorities} == {3}


def test_outcomes_name_what_expired_and_what_is_not_closed() -> None:
    figures = shown(OPEN, replace(OPEN, state="expired"), answered())
    assert {line.title for line in figures.outcomes} == {
        "Not closed yet",
        "Closed without an answer",
        "Answered here in the chat",
    }


def test_a_handoff_from_before_the_period_counts_only_as_open_now() -> None:
    old = replace(OPEN, created_at=SINCE - timedelta(days=1))
    figures = shown(old)
    assert figures.total == 0
    assert figures.reasons == ()
    assert [line.open for line in figures.now] == [1]


def test_waiting_times_are_those_of_whoever_was_attended_to() -> None:
    rows = [answered(claimed_at=after(minutes=minutes), answered_at=after(hours=8)) for minutes in (10, 20, 50)]
    (waits,) = shown(*rows, OPEN).until_claimed
    assert (waits.count, waits.waiting) == (3, 1)
    assert (waits.median, waits.ninety, waits.longest) == ("20 min", "50 min", "50 min")


def test_an_answer_shows_that_there_was_a_claim_before_the_last_one() -> None:
    row = answered(claimed_at=after(hours=30), answered_at=after(hours=2))
    (waits,) = shown(row).until_claimed
    assert waits.longest == "2 h"


def test_nobody_attended_to_has_no_waiting_time_but_is_waiting() -> None:
    (waits,) = shown(OPEN).until_answered
    assert (waits.count, waits.median, waits.longest, waits.waiting) == (0, None, None, 1)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (answered(due_at=after(hours=1)), (1, 1)),  # at the last moment
        (answered(due_at=after(minutes=59)), (0, 1)),
        (replace(OPEN, due_at=NOW + timedelta(hours=1)), (0, 0)),  # may still be kept
        (replace(OPEN, due_at=NOW - timedelta(hours=1)), (0, 1)),
        (replace(OPEN, due_at=NOW + timedelta(hours=1), state="expired"), (0, 1)),
        (answered(answered_at=None, outcome="called", closed_at=after(hours=1), due_at=after(hours=2)), (1, 1)),
        (answered(answered_at=None, outcome="called", closed_at=after(hours=3), due_at=after(hours=2)), (0, 1)),
        (answered(due_at=None), (0, 0)),
    ],
)
def test_the_target_is_kept_by_an_answer_or_by_a_close_in_time(row: HandoffRow, expected: tuple[int, int]) -> None:
    (line,) = shown(row).kept
    assert (line.share.count, line.share.of) == expected


def test_now_counts_what_waits_what_is_held_and_what_is_overdue() -> None:
    late = NOW - timedelta(minutes=1)
    figures = shown(
        OPEN,
        replace(OPEN, due_at=late),
        replace(OPEN, state="claimed", claimed_at=after(hours=1), due_at=late),
        replace(OPEN, state="claimed", claimed_at=after(hours=1), answered_at=after(hours=2), due_at=late),
        answered(),
    )
    (line,) = figures.now
    assert (line.open, line.held, line.overdue, line.longest) == (2, 2, 2, "2 days")


def test_marks_are_a_share_of_what_that_version_answered() -> None:
    cards = (CardCount("cost", "v1", 40, 0, 4), CardCount("cost", "v2", 3, 1, 1), CardCount("pain", "v1", 9, 0, 0))
    figures = shown(cards=cards)
    assert [(one.card_id, one.version, one.share.words) for one in figures.marked] == [
        ("cost", "v1", "4 of 40 (10%)"),
        ("cost", "v2", "1 of 3"),
    ]
    use = figures.used[0]
    assert (use.card_id, use.answered, use.sent_by_staff, use.marked.words) == ("cost", 43, 1, "5 of 43 (12%)")


def test_a_card_that_was_only_offered_was_not_used() -> None:
    figures = shown(clarify=ClarifyCount(looked_at=30, answers=18, clarifies=2, offered={"pain": 2}))
    assert figures.clarified.words == "2 of 20 (10%)"
    assert [(use.card_id, use.answered, use.offered.words) for use in figures.used] == [("pain", 0, "2 of 2")]
    assert [card for card, _ in figures.never_used] == ["cost", "pain"]


def test_a_card_that_is_gone_is_still_counted() -> None:
    figures = shown(cards=(CardCount("old-card", "v1", 5, 0, 0),))
    assert figures.used[0].question == "no longer among the cards"


def test_undelivered_notices_say_by_which_way_and_why() -> None:
    rows = (UndeliveredRow("mail", None, 2, 0, NOW), UndeliveredRow("webhook", "500", 1, 4, NOW))
    found = shown(undelivered=(*rows, UndeliveredRow(None, None, 3, 0, NOW))).undelivered
    assert [(line.way, line.fault, line.count) for line in found] == [
        ("E-mail", "not tried yet", 2),
        ("Webhook", "500", 1),
        ("Not taken up yet", "nothing has tried to send it", 3),
    ]
