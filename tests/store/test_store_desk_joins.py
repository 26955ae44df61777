"""What the bot says while somebody holds the conversation, and how later questions join the one that waits."""

from datetime import timedelta
from typing import Any

import pytest
from desk_helpers import ask, emergency, entries, events, opened, row_of, texts
from store_helpers import NOON, FakeClock, answer, handoff

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Priority, Reason
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk
from mesofaq.store.models import Message


def test_what_the_bot_would_say_is_dropped_while_it_is_held(
    store: Store, conversation: ConversationRecord, held: str
) -> None:
    message_id, replies = ask(store, conversation.id, "And then?", [answer(), handoff(Reason.BOT_FAILED)])
    assert replies == store.replies_to(message_id) == []
    assert texts(store, conversation.id)[-1] == ("patient", "And then?")


def test_what_was_decided_before_the_claim_is_dropped_too(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    message_id = store.receive(conversation.id, "And then?", None).message_id
    desk.step(waiting, Step.CLAIM, by=dana, version=1)
    assert store.finish(message_id, [answer()], bundle_id=None) == []


def test_silence_for_a_person_who_has_left_meanwhile_is_refused(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    message_id = store.receive(conversation.id, "And then?", None).message_id
    desk.step(held, Step.RELEASE, by=dana, version=2)
    with pytest.raises(Problem) as caught:
        store.finish(message_id, [], bundle_id=None, beside_a_person=True)
    assert caught.value.code is Code.CONFLICT
    assert store.replies_to(message_id) is None, "it is still to be answered"


def test_a_complication_raises_what_somebody_holds_though_nothing_is_said(
    store: Store, conversation: ConversationRecord, held: str
) -> None:
    _, replies = ask(store, conversation.id, "There is pus", [handoff(Reason.COMPLICATION, Priority.URGENT)])
    assert replies == []
    row = row_of(store, held)
    assert (row.priority, row.reason, row.question) == ("urgent", "complication", "There is pus")
    assert events(store).count("handoff.escalated") == 1


def test_a_question_after_an_answer_waits_anew(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    desk.reply(conversation.id, answer(), by=dana, client_message_id="1")
    desk.step(held, Step.RELEASE, by=dana, version=2)
    ask(store, conversation.id, "And then?", [handoff()])
    assert row_of(store, held).answered_at is None


def test_what_is_written_while_it_is_held_waits_for_its_holder(
    store: Store, conversation: ConversationRecord, held: str
) -> None:
    message_id, _ = ask(store, conversation.id, "And then?")
    with store.database.reading() as session:
        assert session.get_one(Message, message_id).handoff_id == held


def test_an_emergency_is_answered_while_it_is_held_and_told_again(
    store: Store, conversation: ConversationRecord, held: str, clock: FakeClock
) -> None:
    clock.advance(minutes=1)
    _, replies = ask(store, conversation.id, "I cannot breathe", [answer(), emergency()])
    assert [reply.text for reply in replies] == ["Call 911 now."]
    assert replies[0].handoff is not None
    assert (replies[0].handoff.id, replies[0].handoff.priority) == (held, Priority.EMERGENCY)
    assert events(store).count("handoff.escalated") == 1
    assert row_of(store, held).state == State.CLAIMED


def test_every_further_emergency_is_told(
    store: Store, conversation: ConversationRecord, held: str, clock: FakeClock
) -> None:
    for _ in range(2):
        clock.advance(minutes=1)
        ask(store, conversation.id, "I cannot breathe", [emergency()])
    assert events(store).count("handoff.escalated") == 2


def test_emergencies_within_a_minute_are_told_once(
    store: Store, conversation: ConversationRecord, held: str, clock: FakeClock
) -> None:
    for _ in range(5):
        clock.advance(seconds=1)
        _, replies = ask(store, conversation.id, "I cannot breathe", [emergency()])
        assert [reply.text for reply in replies] == ["Call 911 now."]
    assert events(store).count("handoff.escalated") == 1


@pytest.mark.parametrize("step", [Step.RELEASE, Step.RESOLVE])
def test_the_bot_answers_again_after_it_was_given_back(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, step: Step
) -> None:
    desk.step(held, step, by=dana, version=2, outcome=Outcome.ANSWERED)
    _, replies = ask(store, conversation.id)
    assert [reply.text for reply in replies] == [answer().text]


def test_the_bot_answers_what_it_can_before_anybody_claims(
    store: Store, conversation: ConversationRecord, waiting: str
) -> None:
    message_id, replies = ask(store, conversation.id)
    assert len(replies) == 1
    with store.database.reading() as session:
        assert session.get_one(Message, message_id).handoff_id is None


def test_a_later_question_joins_the_one_that_waits(
    store: Store, conversation: ConversationRecord, waiting: str
) -> None:
    assert opened(store, conversation.id, "And my mother?") == waiting
    (record,) = store.handoffs(10)
    assert (record.question, record.priority, record.version) == ("Can I come?", Priority.ROUTINE, 1)
    entry = entries(store)[-1]
    assert (entry.actor, entry.action, entry.subject_id) == ("patient", "handoff.joined", waiting)
    assert events(store) == ["handoff.opened"]


def test_a_more_urgent_one_raises_it(
    store: Store, conversation: ConversationRecord, waiting: str, clock: FakeClock
) -> None:
    clock.advance(minutes=1)
    assert opened(store, conversation.id, "It bleeds", Priority.URGENT, Reason.COMPLICATION) == waiting
    (record,) = store.handoffs(10)
    raised = (record.question, record.priority, record.reason)
    assert raised == ("It bleeds", Priority.URGENT, Reason.COMPLICATION)
    assert events(store) == ["handoff.opened", "handoff.escalated"]


def test_a_less_urgent_one_does_not_lower_it(store: Store, conversation: ConversationRecord) -> None:
    first = opened(store, conversation.id, "It bleeds", Priority.URGENT)
    assert opened(store, conversation.id, "Can I come?") == first
    (record,) = store.handoffs(10)
    assert (record.question, record.priority) == ("It bleeds", Priority.URGENT)


def _within(priority: Priority, at: Any) -> Any:
    return at + timedelta(hours={Priority.EMERGENCY: 0, Priority.URGENT: 1, Priority.ROUTINE: 8}[priority])


def test_an_urgent_question_is_due_earlier_and_never_later(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    opened(store, conversation.id, due_at=_within)
    clock.advance(hours=2)
    opened(store, conversation.id, "It bleeds", Priority.URGENT, due_at=_within)
    assert store.handoffs(1)[0].due_at == NOON + timedelta(hours=3)


def test_a_question_that_was_nearly_due_stays_so_when_a_more_urgent_one_joins(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    opened(store, conversation.id, due_at=_within)
    clock.advance(hours=7, minutes=30)
    opened(store, conversation.id, "It bleeds", Priority.URGENT, due_at=_within)
    assert store.handoffs(1)[0].due_at == NOON + timedelta(hours=8)


def test_one_that_had_no_time_to_answer_by_gets_one_when_it_is_raised(
    store: Store, conversation: ConversationRecord
) -> None:
    opened(store, conversation.id)
    opened(store, conversation.id, "It bleeds", Priority.URGENT, due_at=_within)
    assert store.handoffs(1)[0].due_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("end", [Step.RESOLVE, Step.EXPIRE])
def test_a_question_after_the_end_opens_another(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord, end: Step
) -> None:
    if end is Step.RESOLVE:
        desk.step(waiting, Step.CLAIM, by=dana, version=1)
    desk.step(waiting, end, by=dana, version=None, outcome=Outcome.ANSWERED)
    assert opened(store, conversation.id) != waiting
