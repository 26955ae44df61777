"""What the figures page reads, on both databases."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select, text
from store_helpers import TOKEN, FakeClock, answer, handoff

from mesofaq.accounts.models import Role, StaffRecord
from mesofaq.chat.models import CardRef, Kind, Reason, ReplyDraft, Suggestion
from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import Outcome, Step
from mesofaq.privacy.seal import Seal, new_key
from mesofaq.store import Store
from mesofaq.store import figures as store_figures
from mesofaq.store.desk import Desk
from mesofaq.store.figures import Figures
from mesofaq.store.models import Delivery, OutboxEvent
from mesofaq.store.staff_models import AuditEntry, Staff

CLARIFY = ReplyDraft(
    kind=Kind.CLARIFY,
    text="Which did you mean?",
    suggestions=(Suggestion(title="Cost", text="How much?", card="cost"), Suggestion(title="A person", text="Person")),
)


@pytest.fixture
def staff(store: Store, clock: FakeClock) -> StaffRecord:
    person = StaffRecord(
        id=str(uuid4()),
        username="example",
        name="Example Person",
        title="nurse",
        role=Role.CLINICIAN,
        has_second_factor=False,
        created_at=clock.now,
    )
    fields = person.model_dump(exclude={"has_second_factor", "role"})
    with store.database.writing() as session:
        session.add(Staff(**fields, role="clinician", password_hash="-", password_changed_at=clock.now))
    return person


@pytest.fixture
def figures(store: Store, clock: FakeClock) -> Figures:
    return Figures(store.database, clock)


@pytest.fixture
def desk(store: Store, clock: FakeClock) -> Desk:
    return Desk(store.database, clock)


def asked(store: Store, words: str, *drafts: ReplyDraft, intent: str | None = None, within: str | None = None) -> str:
    """A patient's message with its replies, in a conversation of its own; gives its id."""
    conversation = within or store.create_conversation(TOKEN).id
    message = store.receive(conversation, words, None).message_id
    if intent is not None:
        store.save_understanding(message, {"intent": intent})
    store.finish(message, drafts or (handoff(Reason.OUT_OF_SCOPE),), bundle_id="b1")
    return message


def shown(card: str = "cost", version: str = "v1") -> ReplyDraft:
    return answer().model_copy(update={"card": CardRef(id=card, version=version, status="draft")})


def reply_to(store: Store, message: str) -> str:
    replies = store.replies_to(message)
    assert replies
    return replies[0].id


def test_a_question_that_no_card_answered_is_read(store: Store, figures: Figures, staff: StaffRecord) -> None:
    message = asked(store, "where can i park")
    (question,) = figures.read(7, by=staff).questions
    assert (question.message_id, question.text) == (message, "where can i park")
    assert figures.place_of(message) == (question.conversation_id, 1)


@pytest.mark.parametrize(
    ("reason", "intent", "is_read"),
    [
        (Reason.OUT_OF_SCOPE, None, True),
        (Reason.PERSONAL_MEDICAL, None, True),
        (Reason.MEDICINE_CHANGE, None, True),
        (Reason.BOT_FAILED, None, True),
        (Reason.EMERGENCY, None, False),
        (Reason.ASKED_FOR_PERSON, None, False),
        (Reason.SCREENING, None, False),
        (Reason.OTHER_LANGUAGE, None, False),
        (Reason.ASKED_FOR_PERSON, "out_of_scope", True),
        (Reason.OUT_OF_SCOPE, "thank", False),
    ],
)
def test_what_counts_as_a_question(
    store: Store, figures: Figures, staff: StaffRecord, reason: Reason, intent: str | None, is_read: bool
) -> None:
    asked(store, "some words", handoff(reason), intent=intent)
    assert bool(figures.read(7, by=staff).questions) is is_read


def test_a_question_that_a_card_answered_too_is_not_unanswered(
    store: Store, figures: Figures, staff: StaffRecord
) -> None:
    asked(store, "how much, and where can i park", shown(), handoff(Reason.OUT_OF_SCOPE))
    assert figures.read(7, by=staff).questions == ()


def test_a_question_that_joined_a_handoff_is_read_once(store: Store, figures: Figures, staff: StaffRecord) -> None:
    first = asked(store, "where can i park", intent="out_of_scope")
    conversation = figures.place_of(first)[0]
    asked(store, "and for how long", intent="out_of_scope", within=conversation)
    rows = figures.read(7, by=staff)
    assert sorted(question.text for question in rows.questions) == ["and for how long", "where can i park"]
    assert len(rows.handoffs) == 1


def test_the_newest_questions_are_read_and_it_is_said_that_there_are_more(
    store: Store, figures: Figures, staff: StaffRecord, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_figures, "MAX_QUESTIONS", 2)
    for number in range(3):
        asked(store, f"question {number}")
        clock.advance(minutes=1)
    rows = figures.read(7, by=staff)
    assert [question.text for question in rows.questions] == ["question 2", "question 1"]
    assert rows.more_questions
    monkeypatch.setattr(store_figures, "MAX_QUESTIONS", 3)
    assert not figures.read(7, by=staff).more_questions


def test_nothing_from_before_the_period_is_read_but_what_is_still_open(
    store: Store, figures: Figures, staff: StaffRecord, clock: FakeClock, desk: Desk
) -> None:
    wrong = asked(store, "how much", shown())
    desk.mark_wrong(reply_to(store, wrong), "too dear", by=staff)
    asked(store, "where can i park")
    asked(store, "hm", CLARIFY)
    clock.advance(days=7, seconds=1)
    rows = figures.read(7, by=staff)
    assert (rows.questions, rows.marks, rows.cards, rows.clarify.looked_at) == ((), (), (), 0)
    assert [row.state for row in rows.handoffs] == ["open"]
    assert rows.handoffs[0].created_at < rows.since
    longer = figures.read(30, by=staff)
    assert (len(longer.questions), len(longer.marks), len(longer.cards)) == (1, 1, 1)


def test_what_is_closed_counts_only_in_its_period(
    store: Store, figures: Figures, staff: StaffRecord, clock: FakeClock, desk: Desk
) -> None:
    asked(store, "where can i park")
    (waiting,) = desk.queue(staff)
    clock.advance(minutes=10)
    desk.step(waiting.id, Step.CLAIM, by=staff, version=1)
    clock.advance(minutes=10)
    desk.step(waiting.id, Step.RESOLVE, by=staff, version=2, outcome=Outcome.CALLED)
    (row,) = figures.read(7, by=staff).handoffs
    assert (row.state, row.outcome, row.priority) == ("resolved", "called", "routine")
    assert row.claimed_at == row.created_at + timedelta(minutes=10)
    assert row.closed_at == row.created_at + timedelta(minutes=20)
    clock.advance(days=8)
    assert figures.read(7, by=staff).handoffs == ()


def test_cards_are_counted_by_version_and_marks_with_them(
    store: Store, figures: Figures, staff: StaffRecord, desk: Desk
) -> None:
    first = asked(store, "how much", shown())
    asked(store, "price", shown())
    asked(store, "price?", shown(version="v2"))
    desk.mark_wrong(reply_to(store, first), "too dear", by=staff)
    desk.mark_wrong(reply_to(store, first), "far too dear", by=staff)
    rows = figures.read(7, by=staff)
    assert [(row.card_id, row.version, row.by_bot, row.by_staff, row.marked) for row in rows.cards] == [
        ("cost", "v1", 2, 0, 1),
        ("cost", "v2", 1, 0, 0),
    ]
    (mark,) = rows.marks
    assert (mark.note, mark.by, mark.card_id, mark.card_version) == ("far too dear", "Example Person", "cost", "v1")
    assert (mark.conversation_id, mark.sequence) == figures.place_of(reply_to(store, first))


def test_a_mark_of_an_account_that_is_gone_is_still_shown(
    store: Store, figures: Figures, staff: StaffRecord, desk: Desk
) -> None:
    desk.mark_wrong(reply_to(store, asked(store, "how much", shown())), "", by=staff)
    with store.database.writing() as session:
        session.execute(text("DELETE FROM staff"))
    assert [mark.by for mark in figures.read(7, by=staff).marks] == [None]


def test_a_card_that_staff_sent_is_counted_apart(
    store: Store, figures: Figures, staff: StaffRecord, desk: Desk
) -> None:
    asked(store, "where can i park")
    (waiting,) = desk.queue(staff)
    desk.step(waiting.id, Step.CLAIM, by=staff, version=1)
    desk.reply(waiting.conversation_id, shown(), by=staff, client_message_id="1")
    (row,) = figures.read(7, by=staff).cards
    assert (row.by_bot, row.by_staff, row.marked) == (0, 1, 0)


def test_clarifying_questions_are_counted_with_the_cards_that_they_offered(
    store: Store, figures: Figures, staff: StaffRecord
) -> None:
    asked(store, "price", shown())
    asked(store, "hm", CLARIFY)
    asked(store, "where can i park")
    clarify = figures.read(7, by=staff).clarify
    assert (clarify.looked_at, clarify.answers, clarify.clarifies, clarify.offered) == (3, 1, 1, {"cost": 1})


def test_undelivered_notices_are_counted_by_way_and_fault(
    store: Store, figures: Figures, staff: StaffRecord, clock: FakeClock
) -> None:
    for _ in range(4):
        asked(store, "where can i park")
    with store.database.writing() as session:
        events = session.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()

        def delivery(number: int, **fields: Any) -> Delivery:
            return Delivery(**({"event_id": events[number].id, "way": "mail", "next_at": clock.now} | fields))

        session.add_all(
            [
                delivery(0, attempts=3, fault="SMTPServerDisconnected"),
                delivery(1, attempts=5, fault="SMTPServerDisconnected"),
                delivery(2, delivered_at=clock.now, attempts=1),
                delivery(2, way="webhook", attempts=1, fault="500"),
            ]
        )
    found = figures.read(7, by=staff).undelivered
    assert [(row.way, row.fault, row.count, row.attempts) for row in found] == [
        ("mail", "SMTPServerDisconnected", 2, 5),
        ("webhook", "500", 1, 1),
        (None, None, 1, 0),
    ]
    assert {row.oldest for row in found} == {clock.now}


def test_reading_is_audited_without_anything_that_was_said(store: Store, figures: Figures, staff: StaffRecord) -> None:
    asked(store, "where can i park")
    figures.read(30, by=staff)
    with store.database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)).one()
        assert (entry.action, entry.actor, entry.details) == ("figures.read", f"staff:{staff.id}", {"days": 30})


def test_it_takes_the_same_few_queries_however_much_there_is(
    store: Store, figures: Figures, staff: StaffRecord, desk: Desk
) -> None:
    def queries() -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        engine: Engine = store.database.engine
        event.listen(engine, "before_cursor_execute", counted)
        try:
            figures.read(30, by=staff)
        finally:
            event.remove(engine, "before_cursor_execute", counted)
        return count

    few = queries()
    for number in range(20):
        message = asked(store, f"question {number}", shown(), handoff())
        desk.mark_wrong(reply_to(store, message), "no", by=staff)
    assert queries() == few
    assert few <= 13


@pytest.mark.parametrize("message", ["", "nothing", "00000000-0000-4000-8000-000000000000"])
def test_a_message_that_is_not_there_is_not_found(figures: Figures, message: str) -> None:
    with pytest.raises(Problem) as raised:
        figures.place_of(message)
    assert raised.value.code is Code.NOT_FOUND


def test_encrypted_texts_are_opened(database_url: str, clock: FakeClock, staff: StaffRecord) -> None:
    sealed = Store(database_url, clock=clock, seal=Seal([new_key()]))
    try:
        figures, desk = Figures(sealed.database, clock), Desk(sealed.database, clock)
        asked(sealed, "where can i park", intent="out_of_scope")
        asked(sealed, "hm", CLARIFY)
        desk.mark_wrong(reply_to(sealed, asked(sealed, "how much", shown())), "too dear", by=staff)
        rows = figures.read(7, by=staff)
        assert [question.text for question in rows.questions] == ["where can i park"]
        assert [mark.note for mark in rows.marks] == ["too dear"]
        assert rows.clarify.offered == {"cost": 1}
        with sealed.database.engine.connect() as connection:
            assert "park" not in str(connection.execute(text("SELECT text FROM messages")).all())
    finally:
        sealed.close()
