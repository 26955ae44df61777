"""Rasa's side of an action call, by hand: a tracker as Rasa 3.6 sends it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import ActionExecutor

from mesofaq.chat.models import ReplyDraft
from mesofaq.dialogue.domain import FORM
from mesofaq.dialogue.parse import KEY

MESSAGE_ID = "6f1e0c5e-0000-4000-8000-000000000001"


NOT_ASKED: dict[str, None] = {"message_id": None}
"""The slot of a follow-up question that need not be asked."""

EARLIER = "6f1e0c5e-0000-4000-8000-000000000002"
"""Another message than the latest."""


def answered(reading: str, how: str = "words", message_id: str = MESSAGE_ID) -> dict[str, str]:
    """The slot of an item."""
    return {"reading": reading, "message_id": message_id, "how": how}


@dataclass
class Outcome:
    """What an action said and did."""

    said: list[ReplyDraft]
    slots: dict[str, Any]
    other_events: list[dict[str, Any]]


class Rasa:
    """Calls actions as Rasa would."""

    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor

    def call(
        self,
        action: str,
        intent: str = "greet",
        *,
        asking: str | None = None,
        slots: dict[str, Any] | None = None,
        after: list[str] | None = None,
        **found: Any,
    ) -> Outcome:
        """Run one action.

        Args:
            action: its name.
            intent: of the latest message.
            asking: the item that the form asks.
            slots: what is filled already.
            after: the actions that ran since the latest message.
            **found: what understanding found (`cards`, `screening`, …).
        """
        parsed = {
            "text": f"message:{MESSAGE_ID}",
            "intent": {"name": intent, "confidence": 1.0},
            "intent_ranking": [],
            "entities": [],
            KEY: {"message_id": MESSAGE_ID, "phrase": None, "cards": [], "last_cards": [], "screening": {}} | found,
        }
        events = [
            {"event": "action", "name": "action_session_start"},
            {"event": "action", "name": "action_listen"},
            {"event": "user", "text": parsed["text"], "parse_data": parsed},
            *({"event": "action", "name": name} for name in after or []),
        ]
        call = {
            "next_action": action,
            "sender_id": "conversation:0",
            "version": "3.6.21",
            "domain": {},
            "tracker": {
                "sender_id": "conversation:0",
                "slots": {"requested_slot": asking, "screening_attempts": 0} | (slots or {}),
                "latest_message": parsed,
                "latest_event_time": 0.0,
                "followup_action": None,
                "paused": False,
                "events": events,
                "latest_input_channel": "rest",
                "active_loop": {"name": FORM} if asking else {},
                "latest_action": {"action_name": FORM if asking else "action_listen"},
                "latest_action_name": FORM if asking else "action_listen",
            },
        }
        result = asyncio.run(self._executor.run(call))
        assert result is not None
        done = result.model_dump()
        return Outcome(
            said=[ReplyDraft.model_validate(response["custom"]) for response in done["responses"]],
            slots={event["name"]: event["value"] for event in done["events"] if event["event"] == "slot"},
            other_events=[event for event in done["events"] if event["event"] != "slot"],
        )
