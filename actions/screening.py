"""The pre-screening form: reads answers into slots, asks, explains, goes back, stops, and reckons the result.

The logic is in `mesofaq.screening.form`; a slot never holds a patient's words.
"""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import found, intent_of, say
from mesofaq.chat.models import About, ScreeningAnswer
from mesofaq.dialogue import runtime
from mesofaq.dialogue.domain import FORM, WHOSE, ask_action, follow_up_slot
from mesofaq.screening.form import ATTEMPTS, Form
from mesofaq.screening.result import reckon

Events = list[dict[str, Any]]


class ValidateScreeningForm(Action):
    """Fills the slots from what the latest message says about the items.

    Returning no slot lets the form step aside, so that a rule can answer a question in the middle.
    """

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Return a slot for each item that was answered or volunteered."""
        form, message = _form(tracker), found(tracker)
        slots = form.take_beside(message) if _dealt_with(tracker) else form.take(intent_of(tracker), message)
        return set_slots(slots)


class ActionScreeningWhy(Action):
    """Says why the current item is asked."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_why"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the reason and its source."""
        pending = _form(tracker).pending
        if pending is not None and pending.item is not None:
            say(dispatcher, runtime.current().replies.screening.why(pending.item))
        return []


class ActionScreeningBack(Action):
    """Goes back to the item before the current one."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Empty the slot of the last answered item, so that the form asks it again."""
        return set_slots(_form(tracker).back())


class ActionScreeningStop(Action):
    """Ends the questions and keeps no result."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_stop"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say that it has stopped, and forget the answers."""
        say(dispatcher, runtime.current().replies.screening.cancelled())
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
        live, form = runtime.current(), _form(tracker)
        told = form.told_by(found(tracker).get("message_id"))
        if told:
            changed = form.changed_by(found(tracker).get("message_id"))
            say(dispatcher, live.replies.screening.noted(told, changed=changed))
        say(dispatcher, live.replies.screening.result(reckon(live.protocol, form.answers(), about=form.about)))
        return forget()


class ActionScreeningCorrect(Action):
    """Corrects a finished screening: "wait, I do take Plavix"."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_screening_correct"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say what changed and the new result, which takes the place of the old one."""
        live, message = runtime.current(), found(tracker)
        finished, told = message.get("finished"), message.get("screening") or {}
        if not finished:
            return []
        answers = {item: ScreeningAnswer.model_validate(answer) for item, answer in finished["answers"].items()}
        changed = {item: how for item, how in told.items() if item not in answers or answers[item].reading != how}
        for item, how in changed.items():
            answers[item] = ScreeningAnswer(item=item, reading=how, message_id=message.get("message_id"))
        result = reckon(live.protocol, answers, about=About(finished["about"]), supersedes=finished["id"])
        say(dispatcher, live.replies.screening.noted(changed, changed=True))
        say(dispatcher, live.replies.screening.result(result))
        return []


class _Ask(Action):
    """Asks one slot; subclasses are made for each slot of the protocol by `ask_actions`."""

    item = ""
    follow_up = ""

    def name(self) -> str:
        """Rasa's name for it."""
        return ask_action(follow_up_slot(self.item, self.follow_up) if self.follow_up else self.item)

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say what was understood, and ask; in other words where the answer was none."""
        replies, form, message = runtime.current().replies, _form(tracker), found(tracker)
        intent = intent_of(tracker)
        # Rasa says what is asked next only after this: the slot is still the one that was asked before.
        begins = tracker.get_slot("requested_slot") in (None, WHOSE) and self.item != WHOSE
        if begins:
            say(dispatcher, replies.screening.intro())
        told = form.told() if begins else form.told_by(message.get("message_id"))
        if told:
            say(dispatcher, replies.screening.noted(told, changed=form.changed_by(message.get("message_id"))))
        failed = int(tracker.get_slot(ATTEMPTS) or 0) > 0 and not _dealt_with(tracker)
        if failed:
            say(dispatcher, replies.screening.unread(others_only=bool(message.get("others_only"))))
        if self.item == WHOSE:
            say(dispatcher, replies.screening.whose())
        else:
            reworded = failed or intent == "repeat"
            question = replies.screening.question(self.item, self.follow_up or None, form.about, reworded=reworded)
            say(dispatcher, question)
        return []


def ask_actions() -> list[Action]:
    """An ask action for each slot of the live protocol."""
    asked = [(WHOSE, "")]
    for item in runtime.current().protocol.items:
        asked += [(item.id, ""), *((item.id, follow_up.id) for follow_up in item.follow_ups)]
    return [
        type(f"Ask_{item}_{more}", (_Ask,), {"item": item, "follow_up": more, "__doc__": f"Asks '{item} {more}'."})()
        for item, more in asked
    ]


def _form(tracker: Tracker) -> Form:
    return Form(runtime.current().protocol, tracker.slots)


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


def set_slots(slots: dict[str, Any]) -> Events:
    """The events that set these slots."""
    return [SlotSet(name, value) for name, value in slots.items()]


def forget() -> Events:
    """The events that empty every slot of the form."""
    return set_slots(Form(runtime.current().protocol, {}).forgotten())
