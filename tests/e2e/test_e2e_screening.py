"""The pre-screening from the first question to the summary that staff read, with the real Rasa."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest

from fixtures_live import Chat, Instance

START = "can you check if it's ok for me"
ITEMS = "allergy pregnancy blood_thinners diabetes liver kidney heart scalp_infection autoimmune chemotherapy".split()
EMERGENCY = "i cant breathe and my face is swelling since the injections"


class Screened(Chat):
    """A conversation in which the pre-screening has begun."""

    def begin(self) -> "Screened":
        intro, asked = self.say(START)
        assert intro["kind"] == asked["kind"] == "screening"
        assert asked["screening"]["item"] == ITEMS[0]
        return self

    def answer(self, text: str, then: str) -> dict[str, Any]:
        """Answer the item; `then` is the one that is asked next, in the last reply, which is given."""
        *_, asked = self.say(text)
        assert (asked["kind"], asked["screening"]["item"]) == ("screening", then)
        return asked

    def all_no(self, **other: str) -> dict[str, Any]:
        """Answer every item with no, or as told; gives the result's reply."""
        for item, following in pairwise(ITEMS):
            self.answer(other.get(item, "no"), then=following)
        (result,) = self.say(other.get(ITEMS[-1], "no"))
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
    readings = {"yes": "yes", "yes i'm pregnant": "yes", "not sure": "unsure", "skip": "not_answered", "no": "no"}
    assert summary["answers"] == [
        {"item": item, "typed": answers.get(item, "no"), "reading": readings[answers.get(item, "no")]} for item in ITEMS
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


def test_stopping_keeps_no_result(live: Instance, screened: Screened) -> None:
    screened.answer("yes", then="pregnancy")
    (reply,) = screened.say("stop")
    assert reply["screening"]["result"] == "cancelled"
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
