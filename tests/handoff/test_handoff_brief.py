"""The brief of a conversation and why the bot said what it said: pure functions over a view of the record."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mesofaq.chat.models import CardRef, Kind, Priority, Reason, Reply, StaffRef
from mesofaq.handoff.brief import alarming, brief_of, is_overdue, one_line, why_of, whys
from mesofaq.store.records import ConversationView, HandoffRecord, StaffMessage

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CARD = CardRef(id="after-wash", version="0123456789ab", status="approved")

UNDERSTOOD: dict[str, Any] = {
    "intent": "ask_faq",
    "confidence": 0.91,
    "triage": {"triage_class": None, "findings": [], "opinion": {"none": 0.97, "complication": 0.02}},
    "act": {"name": "ask_faq", "probability": 0.8},
    "candidates": [
        {"card": "after-wash", "probability": 0.91, "nearest": "When can I wash my hair?", "cosine": 0.88},
        {"card": "after-swim", "probability": 0.05},
    ],
    "decision": {"outcome": "answer", "cards": ["after-wash"], "answer_threshold": 0.6, "clarify_threshold": 0.4},
    "bundle": "0a1b2c3d4e5f6071",
}


def patient(sequence: int, text: str, *, handoff: str | None = None, **understood: Any) -> StaffMessage:
    found = {**UNDERSTOOD, **understood} if understood else None
    return StaffMessage.model_validate(
        {
            "id": f"p{sequence}",
            "sequence": sequence,
            "from": "patient",
            "text": text,
            "at": NOON + timedelta(minutes=sequence),
            "understanding": found,
            "handoff_id": handoff,
        }
    )


def said(sequence: int, kind: Kind = Kind.ANSWER, *, by: str = "bot", **fields: Any) -> StaffMessage:
    reply = Reply.model_validate({"id": f"r{sequence}", "from": by, "kind": kind, "text": "Words.", **fields})
    return StaffMessage.model_validate(
        {
            "id": reply.id,
            "sequence": sequence,
            "from": by,
            "text": reply.text,
            "at": NOON + timedelta(minutes=sequence),
            "reply": reply,
        }
    )


def handoff(**fields: Any) -> HandoffRecord:
    usual: dict[str, Any] = {
        "id": "h1",
        "conversation_id": "c1",
        "message_id": "p1",
        "reason": Reason.PERSONAL_MEDICAL,
        "priority": Priority.ROUTINE,
        "state": "open",
        "question": "May I have it\nwith my illness?",
        "created_at": NOON,
        "due_at": NOON + timedelta(hours=1),
    }
    return HandoffRecord(**(usual | fields))


def view(*transcript: StaffMessage, handoff: HandoffRecord | None = None, **fields: Any) -> ConversationView:
    usual: dict[str, Any] = {
        "id": "c1",
        "created_at": NOON,
        "channel": "web",
        "language": None,
        "contact": None,
        "holder": None,
        "earlier": (),
        "notes": (),
        "screening": None,
    }
    return ConversationView(handoff=handoff, transcript=transcript, **(usual | fields))


def test_a_question_is_one_line_and_a_long_one_is_cut() -> None:
    assert one_line("  May I\n\nhave\tit? ") == "May I have it?"
    assert one_line("word " * 100, 20) == "word word word word…"
    assert len(one_line("x" * 500)) == 160


def test_the_brief_tells_the_question_and_how_many_wait_with_it() -> None:
    found = brief_of(view(patient(1, "a", handoff="h1"), patient(2, "b", handoff="h1"), handoff=handoff()), NOON)

    assert found.question == "May I have it with my illness?"
    assert found.more
    assert found.questions == 2


def test_without_a_handoff_the_brief_is_of_what_was_asked_last_and_nobody_waits() -> None:
    found = brief_of(view(patient(1, "First?"), patient(2, "Last?")), NOON)

    assert (found.question, found.questions) == ("Last?", 0)
    assert found.waiting_since is None
    assert not found.overdue


def test_an_empty_conversation_has_an_empty_brief() -> None:
    assert brief_of(view(), NOON).question == ""


def test_what_was_answered_names_question_card_version_and_who_sent_it() -> None:
    staff = StaffRef(name="Dana Reyes", title="nurse")
    found = brief_of(
        view(patient(1, "When can I\nwash?"), said(2, card=CARD), said(3, by="staff", card=CARD, staff=staff), said(4)),
        NOON,
    )

    assert [(one.question, one.card, one.version, one.by, one.sequence) for one in found.answered] == [
        ("When can I wash?", "after-wash", "0123456789ab", "", 2),
        ("When can I wash?", "after-wash", "0123456789ab", "Dana Reyes", 3),
    ]


def test_evidence_names_words_and_rule_and_what_turned_it_off_the_newest_first() -> None:
    rule = {"rule": "chest-pain", "triage_class": "emergency", "words": ["chest pain"], "turned_off_by": "negation"}
    newer = {**rule, "rule": "pus", "words": ["pus"], "triage_class": "complication", "turned_off_by": None}
    found = brief_of(
        view(
            patient(1, "no chest pain", triage={"findings": [rule]}),
            patient(2, "there is pus", triage={"triage_class": "complication", "findings": [newer]}),
        ),
        NOON,
    )

    assert [(one.rule, one.words, one.turned_off_by, one.sequence) for one in found.evidence] == [
        ("pus", ("pus",), None, 2),
        ("chest-pain", ("chest pain",), "negation", 1),
    ]


def test_somebody_waits_since_the_oldest_message_that_no_person_has_answered() -> None:
    asked = [patient(1, "a", handoff="h1"), said(2, by="staff"), patient(3, "b", handoff="h1")]
    later = [*asked, patient(4, "c", handoff="h1")]

    assert brief_of(view(*asked, handoff=handoff()), NOON).waiting_since == asked[2].at
    assert brief_of(view(*later, handoff=handoff()), NOON).waiting_since == asked[2].at


def test_nobody_waits_when_all_is_answered_or_the_handoff_is_closed() -> None:
    answered = view(patient(1, "a", handoff="h1"), said(2, by="staff"), handoff=handoff(answered_at=NOON))
    closed = view(patient(1, "a", handoff="h1"), handoff=handoff(state="resolved"))

    assert brief_of(answered, NOON).waiting_since is None
    assert brief_of(closed, NOON).waiting_since is None
    assert brief_of(closed, NOON).due_at is None


@pytest.mark.parametrize(
    ("fields", "overdue"),
    [
        ({}, False),
        ({"due_at": NOON - timedelta(minutes=1)}, True),
        ({"due_at": NOON - timedelta(minutes=1), "answered_at": NOON}, False),
        ({"due_at": NOON - timedelta(minutes=1), "state": "resolved"}, False),
        ({"due_at": None}, False),
    ],
)
def test_overdue_is_what_no_person_has_answered_in_time(fields: dict[str, Any], overdue: bool) -> None:
    assert is_overdue(handoff(**fields), NOON) is overdue


def test_an_emergency_is_marked_where_the_patient_wrote_it() -> None:
    calm, alarm = patient(1, "hello", intent="greet"), patient(3, "help", triage={"triage_class": "emergency"})

    assert alarming([calm, said(2), alarm]) == frozenset({3})


def test_why_names_the_card_its_score_the_runner_up_and_the_thresholds() -> None:
    why = why_of(said(2, card=CARD), patient(1, "wash?", intent="ask_faq"))

    assert why is not None
    assert (why.chosen and why.chosen.card, why.chosen and why.chosen.probability) == ("after-wash", 0.91)
    assert (why.runner_up and why.runner_up.card, why.runner_up and why.runner_up.probability) == ("after-swim", 0.05)
    assert (why.answer_threshold, why.clarify_threshold) == (0.6, 0.4)
    assert why.act == ("ask_faq", 0.8)
    assert why.opinion == (("none", 0.97),)
    assert "sure enough" in why.decided


def test_why_looks_at_the_card_that_was_shown_also_where_it_was_not_the_likeliest() -> None:
    shown = CARD.model_copy(update={"id": "after-swim"})

    why = why_of(said(2, card=shown), patient(1, "wash?", intent="ask_faq"))

    assert why is not None
    assert (why.chosen and why.chosen.card, why.runner_up and why.runner_up.card) == ("after-swim", "after-wash")


@pytest.mark.parametrize(
    ("kind", "understood", "words"),
    [
        (Kind.EMERGENCY, {"triage": {"triage_class": "emergency"}}, "emergency"),
        (Kind.HANDOFF, {"triage": {"triage_class": "personal_medical"}}, "matter for a person"),
        (Kind.SCREENING, {"intent": "start_screening"}, "pre-screening"),
        (Kind.SMALLTALK, {"intent": "greet"}, "needs no card"),
        (Kind.CLARIFY, {"decision": {**UNDERSTOOD["decision"], "outcome": "clarify"}}, "which was meant"),
        (Kind.HANDOFF, {"decision": {**UNDERSTOOD["decision"], "outcome": "handoff"}}, "passed on to a person"),
        (Kind.ANSWER, {"decision": {**UNDERSTOOD["decision"], "cards": ["after-wash", "after-swim"]}}, "Two questions"),
        (Kind.NOTICE, {"decision": None}, "needs no card"),
    ],
)
def test_why_says_in_a_sentence_what_led_to_the_answer(kind: Kind, understood: dict[str, Any], words: str) -> None:
    why = why_of(said(2, kind), patient(1, "…", **understood))

    assert why is not None
    assert words in why.decided


def test_there_is_no_why_for_staff_for_notices_about_staff_and_for_what_was_never_understood() -> None:
    staff = StaffRef(name="Dana Reyes", title="nurse")
    asked = patient(2, "wash?", intent="ask_faq")

    found = whys([said(1), asked, said(3, card=CARD), said(4, Kind.NOTICE, staff=staff), said(5, by="staff")])

    assert set(found) == {"r3"}
    assert why_of(said(3), patient(2, "never understood")) is None


def test_an_understanding_of_another_version_is_no_fault() -> None:
    asked = patient(1, "wash?", intent="ask_faq", triage="gone")

    assert why_of(said(2), asked) is None
    assert brief_of(view(asked), NOON).evidence == ()
