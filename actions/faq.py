"""Answers, clarifying questions, sources, small talk and handoffs."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.common import found, intent_of, say
from actions.screening import forget, set_slots
from mesofaq.chat.models import Reason
from mesofaq.dialogue import runtime
from mesofaq.screening.form import Form

Events = list[dict[str, Any]]

_REASONS = {
    "ask_person": Reason.ASKED_FOR_PERSON,
    "complication": Reason.COMPLICATION,
    "medicine_change": Reason.MEDICINE_CHANGE,
    "other_language": Reason.OTHER_LANGUAGE,
    "personal_medical": Reason.PERSONAL_MEDICAL,
}


class ActionAnswer(Action):
    """Shows the card that was decided on."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the answer of each decided card."""
        for card in found(tracker)["cards"]:
            say(dispatcher, runtime.current().replies.answer(card))
        return []


class ActionClarify(Action):
    """Offers the cards that may be meant."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_clarify"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say which questions may be meant."""
        say(dispatcher, runtime.current().replies.clarify(found(tracker)["cards"]))
        return []


class ActionAskIfNow(Action):
    """Asks whether something that sounds grave is happening now."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_if_now"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say what to do if it is, and ask."""
        live = runtime.current()
        say(dispatcher, live.replies.ask_if_now())
        # In the pre-screening the answer is kept: asked again, it would sound as grave again.
        return set_slots(Form(live.protocol, tracker.slots).take_beside(found(tracker), answers=True))


class ActionHandoff(Action):
    """Hands the conversation to a person, for the reason that the intent gives."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say that a person will answer; the service records the handoff."""
        reason = _REASONS.get(intent_of(tracker), Reason.OUT_OF_SCOPE)
        replies = runtime.current().replies
        if reason is Reason.OTHER_LANGUAGE:
            say(dispatcher, replies.other_language(found(tracker).get("language")))
        else:
            say(dispatcher, replies.handoff(reason))
        return []


class ActionFallback(Action):
    """What no rule foresees goes to a person, and ends the pre-screening if one is under way.

    Rasa falls back inside a form only after the form stepped aside, and then never goes on with it by itself.
    """

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_fallback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say that a person will answer, and listen: without that Rasa falls back again and again."""
        say(dispatcher, runtime.current().replies.handoff(Reason.OUT_OF_SCOPE))
        ended = [*forget(), ActiveLoop(None)] if tracker.active_loop_name else []
        return [*ended, FollowupAction("action_listen")]


class ActionEmergency(Action):
    """The emergency text, should a message ever reach Rasa before the service's own triage."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the emergency text."""
        say(dispatcher, runtime.current().replies.emergency(found(tracker).get("phrase")))
        return []


class ActionSources(Action):
    """Names the sources of the last answer."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_sources"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say what the last answer rests on."""
        say(dispatcher, runtime.current().replies.sources_of(found(tracker).get("last_cards", [])))
        return []


class ActionRepeat(Action):
    """Shows the last answer again."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_repeat"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the last answer again, or that there is none."""
        replies = runtime.current().replies
        cards = found(tracker).get("last_cards", [])
        for card in cards:
            say(dispatcher, replies.answer(card))
        if not cards:
            say(dispatcher, replies.smalltalk("nothing_to_repeat", starters=True))
        return []


class ActionSmalltalk(Action):
    """Greets, thanks, says goodbye, says what it is."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_smalltalk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say the phrase of the intent."""
        replies = runtime.current().replies
        intent = intent_of(tracker)
        if intent == "complain":
            say(dispatcher, replies.complaint())
        elif intent in ("greet", "thank", "goodbye", "who_are_you", "privacy", "not_now"):
            say(dispatcher, replies.smalltalk(intent, starters=intent in ("greet", "who_are_you")))
        else:
            say(dispatcher, replies.smalltalk("nothing_asked", starters=True))
        return []
