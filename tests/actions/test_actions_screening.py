"""The pre-screening form's actions, one call at a time."""

from typing import Any

import pytest
from actions_helpers import MESSAGE_ID, Rasa, answered

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import Kind
from mesofaq.content.loader import Content
from mesofaq.dialogue.domain import FORM, ask_action

VALIDATE = f"validate_{FORM}"


def _validate(rasa: Rasa, intent: str, *, asking: str | None = "allergy", **more: Any) -> dict[str, Any]:
    """The slots that a message fills."""
    done = rasa.call(VALIDATE, intent, asking=asking, **more)
    assert done.said == []
    assert done.other_events == []
    return done.slots


@pytest.mark.parametrize(
    ("intent", "reading"), [("affirm", "yes"), ("deny", "no"), ("unsure", "unsure"), ("skip", "not_answered")]
)
def test_an_answer_fills_the_items_slot_with_its_reading_and_message(rasa: Rasa, intent: str, reading: str) -> None:
    slots = _validate(rasa, intent, screening={"allergy": reading})
    assert slots == {"allergy": {"reading": reading, "message_id": MESSAGE_ID}, "screening_attempts": 0}


def test_what_is_volunteered_with_an_answer_fills_its_own_slot(rasa: Rasa) -> None:
    slots = _validate(rasa, "deny", screening={"allergy": "no", "diabetes": "yes"})
    assert slots == {"allergy": answered("no"), "diabetes": answered("yes"), "screening_attempts": 0}


def test_what_is_volunteered_instead_of_an_answer_leaves_the_item_asked(rasa: Rasa) -> None:
    assert _validate(rasa, "inform_health", screening={"diabetes": "yes"}) == {"diabetes": answered("yes")}


def test_an_item_that_is_not_in_the_protocol_fills_nothing(rasa: Rasa) -> None:
    slots = _validate(rasa, "affirm", screening={"allergy": "yes", "an_item_that_is_gone": "yes"})
    assert "an_item_that_is_gone" not in slots


@pytest.mark.parametrize("intent", ["out_of_scope", "repeat", "complain"])
def test_what_is_no_answer_counts_as_one_attempt(rasa: Rasa, intent: str) -> None:
    assert _validate(rasa, intent) == {"screening_attempts": 1}


@pytest.mark.parametrize("intent", ["out_of_scope", "repeat", "complain"])
def test_what_is_no_answer_a_second_time_goes_on_without_one(rasa: Rasa, intent: str) -> None:
    slots = _validate(rasa, intent, slots={"screening_attempts": 1})
    assert slots == {"allergy": answered("not_answered"), "screening_attempts": 0}


def test_an_act_of_answering_without_a_reading_is_no_answer(rasa: Rasa) -> None:
    assert _validate(rasa, "affirm") == {"screening_attempts": 1}


@pytest.mark.parametrize(
    "intent",
    ["ask_faq", "ask_faq_unclear", "ask_why", "go_back", "stop", "emergency", "complication", "ask_person", "greet"],
)
def test_what_a_rule_deals_with_fills_nothing_so_that_the_form_steps_aside(rasa: Rasa, intent: str) -> None:
    assert _validate(rasa, intent, screening={"diabetes": "yes"}) == {}


def test_a_form_that_comes_back_after_an_interruption_counts_nothing(rasa: Rasa) -> None:
    """The message was the question that was answered in between; it is no answer to the item."""
    after = ["action_answer", FORM]
    assert _validate(rasa, "ask_faq", after=after) == {}
    assert _validate(rasa, "out_of_scope", after=["action_handoff"]) == {}


def test_a_form_that_was_not_interrupted_takes_the_answer(rasa: Rasa) -> None:
    """Rasa sends the tracker as if the form had run already."""
    slots = _validate(rasa, "deny", after=[FORM], screening={"allergy": "no"})
    assert slots["allergy"] == answered("no")


def test_starting_with_something_volunteered_takes_it(rasa: Rasa) -> None:
    slots = _validate(rasa, "start_screening", asking=None, screening={"diabetes": "yes"})
    assert slots == {"diabetes": answered("yes"), "screening_attempts": 0}


def test_starting_with_nothing_volunteered_starts_afresh(rasa: Rasa) -> None:
    assert _validate(rasa, "start_screening", asking=None) == {"screening_attempts": 0}


def test_asking_for_the_questions_again_is_no_failed_answer(rasa: Rasa) -> None:
    assert _validate(rasa, "start_screening", slots={"screening_attempts": 1}) == {"screening_attempts": 0}


def test_every_item_is_asked_by_its_own_action_in_its_place(rasa: Rasa, content: Content) -> None:
    for number, item in enumerate(content.screening.items, start=1):
        (said,) = rasa.call(ask_action(item.id), "deny", asking=item.id).said
        assert said.text == f"{number} of {len(content.screening.items)}. {item.question}"
        assert said.screening is not None
        assert said.screening.item == item.id


def test_the_first_question_comes_after_what_the_screening_is(rasa: Rasa, assistant: Assistant) -> None:
    said = rasa.call(ask_action("allergy"), "start_screening", asking="allergy").said
    assert [one.kind for one in said] == [Kind.SCREENING, Kind.SCREENING]
    assert said[0] == assistant.replies.screening_intro()


def test_a_question_after_a_failed_answer_is_in_other_words(rasa: Rasa, content: Content) -> None:
    (said,) = rasa.call(ask_action("liver"), "out_of_scope", asking="liver", slots={"screening_attempts": 1}).said
    assert content.screening.item("liver").reworded in said.text


def test_why_an_item_is_asked_is_said_with_its_source(rasa: Rasa, content: Content) -> None:
    (said,) = rasa.call("action_screening_why", "ask_why", asking="liver").said
    assert said.text == content.screening.item("liver").why
    assert said.sources


def test_going_back_empties_the_last_answer_before_the_item_asked(rasa: Rasa) -> None:
    filled = {"allergy": answered("no"), "pregnancy": answered("no"), "heart": answered("yes")}
    done = rasa.call("action_screening_back", "go_back", asking="blood_thinners", slots=filled)
    # `heart` was volunteered and comes later: it is not what was asked last.
    assert done.slots == {"pregnancy": None, "screening_attempts": 0}


def test_going_back_from_the_first_item_asks_it_again(rasa: Rasa) -> None:
    done = rasa.call("action_screening_back", "go_back", asking="allergy", slots={"screening_attempts": 1})
    assert done.slots == {"screening_attempts": 0}


@pytest.fixture
def all_forgotten(content: Content) -> dict[str, Any]:
    return dict.fromkeys((item.id for item in content.screening.items), None) | {"screening_attempts": 0}


def test_stopping_says_so_and_forgets_every_answer(rasa: Rasa, all_forgotten: dict[str, Any]) -> None:
    done = rasa.call("action_screening_stop", "stop", asking="liver", slots={"allergy": answered("yes")})
    assert [said.screening.result for said in done.said if said.screening] == ["cancelled"]
    assert [said.screening_result for said in done.said] == [None]
    assert done.slots == all_forgotten
    assert [(event["event"], event["name"]) for event in done.other_events] == [("active_loop", None)]


def test_something_graver_ends_the_questions_silently(rasa: Rasa, all_forgotten: dict[str, Any]) -> None:
    done = rasa.call("action_screening_forget", "emergency", asking="liver", slots={"allergy": answered("yes")})
    assert (done.said, done.slots) == ([], all_forgotten)
    assert [event["event"] for event in done.other_events] == ["active_loop"]


def test_the_result_is_reckoned_from_the_slots_and_then_forgotten(
    rasa: Rasa, content: Content, all_forgotten: dict[str, Any]
) -> None:
    filled = {item.id: answered("no") for item in content.screening.items}
    done = rasa.call("action_screening_result", "deny", slots=filled | {"pregnancy": answered("yes")})
    (said,) = done.said
    assert said.screening is not None
    assert (said.screening.result, said.screening.flags) == ("postpone", ("pregnancy",))
    assert said.screening_result is not None
    assert {answer.message_id for answer in said.screening_result.answers} == {MESSAGE_ID}
    assert done.slots == all_forgotten


def test_a_result_with_a_slot_that_was_lost_is_never_without_flags(rasa: Rasa, content: Content) -> None:
    filled = {item.id: answered("no") for item in content.screening.items if item.id != "heart"}
    (said,) = rasa.call("action_screening_result", "deny", slots=filled | {"liver": "no"}).said
    assert said.screening is not None
    assert (said.screening.result, said.screening.flags) == ("review", ("liver", "heart"))


def test_ten_noes_have_no_flags(rasa: Rasa, content: Content) -> None:
    filled = {item.id: answered("no") for item in content.screening.items}
    (said,) = rasa.call("action_screening_result", "deny", slots=filled).said
    assert said.screening is not None
    assert (said.screening.result, said.screening.flags) == ("no_flags", ())
