from datetime import UTC, datetime, timedelta
from typing import Any

from mesofaq.chat.models import TranscriptMessage
from mesofaq.handoff.unread import UNREAD_FOR, read_already

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _line(sequence: int, author: str, *, age: timedelta, understanding: dict[str, Any] | None) -> TranscriptMessage:
    fields = {"id": str(sequence), "sequence": sequence, "from": author, "text": "…", "at": NOW - age}
    return TranscriptMessage.model_validate({**fields, "understanding": understanding})


def test_a_message_that_is_only_just_being_read_waits() -> None:
    understood = _line(1, "patient", age=timedelta(), understanding={})
    unread = _line(2, "patient", age=timedelta(), understanding=None)
    assert read_already([understood, unread], NOW) == [understood]


def test_a_message_whose_reading_takes_too_long_is_shown() -> None:
    unread = _line(1, "patient", age=UNREAD_FOR, understanding=None)
    assert read_already([unread], NOW) == [unread]


def test_what_was_answered_is_shown_read_or_not() -> None:
    lines = [
        _line(1, "patient", age=timedelta(), understanding=None),
        _line(2, "bot", age=timedelta(), understanding=None),
    ]
    assert read_already(lines, NOW) == lines
