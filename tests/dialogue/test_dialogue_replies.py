import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft, ScreeningDraft
from mesofaq.content.loader import Content
from mesofaq.content.models import Card
from mesofaq.dialogue.replies import CHECK_ME_TEXT, PERSON_TEXT, Replies
from mesofaq.screening.result import reckon
from mesofaq.understanding.models import Context

BUTTONS = {
    PERSON_TEXT: "ask_person",
    CHECK_ME_TEXT: "start_screening",
    "Yes, it is happening right now": "emergency",
    "No, it is not happening now": "not_now",
    "Yes": "affirm",
    "No": "deny",
    "Not sure": "unsure",
}
"""What each button that is no question of a card must be understood as, by itself."""
PHRASE_CALLS = {"phrase", "smalltalk", "emergency"}


@pytest.fixture(scope="module")
def replies(assistant: Assistant) -> Replies:
    return assistant.replies


def _all_drafts(assistant: Assistant) -> Iterator[ReplyDraft]:
    """Every reply that there can be, with the content of the checkout."""
    replies, content = assistant.replies, assistant.content
    cards = sorted(content.cards)
    for card in cards:
        yield replies.answer(card)
        yield replies.sources_of([card])
    yield replies.clarify(cards[:3])
    yield replies.sources_of([])
    for reason in set(Reason) - {Reason.EMERGENCY, Reason.SCREENING}:
        yield replies.handoff(reason)
    yield replies.emergency()
    for code in content.clinic.languages:
        yield replies.other_language(code)
        yield replies.emergency(f"emergency:{code}")
        yield replies.emergency(f"emergency_self_harm:{code}")
    yield replies.failure()
    yield replies.complaint()
    yield replies.ask_if_now()
    for rule in content.triage["rules"]:
        if "text" in rule:
            yield replies.emergency(rule["text"])
    for phrase in content.phrases:
        yield replies.smalltalk(phrase, starters=True)
    yield replies.screening_intro()
    yield replies.screening_cancelled()
    for number, item in enumerate(content.screening.items, start=1):
        for reworded in (False, True):
            yield replies.screening_question(item, number, len(content.screening.items), reworded=reworded)
        yield replies.screening_why(item)
    for result in ("no_flags", "review", "postpone"):
        yield replies.screening_result(_result(content, result))


def _result(content: Content, result: str) -> ScreeningDraft:
    reckoned = reckon(content.screening, {})
    return reckoned.model_copy(update={"result": result, "flags": () if result == "no_flags" else reckoned.flags})


def test_no_reply_shows_a_placeholder_or_nothing(assistant: Assistant) -> None:
    drafts = list(_all_drafts(assistant))
    assert len(drafts) > 200
    bad = [draft.text for draft in drafts if not draft.text.strip() or "{{" in draft.text or "}}" in draft.text]
    assert bad == []


def test_every_reply_survives_the_way_through_rasa(assistant: Assistant) -> None:
    for draft in _all_drafts(assistant):
        assert ReplyDraft.model_validate(draft.model_dump(mode="json")) == draft


def _phrases_named_in_code(home: Path) -> set[str]:
    """Texts given to `phrase(…)`, `smalltalk(…)` and `emergency(…)` anywhere in the code, and those of handoffs."""
    named = set()
    files = [*(home / "src" / "mesofaq").rglob("*.py"), *(home / "actions").glob("*.py")]
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
    offered = {suggestion for draft in _all_drafts(assistant) for suggestion in draft.suggestions}
    wrong = []
    for suggestion in offered:
        found = assistant.understand(suggestion.text, Context())
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


def test_a_question_of_the_screening_says_where_it_stands_and_offers_answers(
    replies: Replies, content: Content
) -> None:
    item = content.screening.items[3]
    draft = replies.screening_question(item, 4, 10, reworded=False)
    assert draft.text == f"4 of 10. {item.question}"
    assert [suggestion.text for suggestion in draft.suggestions] == ["Yes", "No", "Not sure"]
    assert draft.screening is not None
    assert draft.screening.item == item.id


def test_a_question_that_was_not_understood_is_asked_in_other_words(replies: Replies, content: Content) -> None:
    item = content.screening.item("allergy")
    draft = replies.screening_question(item, 1, 10, reworded=True)
    assert draft.text == f"1 of 10. {item.reworded}\n{item.help}"


def test_a_result_names_what_was_flagged_and_hands_over(replies: Replies, content: Content) -> None:
    result = reckon(content.screening, {}).model_copy(update={"flags": ("liver", "heart")})
    draft = replies.screening_result(result)
    assert "To look at: Liver disease, Heart disease." in draft.text
    assert draft.screening is not None
    assert (draft.screening.result, draft.screening.flags) == ("review", ("liver", "heart"))
    assert draft.handoff == HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE)
    assert draft.screening_result == result


def test_stopping_the_screening_hands_nothing_over(replies: Replies) -> None:
    draft = replies.screening_cancelled()
    assert draft.handoff is None
    assert draft.screening is not None
    assert draft.screening.result == "cancelled"


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
