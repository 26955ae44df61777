"""The patient's own words, put into a reply after it came back from Rasa."""

from uuid import uuid4

import pytest
from store_helpers import TOKEN, answer

from mesofaq.chat.models import ReplyDraft, Suggestion
from mesofaq.chat.quotes import quote
from mesofaq.dialogue.screening_replies import said
from mesofaq.store import ConversationRecord, Store


def _quoted(store: Store, conversation: ConversationRecord, text: str) -> str:
    (draft,) = quote([answer(text)], conversation.id, store)
    return draft.text


def _typed(store: Store, conversation: ConversationRecord, words: str) -> str:
    return store.receive(conversation.id, words, None).message_id


def test_a_placeholder_becomes_what_was_typed(store: Store, conversation: ConversationRecord) -> None:
    first, second = (_typed(store, conversation, words) for words in ("type 2", "penicillin"))
    text = f"Diabetes ({said(first)}), allergy ({said(second)}), diabetes ({said(first)})"
    assert _quoted(store, conversation, text) == "Diabetes (“type 2”), allergy (“penicillin”), diabetes (“type 2”)"


def test_a_message_of_another_conversation_is_not_quoted(store: Store, conversation: ConversationRecord) -> None:
    elsewhere = _typed(store, store.create_conversation(TOKEN), "private")
    assert _quoted(store, conversation, f"You wrote {said(elsewhere)}.") == "You wrote …."


def test_a_message_that_is_not_on_record_is_not_quoted(store: Store, conversation: ConversationRecord) -> None:
    assert _quoted(store, conversation, said(str(uuid4()))) == "…"


def test_our_own_replies_are_not_quoted_as_the_patients_words(store: Store, conversation: ConversationRecord) -> None:
    (reply,) = store.finish(_typed(store, conversation, "hello"), [answer("Our own text.")], bundle_id=None)
    assert _quoted(store, conversation, said(reply.id)) == "…"


def test_a_placeholder_that_a_patient_types_quotes_nobody(store: Store, conversation: ConversationRecord) -> None:
    secret = _typed(store, conversation, "secret")
    typed = _typed(store, conversation, f"see {said(secret)}")
    assert _quoted(store, conversation, said(typed)) == f"“see {said(secret)}”"


def test_long_words_are_shortened(store: Store, conversation: ConversationRecord) -> None:
    typed = _typed(store, conversation, "word " * 100)
    quoted = _quoted(store, conversation, said(typed))
    assert quoted.startswith("“word word")
    assert quoted.endswith("word…”")
    assert len(quoted) <= 162


def test_words_that_just_fit_are_left_whole(store: Store, conversation: ConversationRecord) -> None:
    typed = _typed(store, conversation, "x" * 160)
    assert _quoted(store, conversation, said(typed)) == f"“{'x' * 160}”"


def test_lines_and_gaps_become_single_spaces(store: Store, conversation: ConversationRecord) -> None:
    typed = _typed(store, conversation, " yes\n\n• Liver:\tno \r\n")
    assert _quoted(store, conversation, said(typed)) == "“yes • Liver: no”"


@pytest.mark.parametrize("text", ["no placeholder", "{{said:short}}", "{{clinic.phone}}", f"{{said:{uuid4()}}}"])
def test_any_other_text_stays_as_it_is(store: Store, conversation: ConversationRecord, text: str) -> None:
    assert _quoted(store, conversation, text) == text


def test_only_the_text_of_a_reply_is_changed(store: Store, conversation: ConversationRecord) -> None:
    typed = _typed(store, conversation, "type 2")
    offer = Suggestion(title="Yes", text=said(typed))
    draft = answer(said(typed), suggestions=(offer,))
    other: ReplyDraft = answer("Another.")
    assert quote([draft, other], conversation.id, store) == [draft.model_copy(update={"text": "“type 2”"}), other]
