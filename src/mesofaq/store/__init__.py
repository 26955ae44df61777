"""The system of record: conversations, messages, handoffs, screenings and the outbox."""

from mesofaq.store.records import (
    ConversationRecord,
    HandoffDetail,
    HandoffRecord,
    PendingMessage,
    Received,
    ScreeningLine,
    ScreeningSummary,
)
from mesofaq.store.store import Store, utc_now
from mesofaq.store.tracker import erase_tracker
from mesofaq.store.values import clean_text

__all__ = [
    "ConversationRecord",
    "HandoffDetail",
    "HandoffRecord",
    "PendingMessage",
    "Received",
    "ScreeningLine",
    "ScreeningSummary",
    "Store",
    "clean_text",
    "erase_tracker",
    "utc_now",
]
