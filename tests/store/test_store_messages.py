from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from store_helpers import NOON, TOKEN, FakeClock, answer

from mesofaq.errors import Code, Problem
from mesofaq.store import ConversationRecord, Store, clean_text, messages


def _ask(store: Store, conversation: ConversationRecord, text: str = "Does it hurt?") -> str:
    return store.receive(conversation.id, text, None).message_id


def test_a_conversation_is_found_by_its_id(store: Store) -> None:
    created = store.create_conversation(TOKEN)
    assert store.get_conversation(created.id) == created
    assert (created.token_sha256, created.dialogue_epoch, created.created_at) == (TOKEN, 0, NOON)


@pytest.mark.parametrize("unknown", [str(uuid4()), "", "secret words", "a\x00b", "x' OR 1=1 --", "\ud800"])
def test_an_unknown_conversation_is_not_found_and_not_echoed(store: Store, unknown: str) -> None:
    with pytest.raises(Problem) as caught:
        store.get_conversation(unknown)
    assert (caught.value.code, caught.value.detail) == (Code.NOT_FOUND, "There is no such conversation.")


def test_a_received_message_is_on_record_with_its_place_and_time(
    store: Store, conversation: ConversationRecord
) -> None:
    received = store.receive(conversation.id, "Does it hurt?", None)
    assert (received.sequence, received.duplicate, received.answered) == (1, False, False)
    (line,) = store.transcript(conversation.id)
    assert (line.id, line.from_, line.text, line.at) == (received.message_id, "patient", "Does it hurt?", NOON)
    assert line.at.tzinfo is UTC


def test_a_message_to_an_unknown_conversation_is_refused(store: Store) -> None:
    with pytest.raises(Problem, match=r"There is no such conversation\.") as caught:
        store.receive(str(uuid4()), "Hello", None)
    assert caught.value.code is Code.NOT_FOUND


def test_the_same_client_message_id_is_recorded_once(store: Store, conversation: ConversationRecord) -> None:
    first = store.receive(conversation.id, "Does it hurt?", "c1")
    second = store.receive(conversation.id, "Does it hurt?", "c1")
    assert second == first.model_copy(update={"duplicate": True})
    assert len(store.transcript(conversation.id)) == 1


def test_a_repeat_says_that_its_replies_are_ready(store: Store, conversation: ConversationRecord) -> None:
    first = store.receive(conversation.id, "Does it hurt?", "c1")
    store.finish(first.message_id, [answer()], bundle_id="b1")
    assert store.receive(conversation.id, "Does it hurt?", "c1").answered


def test_a_client_message_id_counts_within_its_conversation(store: Store, conversation: ConversationRecord) -> None:
    store.receive(conversation.id, "Hello", "c1")
    assert not store.receive(store.create_conversation(TOKEN).id, "Hello", "c1").duplicate


def test_messages_without_a_client_message_id_are_never_repeats(store: Store, conversation: ConversationRecord) -> None:
    assert [store.receive(conversation.id, "Hello", None).sequence for _ in range(2)] == [1, 2]


def test_an_overlong_client_message_id_is_refused(store: Store, conversation: ConversationRecord) -> None:
    with pytest.raises(Problem, match="200 characters") as caught:
        store.receive(conversation.id, "Hello", "x" * 201)
    assert caught.value.code is Code.INVALID_REQUEST


def test_a_taken_place_is_tried_again(
    store: Store, conversation: ConversationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.receive(conversation.id, "first", None)
    original = messages.next_sequence
    places = iter([1, 1])

    def stale(session: Session, conversation_id: str) -> int:
        return next(places, None) or original(session, conversation_id)

    monkeypatch.setattr(messages, "next_sequence", stale)
    assert store.receive(conversation.id, "second", "c2").sequence == 2


@pytest.mark.parametrize(
    ("given_text", "stored"),
    [("a\x00b", "ab"), ("\x00", ""), ("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "\U0001f600"), ("ok", "ok")],
)
def test_what_no_database_can_hold_is_dropped_at_the_door(
    store: Store, conversation: ConversationRecord, given_text: str, stored: str
) -> None:
    store.receive(conversation.id, given_text, given_text)
    assert [line.text for line in store.transcript(conversation.id)] == [stored]


_property = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


def _stored(store: Store, conversation: ConversationRecord, text: str) -> str:
    message = store.get_message(_ask(store, conversation, text))
    assert message is not None
    return message.text


@_property
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=2000))
def test_any_text_comes_back_as_it_was(store: Store, conversation: ConversationRecord, text: str) -> None:
    assert _stored(store, conversation, text) == text.replace("\x00", "")


@_property
@given(text=st.text(st.one_of(st.characters(), st.characters(categories=["Cs"])), max_size=50))
def test_broken_surrogates_are_stored_as_the_door_mends_them(
    store: Store, conversation: ConversationRecord, text: str
) -> None:
    mended = clean_text(text)
    assert _stored(store, conversation, text) == mended == clean_text(mended)


def test_an_understanding_is_kept_with_its_message(store: Store, conversation: ConversationRecord) -> None:
    message_id = _ask(store, conversation)
    understanding = {"rules": ["r1"], "scores": {"cards": [0.25]}, "text": "a\x00b ü \U0001f600"}
    store.save_understanding(message_id, understanding)
    message = store.get_message(message_id)
    assert message is not None
    assert message.understanding == understanding
    assert "understanding" not in message.model_dump()


def test_an_understanding_of_an_unknown_message_is_refused(store: Store) -> None:
    with pytest.raises(Problem) as caught:
        store.save_understanding(str(uuid4()), {})
    assert caught.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00"])
def test_there_is_no_message_with_an_unknown_id(store: Store, unknown: str) -> None:
    assert store.get_message(unknown) is None


def test_a_transcript_resumes_after_a_place(store: Store, conversation: ConversationRecord) -> None:
    store.finish(_ask(store, conversation), [answer("one"), answer("two")], bundle_id="b1")
    _ask(store, conversation, "And coffee?")
    lines = store.transcript(conversation.id, after=1)
    assert [(line.sequence, line.from_, line.text) for line in lines] == [
        (2, "bot", "one"),
        (3, "bot", "two"),
        (4, "patient", "And coffee?"),
    ]


def test_a_transcript_carries_each_reply_as_it_was_given(store: Store, conversation: ConversationRecord) -> None:
    replies = store.finish(_ask(store, conversation), [answer()], bundle_id="b1")
    assert [line.reply for line in store.transcript(conversation.id)] == [None, *replies]


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00"])
def test_an_unknown_conversation_has_said_nothing(store: Store, unknown: str) -> None:
    assert store.transcript(unknown) == []
    assert store.last_replies(unknown, 3) == []


def test_the_last_replies_come_newest_first(store: Store, conversation: ConversationRecord) -> None:
    for word in ("one", "two", "three"):
        store.finish(_ask(store, conversation), [answer(word)], bundle_id=None)
    assert [reply.text for reply in store.last_replies(conversation.id, 2)] == ["three", "two"]


def test_unanswered_finds_old_messages_that_wait(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    waiting = _ask(store, conversation, "waits")
    store.finish(_ask(store, conversation, "answered"), [answer()], bundle_id=None)
    clock.advance(seconds=60)
    _ask(store, store.create_conversation(TOKEN), "too young")
    found = store.unanswered(NOON + timedelta(seconds=60))
    assert [(item.id, item.conversation_id, item.text) for item in found] == [(waiting, conversation.id, "waits")]


def test_a_clock_without_a_time_zone_is_refused(database_url: str) -> None:
    store = Store(database_url, clock=lambda: NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="time zone"):
        store.create_conversation(TOKEN)
    store.close()
