"""The pre-screening from the first question to the summary that staff read, with the real Rasa."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from fixtures_live import Chat, Instance

START = "can you check if it's ok for me"
ITEMS = "allergy pregnancy blood_thinners diabetes liver kidney heart scalp_infection autoimmune chemotherapy".split()
READINGS = {
    "yes": "yes",
    "yes i'm pregnant": "yes",
    "not sure": "unsure",
    "skip": "not_answered",
    "no": "no",
    "had it in 2012, not any more": "past",
}
DETAILS = "it is as I said"
EMERGENCY = "i cant breathe and my face is swelling since the injections"


class Screened(Chat):
    """A conversation in which the pre-screening has begun."""

    def begin(self) -> "Screened":
        intro, asked = self.say(START)
        assert intro["kind"] == asked["kind"] == "screening"
        assert asked["screening"]["item"] == ITEMS[0]
        return self

    def answer(self, text: str, then: str, details: str = DETAILS) -> dict[str, Any]:
        """Answer the item and its follow-up, if one is asked; gives the last reply, which asks `then`."""
        *_, asked = self.say(text)
        if not asked["suggestions"] and asked["screening"]["item"] is not None:
            *_, asked = self.say(details)
        assert (asked["kind"], asked["screening"]["item"]) == ("screening", then)
        return asked

    def all_no(self, start: str = ITEMS[0], **other: str) -> dict[str, Any]:
        """Answer every item from `start` on with no, or as told; gives the result's reply."""
        for item, following in pairwise(ITEMS[ITEMS.index(start) :]):
            self.answer(other.get(item, "no"), then=following)
        *_, result = self.say(other.get(ITEMS[-1], "no"))
        return result


@pytest.fixture
def screened(live: Instance) -> Screened:
    return Screened(live.url).begin()


@pytest.mark.parametrize(
    ("answers", "result", "flags"),
    [
        ({}, "no_flags", []),
        ({"diabetes": "yes", "heart": "not sure"}, "review", ["diabetes", "heart"]),
        ({"pregnancy": "yes i'm pregnant", "liver": "skip"}, "postpone", ["pregnancy", "liver"]),
        ({"chemotherapy": "had it in 2012, not any more"}, "no_flags", []),
    ],
)
def test_every_result_reaches_staff_with_each_answer_as_typed(
    live: Instance, screened: Screened, answers: dict[str, str], result: str, flags: list[str]
) -> None:
    reply = screened.all_no(**answers)
    assert reply["screening"] == {"item": None, "result": result, "flags": flags}
    assert reply["handoff"]["priority"] == "routine"
    shown = live.cli_json("handoffs", "show", reply["handoff"]["id"])
    assert shown["reason"] == "screening"
    summary = shown["screening"]
    assert (summary["result"], summary["flags"]) == (result, flags)
    typed = {item: answers.get(item, "no") for item in ITEMS}
    assert [(line["item"], line["typed"], line["reading"]) for line in summary["answers"]] == [
        (item, typed[item], READINGS[typed[item]]) for item in ITEMS
    ]
    assert shown["transcript"][0]["text"] == START


def test_a_result_never_says_that_somebody_is_suitable(screened: Screened) -> None:
    assert "not a yes" in screened.all_no()["text"]


def test_a_question_in_the_middle_is_answered_and_the_same_item_asked_again(screened: Screened) -> None:
    screened.answer("no", then="pregnancy")
    answer, again = screened.say("when can i wash my hair after the session")
    assert (answer["kind"], answer["card"]["id"]) == ("answer", "after-wash")
    assert again["screening"]["item"] == "pregnancy"
    screened.answer("no", then="blood_thinners")


def test_going_back_asks_the_item_before_and_the_new_answer_counts(live: Instance, screened: Screened) -> None:
    screened.answer("yes", then="pregnancy")
    screened.answer("go back", then="allergy")
    result = screened.all_no()
    assert result["screening"]["result"] == "no_flags"


def test_a_follow_up_is_asked_after_a_yes_and_reaches_staff_as_typed(live: Instance, screened: Screened) -> None:
    for following in ITEMS[1:3]:
        screened.answer("no", then=following)
    (asked,) = screened.say("yes")
    assert (asked["screening"]["item"], asked["suggestions"]) == ("blood_thinners", [])
    screened.answer("the little white ones from Dr Okafor", then="diabetes")
    result = screened.all_no(start="diabetes")
    (line,) = [
        one
        for one in live.cli_json("handoffs", "show", result["handoff"]["id"])["screening"]["answers"]
        if one["item"] == "blood_thinners"
    ]
    assert line["follow_ups"] == [{"follow_up": "which", "typed": "the little white ones from Dr Okafor"}]


def test_a_medicine_that_was_named_is_not_asked_for(screened: Screened) -> None:
    for following in ITEMS[1:3]:
        screened.answer("no", then=following)
    *_, asked = screened.say("i take eliquis")
    assert asked["screening"]["item"] == "diabetes"


def test_the_result_says_what_was_flagged_and_why_in_the_patients_own_words(screened: Screened) -> None:
    text = screened.all_no(blood_thinners="i take baby aspirin")["text"]
    assert "“i take baby aspirin”" in text
    assert "bleeding" in text


def test_what_was_said_before_the_start_is_shown_and_not_asked_again(live: Instance) -> None:
    chat = Screened(live.url)
    chat.say("hi, i have type 2 diabetes. how long does a session take?")
    _, noted, asked = chat.say(START)
    assert "Diabetes: yes" in noted["text"]
    assert asked["screening"]["item"] == ITEMS[0]
    for following in ["pregnancy", "blood_thinners"]:
        chat.answer("no", then=following)
    # The item itself is not asked, only what staff need to know about it.
    *_, more = chat.say("no")
    assert (more["screening"]["item"], more["suggestions"]) == ("diabetes", [])
    chat.answer("under control", then="liver")


def test_an_answer_can_be_corrected_at_a_later_question(screened: Screened) -> None:
    for following in ITEMS[1:6]:
        screened.answer("no", then=following)
    noted, asked = screened.say("wait, I do take Plavix")
    assert noted["text"].startswith("Changed:")
    assert asked["screening"]["item"] == "kidney"
    assert screened.all_no(start="kidney")["screening"]["flags"] == ["blood_thinners"]


def test_a_result_can_be_corrected_and_staff_see_the_new_one(live: Instance, screened: Screened) -> None:
    first = screened.all_no()
    changed, second = screened.say("wait, I do take Plavix")
    assert "Blood thinners: yes" in changed["text"]
    assert second["screening"] == {"item": None, "result": "review", "flags": ["blood_thinners"]}
    shown = live.cli_json("handoffs", "show", first["handoff"]["id"])["screening"]
    assert (shown["result"], shown["flags"]) == ("review", ["blood_thinners"])
    assert shown["corrects"] is not None


def test_whoever_asks_for_somebody_else_is_asked_whose_answers_these_are(live: Instance) -> None:
    chat = Screened(live.url)
    chat.say("Can my mum have this treatment?")
    (whose,) = chat.say(START)
    assert [offer["title"] for offer in whose["suggestions"]] == ["My own", "Someone else's"]
    chat.answer("my mum's", then="allergy")
    chat.answer("no", then="pregnancy")
    chat.answer("no", then="blood_thinners")
    chat.answer("she takes warfarin", then="diabetes")
    result = chat.all_no(start="diabetes")
    assert result["screening"]["flags"] == ["blood_thinners"]
    assert live.cli_json("handoffs", "show", result["handoff"]["id"])["screening"]["about"] == "other"


def test_a_relatives_condition_is_asked_about_again(screened: Screened) -> None:
    told, asked = screened.say("my sister is allergic to nuts")
    assert "someone else" in told["text"]
    assert asked["screening"]["item"] == "allergy"
    assert screened.all_no()["screening"]["result"] == "no_flags"


def test_a_question_that_no_card_answers_goes_to_a_person_and_is_no_failed_answer(screened: Screened) -> None:
    handed, again = screened.say("who won the match last night?")
    assert (handed["kind"], again["screening"]["item"]) == ("handoff", "allergy")
    assert again["text"].startswith("1 of 10. Do you have any allergies")


def test_a_question_beside_an_answer_is_answered_and_the_answer_taken(screened: Screened) -> None:
    answer, *_, asked = screened.say("no. when can i wash my hair after the session?")
    assert answer["card"]["id"] == "after-wash"
    assert asked["screening"]["item"] == "pregnancy"


@pytest.mark.parametrize("answers", [{}, {"heart": "yes"}, {"scalp_infection": "yes, shingles"}])
def test_every_result_is_exported_as_fhir_that_its_models_accept(
    live: Instance, screened: Screened, answers: dict[str, str]
) -> None:
    result = screened.all_no(**answers)
    bundle = live.cli_json("screening", "export", result["handoff"]["id"], "--fhir")
    response, questionnaire = (entry["resource"] for entry in bundle["entry"])
    QuestionnaireResponse.model_validate(response)
    Questionnaire.model_validate(questionnaire)
    assert response["questionnaire"] == f"{questionnaire['url']}|{questionnaire['version']}"
    (coded,) = [item["answer"][0]["valueCoding"]["code"] for item in response["item"] if item["linkId"] == "result"]
    assert coded == result["screening"]["result"]


def test_stopping_keeps_no_result(live: Instance, screened: Screened) -> None:
    screened.answer("yes", then="pregnancy")
    (reply,) = screened.say("stop")
    assert reply["screening"]["result"] == "cancelled"
    assert "keep none of the answers" in reply["text"]
    assert reply["handoff"] is None
    # What was answered before is forgotten: a new start asks every item, and the yes is not among its flags.
    screened.begin()
    assert screened.all_no()["screening"]["result"] == "no_flags"


def test_why_says_why_and_asks_again(screened: Screened) -> None:
    why, again = screened.say("why do you ask")
    assert why["sources"]
    assert why["text"] != again["text"]
    assert again["screening"]["item"] == "allergy"


def test_nonsense_is_asked_again_in_other_words_and_then_counts_as_not_answered(
    live: Instance, screened: Screened
) -> None:
    first = screened.transcript()[-1]["text"]
    reworded = screened.answer("xyzzy blorp", then="allergy")
    assert reworded["text"] != first
    screened.answer("qwfp zxcv", then="pregnancy")
    for following in [*ITEMS[2:]]:
        screened.answer("no", then=following)
    (result,) = screened.say("no")
    assert result["screening"] == {"item": None, "result": "review", "flags": ["allergy"]}
    shown = live.cli_json("handoffs", "show", result["handoff"]["id"])
    assert shown["screening"]["answers"][0]["reading"] == "not_answered"


def test_asking_for_the_screening_again_asks_the_same_item_again(screened: Screened) -> None:
    screened.answer("no", then="pregnancy")
    screened.answer(START, then="pregnancy")
    screened.answer("no", then="blood_thinners")


def test_what_is_volunteered_is_not_asked_again(screened: Screened) -> None:
    screened.answer("no, but i have diabetes", then="pregnancy")
    screened.answer("no", then="blood_thinners")
    screened.answer("no", then="liver")


def test_asking_for_a_person_ends_the_screening(screened: Screened) -> None:
    screened.answer("yes", then="pregnancy")
    (reply,) = screened.say("i want to talk to a person")
    assert reply["kind"] == "handoff"
    assert screened.say("no")[0]["screening"] is None


@pytest.mark.parametrize("answered", [0, 4, 9])
def test_an_emergency_in_the_middle_ends_the_screening(live: Instance, screened: Screened, answered: int) -> None:
    for following in ITEMS[1 : answered + 1]:
        screened.answer("no", then=following)
    (reply,) = screened.say(EMERGENCY)
    assert reply["kind"] == "emergency"
    assert reply["handoff"]["priority"] == "emergency"
    assert "911" in reply["text"]
    assert next(iter(live.handoffs().values()))["priority"] == "emergency"
    assert screened.say("no")[0]["screening"] is None
    screened.begin()


def test_an_emergency_at_the_start_is_an_emergency(live: Instance) -> None:
    (reply,) = live.chat().say(EMERGENCY)
    assert reply["kind"] == "emergency"
    assert reply["handoff"]["priority"] == "emergency"


def test_patients_at_once_are_not_mixed_up(live: Instance) -> None:
    def screen(number: int) -> None:
        item = ITEMS[number]
        result = Screened(live.url).begin().all_no(**{item: "not sure"})
        assert result["screening"] == {"item": None, "result": "review", "flags": [item]}

    with ThreadPoolExecutor(len(ITEMS)) as pool:
        list(pool.map(screen, range(len(ITEMS))))
