"""How the pre-screening asks: what it is, what was understood, the question, and once more in other words."""

import pytest
from actions_helpers import EARLIER, MESSAGE_ID, Rasa, answered

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import About, DialogueState
from mesofaq.content.loader import Content
from mesofaq.dialogue.domain import FORM, WHOSE, ask_action
from mesofaq.dialogue.screening_replies import ScreeningReplies


@pytest.fixture
def replies(assistant: Assistant) -> ScreeningReplies:
    return assistant.replies.screening


def test_every_item_is_asked_by_its_own_action_in_its_place(rasa: Rasa, content: Content) -> None:
    for number, item in enumerate(content.screening.items, start=1):
        (said,) = rasa.call(ask_action(item.id), "deny", asking=item.id).said
        assert said.text == f"{number} of {len(content.screening.items)}. {item.question}"
        assert said.screening is not None
        assert said.screening.item == item.id
        assert said.state == DialogueState(item=item.id)


@pytest.mark.parametrize("asked_before", [None, WHOSE])
def test_the_first_question_comes_after_what_the_screening_is(
    rasa: Rasa, replies: ScreeningReplies, asked_before: str | None
) -> None:
    said = rasa.call(ask_action("allergy"), "start_screening", asking=asked_before).said
    assert said == [replies.intro(), replies.question("allergy", None, About.SELF, reworded=False)]


def test_everything_volunteered_before_the_start_is_shown_before_the_first_question(
    rasa: Rasa, replies: ScreeningReplies
) -> None:
    slots = {"diabetes": answered("yes", message_id=EARLIER), "heart": answered("past", message_id=EARLIER)}
    said = rasa.call(ask_action("allergy"), "start_screening", slots=slots).said
    assert said[:2] == [replies.intro(), replies.noted({"diabetes": "yes", "heart": "past"}, changed=False)]


def test_what_the_latest_message_volunteered_is_shown_before_the_next_question(
    rasa: Rasa, replies: ScreeningReplies
) -> None:
    slots = {"allergy": answered("no"), "heart": answered("yes", message_id=EARLIER)}
    said = rasa.call(ask_action("liver"), "deny", asking="allergy", slots=slots).said
    assert said[0] == replies.noted({"allergy": "no"}, changed=False)
    assert len(said) == 2


def test_a_bare_answer_is_not_shown_back(rasa: Rasa) -> None:
    slots = {"allergy": answered("no", "plain")}
    assert len(rasa.call(ask_action("pregnancy"), "deny", asking="allergy", slots=slots).said) == 1


def test_an_answer_that_was_changed_is_called_so(rasa: Rasa, replies: ScreeningReplies) -> None:
    slots = {"allergy": answered("yes", "changed")}
    said = rasa.call(ask_action("pregnancy"), "inform_health", asking="pregnancy", slots=slots).said
    assert said[0] == replies.noted({"allergy": "yes"}, changed=True)


def test_a_question_after_a_failed_answer_is_in_other_words(rasa: Rasa, replies: ScreeningReplies) -> None:
    said = rasa.call(ask_action("liver"), "out_of_scope", asking="liver", slots={"screening_attempts": 1}).said
    assert said == [replies.unread(others_only=False), replies.question("liver", None, About.SELF, reworded=True)]


def test_an_answer_about_somebody_else_is_told_so(rasa: Rasa, replies: ScreeningReplies) -> None:
    failed = {"screening_attempts": 1}
    said = rasa.call(ask_action("liver"), "out_of_scope", asking="liver", slots=failed, others_only=True).said
    assert said[0] == replies.unread(others_only=True)


def test_who_asks_what_it_means_gets_other_words_without_reproach(rasa: Rasa, replies: ScreeningReplies) -> None:
    said = rasa.call(ask_action("liver"), "repeat", asking="liver").said
    assert said == [replies.question("liver", None, About.SELF, reworded=True)]


@pytest.mark.parametrize(("intent", "action"), [("ask_faq", "action_answer"), ("ask_other", "action_handoff")])
def test_after_an_interruption_the_item_is_asked_as_before(
    rasa: Rasa, replies: ScreeningReplies, intent: str, action: str
) -> None:
    failed = {"screening_attempts": 1}
    said = rasa.call(ask_action("liver"), intent, asking="liver", slots=failed, after=[action, FORM]).said
    assert said == [replies.question("liver", None, About.SELF, reworded=False)]


def test_a_follow_up_is_asked_without_buttons(rasa: Rasa, content: Content) -> None:
    slots = {"diabetes": answered("yes", "plain")}
    (said,) = rasa.call(ask_action("diabetes__control"), "affirm", asking="diabetes", slots=slots).said
    assert content.screening.item("diabetes").follow_ups[0].question in said.text
    assert said.suggestions == ()
    assert said.state == DialogueState(item="diabetes", follow_up="control")


def test_a_question_about_somebody_else_says_so_in_its_state(rasa: Rasa) -> None:
    slots = {WHOSE: {"about": "other", "message_id": EARLIER}}
    (said,) = rasa.call(ask_action("liver"), "deny", asking="kidney", slots=slots).said
    assert said.state == DialogueState(item="liver", about=About.OTHER)


def test_whose_answers_they_are_is_asked_before_what_the_screening_is(rasa: Rasa, replies: ScreeningReplies) -> None:
    assert rasa.call(ask_action(WHOSE), "start_screening").said == [replies.whose()]


def test_whose_answers_they_are_is_asked_again_after_what_was_no_answer(rasa: Rasa, replies: ScreeningReplies) -> None:
    said = rasa.call(ask_action(WHOSE), "out_of_scope", asking=WHOSE, slots={"screening_attempts": 1}).said
    assert said == [replies.unread(others_only=False), replies.whose()]


def test_why_an_item_is_asked_is_said_with_its_source(rasa: Rasa, content: Content) -> None:
    (said,) = rasa.call("action_screening_why", "ask_why", asking="liver").said
    assert said.text == content.screening.item("liver").why
    assert said.sources


def test_why_a_follow_up_is_asked_is_why_its_item_is(rasa: Rasa, content: Content) -> None:
    (said,) = rasa.call("action_screening_why", "ask_why", asking="liver__which").said
    assert said.text == content.screening.item("liver").why


def test_asking_whether_it_is_now_keeps_the_answer(rasa: Rasa) -> None:
    told = {"screening": {"heart": "yes"}}
    done = rasa.call("action_ask_if_now", "ask_if_now", asking="heart", **told)
    assert (done.slots["heart"], done.slots["heart__which"]) == (answered("yes"), None)
    assert len(done.said) == 1


def test_asking_whether_it_is_now_keeps_the_answer_to_a_follow_up(rasa: Rasa) -> None:
    slots = {"allergy": answered("yes", "plain", EARLIER)}
    done = rasa.call("action_ask_if_now", "ask_if_now", asking="allergy__which", slots=slots)
    assert done.slots == {"allergy__which": {"message_id": MESSAGE_ID}, "screening_attempts": 0}


def test_asking_whether_it_is_now_outside_the_questions_keeps_nothing(rasa: Rasa) -> None:
    assert rasa.call("action_ask_if_now", "ask_if_now", screening={"heart": "yes"}).slots == {}
