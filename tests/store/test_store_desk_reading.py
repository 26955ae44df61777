"""A conversation as staff see it, and the search over all of them; both audited, encrypted or not."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from desk_helpers import ask, entries, fail, opened, refused, staff, words
from sqlalchemy import text
from store_helpers import NOON, TOKEN, FakeClock, answer, handoff, screening

from mesofaq.accounts.models import StaffRecord
from mesofaq.chat.models import Reason
from mesofaq.errors import Code
from mesofaq.handoff.states import Outcome, State, Step
from mesofaq.privacy.seal import Seal, new_key
from mesofaq.store import ConversationRecord, Store
from mesofaq.store.audit import by_staff
from mesofaq.store.desk import Desk


@pytest.fixture
def sealed(database_url: str, clock: FakeClock) -> Iterator[Store]:
    """A record whose texts are encrypted."""
    store = Store(database_url, clock=clock, seal=Seal([new_key()]))
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def test_a_view_holds_both_sides_with_evidence_bundle_and_handoff(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    first = store.receive(conversation.id, "Does it hurt?", None).message_id
    store.save_understanding(first, {"intent": "ask_faq"})
    store.finish(first, [answer("A little.")], bundle_id="b1")
    handoff_id = opened(store, conversation.id)
    desk.step(handoff_id, Step.CLAIM, by=dana, version=1)
    desk.reply(conversation.id, words("Yes."), by=dana, client_message_id="1")
    view = desk.view(conversation.id, dana)
    assert [(line.from_, line.text, line.bundle_id, line.handoff_id) for line in view.transcript] == [
        ("patient", "Does it hurt?", None, None),
        ("bot", "A little.", "b1", None),
        ("patient", "Can I come?", None, handoff_id),
        ("bot", "A person at the clinic will answer.", None, None),
        ("staff", "Yes.", None, None),
    ]
    assert view.transcript[0].evidence == {"intent": "ask_faq"}
    assert view.transcript[1].text_sha256
    assert view.handoff is not None
    assert (view.handoff.id, view.holder) == (handoff_id, "Dana Reyes")


def test_a_view_shows_the_active_handoff_and_earlier_ones_newest_first(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, clock: FakeClock
) -> None:
    ids = []
    for number in range(3):
        ids.append(opened(store, conversation.id, f"question {number}"))
        if number < 2:
            desk.step(ids[-1], Step.EXPIRE, by=None, version=1)
        clock.advance(minutes=1)
    view = desk.view(conversation.id, dana)
    assert view.handoff is not None
    assert [view.handoff.id, *(record.id for record in view.earlier)] == ids[::-1]
    desk.step(ids[2], Step.EXPIRE, by=None, version=1)
    desk.step(ids[0], Step.REOPEN, by=dana, version=2)
    view = desk.view(conversation.id, dana)
    assert view.handoff is not None
    assert [view.handoff.id, *(record.id for record in view.earlier)] == [ids[0], ids[2], ids[1]]


def test_a_view_after_the_end_shows_the_latest_handoff(
    desk: Desk, conversation: ConversationRecord, held: str, dana: StaffRecord
) -> None:
    desk.step(held, Step.RESOLVE, by=dana, version=2, outcome=Outcome.ANSWERED)
    view = desk.view(conversation.id, dana)
    assert view.handoff is not None
    assert (view.handoff.id, view.handoff.state) == (held, State.RESOLVED)


def test_a_view_of_a_conversation_that_was_never_handed_over(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    ask(store, conversation.id)
    view = desk.view(conversation.id, dana)
    assert (view.handoff, view.holder, view.earlier, view.screening) == (None, None, (), None)
    assert len(view.transcript) == 2


def test_a_view_shows_the_screening(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    message_id = store.receive(conversation.id, "yes, type 2", None).message_id
    item = {"item": "diabetes", "reading": "yes", "message_id": message_id}
    store.finish(message_id, [handoff(Reason.SCREENING, screening_result=screening(item))], bundle_id=None)
    shown = desk.view(conversation.id, dana).screening
    assert shown is not None
    assert [(line.item, line.typed) for line in shown.answers] == [("diabetes", "yes, type 2")]


def test_a_view_says_in_which_other_language_the_patient_wrote_last(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    for language in ("fr", "de", None):
        message_id = store.receive(conversation.id, "…", None).message_id
        store.save_understanding(message_id, {"language": language})
    assert desk.view(conversation.id, dana).language == "de"


def test_opening_a_conversation_is_audited_and_its_refresh_is_not(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    before = len(entries(store))
    opened_now = desk.view(conversation.id, dana)
    assert desk.view(conversation.id, dana, fresh=False) == opened_now
    (entry,) = entries(store)[before:]
    assert (entry.actor, entry.action) == (by_staff(dana.id), "transcript.read")
    assert (entry.subject_id, entry.details) == (conversation.id, {})


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("unknown", [str(uuid4()), "no uuid\x00", ""])
def test_an_unknown_conversation_cannot_be_viewed(
    store: Store, desk: Desk, dana: StaffRecord, unknown: str, fresh: bool
) -> None:
    refused(Code.NOT_FOUND, desk.view, unknown, dana, fresh=fresh)
    assert entries(store) == []


def test_an_erased_conversation_cannot_be_viewed(
    store: Store, desk: Desk, conversation: ConversationRecord, waiting: str, dana: StaffRecord
) -> None:
    store.erase(conversation.id)
    refused(Code.NOT_FOUND, desk.view, conversation.id, dana)


# Search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("PARKING", ["Is there parking?"]),
        ("there tram", ["Is there a TRAM to you?"]),
        ("tram there", ["Is there a TRAM to you?"]),
        ("is there", ["Is there a TRAM to you?", "Is there parking?"]),
        ("straße", ["In welcher STRASSE?"]),
        ("park tram", []),
        ("100%", []),
        ("_", []),
        ("", []),
        ("  \t", []),
    ],
)
def test_a_search_finds_messages_with_every_word(
    store: Store, desk: Desk, dana: StaffRecord, clock: FakeClock, query: str, found: list[str]
) -> None:
    for question in ("Is there parking?", "Is there a TRAM to you?", "In welcher STRASSE?"):
        store.receive(store.create_conversation(TOKEN).id, question, None)
        clock.advance(minutes=1)
    assert [hit.excerpt for hit in desk.search(query, by=dana)] == found


def test_a_hit_leads_to_its_message(store: Store, desk: Desk, conversation: ConversationRecord, held: str) -> None:
    dana = staff(store, "Dana")
    refused(Code.CONFLICT, desk.reply, conversation.id, words(), by=dana, client_message_id="1")
    hits = desk.search("person at", by=dana)
    line = store.transcript(conversation.id)[1]
    (hit,) = hits
    assert (hit.conversation_id, hit.message_id, hit.author, hit.at) == (conversation.id, line.id, "bot", NOON)


def test_the_newest_are_found_first_up_to_the_limit(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, clock: FakeClock
) -> None:
    for number in range(4):
        store.receive(conversation.id, f"question {number}", None)
        clock.advance(minutes=1)
    assert [hit.excerpt for hit in desk.search("question", by=dana, limit=3)] == [
        "question 3",
        "question 2",
        "question 1",
    ]


def test_a_long_message_is_cut_around_what_was_found(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    store.receive(conversation.id, f"{'before ' * 100}needle {'after ' * 100}", None)
    (hit,) = desk.search("needle", by=dana)
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")
    assert "before needle after" in hit.excerpt
    assert len(hit.excerpt) <= 162


def test_a_search_is_audited_by_its_count_and_without_its_words(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord
) -> None:
    store.receive(conversation.id, "zebrafinch", None)
    desk.search("zebrafinch", by=dana)
    (entry,) = entries(store)
    assert (entry.actor, entry.action, entry.subject_id) == (by_staff(dana.id), "transcript.searched", None)
    assert entry.details == {"hits": 1}


def test_a_search_that_cannot_be_audited_shows_nothing(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.receive(conversation.id, "zebrafinch", None)
    monkeypatch.setattr("mesofaq.store.desk.append", fail)
    with pytest.raises(RuntimeError):
        desk.search("zebrafinch", by=dana)


def test_patients_can_write_while_staff_search(
    store: Store, desk: Desk, conversation: ConversationRecord, dana: StaffRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def slowly(*_: object) -> list[object]:
        written.append(store.receive(conversation.id, "Hello", None).sequence)
        return []

    monkeypatch.setattr("mesofaq.store.desk_reading.search", slowly)
    assert desk.search("hello", by=dana) == []
    assert written == [1]


def test_what_is_encrypted_is_found_and_shown_all_the_same(sealed: Store, clock: FakeClock) -> None:
    conversation, dana = sealed.create_conversation(TOKEN), staff(sealed)
    desk = Desk(sealed.database, clock)
    handoff_id = opened(sealed, conversation.id, "Zebrafinch?")
    desk.note(conversation.id, "zebrafinch noted", by=dana)
    with sealed.database.reading() as session:
        for table, column in (("messages", "text"), ("handoffs", "question"), ("notes", "text")):
            kept = session.scalars(text(f"SELECT {column} FROM {table}")).all()
            assert kept
            assert all(str(value).startswith("sealed:1:") for value in kept)
    assert [hit.excerpt for hit in desk.search("ZEBRA", by=dana)] == ["Zebrafinch?"]
    assert [line.question for line in desk.queue(dana)] == ["Zebrafinch?"]
    view = desk.view(conversation.id, dana)
    assert (view.transcript[0].text, view.notes[0].text) == ("Zebrafinch?", "zebrafinch noted")
    clock.advance(days=20)
    assert [record.id for record, _ in desk.neglected(timedelta(hours=1), timedelta(days=14))] == [handoff_id]
