"""Staff write to the patient: only who holds the conversation, and each message once."""

import pytest
from desk_helpers import entries, fail, refused, row_of, staff, texts, words
from store_helpers import FakeClock, answer

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.errors import Code
from mesofaq.handoff.states import Outcome, Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.audit import by_staff
from mesofaq.store.desk import Desk


def test_its_holder_writes_to_the_patient(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, clock: FakeClock
) -> None:
    clock.advance(minutes=5)
    reply = desk.reply(conversation.id, words("Yes, on Monday."), by=dana, client_message_id="1")
    assert (reply.from_, reply.text) == ("staff", "Yes, on Monday.")
    assert reply.handoff is not None
    assert reply.handoff.id == held
    assert texts(store, conversation.id)[-1] == ("staff", "Yes, on Monday.")
    row = row_of(store, held)
    assert (row.answered_at, row.touched_at, row.version) == (clock.now, clock.now, 2)


def test_the_first_reply_alone_is_when_it_was_answered(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, clock: FakeClock
) -> None:
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    first = clock.now
    clock.advance(minutes=5)
    desk.reply(conversation.id, words(), by=dana, client_message_id="2")
    assert row_of(store, held).answered_at == first


def test_a_reply_is_audited_with_its_card_and_without_its_words(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    reply = desk.reply(conversation.id, answer("zebrafinch"), by=dana, client_message_id="1")
    entry = entries(store)[-1]
    assert (entry.actor, entry.action, entry.subject_id) == (by_staff(dana.id), "handoff.replied", held)
    assert entry.details == {"message_id": reply.id, "card": "washing-hair"}


def test_the_same_client_message_id_writes_once(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    first = desk.reply(conversation.id, words("one"), by=dana, client_message_id="1")
    count = len(entries(store))
    assert desk.reply(conversation.id, words("two"), by=dana, client_message_id="1") == first
    assert texts(store, conversation.id)[-1] == ("staff", "one")
    assert len(entries(store)) == count


def test_a_repeat_after_giving_back_is_told_of_the_first(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    first = desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    assert desk.reply(conversation.id, words(), by=dana, client_message_id="1") == first


def test_two_people_may_use_the_same_client_message_id(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, amir: StaffRecord
) -> None:
    first = desk.reply(conversation.id, words("from Dana"), by=dana, client_message_id="1")
    desk.step(held, Step.RELEASE, by=dana, version=2)
    desk.step(held, Step.CLAIM, by=amir, version=3)
    second = desk.reply(conversation.id, words("from Amir"), by=amir, client_message_id="1")
    assert (first.text, second.text) == ("from Dana", "from Amir")


def test_a_patients_id_is_not_taken_for_a_staff_one(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    store.receive(conversation.id, "mine", "staff:1")
    assert desk.reply(conversation.id, words("ours"), by=dana, client_message_id="1").text == "ours"


def test_nobody_replies_before_they_claim(
    desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    refused(Code.CONFLICT, desk.reply, conversation.id, words(), by=dana, client_message_id="1")


@pytest.mark.parametrize("role", Role)
def test_nobody_else_replies_not_even_an_admin(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, role: Role
) -> None:
    other = staff(store, "Another", role)
    refused(Code.CONFLICT, desk.reply, conversation.id, words(), by=other, client_message_id="1")
    assert texts(store, conversation.id)[-1][0] == "bot"


def test_nobody_replies_after_it_is_resolved(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    refused(Code.CONFLICT, desk.reply, conversation.id, words(), by=dana, client_message_id="1")


def test_nobody_replies_to_an_erased_conversation(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    store.erase(conversation.id)
    refused(Code.NOT_FOUND, desk.reply, conversation.id, words(), by=dana, client_message_id="1")


def test_a_reply_that_cannot_be_audited_is_not_written(
    store: Store,
    desk: Desk,
    conversation: ConversationRecord,
    held: str,
    dana: StaffRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = texts(store, conversation.id)
    with monkeypatch.context() as patched:
        patched.setattr("mesofaq.store.desk.append", fail)
        with pytest.raises(RuntimeError):
            desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    assert texts(store, conversation.id) == before
    assert row_of(store, held).answered_at is None
