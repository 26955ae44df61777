from uuid import uuid4

import pytest
from store_helpers import NOON, TOKEN, FakeClock, answer, handoff, screening

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Priority, Reason
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import ConversationRecord, Store, handoffs
from mesofaq.store.desk import Desk


def _hand_off(
    store: Store, conversation: ConversationRecord, question: str, priority: Priority = Priority.ROUTINE
) -> str:
    message_id = store.receive(conversation.id, question, None).message_id
    (reply,) = store.finish(message_id, [handoff(priority=priority)], bundle_id=None)
    assert reply.handoff is not None
    return reply.handoff.id


def test_the_most_urgent_come_first_then_the_oldest(store: Store, clock: FakeClock) -> None:
    for priority in (Priority.ROUTINE, Priority.URGENT, Priority.EMERGENCY, Priority.ROUTINE, Priority.EMERGENCY):
        _hand_off(store, store.create_conversation(TOKEN), f"{priority} {clock.now.minute}", priority)
        clock.advance(minutes=1)
    questions = [record.question for record in store.handoffs(10)]
    assert questions == ["emergency 2", "emergency 4", "urgent 1", "routine 0", "routine 3"]


def test_a_list_ends_at_its_limit(store: Store) -> None:
    for number in range(3):
        _hand_off(store, store.create_conversation(TOKEN), f"question {number}")
    assert len(store.handoffs(2)) == 2


@pytest.mark.parametrize(("state", "count"), [("open", 1), ("resolved", 0), (None, 1)])
def test_a_list_can_be_limited_to_a_state(
    store: Store, conversation: ConversationRecord, state: str | None, count: int
) -> None:
    _hand_off(store, conversation, "Can I come?")
    assert len(store.handoffs(10, state=state)) == count


def test_a_handoff_shows_both_sides(store: Store, conversation: ConversationRecord) -> None:
    first = store.receive(conversation.id, "Does it hurt?", None).message_id
    store.finish(first, [answer("A little.")], bundle_id=None)
    handoff_id = _hand_off(store, conversation, "Can I stop my tablets?", Priority.URGENT)
    detail = store.handoff(handoff_id)
    assert (detail.question, detail.priority, detail.state) == ("Can I stop my tablets?", Priority.URGENT, "open")
    assert detail.created_at == NOON
    assert [(line.from_, line.text) for line in detail.transcript] == [
        ("patient", "Does it hurt?"),
        ("bot", "A little."),
        ("patient", "Can I stop my tablets?"),
        ("bot", "A person at the clinic will answer."),
    ]
    assert detail.screening is None


def test_a_screening_shows_each_answer_as_typed_and_as_read(store: Store, conversation: ConversationRecord) -> None:
    typed = store.receive(conversation.id, "sugar's a bit high", None).message_id
    store.finish(typed, [answer()], bundle_id=None)
    last = store.receive(conversation.id, "nope", None).message_id
    result = screening(
        {"item": "diabetes", "reading": "unsure", "message_id": typed},
        {"item": "heart", "reading": "no", "message_id": last},
        {"item": "liver", "reading": "not_answered", "message_id": None},
    )
    (reply,) = store.finish(last, [handoff(Reason.SCREENING, screening_result=result)], bundle_id=None)
    assert reply.handoff is not None
    summary = store.handoff(reply.handoff.id).screening
    assert summary is not None
    assert (summary.protocol_version, summary.result, summary.flags) == ("1", "review", ("diabetes",))
    assert summary.at == NOON
    assert [(line.item, line.typed, line.reading) for line in summary.answers] == [
        ("diabetes", "sugar's a bit high", "unsure"),
        ("heart", "nope", "no"),
        ("liver", None, "not_answered"),
    ]


def test_a_screening_never_quotes_another_conversation(store: Store, conversation: ConversationRecord) -> None:
    elsewhere = store.receive(store.create_conversation(TOKEN).id, "private", None).message_id
    last = store.receive(conversation.id, "yes", None).message_id
    item = {"item": "heart", "reading": "yes", "message_id": elsewhere}
    (reply,) = store.finish(last, [handoff(screening_result=screening(item))], bundle_id=None)
    assert reply.handoff is not None
    summary = store.handoff(reply.handoff.id).screening
    assert summary is not None
    assert summary.answers[0].typed is None


def test_a_later_handoff_shows_the_conversation_s_latest_screening(
    store: Store, conversation: ConversationRecord, clock: FakeClock
) -> None:
    for version in ("1", "2"):
        message_id = store.receive(conversation.id, "done", None).message_id
        drafts = [answer(screening_result=screening(protocol_version=version))]
        store.finish(message_id, drafts, bundle_id=None)
        clock.advance(minutes=1)
    summary = store.handoff(_hand_off(store, conversation, "Can I come?")).screening
    assert summary is not None
    assert summary.protocol_version == "2"


def test_a_handoff_prefers_its_own_screening(
    store: Store, desk: Desk, conversation: ConversationRecord, clock: FakeClock
) -> None:
    ids = []
    for version in ("1", "2"):
        message_id = store.receive(conversation.id, "done", None).message_id
        drafts = [handoff(screening_result=screening(protocol_version=version))]
        (reply,) = store.finish(message_id, drafts, bundle_id=None)
        assert reply.handoff is not None
        ids.append(reply.handoff.id)
        desk.step(ids[-1], Step.EXPIRE, by=None, version=1)  # the next question opens another
        clock.advance(minutes=1)
    assert len(set(ids)) == 2
    summaries = [store.handoff(handoff_id).screening for handoff_id in ids]
    assert [summary.protocol_version for summary in summaries if summary is not None] == ["1", "2"]


@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00", ""])
def test_an_unknown_handoff_is_not_found(store: Store, unknown: str) -> None:
    with pytest.raises(Problem) as caught:
        store.handoff(unknown)
    assert (caught.value.code, caught.value.detail) == (Code.NOT_FOUND, "There is no such handoff.")


def test_of_the_screenings_that_came_into_one_handoff_it_shows_the_latest(
    store: Store, conversation: ConversationRecord
) -> None:
    ids = set()
    for version in ("1", "2"):
        message_id = store.receive(conversation.id, "done", None).message_id
        (reply,) = store.finish(
            message_id, [handoff(screening_result=screening(protocol_version=version))], bundle_id=None
        )
        assert reply.handoff is not None
        ids.add(reply.handoff.id)
    (handoff_id,) = ids
    summary = store.handoff(handoff_id).screening
    assert summary is not None
    assert summary.protocol_version == "2"


def test_the_active_handoff_is_the_conversations_own(store: Store, conversation: ConversationRecord) -> None:
    handoff_id = _hand_off(store, conversation, "Can I come?")
    active = store.active_handoff(conversation.id)
    assert active is not None
    assert (active.id, active.state) == (handoff_id, State.OPEN)
    assert store.active_handoff(store.create_conversation(TOKEN).id) is None
    assert store.active_handoff("no uuid\x00") is None


@pytest.mark.parametrize("end", [Step.RESOLVE, Step.EXPIRE])
def test_a_handoff_that_is_closed_is_not_active(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord, end: Step
) -> None:
    if end is Step.RESOLVE:
        desk.step(waiting, Step.CLAIM, by=dana, version=1)
    desk.step(waiting, end, by=dana, version=None, outcome=Outcome.ANSWERED)
    assert store.active_handoff(conversation.id) is None


def test_a_conversation_has_a_holder_while_it_is_claimed(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    assert store.holder(conversation.id) is None
    desk.step(waiting, Step.CLAIM, by=dana, version=1)
    assert store.holder(conversation.id) == dana.id
    desk.step(waiting, Step.RELEASE, by=dana, version=2)
    assert store.holder(conversation.id) is None


def test_what_was_handed_over_is_told_by_state_and_newest_first(
    store: Store, desk: Desk, conversation: ConversationRecord
) -> None:
    ended = _hand_off(store, conversation, "first")
    _hand_off(store, conversation, "joined")
    desk.step(ended, Step.EXPIRE, by=None, version=1)
    _hand_off(store, conversation, "another")
    _hand_off(store, store.create_conversation(TOKEN), "elsewhere")
    assert store.handed_over(conversation.id, State.EXPIRED) == ["joined", "first"]
    assert store.handed_over(conversation.id, State.OPEN, State.EXPIRED) == ["another", "joined", "first"]
    assert store.handed_over(conversation.id, State.RESOLVED) == []


def test_a_handoff_is_found_by_the_beginning_of_its_id(store: Store, conversation: ConversationRecord) -> None:
    handoff_id = _hand_off(store, conversation, "Can I come?")
    assert store.find_handoff(handoff_id) == store.find_handoff(f" {handoff_id[:8].upper()} ") == handoff_id


@pytest.mark.parametrize("prefix", ["", "abc", "%%%%", "____", "0000-none", "\x00\x00\x00\x00"])
def test_what_no_id_begins_with_is_not_found(store: Store, conversation: ConversationRecord, prefix: str) -> None:
    _hand_off(store, conversation, "Can I come?")
    with pytest.raises(Problem) as caught:
        store.find_handoff(prefix)
    assert caught.value.code is Code.NOT_FOUND


def test_an_ambiguous_beginning_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(10))
    monkeypatch.setattr(handoffs, "uuid4", lambda: f"aaaaaaaa-0000-4000-8000-{next(numbers):012}")
    for _ in range(2):
        _hand_off(store, store.create_conversation(TOKEN), "Can I come?")
    with pytest.raises(Problem, match="more characters") as caught:
        store.find_handoff("aaaaaaaa")
    assert caught.value.code is Code.CONFLICT
