import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, select
from store_helpers import NOON, answer, handoff, screening

from mesofaq.chat.models import Priority, Reason, ReplyDraft, ScreeningDraft
from mesofaq.errors import Code, Problem
from mesofaq.store import ConversationRecord, Store, messages
from mesofaq.store.models import Base, Handoff, Message, OutboxEvent, Screening


def _rows(store: Store, table: type[Base]) -> list[Base]:
    with store._database.reading() as session:
        return list(session.scalars(select(table)))


@pytest.fixture
def message_id(store: Store, conversation: ConversationRecord) -> str:
    return store.receive(conversation.id, "Can I stop my tablets?", "c1").message_id


def test_replies_are_stored_in_order_with_what_they_show(
    store: Store, conversation: ConversationRecord, message_id: str
) -> None:
    replies = store.finish(message_id, [answer("one"), answer("two")], bundle_id="b1")
    rows = [row for row in _rows(store, Message) if isinstance(row, Message) and row.author == "bot"]
    assert [(row.id, row.sequence, row.text) for row in sorted(rows, key=lambda row: row.sequence)] == [
        (replies[0].id, 2, "one"),
        (replies[1].id, 3, "two"),
    ]
    assert {row.text_sha256 for row in rows} == {hashlib.sha256(word).hexdigest() for word in (b"one", b"two")}
    assert {(row.card_id, row.card_version, row.bundle_id, row.in_reply_to, row.at) for row in rows} == {
        ("washing-hair", "0123456789ab", "b1", message_id, NOON)
    }


def test_replies_can_be_read_once_the_message_is_answered(store: Store, message_id: str) -> None:
    assert store.replies_to(message_id) is None
    replies = store.finish(message_id, [answer()], bundle_id="b1")
    assert store.replies_to(message_id) == replies


def test_a_message_answered_with_silence_is_answered(store: Store, message_id: str) -> None:
    assert store.finish(message_id, [], bundle_id=None) == []
    assert store.replies_to(message_id) == []


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00"])
def test_an_unknown_message_has_no_replies(store: Store, unknown: str) -> None:
    assert store.replies_to(unknown) is None


def test_finishing_twice_changes_nothing_and_gives_the_first_replies(
    store: Store, conversation: ConversationRecord, message_id: str
) -> None:
    first = store.finish(message_id, [handoff(screening_result=screening())], bundle_id="b1", new_epoch=True)
    again = store.finish(message_id, [answer(), handoff()], bundle_id="b2", new_epoch=True)
    assert again == first
    assert store.get_conversation(conversation.id).dialogue_epoch == 1
    assert [len(_rows(store, table)) for table in (Message, Handoff, OutboxEvent, Screening)] == [2, 1, 1, 1]


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid"])
def test_finishing_an_unknown_message_is_refused(store: Store, unknown: str) -> None:
    with pytest.raises(Problem) as caught:
        store.finish(unknown, [answer()], bundle_id=None)
    assert caught.value.code is Code.NOT_FOUND


def test_a_reply_cannot_be_replied_to(store: Store, message_id: str) -> None:
    (reply,) = store.finish(message_id, [answer()], bundle_id=None)
    with pytest.raises(Problem) as caught:
        store.finish(reply.id, [answer()], bundle_id=None)
    assert caught.value.code is Code.NOT_FOUND


def test_a_handoff_comes_with_its_outbox_row(store: Store, conversation: ConversationRecord, message_id: str) -> None:
    (reply,) = store.finish(message_id, [handoff(Reason.MEDICINE_CHANGE, Priority.URGENT)], bundle_id=None)
    assert reply.handoff is not None
    assert reply.handoff.priority is Priority.URGENT
    (event,) = _rows(store, OutboxEvent)
    assert isinstance(event, OutboxEvent)
    assert (event.event_type, event.aggregate_id) == ("handoff.opened", reply.handoff.id)
    assert (event.created_at, event.delivered_at, event.attempts) == (NOON, None, 0)
    assert event.payload == {
        "handoff_id": reply.handoff.id,
        "conversation_id": conversation.id,
        "message_id": message_id,
        "priority": "urgent",
    }


def test_a_second_draft_shares_the_message_s_one_handoff(store: Store, message_id: str) -> None:
    replies = store.finish(message_id, [answer(), handoff(), handoff()], bundle_id=None)
    assert replies[0].handoff is None
    assert replies[1].handoff is not None
    assert replies[1].handoff == replies[2].handoff
    assert len(_rows(store, Handoff)) == len(_rows(store, OutboxEvent)) == 1


def test_the_most_urgent_draft_decides_the_handoff(store: Store, message_id: str) -> None:
    drafts = [handoff(Reason.SCREENING), handoff(Reason.EMERGENCY, Priority.EMERGENCY), handoff()]
    store.finish(message_id, drafts, bundle_id=None)
    (record,) = store.handoffs(10)
    assert (record.reason, record.priority) == (Reason.EMERGENCY, Priority.EMERGENCY)


@pytest.mark.usefixtures("held")
def test_nothing_of_what_is_dropped_while_somebody_holds_it_is_written(
    store: Store, conversation: ConversationRecord, message_id: str
) -> None:
    drafts = [answer(screening_result=screening()), handoff(Reason.SCREENING, screening_result=screening())]
    before = [len(_rows(store, table)) for table in (Message, Handoff, OutboxEvent, Screening)]
    assert store.finish(message_id, drafts, bundle_id=None) == []
    assert [len(_rows(store, table)) for table in (Message, Handoff, OutboxEvent, Screening)] == before


@pytest.mark.usefixtures("held")
def test_what_is_always_said_is_written_while_somebody_holds_it(store: Store, message_id: str) -> None:
    drafts = [answer(), handoff(Reason.EMERGENCY, Priority.EMERGENCY, always=True)]
    (reply,) = store.finish(message_id, drafts, bundle_id=None)
    assert reply.text == drafts[1].text
    assert store.replies_to(message_id) == [reply]


def test_the_handoff_knows_by_when_it_should_be_answered(store: Store, message_id: str) -> None:
    store.finish(message_id, [handoff()], bundle_id=None, due_at=lambda _, at: at + timedelta(hours=8))
    assert store.handoffs(1)[0].due_at == NOON + timedelta(hours=8)


def test_a_finished_screening_is_linked_to_the_handoff(store: Store, message_id: str) -> None:
    item = {"item": "diabetes", "reading": "yes", "message_id": message_id}
    (reply,) = store.finish(message_id, [handoff(screening_result=screening(item))], bundle_id=None)
    (row,) = _rows(store, Screening)
    assert isinstance(row, Screening)
    assert reply.handoff is not None
    assert (row.handoff_id, row.message_id, row.result) == (reply.handoff.id, message_id, "review")
    assert (row.flags, row.answers) == (["diabetes"], [{**item, "follow_ups": []}])


def test_a_screening_without_a_handoff_is_kept(store: Store, message_id: str) -> None:
    store.finish(message_id, [answer(screening_result=screening(result="no_flags", flags=()))], bundle_id=None)
    (row,) = _rows(store, Screening)
    assert isinstance(row, Screening)
    assert (row.handoff_id, row.flags) == (None, [])


@pytest.mark.parametrize(("new_epoch", "epoch"), [(False, 0), (True, 1)])
def test_a_new_epoch_is_counted(
    store: Store, conversation: ConversationRecord, message_id: str, new_epoch: bool, epoch: int
) -> None:
    store.finish(message_id, [answer()], bundle_id=None, new_epoch=new_epoch)
    assert store.get_conversation(conversation.id).dialogue_epoch == epoch


def _spoilt_screening() -> ReplyDraft:
    spoilt = ScreeningDraft.model_construct(protocol_version=None, result="review", flags=(), answers=())
    return handoff().model_copy(update={"screening_result": spoilt})


def _expect_untouched(store: Store, conversation: ConversationRecord, message_id: str) -> None:
    assert [_rows(store, table) for table in (Handoff, OutboxEvent, Screening)] == [[], [], []]
    assert [line.id for line in store.transcript(conversation.id)] == [message_id]
    assert store.replies_to(message_id) is None
    assert store.get_conversation(conversation.id).dialogue_epoch == 0


def test_a_violated_constraint_undoes_everything(
    store: Store, conversation: ConversationRecord, message_id: str
) -> None:
    with pytest.raises(Problem) as caught:
        store.finish(message_id, [_spoilt_screening()], bundle_id=None, new_epoch=True)
    assert caught.value.code is Code.STORE_FAILED
    _expect_untouched(store, conversation, message_id)


def test_a_failing_commit_undoes_everything(store: Store, conversation: ConversationRecord, message_id: str) -> None:
    def fail(_: Connection) -> None:
        raise OSError("No space left on device")

    engine = store._database.engine
    event.listen(engine, "commit", fail)
    try:
        with pytest.raises(Problem) as caught:
            store.finish(message_id, [handoff()], bundle_id=None, new_epoch=True)
    finally:
        event.remove(engine, "commit", fail)
    assert caught.value.code is Code.STORE_FAILED
    _expect_untouched(store, conversation, message_id)


def test_a_fault_between_handoff_and_replies_undoes_the_handoff(
    store: Store, conversation: ConversationRecord, message_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(messages, "write_replies", fail)
        with pytest.raises(RuntimeError):
            store.finish(message_id, [handoff()], bundle_id=None, new_epoch=True)
    _expect_untouched(store, conversation, message_id)


def test_a_message_can_be_finished_after_a_failure(store: Store, message_id: str) -> None:
    with pytest.raises(Problem):
        store.finish(message_id, [_spoilt_screening()], bundle_id=None)
    assert len(store.finish(message_id, [handoff()], bundle_id=None)) == 1
