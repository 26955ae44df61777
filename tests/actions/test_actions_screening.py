"""What a message fills while the pre-screening asks, one call at a time."""

from typing import Any

import pytest
from actions_helpers import EARLIER, MESSAGE_ID, NOT_ASKED, Rasa, answered

from mesofaq.dialogue.domain import FORM, WHOSE

VALIDATE = f"validate_{FORM}"
AGAIN = {"screening_attempts": 0}
OWN = {WHOSE: {"about": "self"}}


def _validate(rasa: Rasa, intent: str, *, asking: str | None = "allergy", **more: Any) -> dict[str, Any]:
    """The slots that a message fills."""
    done = rasa.call(VALIDATE, intent, asking=asking, **more)
    assert done.said == []
    assert done.other_events == []
    return done.slots


@pytest.mark.parametrize(("intent", "reading"), [("deny", "no"), ("unsure", "unsure"), ("skip", "not_answered")])
def test_an_answer_fills_the_items_slot_with_its_reading_and_message(rasa: Rasa, intent: str, reading: str) -> None:
    slots = _validate(rasa, intent, screening={"allergy": reading})
    assert slots == {"allergy": answered(reading), "allergy__which": NOT_ASKED} | AGAIN


def test_a_yes_leaves_its_follow_up_to_be_asked(rasa: Rasa) -> None:
    slots = _validate(rasa, "affirm", screening={"allergy": "yes"})
    assert slots == {"allergy": answered("yes"), "allergy__which": None} | AGAIN


def test_a_condition_that_is_named_needs_no_question_which(rasa: Rasa) -> None:
    named = {"screening": {"liver": "yes"}, "screening_named": ["liver"]}
    assert _validate(rasa, "affirm", asking="liver", **named)["liver__which"] == NOT_ASKED


def test_a_follow_up_that_asks_for_more_than_the_name_is_asked_all_the_same(rasa: Rasa) -> None:
    named = {"screening": {"diabetes": "yes"}, "screening_named": ["diabetes"]}
    assert _validate(rasa, "affirm", asking="diabetes", **named)["diabetes__control"] is None


def test_a_bare_answer_is_kept_as_one(rasa: Rasa) -> None:
    slots = _validate(rasa, "deny", screening={"allergy": "no"}, screening_plain=True)
    assert slots["allergy"] == answered("no", "plain")


def test_what_is_volunteered_with_an_answer_fills_its_own_slot(rasa: Rasa) -> None:
    slots = _validate(rasa, "deny", screening={"allergy": "no", "diabetes": "yes"})
    assert (slots["allergy"], slots["diabetes"]) == (answered("no"), answered("yes"))
    assert slots["screening_attempts"] == 0


def test_what_is_volunteered_instead_of_an_answer_leaves_the_item_asked(rasa: Rasa) -> None:
    slots = _validate(rasa, "inform_health", screening={"diabetes": "yes"})
    assert slots == {"diabetes": answered("yes"), "diabetes__control": None}


def test_an_answer_that_is_another_one_now_is_kept_as_changed(rasa: Rasa) -> None:
    before = {"allergy": answered("no", "plain", EARLIER)}
    slots = _validate(rasa, "inform_health", asking="liver", slots=before, screening={"allergy": "yes"})
    assert slots == {"allergy": answered("yes", "changed"), "allergy__which": None}


def test_what_is_said_again_leaves_the_first_telling(rasa: Rasa) -> None:
    before = {"diabetes": answered("yes", "words", EARLIER)}
    slots = _validate(rasa, "deny", slots=before, screening={"allergy": "no", "diabetes": "yes"})
    assert "diabetes" not in slots


def test_the_answer_before_is_taken_back_by_the_next_message(rasa: Rasa) -> None:
    before = {"allergy": answered("no", "plain", EARLIER)}
    slots = _validate(rasa, "inform_health", asking="pregnancy", slots=before, screening_last="yes")
    assert slots == {"allergy": answered("yes", "changed"), "allergy__which": None} | AGAIN


def test_an_item_that_is_not_in_the_protocol_fills_nothing(rasa: Rasa) -> None:
    slots = _validate(rasa, "affirm", screening={"allergy": "yes", "an_item_that_is_gone": "yes"})
    assert "an_item_that_is_gone" not in slots


@pytest.mark.parametrize("intent", ["out_of_scope", "complain"])
def test_what_is_no_answer_counts_as_one_attempt(rasa: Rasa, intent: str) -> None:
    assert _validate(rasa, intent) == {"screening_attempts": 1}


@pytest.mark.parametrize("intent", ["out_of_scope", "complain"])
def test_what_is_no_answer_a_second_time_goes_on_without_one(rasa: Rasa, intent: str) -> None:
    slots = _validate(rasa, intent, slots={"screening_attempts": 1})
    assert slots == {"allergy": answered("not_answered"), "allergy__which": NOT_ASKED} | AGAIN


def test_an_act_of_answering_without_a_reading_is_no_answer(rasa: Rasa) -> None:
    assert _validate(rasa, "affirm") == {"screening_attempts": 1}


@pytest.mark.parametrize("intent", ["repeat", "start_screening"])
def test_asking_for_the_question_again_is_no_failed_answer(rasa: Rasa, intent: str) -> None:
    assert _validate(rasa, intent, slots={"screening_attempts": 1}) == AGAIN


@pytest.mark.parametrize(
    "intent",
    [
        *("ask_faq", "ask_faq_unclear", "ask_other", "ask_why", "go_back", "stop", "emergency", "complication"),
        *("ask_person", "greet", "correct_screening"),
    ],
)
def test_what_a_rule_deals_with_fills_nothing_so_that_the_form_steps_aside(rasa: Rasa, intent: str) -> None:
    assert _validate(rasa, intent, screening={"diabetes": "yes"}) == {}


@pytest.mark.parametrize(("intent", "action"), [("ask_faq", "action_answer"), ("ask_other", "action_handoff")])
def test_a_form_that_comes_back_after_an_interruption_counts_nothing(rasa: Rasa, intent: str, action: str) -> None:
    """The message was the question that was dealt with in between; it is no answer to the item."""
    assert _validate(rasa, intent, after=[action, FORM]) == {}
    assert _validate(rasa, intent, after=[action]) == {}


def test_what_an_interruption_volunteers_is_taken_after_it(rasa: Rasa) -> None:
    slots = _validate(rasa, "ask_faq", after=["action_answer"], screening={"allergy": "no"})
    assert slots == {"allergy": answered("no"), "allergy__which": NOT_ASKED}


def test_a_form_that_was_not_interrupted_takes_the_answer(rasa: Rasa) -> None:
    """Rasa sends the tracker as if the form had run already."""
    slots = _validate(rasa, "deny", after=[FORM], screening={"allergy": "no"})
    assert slots["allergy"] == answered("no")


def test_starting_with_something_volunteered_takes_it(rasa: Rasa) -> None:
    slots = _validate(rasa, "start_screening", asking=None, screening={"diabetes": "yes"})
    assert slots == OWN | {"diabetes": answered("yes"), "diabetes__control": None} | AGAIN


def test_starting_takes_what_earlier_messages_told_with_their_ids(rasa: Rasa) -> None:
    told = {"blood_thinners": {"reading": "yes", "message_id": EARLIER, "named": True}}
    slots = _validate(rasa, "start_screening", asking=None, volunteered=told)
    taken = {"blood_thinners": answered("yes", message_id=EARLIER), "blood_thinners__which": NOT_ASKED}
    assert slots == OWN | taken | AGAIN


def test_starting_with_nothing_volunteered_starts_afresh(rasa: Rasa) -> None:
    assert _validate(rasa, "start_screening", asking=None) == OWN | AGAIN


@pytest.mark.parametrize("found", [{"screening_whose": "other"}, {"speaks_for_other": True}])
def test_starting_for_somebody_else_leaves_whose_answers_they_are_to_be_asked(
    rasa: Rasa, found: dict[str, Any]
) -> None:
    assert _validate(rasa, "start_screening", asking=None, **found) == AGAIN


@pytest.mark.parametrize(("whose", "taken"), [("self", "heart"), ("other", "liver")])
def test_whose_answers_they_are_decides_which_conditions_count(rasa: Rasa, whose: str, taken: str) -> None:
    own = {"heart": {"reading": "yes", "message_id": EARLIER, "named": True}}
    others = {"liver": {"reading": "yes", "message_id": EARLIER, "named": True}}
    told = {"screening_whose": whose, "volunteered": own, "volunteered_of_other": others}
    slots = _validate(rasa, "inform_health", asking=WHOSE, **told)
    assert slots[WHOSE] == {"about": whose, "message_id": MESSAGE_ID}
    assert {"heart", "liver"} & set(slots) == {taken}


def test_whose_answers_they_are_is_asked_twice_and_then_stays_unclear(rasa: Rasa) -> None:
    assert _validate(rasa, "out_of_scope", asking=WHOSE) == {"screening_attempts": 1}
    slots = _validate(rasa, "out_of_scope", asking=WHOSE, slots={"screening_attempts": 1})
    assert slots == {WHOSE: {"about": "unclear", "message_id": MESSAGE_ID}} | AGAIN


def test_whatever_is_said_to_a_follow_up_is_its_answer(rasa: Rasa) -> None:
    before = {"diabetes": answered("yes", "plain", EARLIER)}
    slots = _validate(rasa, "inform_health", asking="diabetes__control", slots=before)
    assert slots == {"diabetes__control": {"message_id": MESSAGE_ID}} | AGAIN


def test_a_follow_up_can_take_the_yes_back(rasa: Rasa) -> None:
    before = {"diabetes": answered("yes", "plain", EARLIER)}
    slots = _validate(rasa, "deny", asking="diabetes__control", slots=before, screening={"diabetes": "no"})
    assert slots == {"diabetes": answered("no", "changed"), "diabetes__control": NOT_ASKED} | AGAIN


def test_what_is_no_answer_to_a_follow_up_is_kept_the_second_time(rasa: Rasa) -> None:
    assert _validate(rasa, "complain", asking="diabetes__control") == {"screening_attempts": 1}
    slots = _validate(rasa, "complain", asking="diabetes__control", slots={"screening_attempts": 1})
    assert slots == {"diabetes__control": {"message_id": MESSAGE_ID}} | AGAIN
