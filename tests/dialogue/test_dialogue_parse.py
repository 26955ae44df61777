import json
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.chat.assistant import Assistant
from mesofaq.dialogue.parse import KEY, as_parse_data, message_id_of, reference
from mesofaq.understanding.models import Context, FinishedScreening, Volunteered

PLANTED = "zqxwv"
"""A word that stands in no text of ours."""

messages = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "no, my chest pain {}",
            "I can't breathe {}",
            "I take warfarin {}",
            "{} how much does it cost",
            "yes {}",
            "should I stop my {} tablets",
            "{}",
        ]
    ),
)


def test_a_reference_leads_back_to_its_message() -> None:
    message_id = str(uuid4())
    assert message_id_of(reference(message_id)) == message_id


@pytest.mark.parametrize(
    "text", ["", "hello", "message:", "message:1", f"message:{uuid4()}!", f" message:{uuid4()}", f"message:{'A' * 36}"]
)
def test_a_text_that_is_no_reference_leads_nowhere(text: str) -> None:
    assert message_id_of(text) is None


def test_rasa_gets_what_it_expects_and_the_actions_what_they_need(assistant: Assistant) -> None:
    message_id = str(uuid4())
    question = assistant.content.cards["pain"].question
    understood = assistant.understand(question, Context(last_cards=("cost",)))
    parsed = as_parse_data(reference(message_id), understood)
    intent = {"name": "ask_faq", "confidence": understood.confidence}
    assert parsed["text"] == reference(message_id)
    assert parsed["intent"] == intent
    assert parsed["intent_ranking"] == [intent]
    assert parsed["entities"] == []
    needed = {"message_id": message_id, "cards": ["pain"], "last_cards": ["cost"], "phrase": None, "screening": {}}
    needed["language"] = None
    assert parsed[KEY] | needed == parsed[KEY]


def test_the_phrase_of_a_triage_rule_and_the_readings_go_along(assistant: Assistant) -> None:
    urgent = as_parse_data("x", assistant.understand("I want to kill myself", Context()))
    assert urgent[KEY]["phrase"] == "emergency_self_harm"
    answer = as_parse_data("x", assistant.understand("no", Context(pending_item="liver")))
    assert answer[KEY]["screening"] == {"liver": "no"}


@settings(max_examples=80)
@given(message=messages, pending=st.sampled_from([None, "heart"]))
def test_no_word_of_the_patient_goes_to_rasa(assistant: Assistant, message: str, pending: str | None) -> None:
    text = message.replace("{}", PLANTED) if "{}" in message else f"{message} {PLANTED}"
    understood = assistant.understand(text, Context(pending_item=pending))
    sent = json.dumps(as_parse_data(reference(str(uuid4())), understood))
    assert PLANTED not in sent.lower()


@pytest.mark.parametrize("symptom", ["chest pain", "throat is closing", "swollen tongue", "kill myself"])
def test_the_words_that_triage_found_stay_in_the_record(assistant: Assistant, symptom: str) -> None:
    understood = assistant.understand(f"help, {symptom}", Context())
    assert understood.triage.findings
    assert symptom not in json.dumps(as_parse_data(reference(str(uuid4())), understood))


def test_plain_text_is_given_back_unchanged_and_stands_nowhere_else(assistant: Assistant) -> None:
    text = f"how much is {PLANTED}\n\nplease"
    parsed = as_parse_data(text, assistant.understand(text, Context()))
    assert parsed.pop("text") == text
    assert PLANTED not in json.dumps(parsed)


def test_what_the_form_needs_of_the_conversation_goes_along(assistant: Assistant) -> None:
    told = Volunteered(reading="yes", message_id=str(uuid4()), named=True)
    finished = FinishedScreening(id=str(uuid4()), about="self", answers={"liver": {"item": "liver", "reading": "no"}})
    around = Context(
        volunteered={"heart": told}, volunteered_of_other={"liver": told}, speaks_for_other=True, finished=finished
    )
    parsed = as_parse_data("x", assistant.understand("hello", around))[KEY]
    assert parsed["volunteered"] == {"heart": told.model_dump()}
    assert parsed["volunteered_of_other"] == {"liver": told.model_dump()}
    assert parsed["speaks_for_other"] is True
    assert parsed["finished"] == finished.model_dump()


def test_whose_answers_they_are_and_how_they_were_given_goes_along(assistant: Assistant) -> None:
    whose = as_parse_data("x", assistant.understand("my mum's", Context(asked_whose=True)))[KEY]
    assert whose["screening_whose"] == "other"
    plain = as_parse_data("x", assistant.understand("no", Context(pending_item="liver")))[KEY]
    assert (plain["screening_plain"], plain["screening_named"]) == (True, [])
    named = as_parse_data("x", assistant.understand("yes, hepatitis", Context(pending_item="liver")))[KEY]
    assert (named["screening_plain"], named["screening_named"]) == (False, ["liver"])


def test_parse_data_is_json(assistant: Assistant) -> None:
    parsed = as_parse_data(
        "x", assistant.understand("I take warfarin, what about pain?", Context(pending_item="liver"))
    )
    assert json.loads(json.dumps(parsed)) == parsed
