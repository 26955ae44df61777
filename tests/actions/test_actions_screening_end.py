"""How the pre-screening goes back, ends, and is corrected after its end."""

from typing import Any
from uuid import uuid4

import pytest
from actions_helpers import EARLIER, MESSAGE_ID, Rasa, answered

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import About, ReplyDraft, ScreeningAnswer, ScreeningDraft
from mesofaq.content.loader import Content
from mesofaq.dialogue.domain import WHOSE, required_slots
from mesofaq.screening.result import reckon

FINISHED = str(uuid4())


@pytest.fixture
def all_forgotten(content: Content) -> dict[str, Any]:
    return dict.fromkeys(["requested_slot", *required_slots(content.screening)]) | {"screening_attempts": 0}


@pytest.fixture
def all_no(content: Content) -> dict[str, Any]:
    return {item.id: answered("no", "plain") for item in content.screening.items}


def _result(said: list[ReplyDraft]) -> ScreeningDraft:
    """The one result among the replies, which comes last."""
    assert [draft.screening_result is not None for draft in said] == [False] * (len(said) - 1) + [True]
    result = said[-1].screening_result
    assert result is not None
    assert said[-1].screening is not None
    assert (said[-1].screening.result, said[-1].screening.flags) == (result.result, result.flags)
    return result


def test_going_back_empties_the_last_answer_before_the_item_asked(rasa: Rasa) -> None:
    filled = {"allergy": answered("no"), "pregnancy": answered("no"), "heart": answered("yes")}
    done = rasa.call("action_screening_back", "go_back", asking="blood_thinners", slots=filled)
    # `heart` was volunteered and comes later: it is not what was asked last.
    assert done.slots == {"pregnancy": None, "pregnancy__which": None, "screening_attempts": 0}


def test_going_back_from_a_follow_up_asks_its_item_again(rasa: Rasa) -> None:
    filled = {"allergy": answered("no"), "pregnancy": answered("yes")}
    done = rasa.call("action_screening_back", "go_back", asking="pregnancy__which", slots=filled)
    assert done.slots == {"pregnancy": None, "pregnancy__which": None, "screening_attempts": 0}


def test_going_back_from_the_first_item_asks_it_again(rasa: Rasa) -> None:
    done = rasa.call("action_screening_back", "go_back", asking="allergy", slots={"screening_attempts": 1})
    assert done.slots == {"screening_attempts": 0}


def test_stopping_says_so_and_forgets_every_answer(rasa: Rasa, all_forgotten: dict[str, Any]) -> None:
    done = rasa.call("action_screening_stop", "stop", asking="liver", slots={"allergy": answered("yes")})
    assert [said.screening.result for said in done.said if said.screening] == ["cancelled"]
    assert [said.screening_result for said in done.said] == [None]
    assert done.slots == all_forgotten
    assert [(event["event"], event["name"]) for event in done.other_events] == [("active_loop", None)]


def test_something_graver_ends_the_questions_silently(rasa: Rasa, all_forgotten: dict[str, Any]) -> None:
    done = rasa.call("action_screening_forget", "emergency", asking="liver", slots={"allergy": answered("yes")})
    assert done.said == []
    assert done.slots == all_forgotten
    assert [(event["event"], event["name"]) for event in done.other_events] == [("active_loop", None)]


def test_the_result_is_reckoned_from_the_slots_and_then_forgotten(
    rasa: Rasa, all_no: dict[str, Any], all_forgotten: dict[str, Any]
) -> None:
    filled = all_no | {"pregnancy": answered("yes", "plain")}
    done = rasa.call("action_screening_result", "deny", slots=filled)
    assert len(done.said) == 1
    result = _result(done.said)
    assert (result.result, result.flags, result.about) == ("postpone", ("pregnancy",), About.SELF)
    assert {answer.message_id for answer in result.answers} == {MESSAGE_ID}
    assert done.slots == all_forgotten


def test_the_last_answer_is_shown_as_understood_before_the_result(
    rasa: Rasa, all_no: dict[str, Any], assistant: Assistant
) -> None:
    said = rasa.call("action_screening_result", "deny", slots=all_no | {"chemotherapy": answered("past")}).said
    assert said[0] == assistant.replies.screening.noted({"chemotherapy": "past"}, changed=False)
    assert _result(said).noted == ("chemotherapy",)


def test_the_answers_to_follow_ups_go_with_the_result(rasa: Rasa, all_no: dict[str, Any]) -> None:
    filled = all_no | {"diabetes": answered("yes", "plain", EARLIER), "diabetes__control": {"message_id": MESSAGE_ID}}
    (answer,) = (
        answer
        for answer in _result(rasa.call("action_screening_result", "inform_health", slots=filled).said).answers
        if answer.item == "diabetes"
    )
    assert answer.message_id == EARLIER
    assert [(more.follow_up, more.message_id) for more in answer.follow_ups] == [("control", MESSAGE_ID)]


@pytest.mark.parametrize(("about", "result"), [("other", "no_flags"), ("unclear", "review")])
def test_the_result_says_whose_answers_they_are(rasa: Rasa, all_no: dict[str, Any], about: str, result: str) -> None:
    filled = all_no | {WHOSE: {"about": about, "message_id": EARLIER}}
    found = _result(rasa.call("action_screening_result", "deny", slots=filled).said)
    assert (found.about, found.result) == (about, result)


def test_a_result_with_a_slot_that_was_lost_is_never_without_flags(rasa: Rasa, all_no: dict[str, Any]) -> None:
    filled = {item: slot for item, slot in all_no.items() if item != "heart"} | {"liver": "no"}
    result = _result(rasa.call("action_screening_result", "deny", slots=filled).said)
    assert (result.result, result.flags) == ("review", ("liver", "heart"))


def test_ten_noes_have_no_flags(rasa: Rasa, all_no: dict[str, Any]) -> None:
    result = _result(rasa.call("action_screening_result", "deny", slots=all_no).said)
    assert (result.result, result.flags) == ("no_flags", ())


def _finished(content: Content, about: About = About.SELF, **readings: str) -> dict[str, Any]:
    """A finished screening as understanding tells the actions of it; what is not named was a 'no'."""
    answers = {
        item.id: ScreeningAnswer.model_validate(
            {"item": item.id, "reading": readings.get(item.id, "no"), "message_id": EARLIER}
        )
        for item in content.screening.items
    }
    result = reckon(content.screening, answers, about=about)
    kept = {answer.item: answer.model_dump(mode="json") for answer in result.answers}
    return {"id": FINISHED, "about": about.value, "answers": kept}


def _correct(rasa: Rasa, finished: dict[str, Any], screening: dict[str, str]) -> list[ReplyDraft]:
    done = rasa.call("action_screening_correct", "correct_screening", finished=finished, screening=screening)
    assert (done.slots, done.other_events) == ({}, [])
    return done.said


def test_a_correction_takes_the_place_of_the_screening_before_it(
    rasa: Rasa, content: Content, assistant: Assistant
) -> None:
    said = _correct(rasa, _finished(content, diabetes="yes"), {"blood_thinners": "yes"})
    assert said[0] == assistant.replies.screening.noted({"blood_thinners": "yes"}, changed=True)
    result = _result(said)
    assert (result.supersedes, result.result) == (FINISHED, "review")
    assert result.flags == ("blood_thinners", "diabetes")


def test_a_correction_keeps_the_message_of_every_other_answer(rasa: Rasa, content: Content) -> None:
    result = _result(_correct(rasa, _finished(content), {"heart": "yes"}))
    messages = {answer.item: answer.message_id for answer in result.answers}
    assert messages.pop("heart") == MESSAGE_ID
    assert set(messages.values()) == {EARLIER}


def test_only_what_differs_is_called_changed(rasa: Rasa, content: Content, assistant: Assistant) -> None:
    said = _correct(rasa, _finished(content, heart="yes"), {"heart": "yes", "liver": "yes"})
    assert said[0] == assistant.replies.screening.noted({"liver": "yes"}, changed=True)


def test_a_correction_is_about_the_same_person(rasa: Rasa, content: Content) -> None:
    assert _result(_correct(rasa, _finished(content, About.OTHER), {"heart": "yes"})).about is About.OTHER


def test_without_a_finished_screening_there_is_nothing_to_correct(rasa: Rasa) -> None:
    assert rasa.call("action_screening_correct", "correct_screening", screening={"heart": "yes"}).said == []
