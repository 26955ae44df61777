"""What the console's routes call: the words that a patient is told, who is woken, and what time does by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.assistant import Assistant
from mesofaq.chat.live import LiveEvents
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft, StaffRef
from mesofaq.errors import Code, Problem
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.handoff.service import HandoffService
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.store import ConversationRecord, Store, accounts
from mesofaq.store.desk import Desk

NOON = datetime(2026, 6, 3, 16, 0, tzinfo=UTC)  # noon in New York, on a Wednesday
MAX_CHARS = 200
_Result = TypeVar("_Result")


class Clock:
    """Stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Bell:
    """Counts how often it rang."""

    def __init__(self) -> None:
        self.rang = 0

    def __call__(self) -> None:
        self.rang += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def live() -> LiveEvents:
    return LiveEvents()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'record.db'}", clock=clock)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def service(store: Store, assistant: Assistant, live: LiveEvents, clock: Clock, bell: Bell) -> HandoffService:
    hours = OpeningTimes(assistant.content.clinic)
    desk = Desk(store.database, clock)
    return HandoffService(desk, assistant, live, hours, clock=clock, text_max_chars=MAX_CHARS, wake=bell)


@pytest.fixture
def conversation(store: Store) -> ConversationRecord:
    return store.create_conversation("0" * 64)


@pytest.fixture
def waiting(store: Store, conversation: ConversationRecord) -> str:
    return _asked(store, conversation.id)


@pytest.fixture
def dana(store: Store) -> StaffRecord:
    return _staff(store, "Dana Reyes", "nurse")


@pytest.fixture
def held(service: HandoffService, waiting: str, dana: StaffRecord) -> str:
    asyncio.run(service.claim(waiting, 1, dana))
    return waiting


def _staff(store: Store, name: str, title: str, role: Role = Role.CLINICIAN) -> StaffRecord:
    with store.database.writing() as session:
        fields = {"username": uuid4().hex, "name": name, "title": title, "role": role, "password_hash": "none"}
        return accounts.record_of(accounts.add(session, NOON, **fields))


def _asked(store: Store, conversation_id: str, priority: Priority = Priority.ROUTINE) -> str:
    message_id = store.receive(conversation_id, "Can I come?", None).message_id
    wanted = HandoffDraft(reason=Reason.OUT_OF_SCOPE, priority=priority)
    draft = ReplyDraft(kind=Kind.HANDOFF, text="Passed on.", handoff=wanted)
    (reply,) = store.finish(message_id, [draft], bundle_id=None)
    assert reply.handoff is not None
    return reply.handoff.id


def _last(store: Store, conversation_id: str) -> tuple[str, Kind, str, StaffRef | None]:
    line = store.transcript(conversation_id)[-1]
    assert line.reply is not None
    return line.from_, line.reply.kind, line.text, line.reply.staff


def _refused(code: Code, act: Awaitable[object]) -> None:
    async def run() -> None:
        await act

    with pytest.raises(Problem) as caught:
        asyncio.run(run())
    assert caught.value.code is code


# What patients are told


def test_a_patient_is_told_who_has_joined(
    store: Store, service: HandoffService, assistant: Assistant, conversation: ConversationRecord, held: str
) -> None:
    person = StaffRef(name="Dana Reyes", title="nurse")
    told = assistant.replies.phrase("person_joined", {"staff.name": "Dana Reyes", "staff.title": "nurse"})
    assert told.startswith("Dana Reyes, nurse at ")
    assert _last(store, conversation.id) == ("bot", Kind.NOTICE, told, person)


def test_a_patient_is_told_who_has_left(
    store: Store, service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    record = asyncio.run(service.release(held, 2, dana))
    assert record.state == State.OPEN
    author, kind, told, staff = _last(store, conversation.id)
    assert (author, kind, staff) == ("bot", Kind.NOTICE, None)
    assert told.startswith("Dana Reyes has left this chat for now.")


def test_a_patient_is_told_that_it_is_finished(
    store: Store, service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    record = asyncio.run(service.resolve(held, 2, dana, Outcome.CALLED))
    assert (record.state, record.outcome) == (State.RESOLVED, Outcome.CALLED)
    assert _last(store, conversation.id)[2].startswith("Dana Reyes has finished here.")


@pytest.mark.parametrize("step", [Step.RELEASE, Step.RESOLVE])
def test_what_an_admin_ends_for_somebody_else_is_told_of_who_was_there(
    store: Store, service: HandoffService, conversation: ConversationRecord, held: str, step: Step
) -> None:
    admin = _staff(store, "Ada Admin", "manager", Role.ADMIN)
    if step is Step.RELEASE:
        asyncio.run(service.release(held, 2, admin))
    else:
        asyncio.run(service.resolve(held, 2, admin, Outcome.ANSWERED))
    told = _last(store, conversation.id)[2]
    assert told.startswith("Dana Reyes has")
    assert "Ada" not in told


def test_a_patient_is_told_that_it_is_looked_at_again_by_a_new_time(
    store: Store, service: HandoffService, clock: Clock, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    asyncio.run(service.resolve(held, 2, dana, Outcome.ANSWERED))
    clock.now += timedelta(days=1)
    record = asyncio.run(service.reopen(held, 3, dana))
    assert record.state == State.OPEN
    # Eight opening hours after noon on Thursday, with 9 am to 6 pm.
    assert record.due_at == datetime(2026, 6, 5, 15, 0, tzinfo=UTC)
    assert "will look at your question again" in _last(store, conversation.id)[2]


def test_what_is_refused_tells_the_patient_nothing(
    store: Store, service: HandoffService, bell: Bell, conversation: ConversationRecord, held: str
) -> None:
    amir = _staff(store, "Amir Khan", "doctor")
    lines, rang = store.transcript(conversation.id), bell.rang
    _refused(Code.CONFLICT, service.claim(held, 1, amir))
    _refused(Code.CONFLICT, service.claim(held, 2, amir))
    _refused(Code.CONFLICT, service.release(held, 2, amir))
    _refused(Code.CONFLICT, service.resolve(held, 2, amir, Outcome.ANSWERED))
    _refused(Code.CONFLICT, service.reopen(held, 2, amir))
    _refused(Code.NOT_FOUND, service.claim(str(uuid4()), 1, amir))
    assert (store.transcript(conversation.id), bell.rang) == (lines, rang)


# Replies and cards


def test_a_reply_is_signed_with_name_and_title(
    store: Store, service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    reply = asyncio.run(service.reply(conversation.id, "  Yes, on Monday. \x00", dana, "1"))
    person = StaffRef(name="Dana Reyes", title="nurse")
    assert (reply.from_, reply.staff) == ("staff", person)
    assert _last(store, conversation.id) == ("staff", Kind.ANSWER, "Yes, on Monday.", person)


def test_a_reply_sent_twice_is_written_once(
    store: Store, service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    first = asyncio.run(service.reply(conversation.id, "Yes.", dana, "1"))
    count = len(store.transcript(conversation.id))
    assert asyncio.run(service.reply(conversation.id, "Yes.", dana, "1")) == first
    assert len(store.transcript(conversation.id)) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [("", Code.TEXT_EMPTY), (" \n\t", Code.TEXT_EMPTY), ("\x00", Code.TEXT_EMPTY), ("x" * 201, Code.TEXT_TOO_LONG)],
)
def test_a_reply_that_is_empty_or_too_long_is_refused(
    store: Store,
    service: HandoffService,
    conversation: ConversationRecord,
    held: str,
    dana: StaffRecord,
    text: str,
    code: Code,
) -> None:
    _refused(code, service.reply(conversation.id, text, dana, "1"))
    assert store.transcript(conversation.id)[-1].from_ == "bot"


def test_a_reply_may_be_as_long_as_the_limit(
    service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    assert len(asyncio.run(service.reply(conversation.id, "x" * MAX_CHARS, dana, "1")).text) == MAX_CHARS


def test_nobody_writes_without_a_claim(
    service: HandoffService, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    _refused(Code.CONFLICT, service.reply(conversation.id, "Yes.", dana, "1"))


def test_a_card_is_sent_word_for_word_with_its_sources_and_no_buttons(
    service: HandoffService, assistant: Assistant, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    card_id, _ = service.cards()[0]
    reply = asyncio.run(service.send_card(conversation.id, card_id, dana, "1"))
    card = assistant.replies.answer(card_id)
    assert (reply.text, reply.card, reply.sources, reply.suggestions) == (card.text, card.card, card.sources, ())
    assert (reply.from_, reply.staff) == ("staff", StaffRef(name="Dana Reyes", title="nurse"))


def test_an_unknown_card_is_not_sent(
    service: HandoffService, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    _refused(Code.NOT_FOUND, service.send_card(conversation.id, "no-such-card", dana, "1"))


def test_every_card_that_is_offered_may_be_sent(service: HandoffService, assistant: Assistant) -> None:
    cards = service.cards()
    assert len(cards) > 50
    assert all(assistant.servable(card_id) for card_id, _ in cards)
    assert [question for _, question in cards] == sorted(question for _, question in cards)


def test_canned_replies_come_filled_in(service: HandoffService, assistant: Assistant) -> None:
    canned = {reply.id: reply.text for reply in service.canned()}
    assert assistant.content.clinic.phone in canned["call-us"]
    assert not any("{{" in text for text in canned.values())


# Who is woken


def _woken(live: LiveEvents, conversation_id: str, act: Callable[[], Awaitable[_Result]]) -> bool:
    """Whether whoever listens to the conversation is woken by the act."""

    async def run() -> bool:
        listening = asyncio.create_task(live.wait(conversation_id, 30))
        await asyncio.sleep(0)
        await act()
        for _ in range(10):
            await asyncio.sleep(0)
        woken = listening.done()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return woken

    return asyncio.run(run())


def test_listeners_are_woken_by_steps_and_replies_of_their_conversation_alone(
    store: Store,
    service: HandoffService,
    live: LiveEvents,
    conversation: ConversationRecord,
    waiting: str,
    dana: StaffRecord,
) -> None:
    card_id, _ = service.cards()[0]
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: service.claim(waiting, 1, dana),
        lambda: service.reply(conversation.id, "Yes.", dana, "1"),
        lambda: service.send_card(conversation.id, card_id, dana, "2"),
        lambda: service.release(waiting, 2, dana),
        lambda: service.claim(waiting, 3, dana),
        lambda: service.resolve(waiting, 4, dana, Outcome.ANSWERED),
        lambda: service.reopen(waiting, 5, dana),
    ]
    assert [_woken(live, conversation.id, act) for act in acts] == [True] * len(acts)
    assert not _woken(live, str(uuid4()), lambda: service.claim(waiting, 6, dana))


def test_whoever_delivers_the_outbox_is_woken_by_every_step(
    service: HandoffService, bell: Bell, held: str, dana: StaffRecord
) -> None:
    assert bell.rang == 1
    asyncio.run(service.release(held, 2, dana))
    assert bell.rang == 2


# What time does by itself


def test_a_claim_lapses_and_the_patient_is_told(
    store: Store,
    service: HandoffService,
    clock: Clock,
    assistant: Assistant,
    conversation: ConversationRecord,
    held: str,
) -> None:
    clock.now += timedelta(minutes=assistant.content.clinic.claim_lapses_min - 1)
    assert asyncio.run(service.tend()) == 0
    clock.now += timedelta(minutes=1)
    assert asyncio.run(service.tend()) == 1
    (record,) = store.handoffs(1)
    assert (record.state, record.claimed_by) == (State.OPEN, None)
    told = assistant.replies.phrase("person_away")
    assert _last(store, conversation.id) == ("bot", Kind.NOTICE, told, None)
    assert asyncio.run(service.tend()) == 0


def test_a_question_that_nobody_took_up_expires_and_the_patient_is_told(
    store: Store,
    service: HandoffService,
    clock: Clock,
    assistant: Assistant,
    conversation: ConversationRecord,
    waiting: str,
) -> None:
    clock.now += timedelta(days=assistant.content.clinic.handoff_expires_days)
    assert asyncio.run(service.tend()) == 1
    (record,) = store.handoffs(1)
    assert (record.state, record.closed_by) == (State.EXPIRED, None)
    assert _last(store, conversation.id)[2] == assistant.replies.phrase("handoff_expired")


def test_an_emergency_stays_in_the_queue(store: Store, service: HandoffService, clock: Clock) -> None:
    _asked(store, store.create_conversation("0" * 64).id, Priority.EMERGENCY)
    clock.now += timedelta(days=1000)
    assert asyncio.run(service.tend()) == 0


def test_one_that_is_reopened_long_after_does_not_expire_again_at_once(
    store: Store, service: HandoffService, clock: Clock, waiting: str, dana: StaffRecord
) -> None:
    clock.now += timedelta(days=100)
    asyncio.run(service.tend())
    asyncio.run(service.reopen(waiting, 2, dana))
    assert asyncio.run(service.tend()) == 0
    assert store.handoffs(1)[0].state == State.OPEN


def test_what_somebody_does_between_looking_and_tending_stands(
    store: Store,
    service: HandoffService,
    clock: Clock,
    conversation: ConversationRecord,
    held: str,
    dana: StaffRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.now += timedelta(days=1)
    look = service.desk.neglected

    def look_and_be_overtaken(*spans: timedelta) -> object:
        found = look(*spans)
        service.desk.reply(conversation.id, ReplyDraft(kind=Kind.ANSWER, text="Yes."), by=dana, client_message_id="1")
        return found

    monkeypatch.setattr(service.desk, "neglected", look_and_be_overtaken)
    assert asyncio.run(service.tend()) == 0
    assert store.holder(conversation.id) == dana.id
    assert _last(store, conversation.id)[2] == "Yes."
