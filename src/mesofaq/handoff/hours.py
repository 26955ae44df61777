"""The clinic's opening hours: whether somebody is there, when next, and by when a question should be answered."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mesofaq.chat.models import Priority
from mesofaq.content.models import Clinic

__all__ = ["OpeningTimes"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD_DAYS = 370
"""Further than any clinic is closed; a search for the next opening ends there."""


class OpeningTimes:
    """What follows from `opening_hours` and `timezone` of clinic.yml. Moments have a time zone, as everywhere.

    A clinic without opening hours is treated as always open: targets are then plain hours.

    Args:
        clinic: the clinic's own facts.
    """

    def __init__(self, clinic: Clinic) -> None:
        self._zone = ZoneInfo(clinic.timezone)
        self._lines = clinic.opening_hours
        self._targets = {
            Priority.EMERGENCY: timedelta(),
            Priority.URGENT: timedelta(hours=clinic.urgent_target_hours),
            Priority.ROUTINE: timedelta(hours=clinic.reply_target_hours),
        }

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is at the clinic."""
        return not self._lines or any(start <= at < end for start, end in self._spans(at, days=2))

    def next_opening(self, at: datetime) -> datetime:
        """When the clinic opens next; `at` itself where it is open."""
        return next((max(start, at) for start, end in self._spans(at) if end > at), at) if self._lines else at

    def due(self, priority: Priority, at: datetime) -> datetime:
        """By when a person should have answered what was asked at `at`.

        An emergency is due at once; anything else after its target in *opening* hours (`urgent_target_hours`,
        `reply_target_hours`).
        """
        left = self._targets[priority]
        if not left or not self._lines:
            return at + left
        for start, end in self._spans(at):
            begin = max(start, at)
            if end <= begin:
                continue
            if end - begin >= left:
                return begin + left
            left -= end - begin
            at = end  # where two spans overlap, an hour counts once
        return at + left

    def day_and_time(self, moment: datetime, now: datetime) -> str:
        """A moment as patients say it, on the clinic's clock: "today at 2 pm", "Monday at 9:30 am"."""
        local, today = moment.astimezone(self._zone), now.astimezone(self._zone).date()
        days = (local.date() - today).days
        day = {0: "today", 1: "tomorrow"}.get(days) or (
            f"{local:%A}" if days < 7 else f"{local:%A}, {local.day} {local:%B},"
        )
        minutes = f":{local:%M}" if local.minute else ""
        return f"{day} at {(local.hour - 1) % 12 + 1}{minutes} {'am' if local.hour < 12 else 'pm'}"

    def _spans(self, at: datetime, days: int = _LOOK_AHEAD_DAYS) -> Iterator[tuple[datetime, datetime]]:
        """Opening spans in UTC from the day before `at` on, in order; they may overlap."""
        first = at.astimezone(self._zone).date() - timedelta(days=1)
        for number in range(days + 1):
            day = first + timedelta(days=number)
            of_day = []
            for line in self._lines:
                if _DAYS[day.weekday()] in line.days:
                    start = datetime.combine(day, line.opens, self._zone)
                    # Closing at or before the opening is after midnight.
                    ends = day if line.closes > line.opens else day + timedelta(days=1)
                    of_day.append(
                        (start.astimezone(UTC), datetime.combine(ends, line.closes, self._zone).astimezone(UTC))
                    )
            # Where summer time skips the opening, hours may end before they begin: that day has none of them.
            yield from sorted((start, end) for start, end in of_day if start < end)
