"""What is said around the pre-screening: its questions, what was understood, its result."""

from dataclasses import replace
from uuid import uuid4

import pytest
from dialogue_helpers import MESSAGE_ID, SAID, result_of, screening_drafts

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import About, DialogueState, HandoffDraft, Kind, Priority, Reason, ScreeningRef
from mesofaq.content.loader import Content
from mesofaq.dialogue.replies import Replies
from mesofaq.dialogue.screening_replies import MINE_TEXT, OTHERS_TEXT, ScreeningReplies, said
from mesofaq.screening.result import reckon


@pytest.fixture(scope="module")
def replies(assistant: Assistant) -> ScreeningReplies:
    return assistant.replies.screening


def test_a_question_says_where_it_stands_and_offers_answers(replies: ScreeningReplies, content: Content) -> None:
    item = content.screening.items[3]
    draft = replies.question(item.id, None, About.SELF, reworded=False)
    assert draft.text == f"4 of 10. {item.question}"
    assert [suggestion.text for suggestion in draft.suggestions] == ["Yes", "No", "Not sure"]
    assert draft.screening == ScreeningRef(item=item.id)
    assert draft.state == DialogueState(item=item.id)


def test_a_question_that_was_not_understood_is_asked_in_other_words(
    replies: ScreeningReplies, content: Content
) -> None:
    item = content.screening.item("allergy")
    assert item.help
    draft = replies.question("allergy", None, About.SELF, reworded=True)
    assert draft.text == f"1 of 10. {item.reworded}\n{item.help}"


def test_a_follow_up_names_its_item_and_offers_no_answers(replies: ScreeningReplies, content: Content) -> None:
    (follow_up,) = content.screening.item("allergy").follow_ups
    draft = replies.question("allergy", follow_up.id, About.OTHER, reworded=True)
    assert draft.text == f"1 of 10. {follow_up.question}"
    assert draft.suggestions == ()
    assert draft.screening == ScreeningRef(item="allergy")
    assert draft.state == DialogueState(item="allergy", follow_up=follow_up.id, about=About.OTHER)


def test_an_item_that_is_not_in_the_protocol_cannot_be_asked(replies: ScreeningReplies) -> None:
    with pytest.raises(KeyError):
        replies.question("an_item_that_is_gone", None, About.SELF, reworded=False)


def test_whose_answers_they_are_can_be_said_with_a_button(replies: ScreeningReplies) -> None:
    draft = replies.whose()
    assert [suggestion.text for suggestion in draft.suggestions] == [MINE_TEXT, OTHERS_TEXT]
    assert draft.state == DialogueState(asks_whose=True)


def test_only_what_asks_something_has_a_state(assistant: Assistant) -> None:
    drafts = list(screening_drafts(assistant))
    assert all((draft.state is not None) == ("?" in draft.text) for draft in drafts if draft.screening_result is None)
    assert all(draft.state is None for draft in drafts if draft.screening_result is not None)


def test_what_was_understood_is_shown_in_the_protocols_order_with_a_way_to_correct_it(
    replies: ScreeningReplies, content: Content
) -> None:
    says = content.screening.says
    draft = replies.noted({"heart": "unsure", "allergy": "past"}, changed=False)
    assert draft.text == f"{says.noted} Allergy: in the past; Heart disease: not sure. {says.correct_me}"
    assert draft.screening == ScreeningRef()


def test_what_was_changed_is_called_so(replies: ScreeningReplies, content: Content) -> None:
    assert replies.noted({"heart": "yes"}, changed=True).text.startswith(content.screening.says.changed)


def test_who_spoke_of_somebody_else_is_told_so(replies: ScreeningReplies, content: Content) -> None:
    says = content.screening.says
    assert [replies.unread(others_only=other).text for other in (False, True)] == [says.unread, says.others]


def test_a_result_names_what_was_flagged_in_the_patients_words_and_why_and_hands_over(
    replies: ScreeningReplies, content: Content
) -> None:
    result = result_of(content, liver="yes", heart="unsure")
    draft = replies.result(result)
    liver, heart = content.screening.item("liver"), content.screening.item("heart")
    words = f"(you wrote {said(MESSAGE_ID)})"
    assert f"• Liver disease: yes {words}. {liver.why}\n• Heart disease: not sure {words}. {heart.why}" in draft.text
    assert draft.screening == ScreeningRef(result="review", flags=("liver", "heart"))
    assert draft.handoff == HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE)
    assert draft.screening_result == result


def test_what_was_never_said_is_not_quoted(replies: ScreeningReplies, content: Content) -> None:
    draft = replies.result(reckon(content.screening, {}))
    assert "Allergy: not answered. " in draft.text
    assert content.screening.says.you_wrote not in draft.text


def test_what_is_past_is_noted_apart_from_what_is_flagged(replies: ScreeningReplies, content: Content) -> None:
    text = replies.result(result_of(content, chemotherapy="past")).text
    says = content.screening.says
    assert f"{says.in_the_past}\n• Chemotherapy: in the past (you wrote {said(MESSAGE_ID)})." in text
    assert says.to_look_at not in text


@pytest.mark.parametrize("reading", ["yes", "no", "unsure", "past", "not_answered"])
def test_every_result_can_be_corrected_and_no_result_says_that_somebody_is_suitable(
    replies: ScreeningReplies, content: Content, reading: str
) -> None:
    text = replies.result(result_of(content, pregnancy=reading)).text
    assert text.endswith(content.screening.says.correct_me)
    assert "suitable" not in text.lower()


def test_stopping_hands_nothing_over(replies: ScreeningReplies) -> None:
    draft = replies.cancelled()
    assert (draft.handoff, draft.screening_result, draft.state) == (None, None, None)
    assert draft.screening == ScreeningRef(result="cancelled")


def test_every_reply_is_one_of_the_screening(assistant: Assistant) -> None:
    assert {draft.kind for draft in screening_drafts(assistant)} == {Kind.SCREENING}


def test_the_placeholder_for_words_holds_nothing_but_the_messages_id() -> None:
    message_id = str(uuid4())
    assert SAID.fullmatch(said(message_id))
    assert message_id in said(message_id)


def test_where_it_is_not_offered_nothing_leads_to_it(assistant: Assistant) -> None:
    replies = Replies(replace(assistant.content), assistant.bundle, lambda _: True, lambda _: "draft", lambda: False)
    drafts = [replies.answer("diabetes"), replies.handoff(Reason.PERSONAL_MEDICAL), replies.smalltalk("greet")]
    offered = [*replies.starters(), *(offer for draft in drafts for offer in draft.suggestions)]
    assert [offer for offer in offered if offer.card is None] == []
