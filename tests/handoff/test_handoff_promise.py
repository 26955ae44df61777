"""What a patient is told of when a person answers."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft
from mesofaq.content.models import Clinic, OpeningHours
from mesofaq.handoff.hours import OpeningTimes
from mesofaq.handoff.promise import Promise

OPEN = datetime(2026, 6, 3, 12, 0, tzinfo=ZoneInfo("America/New_York"))  # a Wednesday
CLOSED = OPEN.replace(hour=20)
WHEN_OPEN = "We are open now. You should have an answer here no later than "


def _promise(assistant: Assistant, now: datetime) -> Promise:
    office = OpeningHours.model_validate(
        {"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "09:00", "closes": "18:00"}
    )
    facts = {"opening_hours": (office,), "timezone": "America/New_York", "reply_target_hours": 8}
    clinic: Clinic = assistant.content.clinic.model_copy(update={**facts, "urgent_target_hours": 1})
    return Promise(OpeningTimes(clinic), lambda: now)


def _draft(text: str, priority: Priority | None = Priority.ROUTINE, kind: Kind = Kind.HANDOFF) -> ReplyDraft:
    handoff = HandoffDraft(reason=Reason.OUT_OF_SCOPE, priority=priority) if priority else None
    return ReplyDraft(kind=kind, text=text, handoff=handoff)


@pytest.mark.parametrize(
    ("priority", "when"), [(Priority.ROUTINE, "tomorrow at 11 am"), (Priority.URGENT, "today at 1 pm")]
)
def test_while_the_clinic_is_open_it_says_by_when(assistant: Assistant, priority: Priority, when: str) -> None:
    (said,) = _promise(assistant, OPEN).added_to([_draft("Passed on.", priority)], assistant.replies)
    assert said.text == f"Passed on.\n\n{WHEN_OPEN}{when}."


def test_while_it_is_closed_it_says_when_it_opens(assistant: Assistant) -> None:
    (said,) = _promise(assistant, CLOSED).added_to([_draft("Passed on.")], assistant.replies)
    assert "We are closed now and open again tomorrow at 9 am." in said.text
    assert "no later than tomorrow at 5 pm." in said.text
    assert "worse" not in said.text, "whoever asks about parking is not to be frightened"
    assert f"In an emergency call {assistant.content.clinic.emergency_number}." in said.text


def test_an_urgent_question_while_it_is_closed_is_told_what_to_do_if_it_gets_worse(assistant: Assistant) -> None:
    (said,) = _promise(assistant, CLOSED).added_to([_draft("Passed on.", Priority.URGENT)], assistant.replies)
    assert "Do not wait for it if this gets worse: call your doctor" in said.text


def test_the_time_is_rounded_up_to_the_half_hour(assistant: Assistant) -> None:
    now = OPEN.replace(minute=7)
    (said,) = _promise(assistant, now).added_to([_draft("Passed on.", Priority.URGENT)], assistant.replies)
    assert said.text.endswith("today at 1:30 pm.")


def test_all_but_the_text_stays_as_it_was(assistant: Assistant) -> None:
    draft = _draft("Passed on.")
    (said,) = _promise(assistant, OPEN).added_to([draft], assistant.replies)
    assert said.model_copy(update={"text": draft.text}) == draft


def test_an_emergencys_text_stands_alone(assistant: Assistant) -> None:
    emergency = assistant.replies.emergency()
    assert _promise(assistant, CLOSED).added_to([emergency], assistant.replies) == [emergency]


def test_a_draft_that_hands_nothing_over_is_untouched(assistant: Assistant) -> None:
    drafts = [_draft("Hello.", None, Kind.SMALLTALK)]
    assert _promise(assistant, OPEN).added_to(drafts, assistant.replies) == drafts


def test_a_card_that_comes_with_a_handoff_is_left_word_for_word(assistant: Assistant) -> None:
    drafts = [_draft("A vetted text.", kind=Kind.ANSWER)]
    assert _promise(assistant, OPEN).added_to(drafts, assistant.replies) == drafts


def test_a_failure_is_promised_an_answer_too(assistant: Assistant) -> None:
    failure = assistant.replies.failure()
    (said,) = _promise(assistant, OPEN).added_to([failure], assistant.replies)
    assert said.text.startswith(f"{failure.text}\n\n{WHEN_OPEN}")


def test_of_several_only_the_last_that_hands_over_says_it(assistant: Assistant) -> None:
    drafts = [_draft("One."), _draft("Two.", Priority.URGENT), _draft("Three.", None, Kind.SMALLTALK)]
    said = _promise(assistant, OPEN).added_to(drafts, assistant.replies)
    assert [draft.text for draft in said] == ["One.", f"Two.\n\n{WHEN_OPEN}today at 1 pm.", "Three."]
