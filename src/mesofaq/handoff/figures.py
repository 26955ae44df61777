"""What the figures page says: rows of the record into counts, shares and waiting times. Nothing here reads anything.

- A **percentile** is by nearest rank: the smallest measured time that at least so many per cent of the times do not
  exceed. It is always a time that somebody waited, never one between two; the median of two is the shorter.
- **Waiting times** are by the clock on the wall. Opening hours count in the target: `due_at` was reckoned by them.
- The **target is kept** where a person answered, or closed the handoff otherwise, by `due_at`. One that is not due yet
  counts neither way; one that expired, or is overdue now, has missed it.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from mesofaq.chat.models import Priority
from mesofaq.handoff import words
from mesofaq.handoff.figure_views import CardUse, FiguresView, Line, MarkedVersion, NowLine, Share, Undelivered, Waits
from mesofaq.handoff.states import ACTIVE, State
from mesofaq.store.figure_rows import CardCount, ClarifyCount, FiguresRows, HandoffRow, UndeliveredRow

__all__ = ["percentile", "view"]

_NOT_CLOSED = "Not closed yet"


def percentile(values: Iterable[timedelta], percent: int) -> timedelta | None:
    """The nearest-rank percentile; None of nothing.

    Args:
        values: in any order.
        percent: 1 to 100.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[math.ceil(percent * len(ordered) / 100) - 1]


def view(rows: FiguresRows, questions: Mapping[str, str]) -> FiguresView:
    """The figures of a period.

    Args:
        rows: what was read.
        questions: the question of each card that may be shown, by its id.
    """
    made = [row for row in rows.handoffs if row.created_at >= rows.since]
    return FiguresView(
        since=rows.since,
        total=len(made),
        reasons=_lines(words.plain(words.REASONS, row.reason) for row in made),
        priorities=_lines((words.plain(words.PRIORITIES, row.priority) for row in made), _titles()),
        outcomes=_lines(_outcome(row) for row in made),
        until_claimed=_waits(made, _claimed, rows.now),
        until_answered=_waits(made, lambda row: row.answered_at, rows.now),
        kept=_kept(made, rows.now),
        now=_now([row for row in rows.handoffs if row.state in ACTIVE], rows.now),
        marked=_marked(rows.cards),
        marks=rows.marks,
        used=_used(rows.cards, rows.clarify, questions),
        never_used=_never_used(rows.cards, questions),
        clarify=rows.clarify,
        clarified=Share(rows.clarify.clarifies, rows.clarify.clarifies + rows.clarify.answers),
        undelivered=tuple(_undelivered(row) for row in rows.undelivered),
    )


def _titles() -> list[str]:
    return [words.plain(words.PRIORITIES, priority) for priority in _ORDER]


_ORDER = (Priority.EMERGENCY, Priority.URGENT, Priority.ROUTINE)


def _lines(titles: Iterable[str], order: Sequence[str] = ()) -> tuple[Line, ...]:
    """Counted, in the given order, else the most frequent first."""
    counts = Counter(titles)
    total = counts.total()
    place = {title: number for number, title in enumerate(order)}
    ranked = sorted(counts.items(), key=lambda item: (place.get(item[0], len(place)), -item[1], item[0]))
    return tuple(Line(title, Share(count, total)) for title, count in ranked)


def _outcome(row: HandoffRow) -> str:
    if row.state in ACTIVE:
        return _NOT_CLOSED
    if row.state == State.EXPIRED:
        return words.plain(words.STATES, row.state)
    return words.plain(words.OUTCOMES, row.outcome)


def _claimed(row: HandoffRow) -> datetime | None:
    """When it was taken up. A claim given back may leave no moment; an answer shows that there was one."""
    moments = [moment for moment in (row.claimed_at, row.answered_at) if moment is not None]
    return min(moments, default=None)


def _by_priority(rows: Sequence[HandoffRow]) -> list[tuple[str, list[HandoffRow]]]:
    grouped = [(words.plain(words.PRIORITIES, name), [row for row in rows if row.priority == name]) for name in _ORDER]
    return [(title, group) for title, group in grouped if group]


def _waits(
    rows: Sequence[HandoffRow], moment_of: Callable[[HandoffRow], datetime | None], now: datetime
) -> tuple[Waits, ...]:
    found = []
    for title, group in _by_priority(rows):
        spans = [moment - row.created_at for row in group if (moment := moment_of(row)) is not None]
        waiting = sum(row.state in ACTIVE and moment_of(row) is None for row in group)
        found.append(
            Waits(
                title,
                len(spans),
                _span(percentile(spans, 50)),
                _span(percentile(spans, 90)),
                _span(max(spans, default=None)),
                waiting,
            )
        )
    return tuple(found)


def _span(span: timedelta | None) -> str | None:
    return None if span is None else words.duration(span)


def _kept(rows: Sequence[HandoffRow], now: datetime) -> tuple[Line, ...]:
    found = []
    for title, group in _by_priority(rows):
        judged = [kept for row in group if (kept := _kept_target(row, now)) is not None]
        found.append(Line(title, Share(sum(judged), len(judged))))
    return tuple(found)


def _kept_target(row: HandoffRow, now: datetime) -> bool | None:
    """Whether the target was kept; None where there is none, or where it can still be."""
    if row.due_at is None:
        return None
    dealt_with = row.answered_at or (row.closed_at if row.state == State.RESOLVED else None)
    if dealt_with is not None:
        return dealt_with <= row.due_at
    return False if row.due_at < now or row.state == State.EXPIRED else None


def _now(rows: Sequence[HandoffRow], now: datetime) -> tuple[NowLine, ...]:
    found = []
    for title, group in _by_priority(rows):
        unanswered = [row for row in group if row.answered_at is None]
        found.append(
            NowLine(
                title,
                open=sum(row.state == State.OPEN for row in group),
                held=sum(row.state == State.CLAIMED for row in group),
                overdue=sum(row.due_at is not None and row.due_at < now for row in unanswered),
                longest=_span(max((now - row.created_at for row in unanswered), default=None)),
            )
        )
    return tuple(found)


def _marked(cards: Sequence[CardCount]) -> tuple[MarkedVersion, ...]:
    found = [MarkedVersion(row.card_id, row.version, Share(row.marked, row.by_bot)) for row in cards if row.marked]
    return tuple(sorted(found, key=lambda item: (-item.share.count, item.card_id, item.version)))


def _used(cards: Sequence[CardCount], clarify: ClarifyCount, questions: Mapping[str, str]) -> tuple[CardUse, ...]:
    """Every card that was shown or offered, the most shown first."""
    answered, sent, marked = Counter[str](), Counter[str](), Counter[str]()
    for row in cards:
        answered[row.card_id] += row.by_bot
        sent[row.card_id] += row.by_staff
        marked[row.card_id] += row.marked
    found = [
        CardUse(
            card_id,
            questions.get(card_id, "no longer among the cards"),
            answered[card_id],
            sent[card_id],
            Share(clarify.offered.get(card_id, 0), clarify.clarifies),
            Share(marked[card_id], answered[card_id]),
        )
        for card_id in {*answered, *sent, *clarify.offered}
    ]
    return tuple(sorted(found, key=lambda use: (-use.answered - use.sent_by_staff, use.card_id)))


def _never_used(cards: Sequence[CardCount], questions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    used = {row.card_id for row in cards}
    return tuple((card_id, question) for card_id, question in sorted(questions.items()) if card_id not in used)


_WAYS = {"mail": "E-mail", "webhook": "Webhook"}


def _undelivered(row: UndeliveredRow) -> Undelivered:
    if row.way is None:
        return Undelivered("Not taken up yet", "nothing has tried to send it", row.count, row.attempts, row.oldest)
    fault = row.fault or ("not tried yet" if row.attempts == 0 else "unknown")
    return Undelivered(words.plain(_WAYS, row.way), fault, row.count, row.attempts, row.oldest)
