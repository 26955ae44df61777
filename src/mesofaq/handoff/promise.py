"""What a patient is told when a question goes to a person: by when there is an answer, and what to do until then."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mesofaq.chat.models import Kind, Priority, ReplyDraft
from mesofaq.dialogue.replies import Replies
from mesofaq.handoff.hours import OpeningTimes

__all__ = ["Promise"]

_ROUND = timedelta(minutes=30)
_TOLD_IN = frozenset({Kind.HANDOFF, Kind.NOTICE})


class Promise:
    """Adds to a handoff's text when a person answers, by the clinic's hours.

    Args:
        hours: when the clinic is open.
        clock: gives the present moment, with a time zone.
    """

    def __init__(self, hours: OpeningTimes, clock: Callable[[], datetime]) -> None:
        self._hours = hours
        self._clock = clock

    def added_to(self, drafts: Sequence[ReplyDraft], replies: Replies) -> list[ReplyDraft]:
        """The drafts, with the promise in the last one that hands something over; an emergency's text stands alone."""
        told = [
            draft.handoff is not None and draft.kind in _TOLD_IN and draft.handoff.priority is not Priority.EMERGENCY
            for draft in drafts
        ]
        if True not in told:
            return list(drafts)
        last = len(told) - 1 - told[::-1].index(True)
        wanted = drafts[last].handoff
        assert wanted is not None  # noqa: S101  `told` says so
        text = f"{drafts[last].text}\n\n{self.text(wanted.priority, replies)}"
        return [
            draft.model_copy(update={"text": text}) if number == last else draft for number, draft in enumerate(drafts)
        ]

    def text(self, priority: Priority, replies: Replies) -> str:
        """The promise for a question of that priority that is asked now."""
        now = self._clock()
        values = {
            "when.answered": self._hours.day_and_time(_rounded_up(self._hours.due(priority, now)), now),
            "when.opens": self._hours.day_and_time(self._hours.next_opening(now), now),
        }
        if self._hours.is_open(now):
            return replies.phrase("answer_when_open", values)
        is_urgent = priority is not Priority.ROUTINE
        return replies.phrase("answer_when_closed_urgent" if is_urgent else "answer_when_closed", values)


def _rounded_up(moment: datetime) -> datetime:
    """To the next half hour: "no later than 1:18 pm" would promise a precision that nobody has."""
    return moment + (datetime.min.replace(tzinfo=moment.tzinfo) - moment) % _ROUND
