"""The form's logic, with what was understood given by hand."""

from typing import Any

import pytest
from screening_helpers import ITEMS

from mesofaq.chat.models import About
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.dialogue.domain import WHOSE, required_slots
from mesofaq.screening.form import ATTEMPTS, Form

SELF = {WHOSE: {"about": "self"}}


def _slot(reading: str, message_id: str = "m0", how: str = "words") -> dict[str, str]:
    return {"reading": reading, "message_id": message_id, "how": how}


def _found(message_id: str = "m1", named: tuple[str, ...] = (), **screening: str) -> dict[str, Any]:
    return {"message_id": message_id, "screening": screening, "screening_named": list(named)}


def _form(protocol: ScreeningProtocol, asked: str | None, **slots: Any) -> Form:
    return Form(protocol, {**SELF, **slots, "requested_slot": asked})


def test_the_start_takes_the_answers_for_ones_own(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, None).take("start_screening", {}) == {WHOSE: {"about": "self"}, ATTEMPTS: 0}


def test_nothing_but_a_start_begins_the_questions(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, None).take("affirm", _found(allergy="yes")) == {}


def test_what_was_volunteered_before_the_start_is_not_asked(protocol: ScreeningProtocol) -> None:
    told = {"liver": {"reading": "yes", "message_id": "m0", "named": True}}
    slots = _form(protocol, None).take("start_screening", {"volunteered": told})
    assert (slots["liver"], slots["liver__which"]) == (_slot("yes"), {"message_id": None})


def test_what_the_start_itself_tells_is_taken(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, None).take("start_screening", _found(kidney="yes"))
    assert (slots["kidney"], slots["kidney__which"]) == (_slot("yes", "m1"), None)


def test_whoever_asks_for_another_is_asked_whose_answers_they_are(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, None).take("start_screening", {"screening_whose": "other"}) == {ATTEMPTS: 0}
    assert _form(protocol, None).take("start_screening", {"speaks_for_other": True}) == {ATTEMPTS: 0}


def test_another_persons_answers_begin_with_what_was_told_of_them(protocol: ScreeningProtocol) -> None:
    found = {
        "message_id": "m1",
        "screening_whose": "other",
        "volunteered": {"liver": {"reading": "yes", "message_id": "m0"}},
        "volunteered_of_other": {"heart": {"reading": "yes", "message_id": "m0", "named": True}},
    }
    slots = Form(protocol, {"requested_slot": WHOSE}).take("inform_health", found)
    assert slots[WHOSE] == {"about": "other", "message_id": "m1"}
    assert ("heart" in slots, "liver" in slots) == (True, False)
    assert Form(protocol, slots).about is About.OTHER


def test_whose_they_are_is_asked_twice_and_then_unclear(protocol: ScreeningProtocol) -> None:
    asked = {"requested_slot": WHOSE}
    assert Form(protocol, asked).take("out_of_scope", {}) == {ATTEMPTS: 1}
    slots = Form(protocol, {**asked, ATTEMPTS: 1}).take("out_of_scope", {"message_id": "m1"})
    assert slots == {WHOSE: {"about": "unclear", "message_id": "m1"}, ATTEMPTS: 0}


def test_a_yes_brings_its_follow_up(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, "liver").take("affirm", _found(liver="yes"))
    assert slots == {"liver": _slot("yes", "m1"), "liver__which": None, ATTEMPTS: 0}


@pytest.mark.parametrize("reading", ["no", "unsure", "past", "not_answered"])
def test_no_other_answer_brings_a_follow_up(protocol: ScreeningProtocol, reading: str) -> None:
    slots = _form(protocol, "liver").take("inform_health", _found(liver=reading))
    assert slots["liver__which"] == {"message_id": None}


def test_a_follow_up_is_left_out_where_it_was_named(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, "liver").take("affirm", _found(named=("liver",), liver="yes"))
    assert slots["liver__which"] == {"message_id": None}


def test_a_follow_up_that_is_always_asked_is_asked_where_it_was_named(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, "diabetes").take("affirm", _found(named=("diabetes",), diabetes="yes"))
    assert slots["diabetes__control"] is None


def test_any_words_answer_a_follow_up(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, "liver__which", liver=_slot("yes")).take("out_of_scope", _found("m2"))
    assert slots == {ATTEMPTS: 1}
    slots = _form(protocol, "liver__which", liver=_slot("yes")).take("inform_health", _found("m2"))
    assert slots == {"liver__which": {"message_id": "m2"}, ATTEMPTS: 0}


def test_a_doubt_in_a_follow_up_does_not_take_the_yes_back(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, "pregnancy__which", pregnancy=_slot("yes"))
    slots = form.take("inform_health", _found("m2", pregnancy="unsure"))
    assert slots == {"pregnancy__which": {"message_id": "m2"}, ATTEMPTS: 0}


def test_a_no_in_a_follow_up_takes_the_yes_back(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, "pregnancy__which", pregnancy=_slot("yes"))
    slots = form.take("inform_health", _found("m2", pregnancy="no"))
    assert slots["pregnancy"] == _slot("no", "m2", "changed")


def test_nonsense_is_asked_again_and_then_not_answered(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "liver").take("out_of_scope", _found()) == {ATTEMPTS: 1}
    slots = _form(protocol, "liver", screening_attempts=1).take("out_of_scope", _found())
    assert slots["liver"] == _slot("not_answered", "m1")
    assert slots[ATTEMPTS] == 0


def test_asking_to_hear_it_again_does_not_count_as_nonsense(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "liver", screening_attempts=1).take("repeat", _found()) == {ATTEMPTS: 0}


@pytest.mark.parametrize("intent", ["ask_faq", "ask_why", "stop", "go_back", "emergency"])
def test_the_form_steps_aside_for_what_a_rule_deals_with(protocol: ScreeningProtocol, intent: str) -> None:
    assert _form(protocol, "liver").take(intent, _found(liver="yes")) == {}


def test_facts_beside_a_question_are_taken(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "liver").take_beside(_found(heart="no"))["heart"] == _slot("no", "m1")
    assert _form(protocol, None).take_beside(_found(heart="no")) == {}


def test_what_is_said_again_keeps_its_first_message(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "liver", heart=_slot("yes")).take_beside(_found(heart="yes")) == {}


def test_a_changed_answer_is_known_as_one(protocol: ScreeningProtocol) -> None:
    slots = _form(protocol, "liver", heart=_slot("no")).take("inform_health", _found(heart="yes"))
    assert slots["heart"] == _slot("yes", "m1", "changed")
    assert _form(protocol, "liver", **slots).changed_by("m1")


def test_the_last_answer_is_corrected(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, "diabetes", pregnancy=_slot("yes"), blood_thinners=_slot("no"))
    slots = form.take("inform_health", {**_found(), "screening_last": "yes"})
    assert slots["blood_thinners"] == _slot("yes", "m1", "changed")
    assert "diabetes" not in slots


def test_the_last_answer_during_a_follow_up_is_its_own_item(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, "liver__which", liver=_slot("yes"))
    slots = form.take("inform_health", {**_found(), "screening_last": "no"})
    assert slots["liver"] == _slot("no", "m1", "changed")


def test_back_from_an_item_empties_the_one_before(protocol: ScreeningProtocol) -> None:
    back = _form(protocol, "kidney", diabetes=_slot("no"), liver=_slot("yes")).back()
    assert back == {"liver": None, "liver__which": None, ATTEMPTS: 0}


def test_back_from_a_follow_up_empties_its_own_item(protocol: ScreeningProtocol) -> None:
    back = _form(protocol, "liver__which", diabetes=_slot("no"), liver=_slot("yes")).back()
    assert back == {"liver": None, "liver__which": None, ATTEMPTS: 0}


def test_back_from_the_first_item_empties_nothing(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "allergy").back() == {ATTEMPTS: 0}


def test_all_is_forgotten(protocol: ScreeningProtocol) -> None:
    slots = dict.fromkeys(["requested_slot", *required_slots(protocol)])
    assert Form(protocol, {}).forgotten() == {**slots, ATTEMPTS: 0}


def test_a_follow_up_is_asked_once_more_after_a_question_and_then_takes_what_comes(protocol: ScreeningProtocol) -> None:
    asked = _form(protocol, "liver__which", liver=_slot("yes"))
    assert asked.take_beside(_found()) == {ATTEMPTS: 1}
    again = _form(protocol, "liver__which", liver=_slot("yes"), **{ATTEMPTS: 1})
    assert again.take_beside(_found()) == {"liver__which": {"message_id": "m1"}, ATTEMPTS: 0}


def test_small_talk_is_no_failed_answer_until_the_item_was_asked_again(protocol: ScreeningProtocol) -> None:
    assert _form(protocol, "liver").take("thank", _found()) == {}
    assert _form(protocol, "liver", **{ATTEMPTS: 1}).take("thank", _found())["liver"]["reading"] == "not_answered"


def test_a_bare_answer_is_not_shown_and_any_other_is(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, "kidney", liver=_slot("no", "m1", "plain"), heart=_slot("yes", "m1"))
    assert form.told_by("m1") == {"heart": "yes"}


def test_the_answers_hold_readings_and_messages(protocol: ScreeningProtocol) -> None:
    form = _form(protocol, None, liver=_slot("yes"), liver__which={"message_id": "m2"}, heart=_slot("no"))
    answers = form.answers()
    assert {item: answer.reading for item, answer in answers.items()} == {"liver": "yes", "heart": "no"}
    assert [one.message_id for one in answers["liver"].follow_ups] == ["m2"]
    assert set(answers) < set(ITEMS)
