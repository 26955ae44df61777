"""Which messages of a running conversation can be shown to staff already."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from mesofaq.chat.models import TranscriptMessage

__all__ = ["UNREAD_FOR", "read_already"]

UNREAD_FOR = timedelta(seconds=3)
"""How long a message waits to be understood before staff see it; it takes a few hundredths of a second."""

_Line = TypeVar("_Line", bound=TranscriptMessage)


def read_already(messages: Sequence[_Line], now: datetime) -> list[_Line]:
    """The messages without those at the end that are only just being read.

    Whether a patient's message alarms is known a moment after it is on record. Shown at once, it would stay without its
    mark on a page that only ever adds messages. One whose reading takes longer than `UNREAD_FOR` is shown as it is.
    """
    kept = list(messages)
    while kept and kept[-1].from_ == "patient" and kept[-1].understanding is None and now - kept[-1].at < UNREAD_FOR:
        kept.pop()
    return kept
