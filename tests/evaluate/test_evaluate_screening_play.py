"""A persona talks, whatever it is asked, and is judged by what became of it."""

from typing import Any

import httpx
import pytest
from evaluate_helpers import CANCELLED, INTRO, offers, person, says, shows
from persona_helpers import ALLERGY, ASKS_IF_NOW, ASKS_WHOSE, HEART, REVIEW, asks_more, ends, explains, persona, talk
from test_evaluate_play import FakeService

from mesofaq.chat.models import Reply
from mesofaq.dialogue.replies import CHECK_ME_TEXT, NOT_NOW_TEXT
from mesofaq.dialogue.screening_replies import MINE_TEXT
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.screening_play import HttpChannel


def test_a_persona_answers_whatever_is_asked_in_whatever_order() -> None:
    played, said = talk(persona(), [INTRO, HEART], [ALLERGY], [REVIEW])
    assert said == ["Can you check me?", "a stent in 2019", "nope"]
    assert (played.result, played.flags, played.exact, played.missed) == ("review", ("heart",), True, ())
    assert (played.started, played.failed, dict(played.asked)) == (True, False, {"heart": 1, "allergy": 1})


def test_an_opening_that_began_nothing_is_followed_by_the_button() -> None:
    played, said = talk(persona(), [says("Hello!")], [INTRO, ALLERGY], [HEART], [REVIEW])
    assert said[1] == CHECK_ME_TEXT
    assert (played.started, played.exact) == (False, True)


@pytest.mark.parametrize(("whose", "answer"), [("my mum", "my mum"), (None, MINE_TEXT)])
def test_whose_answers_they_are_is_answered(whose: str | None, answer: str) -> None:
    played, said = talk(persona(whose=whose), [ASKS_WHOSE], [INTRO, ALLERGY], [HEART], [REVIEW])
    assert said[1] == answer
    assert played.started


def test_whether_it_is_happening_now_is_denied_and_is_no_answer_to_an_item() -> None:
    played, said = talk(persona(), [INTRO, ALLERGY], [HEART], [ASKS_IF_NOW], [REVIEW])
    assert said[3] == NOT_NOW_TEXT
    assert played.asked["heart"] == 1


@pytest.mark.parametrize(("details", "answer"), [({"heart": "in 2019"}, "in 2019"), ({}, "not sure")])
def test_a_follow_up_is_answered_and_counted_apart(details: dict[str, str], answer: str) -> None:
    played, said = talk(persona(details=details), [INTRO, HEART], [asks_more("heart")], [ALLERGY], [REVIEW])
    assert said[2] == answer
    assert (played.follow_ups, played.asked["heart"]) == (1, 1)


@pytest.mark.parametrize(("again", "answer"), [({"heart": "I mean yes"}, "I mean yes"), ({}, "yes")])
def test_an_item_that_is_asked_once_more_is_answered_once_more(again: dict[str, str], answer: str) -> None:
    played, said = talk(persona(again=again), [INTRO, ALLERGY], [HEART], [HEART], [REVIEW])
    assert said[3] == answer
    assert played.asked["heart"] == 2


def test_a_contraindication_that_was_stated_and_not_flagged_is_missed() -> None:
    played, _ = talk(persona(), [INTRO, ALLERGY], [HEART], [ends("no_flags")])
    assert (played.exact, played.missed) == (False, ("heart",))


def test_a_flag_too_many_misses_nothing_and_is_not_exact() -> None:
    played, _ = talk(persona(), [INTRO, ALLERGY], [HEART], [ends("review", "heart", "allergy")])
    assert (played.exact, played.missed) == (False, ())


def test_the_order_of_the_flags_does_not_matter() -> None:
    who = persona(flags=["allergy", "heart"])
    assert talk(who, [INTRO, ALLERGY], [HEART], [ends("review", "heart", "allergy")])[0].exact


def test_what_was_volunteered_and_is_asked_all_the_same_is_counted() -> None:
    who = persona(volunteered=["heart", "allergy"])
    played, _ = talk(who, [INTRO, HEART], [REVIEW])
    assert played.asked_although_volunteered == ("heart",)


QUESTION: dict[str, Any] = {"at": "heart", "says": "does it hurt?", "kind": "question", "card": "pain"}
OUTSIDE: dict[str, Any] = {"at": "heart", "says": "do you sell wigs?", "kind": "outside"}
WHY: dict[str, Any] = {"at": "heart", "says": "why?", "kind": "why"}
CHAT: dict[str, Any] = {"at": "heart", "says": "lovely weather", "kind": "chat"}


@pytest.mark.parametrize(
    ("interruption", "replies", "dealt_with", "by_card"),
    [
        (QUESTION, [shows("pain"), HEART], True, True),
        (QUESTION, [offers("cost", "pain"), HEART], True, False),
        (QUESTION, [shows("cost"), HEART], False, False),
        (QUESTION, [HEART], False, False),
        (QUESTION, [shows("pain"), ALLERGY], False, False),
        (OUTSIDE, [person(), HEART], True, False),
        (OUTSIDE, [shows("cost"), HEART], False, False),
        (OUTSIDE, [HEART], False, False),
        (OUTSIDE, [person(), ALLERGY], False, False),
        (WHY, [explains("heart"), HEART], True, False),
        (WHY, [HEART], False, False),
        (CHAT, [says("Hello!"), HEART], True, False),
        (CHAT, [HEART], True, False),
        (CHAT, [person(), HEART], False, False),
        (CHAT, [shows("cost"), HEART], False, False),
    ],
)
def test_an_interruption_is_dealt_with_and_the_same_item_asked_again(
    interruption: dict[str, Any], replies: list[Reply], dealt_with: bool, by_card: bool
) -> None:
    played, said = talk(
        persona(interrupts=[interruption]), [INTRO, ALLERGY], [HEART], replies, *_the_rest(replies), [REVIEW]
    )
    assert said[2] == interruption["says"]
    (one,) = played.interruptions
    assert (one.dealt_with, one.by_card) == (dealt_with, by_card)


def _the_rest(replies: list[Reply]) -> list[list[Reply]]:
    return [[HEART]] if replies[-1] is ALLERGY else []


def test_an_interruption_is_no_answer_to_the_item() -> None:
    played, _ = talk(persona(interrupts=[QUESTION]), [INTRO, ALLERGY], [HEART], [shows("pain"), HEART], [REVIEW])
    assert played.asked["heart"] == 1


def test_a_correction_in_the_middle_is_said_instead_of_an_answer() -> None:
    who = persona(corrections=[{"at": "heart", "says": "no, I am allergic"}])
    _, said = talk(who, [INTRO, ALLERGY], [HEART], [HEART], [REVIEW])
    assert said[2:] == ["no, I am allergic", "a stent in 2019"]


def test_a_correction_after_the_result_gives_the_result_that_counts() -> None:
    who = persona(corrections=[{"at": "result", "says": "wait, I have a stent"}])
    played, said = talk(who, [INTRO, ALLERGY], [HEART], [ends("no_flags")], [REVIEW])
    assert said[-1] == "wait, I have a stent"
    assert played.exact


def test_a_correction_that_leads_to_no_result_leaves_the_first() -> None:
    who = persona(corrections=[{"at": "result", "says": "wait, I have a stent"}])
    played, _ = talk(who, [INTRO, ALLERGY], [HEART], [ends("no_flags")], [says("I asked nothing.")])
    assert (played.result, played.exact, played.failed) == ("no_flags", False, False)


def test_a_dialogue_that_asks_nothing_more_has_failed() -> None:
    played, _ = talk(persona(), [INTRO, ALLERGY], [person()])
    assert (played.failed, played.result, played.exact, played.missed) == (True, None, False, ("heart",))


def test_a_dialogue_without_end_has_failed() -> None:
    played, said = talk(persona(), [INTRO, ALLERGY], *[[HEART]] * 80)
    assert (played.failed, played.result, len(said)) == (True, None, 81)


def test_questions_that_were_stopped_are_no_exact_result() -> None:
    played, _ = talk(persona(), [INTRO, ALLERGY], [CANCELLED])
    assert (played.result, played.exact) == ("cancelled", False)


def test_the_log_tells_each_message_and_what_came_after_it() -> None:
    played, _ = talk(persona(), [INTRO, HEART], [asks_more("heart")], [ALLERGY], [REVIEW])
    assert played.log[0] == ("Can you check me?", "screening; asks heart")
    assert [told for _, told in played.log[1:]] == ["asks more on heart", "asks allergy", "review: heart"]


def test_over_http_a_persona_has_a_conversation_of_its_own_which_is_erased() -> None:
    service = FakeService()
    with service.client() as client:
        channel = HttpChannel(client)
        (reply,) = channel.say("hi")
        channel.close()
    assert reply.text == "Hello!"
    assert (service.said, service.erased) == ({"c0": ["hi"]}, ["c0"])


@pytest.mark.parametrize(("status", "told"), [(429, "MESOFAQ_RATE_LIMIT=0"), (503, "answer 503")])
def test_a_message_that_is_refused_ends_it_and_says_why(status: int, told: str) -> None:
    with FakeService(status).client() as client, pytest.raises(Problem, match=told) as caught:
        HttpChannel(client).say("hi")
    assert caught.value.code is Code.NOT_READY


def test_a_service_that_is_gone_is_said_to_be_gone() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("secret")

    with (
        httpx.Client(base_url="http://127.0.0.1:1", transport=httpx.MockTransport(gone)) as client,
        pytest.raises(Problem, match="does not answer any more") as caught,
    ):
        HttpChannel(client)
    assert (caught.value.code, "secret" in caught.value.detail) == (Code.NOT_READY, False)
