"""The pre-screening form: reads answers into slots, asks, explains, goes back, stops, and reckons the result.

A slot holds how an item was read and by which message (`{"reading": "yes", "message_id": …}`), never the words.
"""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import found, intent_of, say
from mesofaq.chat.models import ScreeningAnswer
from mesofaq.dialogue import runtime
from mesofaq.dialogue.domain import FORM, ask_action
from mesofaq.screening.result import reckon

Events = list[dict[str, Any]]

ATTEMPTS = "screening_attempts"
_ANSWERS = frozenset({"affirm", "deny", "unsure", "skip", "inform_health", "start_screening"})
_UNREAD = frozenset({"out_of_scope", "repeat", "complain"})


class ValidateScreeningForm(Action):
    """Fills the slots from what the latest message says about the items.

    Returning no slot lets the form step aside, so that a rule can answer a question in the middle.
    """

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Return a slot for each item that was answered or volunteered."""
        if _dealt_with(tracker):
            return []
        intent = intent_of(tracker)
        message = found(tracker)
        pending = tracker.get_slot("requested_slot")
        if intent in _ANSWERS:
            known = {item.id for item in runtime.current().protocol.items}
            read = {item: how for item, how in message.get("screening", {}).items() if item in known}
            if read or intent == "start_screening":
                slots = [SlotSet(item, _slot(how, message)) for item, how in read.items()]
                # Never nothing while an item is asked: the form would step aside, and no rule would answer.
                return [*slots, SlotSet(ATTEMPTS, 0)] if not slots or pending is None or pending in read else slots
        if pending is not None and (intent in _UNREAD or intent in _ANSWERS):
            attempts = int(tracker.get_slot(ATTEMPTS) or 0)
            if attempts >= 1:
                return [SlotSet(pending, _slot("not_answered", message)), SlotSet(ATTEMPTS, 0)]
            return [SlotSet(ATTEMPTS, attempts + 1)]
        return []


class ActionScreeningWhy(Action):
    """Says why the current item is asked."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_why"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the reason and its source."""
        live = runtime.current()
        pending = tracker.get_slot("requested_slot")
        if pending is not None:
            say(dispatcher, live.replies.screening_why(live.protocol.item(pending)))
        return []


class ActionScreeningBack(Action):
    """Goes back to the item before the current one."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Empty the slot of the last answered item, so that the form asks it again."""
        answered = [item.id for item in runtime.current().protocol.items if tracker.get_slot(item.id) is not None]
        pending = tracker.get_slot("requested_slot")
        order = [item.id for item in runtime.current().protocol.items]
        before = [item for item in answered if pending is None or order.index(item) < order.index(pending)]
        return [SlotSet(before[-1], None), SlotSet(ATTEMPTS, 0)] if before else [SlotSet(ATTEMPTS, 0)]


class ActionScreeningStop(Action):
    """Ends the questions and keeps no result."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_stop"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say that it has stopped, and forget the answers."""
        say(dispatcher, runtime.current().replies.screening_cancelled())
        return [*forget(), ActiveLoop(None)]


class ActionScreeningForget(Action):
    """Forgets the answers when something graver ended the questions."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_forget"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Forget the answers, silently."""
        return [*forget(), ActiveLoop(None)]


class ActionScreeningResult(Action):
    """Reckons the result and hands it to the clinic."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_result"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the result; the service stores it with the handoff."""
        live = runtime.current()
        answers = {
            item.id: ScreeningAnswer(item=item.id, **slot)
            for item in live.protocol.items
            if isinstance(slot := tracker.get_slot(item.id), dict)
        }
        say(dispatcher, live.replies.screening_result(reckon(live.protocol, answers)))
        return forget()


class _AskItem(Action):
    """Asks one item; subclasses are made for each item of the protocol by `ask_actions`."""

    item = ""

    def name(self) -> str:
        """Rasa's name for it."""
        return ask_action(self.item)

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Ask the item, in other words the second time."""
        live = runtime.current()
        items = [item.id for item in live.protocol.items]
        if intent_of(tracker) == "start_screening":
            say(dispatcher, live.replies.screening_intro())
        say(
            dispatcher,
            live.replies.screening_question(
                live.protocol.item(self.item),
                items.index(self.item) + 1,
                len(items),
                reworded=int(tracker.get_slot(ATTEMPTS) or 0) > 0,
            ),
        )
        return []


def ask_actions() -> list[Action]:
    """An ask action for each item of the live protocol."""
    return [
        type(f"Ask_{item.id}", (_AskItem,), {"item": item.id, "__doc__": f"Asks '{item.id}'."})()
        for item in runtime.current().protocol.items
    ]


def _dealt_with(tracker: Tracker) -> bool:
    """Whether the latest message was already answered by another action, and the form only comes back after it.

    `latest_action_name` does not tell: Rasa sends the tracker as if the form had run already.
    """
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") != FORM:
            return True
    return False


def _slot(reading: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"reading": reading, "message_id": message.get("message_id")}


def forget() -> Events:
    """The events that empty every slot of the form."""
    return [*(SlotSet(item.id, None) for item in runtime.current().protocol.items), SlotSet(ATTEMPTS, 0)]
