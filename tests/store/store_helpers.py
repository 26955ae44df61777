"""A clock that stands still, and drafts to finish a message with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mesofaq.chat.models import CardRef, HandoffDraft, Kind, Priority, Reason, ReplyDraft, ScreeningDraft

TOKEN = "0" * 64
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


def answer(text: str = "Cover your hair from rain for a day.", **fields: Any) -> ReplyDraft:
    card = CardRef(id="washing-hair", version="0123456789ab", status="approved")
    return ReplyDraft(kind=Kind.ANSWER, text=text, card=card, **fields)


def handoff(
    reason: Reason = Reason.PERSONAL_MEDICAL, priority: Priority = Priority.ROUTINE, **fields: Any
) -> ReplyDraft:
    draft = HandoffDraft(reason=reason, priority=priority)
    return ReplyDraft(kind=Kind.HANDOFF, text="A person at the clinic will answer.", handoff=draft, **fields)


def screening(*answers: dict[str, Any], **fields: Any) -> ScreeningDraft:
    return ScreeningDraft.model_validate(
        {"protocol_version": "1", "result": "review", "flags": ("diabetes",), "answers": answers, **fields}
    )
