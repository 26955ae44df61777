"""What the pre-screening is told of a conversation before a message is understood."""

from typing import Any

import pytest
from store_helpers import TOKEN, answer, handoff, screening

from mesofaq.chat.models import About, DialogueState, Kind, ReplyDraft, ScreeningRef
from mesofaq.chat.screening_context import with_screening
from mesofaq.store import ConversationRecord, Store
from mesofaq.understanding.models import Context, FinishedScreening, Volunteered

RESULT = screening({"item": "diabetes", "reading": "yes", "message_id": None})


def _say(store: Store, conversation: ConversationRecord, *drafts: ReplyDraft, **understood: Any) -> str:
    """A message of which that was understood, answered with these drafts; gives its id."""
    message_id = store.receive(conversation.id, "some words", None).message_id
    store.save_understanding(message_id, {"intent": "inform_health", **understood})
    store.finish(message_id, drafts or [answer()], bundle_id=None)
    return message_id


def _context(store: Store, conversation: ConversationRecord, limit: int = 40) -> Context:
    return with_screening(Context(last_cards=("pain",)), store.screening_context(conversation.id, limit))


def _asks(**state: Any) -> ReplyDraft:
    return ReplyDraft(kind=Kind.SCREENING, text="1 of 10.", state=DialogueState(**state))


def _ends(result: str | None = None) -> ReplyDraft:
    if result == "emergency":
        return ReplyDraft(kind=Kind.EMERGENCY, text="Call now.")
    ref = ScreeningRef.model_validate({"result": result})
    return ReplyDraft(kind=Kind.SCREENING, text="Thank you.", screening=ref)


def test_a_new_conversation_has_nothing_to_tell(store: Store, conversation: ConversationRecord) -> None:
    assert _context(store, conversation) == Context(last_cards=("pain",))


def test_what_was_volunteered_before_the_start_is_known_with_its_message(
    store: Store, conversation: ConversationRecord
) -> None:
    first = _say(store, conversation, screening={"blood_thinners": "yes"}, screening_named=["blood_thinners"])
    second = _say(store, conversation, screening={"heart": "past"}, screening_named=[])
    assert _context(store, conversation).volunteered == {
        "blood_thinners": Volunteered(reading="yes", message_id=first, named=True),
        "heart": Volunteered(reading="past", message_id=second),
    }


def test_what_is_said_last_of_an_item_counts(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, screening={"diabetes": "no"})
    last = _say(store, conversation, screening={"diabetes": "yes"})
    assert _context(store, conversation).volunteered == {"diabetes": Volunteered(reading="yes", message_id=last)}


def test_an_item_that_was_skipped_is_not_volunteered(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, screening={"diabetes": "not_answered"})
    assert _context(store, conversation).volunteered == {}


def test_what_was_told_of_somebody_else_is_kept_apart(store: Store, conversation: ConversationRecord) -> None:
    mine = _say(store, conversation, screening={"diabetes": "yes"})
    hers = _say(store, conversation, screening={"heart": "yes"}, screening_whose="other")
    context = _context(store, conversation)
    assert context.volunteered == {"diabetes": Volunteered(reading="yes", message_id=mine)}
    assert context.volunteered_of_other == {"heart": Volunteered(reading="yes", message_id=hers)}
    assert context.speaks_for_other


def test_who_speaks_of_nobody_else_speaks_for_nobody_else(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, screening={"diabetes": "yes"}, screening_whose="self")
    assert not _context(store, conversation).speaks_for_other


@pytest.mark.parametrize("end", ["no_flags", "review", "postpone", "cancelled", "emergency"])
def test_what_was_told_before_an_end_is_not_told_again(
    store: Store, conversation: ConversationRecord, end: str
) -> None:
    _say(store, conversation, screening={"diabetes": "yes"}, screening_whose="other")
    _say(store, conversation, _ends(end), screening={"liver": "no"})
    context = _context(store, conversation)
    assert (context.volunteered, context.volunteered_of_other) == ({}, {})
    assert not context.speaks_for_other


@pytest.mark.parametrize("end", ["review", "cancelled", "emergency"])
def test_what_is_told_after_an_end_is_told_for_the_next_time(
    store: Store, conversation: ConversationRecord, end: str
) -> None:
    _say(store, conversation, _ends(end), screening={"liver": "no"})
    after = _say(store, conversation, screening={"heart": "yes"})
    assert _context(store, conversation).volunteered == {"heart": Volunteered(reading="yes", message_id=after)}


def test_an_answer_or_a_handoff_in_between_ends_nothing(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, answer(), handoff(), screening={"diabetes": "yes"})
    assert set(_context(store, conversation).volunteered) == {"diabetes"}


def test_only_so_many_messages_are_looked_back_at(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, screening={"diabetes": "yes"})
    _say(store, conversation, screening={"heart": "yes"})
    assert set(_context(store, conversation, limit=2).volunteered) == {"heart"}


def test_another_conversation_tells_nothing(store: Store, conversation: ConversationRecord) -> None:
    _say(store, store.create_conversation(TOKEN), handoff(screening_result=RESULT), screening={"diabetes": "yes"})
    assert _context(store, conversation) == Context(last_cards=("pain",))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"item": "liver"}, {"pending_item": "liver"}),
        ({"item": "liver", "follow_up": "which"}, {"pending_item": "liver", "pending_follow_up": "which"}),
        ({"item": "liver", "about": About.OTHER}, {"pending_item": "liver", "for_other": True}),
        ({"item": "liver", "about": About.UNCLEAR}, {"pending_item": "liver"}),
        ({"asks_whose": True}, {"asked_whose": True}),
    ],
)
def test_what_the_last_reply_asks_is_known(
    store: Store, conversation: ConversationRecord, state: dict[str, Any], expected: dict[str, Any]
) -> None:
    _say(store, conversation, answer(), _asks(**state))
    assert _context(store, conversation) == Context(last_cards=("pain",), **expected)


def test_what_an_earlier_reply_asked_is_asked_no_more(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, _asks(item="liver"), answer())
    assert _context(store, conversation).pending_item is None


def test_a_finished_screening_is_known_by_its_answers(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, handoff(screening_result=RESULT.model_copy(update={"about": About.OTHER})))
    finished = _context(store, conversation).finished
    record = store.screening_context(conversation.id, 40)
    expected = {"item": "diabetes", "reading": "yes", "message_id": None, "follow_ups": []}
    assert finished == FinishedScreening(id=str(record.last_id), about="other", answers={"diabetes": expected})


def test_the_latest_of_several_screenings_is_the_one_to_correct(store: Store, conversation: ConversationRecord) -> None:
    _say(store, conversation, handoff(screening_result=RESULT))
    first = store.screening_context(conversation.id, 40).last_id
    _say(store, conversation, handoff(screening_result=RESULT.model_copy(update={"supersedes": first})))
    finished = _context(store, conversation).finished
    assert finished is not None
    assert store.screening(finished.id).corrects == first


def test_while_the_questions_are_asked_anew_nothing_is_to_be_corrected(
    store: Store, conversation: ConversationRecord
) -> None:
    _say(store, conversation, handoff(screening_result=RESULT))
    _say(store, conversation, _asks(item="allergy"))
    assert _context(store, conversation).finished is None
