import pytest
from actions_helpers import Rasa, answered
from rasa_sdk.interfaces import ActionNotFoundException

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Kind, Reason
from mesofaq.dialogue import runtime


def test_the_decided_card_is_shown(rasa: Rasa, assistant: Assistant) -> None:
    done = rasa.call("action_answer", "ask_faq", cards=["pain"])
    assert done.said == [assistant.replies.answer("pain")]
    assert done.slots == {}
    assert done.other_events == []


def test_a_clarify_offers_the_decided_cards(rasa: Rasa) -> None:
    (said,) = rasa.call("action_clarify", "ask_faq_unclear", cards=["pain", "cost"]).said
    assert said.kind is Kind.CLARIFY
    assert [suggestion.card for suggestion in said.suggestions] == ["pain", "cost"]


@pytest.mark.parametrize(
    ("intent", "reason"),
    [
        ("out_of_scope", Reason.OUT_OF_SCOPE),
        ("ask_other", Reason.OUT_OF_SCOPE),
        ("ask_person", Reason.ASKED_FOR_PERSON),
        ("complication", Reason.COMPLICATION),
        ("medicine_change", Reason.MEDICINE_CHANGE),
        ("personal_medical", Reason.PERSONAL_MEDICAL),
        ("other_language", Reason.OTHER_LANGUAGE),
        ("something_new", Reason.OUT_OF_SCOPE),
    ],
)
def test_a_handoff_has_the_intents_reason(rasa: Rasa, intent: str, reason: Reason) -> None:
    (said,) = rasa.call("action_handoff", intent).said
    assert said.handoff is not None
    assert said.handoff.reason is reason


def test_another_language_is_answered_in_it(rasa: Rasa, assistant: Assistant) -> None:
    said = rasa.call("action_handoff", "other_language", language="fr").said
    assert said == [assistant.replies.other_language("fr")]


def test_the_fallback_hands_over_once_and_then_listens(rasa: Rasa) -> None:
    done = rasa.call("action_fallback", "something_new")
    assert [said.kind for said in done.said] == [Kind.HANDOFF]
    assert [(event["event"], event["name"]) for event in done.other_events] == [("followup", "action_listen")]


def test_the_fallback_ends_the_health_questions(rasa: Rasa) -> None:
    done = rasa.call("action_fallback", "something_new", asking="liver", slots={"allergy": answered("yes")})
    assert done.slots["allergy"] is None
    ended = [(event["event"], event["name"]) for event in done.other_events]
    assert ended == [("active_loop", None), ("followup", "action_listen")]


@pytest.mark.parametrize("phrase", [None, "emergency_self_harm"])
def test_an_emergency_says_its_own_text(rasa: Rasa, assistant: Assistant, phrase: str | None) -> None:
    assert rasa.call("action_emergency", "emergency", phrase=phrase).said == [assistant.replies.emergency(phrase)]


def test_sources_are_those_of_the_last_answer(rasa: Rasa, assistant: Assistant) -> None:
    said = rasa.call("action_sources", "ask_sources", last_cards=["pain"]).said
    assert said == [assistant.replies.sources_of(["pain"])]
    assert rasa.call("action_sources", "ask_sources").said[0].text == assistant.replies.phrase("no_sources_yet")


def test_the_last_answer_is_said_again(rasa: Rasa, assistant: Assistant) -> None:
    assert rasa.call("action_repeat", "repeat", last_cards=["pain"]).said == [assistant.replies.answer("pain")]
    assert rasa.call("action_repeat", "repeat").said[0].text == assistant.replies.phrase("nothing_to_repeat")


@pytest.mark.parametrize("intent", ["greet", "thank", "goodbye", "who_are_you", "privacy", "complain"])
def test_small_talk_says_the_phrase_of_its_intent(rasa: Rasa, assistant: Assistant, intent: str) -> None:
    (said,) = rasa.call("action_smalltalk", intent).said
    assert (said.kind, said.text) == (Kind.SMALLTALK, assistant.replies.phrase(intent))


@pytest.mark.parametrize("intent", ["affirm", "deny", "unsure", "skip", "inform_health", "ask_why", "go_back", "stop"])
def test_an_answer_although_nothing_was_asked_is_told_so(rasa: Rasa, assistant: Assistant, intent: str) -> None:
    (said,) = rasa.call("action_smalltalk", intent).said
    assert said.text == assistant.replies.phrase("nothing_asked")
    assert said.suggestions


def test_somebody_new_is_offered_first_questions(rasa: Rasa, assistant: Assistant) -> None:
    assert rasa.call("action_smalltalk", "greet").said[0].suggestions == assistant.replies.starters()
    assert rasa.call("action_smalltalk", "thank").said[0].suggestions == ()


def test_an_action_that_does_not_exist_is_refused(rasa: Rasa) -> None:
    with pytest.raises(ActionNotFoundException):
        rasa.call("action_of_the_future")


def test_an_action_outside_the_service_says_what_is_missing() -> None:
    runtime.install(None)
    with pytest.raises(RuntimeError, match="no runtime is installed"):
        runtime.current()
