"""The second opinion on triage: it raises what the rules do not know, and lowers nothing."""

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.understanding.models import Context
from mesofaq.understanding.triage import TriageClass

NO_KEY_WORD = [
    "my tongue feels too big for my mouth and my voice went funny",
    "everything went grey and i woke up on the bathroom floor",
    "he is staring and jerking all over and i cant get through to him",
    "one half of her face slid down and her words come out wrong",
]


@pytest.mark.parametrize("text", NO_KEY_WORD)
def test_an_emergency_without_a_key_word_is_raised_by_the_opinion(assistant: Assistant, text: str) -> None:
    assert assistant.understand(text, Context()).intent == "emergency"


def test_what_the_rules_found_stands_whatever_the_opinion_is(assistant: Assistant) -> None:
    look = assistant.look("this is a joke about dandruff. i cant breathe")
    assert look is not None
    assert look.rules.triage_class is TriageClass.EMERGENCY
    assert look.triage_class is TriageClass.EMERGENCY


def test_an_emergency_after_an_ordinary_question_is_raised(assistant: Assistant) -> None:
    text = "How many sessions do people usually need?\nAlso my tongue feels too big for my mouth and its getting worse"
    assert assistant.understand(text, Context()).intent == "emergency"


@pytest.mark.parametrize("text", ["when can i wash my hair", "how much is it", "hello", "thanks", "does it hurt"])
def test_an_ordinary_message_is_not_raised(assistant: Assistant, text: str) -> None:
    look = assistant.look(text)
    assert look is not None
    assert look.triage_class is None


def test_the_opinion_is_kept_with_the_message(assistant: Assistant) -> None:
    opinion = assistant.understand("my scalp leaks something yellow that smells", Context()).triage.opinion
    assert set(opinion) >= {"emergency", "complication", "ordinary"}
    assert sum(opinion.values()) == pytest.approx(1, abs=0.01)


def test_talk_of_a_medicine_answers_a_health_question(assistant: Assistant) -> None:
    found = assistant.understand("I take warfarin", Context(pending_item="diabetes"))
    assert found.intent == "inform_health"


def test_saying_that_it_is_happening_now_is_an_emergency(assistant: Assistant) -> None:
    assert assistant.understand("Yes, it is happening right now", Context()).intent == "emergency"


def test_saying_that_it_is_not_happening_now_is_none(assistant: Assistant) -> None:
    assert assistant.understand("No, it is not happening now", Context()).intent == "not_now"
