"""The queue: in which order questions wait, for how long, and what a filter lets through."""

from datetime import timedelta

import pytest
from desk_helpers import ask, entries, opened, words
from store_helpers import NOON, TOKEN, FakeClock, handoff

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Priority, Reason
from mesofaq.handoff.states import Outcome, Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk
from mesofaq.store.records import QueueFilter


def _another(store: Store, text: str, due_h: float | None = None, priority: Priority = Priority.ROUTINE) -> str:
    """A question of another patient, due so many hours after noon."""
    due = None if due_h is None else (lambda *_: NOON + timedelta(hours=due_h))
    return opened(store, store.create_conversation(TOKEN).id, text, priority, due_at=due)


def _questions(desk: Desk, by: StaffRecord, *wanted: QueueFilter, limit: int = 200) -> list[str]:
    return [line.question for line in desk.queue(by, *wanted, limit=limit)]


def test_emergencies_come_first_then_urgent_ones_then_by_the_time_to_answer_by(
    store: Store, desk: Desk, dana: StaffRecord
) -> None:
    _another(store, "routine, due at 8", 8)
    _another(store, "routine, due at 4", 4)
    _another(store, "urgent, due at 6", 6, Priority.URGENT)
    _another(store, "urgent, due at 5", 5, Priority.URGENT)
    _another(store, "emergency", 7, Priority.EMERGENCY)
    assert _questions(desk, dana) == [
        "emergency",
        "urgent, due at 5",
        "urgent, due at 6",
        "routine, due at 4",
        "routine, due at 8",
    ]


def test_of_those_due_together_the_one_asked_first_comes_first(
    store: Store, desk: Desk, dana: StaffRecord, clock: FakeClock
) -> None:
    for text in ("first", "second", "third"):
        _another(store, text, 8)
        clock.advance(minutes=1)
    assert _questions(desk, dana) == ["first", "second", "third"]


def test_one_without_a_time_to_answer_by_is_due_since_it_was_asked(store: Store, desk: Desk, dana: StaffRecord) -> None:
    _another(store, "due at 1", 1)
    _another(store, "of an older record")
    assert _questions(desk, dana) == ["of an older record", "due at 1"]


def test_the_queue_ends_at_its_limit_with_the_most_pressing(store: Store, desk: Desk, dana: StaffRecord) -> None:
    for hours in (3, 1, 2):
        _another(store, str(hours), hours)
    assert _questions(desk, dana, limit=2) == ["1", "2"]


def test_what_has_ended_is_not_in_the_queue(store: Store, desk: Desk, dana: StaffRecord) -> None:
    expired, resolved, held, _ = (_another(store, text, 1) for text in ("expired", "resolved", "held", "open"))
    desk.step(expired, Step.EXPIRE, by=None, version=1)
    for handoff_id in (resolved, held):
        desk.step(handoff_id, Step.CLAIM, by=dana, version=1)
    desk.step(resolved, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    assert sorted(_questions(desk, dana)) == ["held", "open"]


def test_a_filter_lets_through_what_it_names(
    store: Store, desk: Desk, dana: StaffRecord, amir: StaffRecord, conversation: ConversationRecord
) -> None:
    opened(store, conversation.id, "out of scope", reason=Reason.OUT_OF_SCOPE)
    _another(store, "urgent", 1, Priority.URGENT)
    held, gone = _another(store, "Dana's", 2), _another(store, "expired", 3)
    desk.step(held, Step.CLAIM, by=dana, version=1)
    desk.step(gone, Step.EXPIRE, by=None, version=1)
    assert _questions(desk, dana, QueueFilter(reason=Reason.OUT_OF_SCOPE)) == ["out of scope"]
    assert _questions(desk, dana, QueueFilter(priority=Priority.URGENT)) == ["urgent"]
    assert _questions(desk, dana, QueueFilter(held_by=dana.id)) == ["Dana's"]
    assert _questions(desk, dana, QueueFilter(held_by=amir.id)) == []
    assert _questions(desk, dana, QueueFilter(states=("expired",))) == ["expired"]
    assert _questions(desk, dana, QueueFilter(states=("open",), priority=Priority.ROUTINE)) == ["out of scope"]


def test_a_line_says_who_holds_it(desk: Desk, dana: StaffRecord, waiting: str) -> None:
    assert desk.queue(dana)[0].holder is None
    desk.step(waiting, Step.CLAIM, by=dana, version=1)
    assert desk.queue(dana)[0].holder == "Dana Reyes"


def test_a_line_says_by_which_way_and_in_which_language_it_came(store: Store, desk: Desk, dana: StaffRecord) -> None:
    conversation = store.create_conversation(TOKEN, channel="telegram")
    message_id = store.receive(conversation.id, "Bonjour", None).message_id
    store.save_understanding(message_id, {"language": "fr"})
    store.finish(message_id, [handoff(Reason.OTHER_LANGUAGE)], bundle_id=None)
    (line,) = desk.queue(dana)
    assert (line.channel, line.language) == ("telegram", "fr")


def test_waiting_is_counted_from_the_oldest_message_that_no_person_has_answered(
    store: Store, desk: Desk, dana: StaffRecord, conversation: ConversationRecord, waiting: str, clock: FakeClock
) -> None:
    clock.advance(minutes=10)
    opened(store, conversation.id, "And my mother?")
    line = desk.queue(dana)[0]
    assert (line.questions, line.waiting_since) == (2, NOON)
    desk.step(waiting, Step.CLAIM, by=dana, version=1)
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    clock.advance(minutes=10)
    asked, _ = ask(store, conversation.id, "Thank you. And my father?")
    line = desk.queue(dana)[0]
    assert (line.questions, line.waiting_since) == (1, clock.now)
    assert asked


def test_what_the_bot_answered_does_not_wait(
    store: Store, desk: Desk, dana: StaffRecord, conversation: ConversationRecord, waiting: str
) -> None:
    ask(store, conversation.id, "Does it hurt?")
    assert desk.queue(dana)[0].questions == 1


def test_another_patients_answer_ends_nobodys_waiting(
    store: Store, desk: Desk, dana: StaffRecord, conversation: ConversationRecord, held: str
) -> None:
    _another(store, "still waits", 1)
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    counts = {line.question: line.questions for line in desk.queue(dana)}
    assert counts == {"Can I come?": 0, "still waits": 1}


@pytest.mark.usefixtures("waiting")
def test_looking_at_the_queue_is_not_audited(store: Store, desk: Desk, dana: StaffRecord) -> None:
    before = len(entries(store))
    assert desk.queue(dana)
    assert len(entries(store)) == before
