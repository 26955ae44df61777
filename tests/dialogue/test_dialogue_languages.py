"""What is said to patients in other languages than English. No bundle is needed for any of it."""

from dataclasses import replace

import pytest

from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason
from mesofaq.content.loader import Content
from mesofaq.dialogue.parse import KEY, as_parse_data
from mesofaq.dialogue.replies import Replies
from mesofaq.understanding.models import TriageRecord, Understanding

CODES = ["tr", "fr", "es", "de", "ar", "hi"]


def _replies(content: Content) -> Replies:
    return Replies(content, None, lambda card: True, lambda card: "draft")


@pytest.fixture(scope="module")
def replies(content: Content) -> Replies:
    return _replies(content)


@pytest.mark.parametrize("code", CODES)
def test_a_language_of_the_clinic_gets_its_own_text_and_a_person(replies: Replies, content: Content, code: str) -> None:
    draft = replies.other_language(code)
    assert draft.kind is Kind.HANDOFF
    assert draft.handoff == HandoffDraft(reason=Reason.OTHER_LANGUAGE, priority=Priority.ROUTINE)
    assert draft.text != replies.other_language(None).text
    assert content.clinic.name in draft.text
    assert content.clinic.emergency_number in draft.text


@pytest.mark.parametrize("code", [None, "", "pl", "xx"])
def test_any_other_language_gets_the_english_sentence_and_a_person(replies: Replies, code: str | None) -> None:
    draft = replies.other_language(code)
    assert draft.text == replies.phrase("handoff_other_language")
    assert draft.handoff is not None


def test_a_language_that_the_clinic_took_out_gets_the_english_sentence(content: Content) -> None:
    clinic = content.clinic.model_copy(update={"languages": ("tr",)})
    replies = _replies(replace(content, clinic=clinic))
    assert replies.other_language("fr").text == replies.phrase("handoff_other_language")
    assert replies.emergency("emergency:fr") == replies.emergency()


@pytest.mark.parametrize("name", ["emergency", "emergency_self_harm"])
@pytest.mark.parametrize("code", CODES)
def test_an_emergency_is_told_in_the_language_and_then_in_english(replies: Replies, code: str, name: str) -> None:
    draft = replies.emergency(f"{name}:{code}")
    own, _, english = draft.text.partition("\n\n")
    assert english == replies.phrase(name)
    assert own not in ("", english)
    assert draft.handoff == replies.emergency().handoff


def test_an_emergency_in_an_unlisted_language_is_told_in_english(replies: Replies) -> None:
    assert replies.emergency("emergency:xx") == replies.emergency()
    assert replies.emergency("emergency_self_harm:xx") == replies.emergency("emergency_self_harm")


def test_the_actions_are_told_the_language() -> None:
    understood = Understanding(intent="other_language", confidence=1.0, triage=TriageRecord(), language="fr")
    assert as_parse_data("x", understood)[KEY]["language"] == "fr"
