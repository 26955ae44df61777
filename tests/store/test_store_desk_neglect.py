"""What the passing of time asks for: claims that lapse, questions that expire."""

from datetime import timedelta

import pytest
from desk_helpers import ask, opened, refused, words
from store_helpers import FakeClock

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Priority
from mesofaq.errors import Code
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.desk import Desk

LAPSE, EXPIRE = timedelta(minutes=60), timedelta(days=14)


def _neglected(desk: Desk) -> list[tuple[str, Step]]:
    return [(record.id, step) for record, step in desk.neglected(LAPSE, EXPIRE)]


@pytest.mark.parametrize(("minutes", "is_neglected"), [(59, False), (60, True)])
def test_a_claim_without_a_sign_of_its_holder_lapses(
    desk: Desk, held: str, clock: FakeClock, minutes: int, is_neglected: bool
) -> None:
    clock.advance(minutes=minutes)
    assert _neglected(desk) == ([(held, Step.LAPSE)] if is_neglected else [])


def test_a_patients_message_does_not_keep_a_claim_whose_holder_is_away(
    store: Store, desk: Desk, conversation: ConversationRecord, held: str, clock: FakeClock
) -> None:
    clock.advance(minutes=60)
    ask(store, conversation.id, "Are you still there?")
    assert _neglected(desk) == [(held, Step.LAPSE)]


def test_a_reply_keeps_a_claim(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, clock: FakeClock
) -> None:
    clock.advance(minutes=50)
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    clock.advance(minutes=50)
    assert _neglected(desk) == []


@pytest.mark.parametrize(("days", "is_neglected"), [(13, False), (14, True)])
def test_a_question_that_nobody_took_up_expires(
    desk: Desk, waiting: str, clock: FakeClock, days: int, is_neglected: bool
) -> None:
    clock.advance(days=days)
    assert _neglected(desk) == ([(waiting, Step.EXPIRE)] if is_neglected else [])


def test_an_emergency_is_never_neglected(
    store: Store, desk: Desk, conversation: ConversationRecord, clock: FakeClock
) -> None:
    opened(store, conversation.id, priority=Priority.EMERGENCY)
    clock.advance(days=1000)
    assert _neglected(desk) == []


def test_a_further_question_keeps_the_one_it_joins(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, clock: FakeClock
) -> None:
    clock.advance(days=10)
    opened(store, conversation.id, "Is anybody there?")
    clock.advance(days=10)
    assert _neglected(desk) == []


@pytest.mark.parametrize("given_back", [Step.RELEASE, Step.REOPEN])
def test_one_that_was_given_back_or_reopened_does_not_expire_at_once(
    desk: Desk, waiting: str, dana: StaffRecord, clock: FakeClock, given_back: Step
) -> None:
    clock.advance(days=14)
    desk.step(waiting, Step.CLAIM if given_back is Step.RELEASE else Step.EXPIRE, by=dana, version=1)
    desk.step(waiting, given_back, by=dana, version=2)
    clock.advance(days=13)
    assert _neglected(desk) == []
    clock.advance(days=1)
    assert _neglected(desk) == [(waiting, Step.EXPIRE)]


def test_what_has_ended_is_not_neglected(desk: Desk, held: str, dana: StaffRecord, clock: FakeClock) -> None:
    desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    clock.advance(days=1000)
    assert _neglected(desk) == []


def test_a_holder_who_comes_back_at_the_last_moment_keeps_the_claim(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord, clock: FakeClock
) -> None:
    clock.advance(minutes=60)
    ((record, step),) = desk.neglected(LAPSE, EXPIRE)
    desk.reply(conversation.id, words(), by=dana, client_message_id="1")
    quiet = clock.now - LAPSE
    refused(Code.CONFLICT, desk.step, held, step, by=None, version=record.version, quiet_since=quiet)


def test_a_patient_who_writes_at_the_last_moment_is_not_told_that_it_expired(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, clock: FakeClock
) -> None:
    clock.advance(days=14)
    ((record, step),) = desk.neglected(LAPSE, EXPIRE)
    opened(store, conversation.id, "Is anybody there?")
    quiet = clock.now - EXPIRE
    refused(Code.CONFLICT, desk.step, waiting, step, by=None, version=record.version, quiet_since=quiet)


def test_what_stayed_quiet_may_be_closed(desk: Desk, waiting: str, clock: FakeClock) -> None:
    clock.advance(days=14)
    quiet = clock.now - EXPIRE
    assert desk.step(waiting, Step.EXPIRE, by=None, version=1, quiet_since=quiet).state == State.EXPIRED
