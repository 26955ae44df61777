"""Finished screenings: corrected, found, erased, and kept with their protocol."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from store_helpers import NOON, TOKEN, FakeClock, handoff, screening

from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Step
from mesofaq.store import ConversationRecord, Store, handoffs, screenings
from mesofaq.store.desk import Desk

Finished = tuple[str, str]
"""A screening's id and its handoff's."""


def _finish(store: Store, conversation: ConversationRecord, words: str = "yes", **fields: Any) -> Finished:
    message_id = store.receive(conversation.id, words, None).message_id
    item = {"item": "diabetes", "reading": "yes", "message_id": message_id}
    (reply,) = store.finish(message_id, [handoff(screening_result=screening(item, **fields))], bundle_id=None)
    assert reply.handoff is not None
    last = store.screening_context(conversation.id, 10).last_id
    assert last is not None
    return last, reply.handoff.id


def _count(store: Store, table: str) -> int:
    with store._database.reading() as session:
        return int(session.scalars(text(f"SELECT count(*) FROM {table}")).one())


def test_a_screening_is_kept_with_all_that_it_says(store: Store, conversation: ConversationRecord) -> None:
    yes = store.receive(conversation.id, "yes, my dad", None).message_id
    more = store.receive(conversation.id, "5 mg", None).message_id
    follow_ups = [{"follow_up": "which", "message_id": more}, {"follow_up": "since", "message_id": None}]
    item = {"item": "blood_thinners", "reading": "yes", "message_id": yes, "follow_ups": follow_ups}
    result = screening(item, about="other", flags=("blood_thinners",), noted=("chemotherapy",))
    store.finish(more, [handoff(screening_result=result)], bundle_id=None)
    screening_id = store.screening_context(conversation.id, 10).last_id
    assert screening_id is not None
    kept = store.screening(screening_id)
    assert (kept.id, kept.conversation_id, kept.at) == (screening_id, conversation.id, NOON)
    assert (kept.about, kept.flags, kept.noted, kept.corrects) == (
        "other",
        ("blood_thinners",),
        ("chemotherapy",),
        None,
    )
    (line,) = kept.answers
    assert (line.typed, line.reading) == ("yes, my dad", "yes")
    assert [(one.follow_up, one.typed) for one in line.follow_ups] == [("which", "5 mg"), ("since", None)]


@pytest.mark.parametrize("handoffs", [1, 3])
def test_the_handoff_shows_what_its_screening_was_corrected_to(
    store: Store, desk: Desk, conversation: ConversationRecord, clock: FakeClock, handoffs: int
) -> None:
    first, first_handoff = _finish(store, conversation)
    if handoffs > 1:
        desk.step(first_handoff, Step.EXPIRE, by=None, version=1)  # the correction opens another
    clock.advance(minutes=1)
    second, second_handoff = _finish(store, conversation, "wait, no", supersedes=first)
    if handoffs > 1:
        desk.step(second_handoff, Step.EXPIRE, by=None, version=1)
    clock.advance(minutes=1)
    third, third_handoff = _finish(store, conversation, "but my heart", supersedes=second, flags=("heart",))
    assert len({first_handoff, second_handoff, third_handoff}) == handoffs
    for handoff_id in (first_handoff, second_handoff, third_handoff):
        shown = store.handoff(handoff_id).screening
        assert shown is not None
        assert (shown.id, shown.corrects, shown.flags) == (third, second, ("heart",))


def test_a_corrected_screening_can_still_be_read(store: Store, conversation: ConversationRecord) -> None:
    first, _ = _finish(store, conversation)
    _finish(store, conversation, supersedes=first, flags=())
    assert store.screening(first).flags == ("diabetes",)


def test_a_screening_gone_through_anew_corrects_none_before_it(
    store: Store, desk: Desk, conversation: ConversationRecord, clock: FakeClock
) -> None:
    first, first_handoff = _finish(store, conversation)
    desk.step(first_handoff, Step.EXPIRE, by=None, version=1)
    clock.advance(minutes=1)
    _, second_handoff = _finish(store, conversation)
    assert second_handoff != first_handoff
    shown = store.handoff(first_handoff).screening
    assert shown is not None
    assert shown.id == first


def test_erasing_a_conversation_erases_a_screening_and_its_correction(
    store: Store, conversation: ConversationRecord
) -> None:
    first, _ = _finish(store, conversation)
    _finish(store, conversation, supersedes=first)
    other = store.create_conversation(TOKEN)
    kept, _ = _finish(store, other)
    assert store.erase(conversation.id)
    assert _count(store, "screenings") == 1
    assert store.screening(kept).conversation_id == other.id


def test_a_purge_erases_a_screening_and_its_correction(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    first, _ = _finish(store, conversation)
    _finish(store, conversation, supersedes=first)
    clock.advance(days=2)
    assert store.purge(clock.now) == 1
    assert _count(store, "screenings") == 0


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00", ""])
def test_an_unknown_screening_is_not_found(store: Store, unknown: str) -> None:
    with pytest.raises(Problem) as caught:
        store.screening(unknown)
    assert (caught.value.code, caught.value.detail) == (Code.NOT_FOUND, "There is no such screening.")


@pytest.mark.parametrize("characters", [4, 8, 36])
def test_a_screening_is_found_by_the_beginning_of_its_id(
    store: Store, conversation: ConversationRecord, characters: int
) -> None:
    screening_id, _ = _finish(store, conversation)
    assert store.find_screening(screening_id[:characters]) == screening_id
    assert store.find_screening(f" {screening_id[:characters].upper()} ") == screening_id


@pytest.mark.parametrize("characters", [4, 8, 36])
def test_a_screening_is_found_by_the_beginning_of_its_handoffs_id(
    store: Store, conversation: ConversationRecord, characters: int
) -> None:
    screening_id, handoff_id = _finish(store, conversation)
    assert store.find_screening(handoff_id[:characters]) == screening_id


def test_the_handoff_of_a_screening_that_is_corrected_in_another_still_leads_to_that_very_one(
    store: Store, desk: Desk, conversation: ConversationRecord
) -> None:
    first, first_handoff = _finish(store, conversation)
    desk.step(first_handoff, Step.EXPIRE, by=None, version=1)
    _finish(store, conversation, supersedes=first)
    assert store.find_screening(first_handoff) == first


@pytest.mark.parametrize("characters", [4, 36])
def test_a_handoff_that_several_screenings_came_into_leads_to_the_latest(
    store: Store, conversation: ConversationRecord, characters: int
) -> None:
    first, handoff_id = _finish(store, conversation)
    second, same_handoff = _finish(store, conversation, supersedes=first)
    assert same_handoff == handoff_id
    assert store.find_screening(handoff_id[:characters]) == second
    assert store.find_screening(first) == first


@pytest.mark.parametrize("prefix", ["", "abc", "%%%%", "____", "0000-none", "\x00\x00\x00\x00"])
def test_what_no_screening_begins_with_is_not_found(
    store: Store, conversation: ConversationRecord, prefix: str
) -> None:
    _finish(store, conversation)
    with pytest.raises(Problem, match="no such screening") as caught:
        store.find_screening(prefix)
    assert caught.value.code is Code.NOT_FOUND


@pytest.mark.parametrize("whose", [screenings, handoffs], ids=["screenings", "handoffs"])
def test_an_ambiguous_beginning_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch, whose: Any) -> None:
    numbers = iter(range(10))
    monkeypatch.setattr(whose, "uuid4", lambda: f"aaaaaaaa-0000-4000-8000-{next(numbers):012}")
    for _ in range(2):
        _finish(store, store.create_conversation(TOKEN))
    with pytest.raises(Problem, match="more characters") as caught:
        store.find_screening("aaaaaaaa")
    assert caught.value.code is Code.CONFLICT


def test_a_handoff_without_a_screening_leads_to_none(store: Store, conversation: ConversationRecord) -> None:
    message_id = store.receive(conversation.id, "Can I come?", None).message_id
    (reply,) = store.finish(message_id, [handoff()], bundle_id=None)
    assert reply.handoff is not None
    with pytest.raises(Problem, match="no such screening"):
        store.find_screening(reply.handoff.id)


def test_a_protocol_is_kept_once_for_its_version(store: Store) -> None:
    store.keep_protocol("v1", {"intro": "as it was first live"})
    store.keep_protocol("v1", {"intro": "of other words"})
    store.keep_protocol("v2", {"intro": "the next"})
    assert store.protocol("v1") == {"intro": "as it was first live"}
    assert store.protocol("v2") == {"intro": "the next"}
    assert _count(store, "protocols") == 2


def test_a_protocol_that_was_never_live_here_is_not_there(store: Store) -> None:
    assert store.protocol("v1") is None


def test_erasing_a_conversation_keeps_the_protocol(store: Store, conversation: ConversationRecord) -> None:
    store.keep_protocol("1", {"intro": "no patient's words"})
    _finish(store, conversation)
    store.erase(conversation.id)
    assert store.protocol("1") is not None
