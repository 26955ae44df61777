import ast
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from dialogue_helpers import BUTTONS, CONTEXTS, SAID, all_drafts

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft
from mesofaq.content.loader import Content
from mesofaq.content.models import Card
from mesofaq.dialogue.replies import CHECK_ME_TEXT, Replies
from mesofaq.understanding.models import Context

PHRASE_CALLS = {"phrase", "smalltalk", "emergency", "notice"}


@pytest.fixture(scope="module")
def replies(assistant: Assistant) -> Replies:
    return assistant.replies


def test_no_reply_shows_a_placeholder_or_nothing(assistant: Assistant) -> None:
    drafts = list(all_drafts(assistant))
    assert len(drafts) > 200
    texts = [SAID.sub("", draft.text) for draft in drafts]
    bad = [text for text in texts if not text.strip() or "{{" in text or "}}" in text]
    assert bad == []


def test_every_reply_survives_the_way_through_rasa(assistant: Assistant) -> None:
    for draft in all_drafts(assistant):
        assert ReplyDraft.model_validate(draft.model_dump(mode="json")) == draft


def _phrases_named_in_code(home: Path) -> set[str]:
    """Texts given to `phrase(…)`, `smalltalk(…)` and `emergency(…)` anywhere in the code, and those of handoffs."""
    named = set()
    files = [*(home / "src" / "mesofaq").rglob("*.py"), *(home / "actions").glob("*.py")]
    # The lint's findings have a `notice` of their own.
    files = [path for path in files if "rules" not in path.parts]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PHRASE_CALLS:
                named |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return named


def test_every_phrase_that_code_names_is_there(home: Path, content: Content) -> None:
    named = _phrases_named_in_code(home)
    assert {"clarify", "failure", "complain", "nothing_to_repeat"} <= named
    assert named - content.phrases.keys() == set()


def test_every_phrase_that_a_triage_rule_names_is_there(content: Content) -> None:
    named = {rule["text"] for rule in content.triage["rules"] if "text" in rule}
    assert named
    assert named <= content.phrases.keys()


@pytest.mark.parametrize(
    ("reason", "priority"),
    [
        (Reason.OUT_OF_SCOPE, Priority.ROUTINE),
        (Reason.ASKED_FOR_PERSON, Priority.ROUTINE),
        (Reason.COMPLICATION, Priority.URGENT),
        (Reason.MEDICINE_CHANGE, Priority.ROUTINE),
        (Reason.PERSONAL_MEDICAL, Priority.ROUTINE),
        (Reason.BOT_FAILED, Priority.ROUTINE),
        (Reason.OTHER_LANGUAGE, Priority.ROUTINE),
    ],
)
def test_a_handoff_has_its_priority(replies: Replies, reason: Reason, priority: Priority) -> None:
    draft = replies.handoff(reason)
    assert draft.kind is Kind.HANDOFF
    assert draft.handoff == HandoffDraft(reason=reason, priority=priority)


@pytest.mark.parametrize("phrase", [None, "emergency_self_harm"])
def test_an_emergency_names_the_clinics_number_and_alerts_staff(
    replies: Replies, content: Content, phrase: str | None
) -> None:
    draft = replies.emergency(phrase)
    assert content.clinic.emergency_number in draft.text
    assert draft.kind is Kind.EMERGENCY
    assert draft.handoff == HandoffDraft(reason=Reason.EMERGENCY, priority=Priority.EMERGENCY)


def test_an_answer_is_the_cards_text_with_its_version_and_sources(replies: Replies, assistant: Assistant) -> None:
    assert assistant.bundle is not None
    card = assistant.bundle.cards["pain"]
    draft = replies.answer("pain")
    assert draft.kind is Kind.ANSWER
    assert draft.text == card.body
    assert draft.card is not None
    status = card.status_on(date.today())
    assert (draft.card.id, draft.card.version, draft.card.status) == ("pain", card.version, status)
    assert [source.where for source in draft.sources] == [source.where for source in card.sources]


def test_an_answer_to_a_card_that_is_not_there_is_an_error(replies: Replies) -> None:
    with pytest.raises(KeyError):
        replies.answer("of-the-future")


def test_every_buttons_text_gets_what_the_button_promises(assistant: Assistant) -> None:
    offered = {suggestion for draft in all_drafts(assistant) for suggestion in draft.suggestions}
    wrong = []
    for suggestion in offered:
        found = assistant.understand(suggestion.text, CONTEXTS.get(suggestion.text, Context()))
        if suggestion.card is not None:
            kept = found.decision is not None and found.decision.cards == (suggestion.card,)
        else:
            kept = found.intent == BUTTONS[suggestion.text]
        if not kept:
            wrong.append(suggestion.text)
    assert wrong == []


def test_a_card_that_a_screening_item_is_about_offers_the_health_questions(replies: Replies) -> None:
    assert replies.answer("diabetes").suggestions[0].text == CHECK_ME_TEXT
    assert CHECK_ME_TEXT not in [suggestion.text for suggestion in replies.answer("cost").suggestions]


def test_a_clarify_offers_its_cards_by_their_questions(replies: Replies, content: Content) -> None:
    draft = replies.clarify(["pain", "cost"])
    assert draft.kind is Kind.CLARIFY
    assert [suggestion.text for suggestion in draft.suggestions] == [
        content.cards["pain"].question,
        content.cards["cost"].question,
    ]


def test_sources_before_any_answer_say_so(replies: Replies) -> None:
    assert replies.sources_of([]).text == replies.phrase("no_sources_yet")
    assert replies.sources_of(["of-the-future"]).text == replies.phrase("no_sources_yet")


def test_sources_name_every_place_and_the_evidence(replies: Replies, assistant: Assistant) -> None:
    assert assistant.bundle is not None
    card = assistant.bundle.cards["after-wash"]
    draft = replies.sources_of(["after-wash"])
    assert draft.kind is Kind.SOURCES
    assert all(source.where in draft.text for source in card.sources)
    assert card.evidence in draft.text


def _replies_with(assistant: Assistant, servable: Callable[[str], bool]) -> Replies:
    def status(card: Card) -> str:
        return str(card.status_on(date(2026, 1, 1)))

    return Replies(assistant.content, assistant.bundle, servable, status)


def test_what_may_not_be_shown_is_suggested_nowhere(assistant: Assistant) -> None:
    replies = _replies_with(assistant, lambda card: False)
    offered = [*replies.starters(), *replies.answer("pain").suggestions, *replies.answer("diabetes").suggestions]
    assert [suggestion for suggestion in offered if suggestion.card] == []


def test_without_a_bundle_the_fixed_texts_still_work(content: Content) -> None:
    replies = Replies(content, None, lambda card: True, lambda card: "draft")
    assert [starter for starter in replies.starters() if starter.card] == []
    assert replies.emergency().text
    assert replies.failure().text
    assert replies.sources_of(["pain"]).text == replies.phrase("no_sources_yet")


def test_the_clinics_values_may_themselves_hold_placeholders(assistant: Assistant) -> None:
    """`complication_advice` may name the phone."""
    clinic = assistant.content.clinic.model_copy(update={"complication_advice": "Call {{clinic.phone}}."})
    content = replace(assistant.content, clinic=clinic)
    replies = Replies(content, None, lambda card: True, lambda card: "draft")
    assert f"Call {clinic.phone}." in replies.handoff(Reason.COMPLICATION).text


def test_no_fixed_text_promises_a_cure_or_an_approval(content: Content) -> None:
    claims = re.compile(r"\b(guarantee|cure|painless|fda.approved|100 ?%|miracle)", re.IGNORECASE)
    assert [key for key, text in content.phrases.items() if claims.search(text)] == []
