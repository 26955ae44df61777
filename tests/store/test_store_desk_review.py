"""Notes for each other, answers marked as wrong, proposals for the content."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from desk_helpers import (
    ask,
    entries,
    fail,
    refused,
    row_of,
    rows,
    texts,
    words,
)
from store_helpers import NOON, FakeClock

from mesofaq.accounts.models import StaffRecord
from mesofaq.errors import Code
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk
from mesofaq.store.models import AnswerMark, Note, Proposal


def test_a_note_is_for_staff_alone(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    record = desk.note(conversation.id, "  asked for Friday\x00 ", by=dana)
    assert (record.author, record.text, record.at) == ("Dana Reyes", "asked for Friday", NOON)
    assert desk.view(conversation.id, dana).notes == (record,)
    assert "asked for Friday" not in str(texts(store, conversation.id))


def test_a_note_is_audited_without_its_words(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    record = desk.note(conversation.id, "zebrafinch", by=dana)
    entry = entries(store)[-1]
    assert (entry.action, entry.subject_id, entry.details) == ("handoff.noted", waiting, {"note_id": record.id})


def test_an_empty_note_isrefused(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    refused(Code.TEXT_EMPTY, desk.note, conversation.id, " \x00 ", by=dana)
    assert rows(store, Note) == 0


def test_a_conversation_that_was_never_handed_over_takes_no_note(
    desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    refused(Code.CONFLICT, desk.note, conversation.id, "hello", by=dana)


def test_its_holder_s_note_is_a_sign_of_life_and_another_s_is_none(
    store: Store,
    desk: Desk,
    conversation: ConversationRecord,
    held: str,
    dana: StaffRecord,
    amir: StaffRecord,
    clock: FakeClock,
) -> None:
    clock.advance(minutes=5)
    desk.note(conversation.id, "from Amir", by=amir)
    assert row_of(store, held).touched_at == NOON
    desk.note(conversation.id, "from Dana", by=dana)
    assert row_of(store, held).touched_at == clock.now


def test_an_answer_marked_as_wrong_shows_why(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    _, (reply,) = ask(store, conversation.id)
    desk.mark_wrong(reply.id, "about another thing", by=dana)
    assert [line.marked_wrong for line in desk.view(conversation.id, dana).transcript] == [None, "about another thing"]
    entry = entries(store)[-2]
    assert (entry.action, entry.subject_id) == ("answer.marked", conversation.id)
    assert entry.details == {"message_id": reply.id, "card": "washing-hair"}


def test_marking_again_changes_the_note(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, amir: StaffRecord
) -> None:
    _, (reply,) = ask(store, conversation.id)
    desk.mark_wrong(reply.id, "first", by=dana)
    desk.mark_wrong(reply.id, "second", by=amir)
    assert desk.view(conversation.id, dana).transcript[1].marked_wrong == "second"
    assert rows(store, AnswerMark) == 1


def test_only_what_the_bot_said_can_be_marked(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    reply = desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    patients = store.transcript(conversation.id)[0].id
    for other in (reply.id, patients, str(uuid4()), "no uuid\x00"):
        refused(Code.NOT_FOUND, desk.mark_wrong, other, "wrong", by=dana)


def test_a_proposal_is_kept_until_it_is_exported(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, clock: FakeClock
) -> None:
    message_id, _ = ask(store, conversation.id, "can i come w/ my mum")
    made = desk.propose(message_id, by=dana, kind="example", card_id="visits", question=" Can I bring somebody? ")
    assert (made.author, made.question, made.answer, made.exported_at) == (
        "Dana Reyes",
        "Can I bring somebody?",
        "",
        None,
    )
    assert desk.proposals(dana) == [made]
    clock.advance(days=1)
    desk.exported([made.id, str(uuid4())], by=dana)
    assert desk.proposals(dana)[0].exported_at == clock.now
    actions = [(entry.action, entry.details) for entry in entries(store)[-2:]]
    assert actions == [
        ("content.proposed", {"proposal_id": made.id, "kind": "example"}),
        ("content.exported", {"proposals": [made.id]}),
    ]


def test_proposals_come_newest_first(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, clock: FakeClock
) -> None:
    message_id, _ = ask(store, conversation.id)
    for number in "123":
        desk.propose(message_id, by=dana, kind="card", card_id="new", question=number, answer="A draft.")
        clock.advance(minutes=1)
    assert [line.question for line in desk.proposals(dana)] == ["3", "2", "1"]


def test_only_a_patients_question_can_be_proposed(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    _, (reply,) = ask(store, conversation.id)
    for other in (reply.id, str(uuid4()), "no uuid\x00"):
        refused(Code.NOT_FOUND, desk.propose, other, by=dana, kind="card", card_id="x", question="?")


@pytest.mark.parametrize("table", [Note, AnswerMark, Proposal])
def test_what_cannot_be_audited_is_not_written(
    store: Store,
    desk: Desk,
    conversation: ConversationRecord,
    waiting: str,
    dana: StaffRecord,
    monkeypatch: pytest.MonkeyPatch,
    table: Any,
) -> None:
    question, reply = store.transcript(conversation.id)
    acts: dict[Any, Callable[[], object]] = {
        Note: lambda: desk.note(conversation.id, "hello", by=dana),
        AnswerMark: lambda: desk.mark_wrong(reply.id, "wrong", by=dana),
        Proposal: lambda: desk.propose(question.id, by=dana, kind="card", card_id="x", question="?"),
    }
    with monkeypatch.context() as patched:
        patched.setattr("mesofaq.store.desk_review.append", fail)
        with pytest.raises(RuntimeError):
            acts[table]()
    assert rows(store, table) == 0
    acts[table]()
    assert rows(store, table) == 1
