"""Every reply that there can be, with the content of the checkout; and the buttons that stand under them."""

import re
from collections.abc import Iterator

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import About, Reason, ReplyDraft, ScreeningAnswer, ScreeningDraft, StaffRef
from mesofaq.content.loader import Content
from mesofaq.dialogue.replies import CHECK_ME_TEXT, PERSON_TEXT
from mesofaq.dialogue.screening_replies import MINE_TEXT, OTHERS_TEXT
from mesofaq.screening.result import reckon
from mesofaq.understanding.models import Context

MESSAGE_ID = "6f1e0c5e-0000-4000-8000-000000000001"
SAID = re.compile(r"\{\{said:[0-9a-f-]{36}\}\}")
"""Stands for a patient's words, which are put in after Rasa."""

BUTTONS = {
    PERSON_TEXT: "ask_person",
    CHECK_ME_TEXT: "start_screening",
    "Yes, it is happening right now": "emergency",
    "No, it is not happening now": "not_now",
    "Yes": "affirm",
    "No": "deny",
    "Not sure": "unsure",
    MINE_TEXT: "inform_health",
    OTHERS_TEXT: "inform_health",
}
"""What each button that is no question of a card must be understood as."""
CONTEXTS = dict.fromkeys((MINE_TEXT, OTHERS_TEXT), Context(asked_whose=True))
"""Where a button stands if it does not stand by itself."""


PERSON = StaffRef(name="Dana Reyes", title="nurse")
TIMES = {"when.answered": "today at 5 pm", "when.opens": "Monday at 9 am"}


def all_drafts(assistant: Assistant) -> Iterator[ReplyDraft]:
    """Every reply."""
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
        yield replies.notice(phrase, PERSON, TIMES)
    for phrase in ("greet", "thank", "goodbye", "who_are_you", "privacy", "not_now", "nothing_asked"):
        yield replies.smalltalk(phrase, starters=True)
    yield replies.already_answered()
    yield from screening_drafts(assistant)


def screening_drafts(assistant: Assistant) -> Iterator[ReplyDraft]:
    """Every reply of the pre-screening."""
    replies, protocol = assistant.replies.screening, assistant.content.screening
    yield replies.intro()
    yield replies.whose()
    yield replies.cancelled()
    for others_only in (False, True):
        yield replies.unread(others_only=others_only)
    for item in protocol.items:
        yield replies.why(item)
        for about in About:
            for reworded in (False, True):
                yield replies.question(item.id, None, about, reworded=reworded)
            for follow_up in item.follow_ups:
                yield replies.question(item.id, follow_up.id, about, reworded=False)
        for reading in ("yes", "no", "unsure", "past", "not_answered"):
            yield replies.noted({item.id: reading}, changed=reading == "past")
            yield replies.result(result_of(assistant.content, **{item.id: reading}))
    yield replies.result(reckon(protocol, {}))


def result_of(content: Content, **readings: str) -> ScreeningDraft:
    """The result where each item was answered by the same message; with 'no' where nothing else is given."""
    answers = {
        item.id: ScreeningAnswer.model_validate(
            {"item": item.id, "reading": readings.get(item.id, "no"), "message_id": MESSAGE_ID}
        )
        for item in content.screening.items
    }
    return reckon(content.screening, answers)
