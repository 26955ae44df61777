"""What every action shares: where the message's understanding is, and how a reply leaves."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from mesofaq.chat.models import ReplyDraft
from mesofaq.dialogue.parse import KEY

__all__ = ["found", "intent_of", "say"]


def found(tracker: Tracker) -> dict[str, Any]:
    """What understanding found in the latest message (`parse.as_parse_data`); empty for a message it never saw."""
    value: dict[str, Any] = (tracker.latest_message or {}).get(KEY) or {}
    return value


def intent_of(tracker: Tracker) -> str:
    """The latest message's intent."""
    return str(((tracker.latest_message or {}).get("intent") or {}).get("name") or "")


def say(dispatcher: CollectingDispatcher, draft: ReplyDraft) -> None:
    """Send one reply; it reaches the service as the REST channel's `custom` part."""
    dispatcher.utter_message(json_message=draft.model_dump(mode="json"))
