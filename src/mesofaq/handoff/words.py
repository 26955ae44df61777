"""What staff read instead of our codes: one place, plain words, for the console, mails and the command line.

Every function takes the code as it is stored and gives a code that it does not know back, so that a new one shows
itself instead of breaking the page.
"""

from datetime import timedelta

from mesofaq.chat.models import Kind, Priority, Reason
from mesofaq.handoff.states import Outcome, State

__all__ = [
    "ACTS",
    "ANSWER_READINGS",
    "CARD_STATUS",
    "CHANNELS",
    "KINDS",
    "LANGUAGES",
    "OUTCOMES",
    "PRIORITIES",
    "REASONS",
    "SCREENING_ITEMS",
    "SCREENING_RESULTS",
    "STATES",
    "TRIAGE_CLASSES",
    "TURNED_OFF",
    "WHOSE",
    "duration",
    "language",
    "plain",
]

PRIORITIES: dict[str, str] = {
    Priority.EMERGENCY: "Emergency",
    Priority.URGENT: "Urgent",
    Priority.ROUTINE: "Routine",
}
REASONS: dict[str, str] = {
    Reason.EMERGENCY: "May be an emergency",
    Reason.COMPLICATION: "Problem after a session",
    Reason.MEDICINE_CHANGE: "Asks about starting, stopping or changing a medicine",
    Reason.PERSONAL_MEDICAL: "Asks for personal medical advice",
    Reason.ASKED_FOR_PERSON: "Asked for a person",
    Reason.OUT_OF_SCOPE: "No card answers this",
    Reason.OTHER_LANGUAGE: "Wrote in another language",
    Reason.SCREENING: "Pre-screening to look at",
    Reason.BOT_FAILED: "The assistant could not answer",
}
STATES: dict[str, str] = {
    State.OPEN: "Waiting for a person",
    State.CLAIMED: "Somebody is on it",
    State.RESOLVED: "Done",
    State.EXPIRED: "Closed without an answer",
}
OUTCOMES: dict[str, str] = {
    Outcome.ANSWERED: "Answered here in the chat",
    Outcome.CALLED: "Spoke with the patient by phone or e-mail",
    Outcome.BOOKED: "Booked an appointment",
    Outcome.NO_ANSWER_NEEDED: "No answer was needed",
    Outcome.PATIENT_GONE: "Could not reach the patient",
    Outcome.SENT_TO_EMERGENCY: "Sent to emergency care",
}
TRIAGE_CLASSES: dict[str, str] = {
    "emergency": "emergency",
    "complication": "problem after a session",
    "medicine_change": "change of a medicine",
    "personal_medical": "personal medical advice",
    "none": "nothing special",
}
TURNED_OFF: dict[str, str] = {
    "negation": "the patient says it is not so",
    "hypothetical": "only asked what could happen",
    "past": "told of something long past",
    "experiencer": "told of a relative's past illness",
    "figurative": "a figure of speech",
}
SCREENING_RESULTS: dict[str, str] = {
    "no_flags": "Nothing on the list (a doctor still decides)",
    "review": "A clinician must look at it before any treatment",
    "postpone": "Treatment should wait",
    "cancelled": "Stopped by the patient",
}
ANSWER_READINGS: dict[str, str] = {
    "yes": "yes",
    "no": "no",
    "unsure": "not sure",
    "past": "in the past",
    "not_answered": "not answered",
}
WHOSE: dict[str, str] = {
    "self": "about the person who wrote",
    "other": "about somebody else",
    "unclear": "whose answers they are stayed unclear",
}
SCREENING_ITEMS: dict[str, str] = {
    "allergy": "Allergy",
    "pregnancy": "Pregnancy or breastfeeding",
    "blood_thinners": "Blood thinners",
    "diabetes": "Diabetes",
    "liver": "Liver",
    "kidney": "Kidneys",
    "heart": "Heart",
    "scalp_infection": "Scalp infection",
    "autoimmune": "Autoimmune illness",
    "chemotherapy": "Chemotherapy",
}
KINDS: dict[str, str] = {
    Kind.ANSWER: "answer",
    Kind.CLARIFY: "asked which was meant",
    Kind.SCREENING: "pre-screening",
    Kind.HANDOFF: "passed on to a person",
    Kind.EMERGENCY: "emergency text",
    Kind.OUT_OF_SCOPE: "does not know",
    Kind.SOURCES: "sources",
    Kind.SMALLTALK: "small talk",
    Kind.NOTICE: "notice",
}
ACTS: dict[str, str] = {
    "affirm": "says yes",
    "ask_faq": "asks a question",
    "ask_other": "asks for something else",
    "ask_person": "asks for a person",
    "ask_sources": "asks for sources",
    "ask_why": "asks why we ask",
    "complain": "complains",
    "deny": "says no",
    "go_back": "wants to go back",
    "goodbye": "says goodbye",
    "greet": "greets",
    "privacy": "asks about privacy",
    "repeat": "asks to hear it again",
    "skip": "wants to skip it",
    "start_screening": "wants to start the pre-screening",
    "stop": "wants to stop",
    "thank": "says thank you",
    "unsure": "is not sure",
    "who_are_you": "asks who is writing",
}
CARD_STATUS: dict[str, str] = {
    "draft": "draft, no clinician has approved it",
    "reviewed": "reviewed, not yet approved",
    "approved": "approved by a clinician",
}
CHANNELS: dict[str, str] = {
    "web": "Website",
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "messenger": "Messenger",
    "sms": "Text message",
    "terminal": "Terminal",
}
LANGUAGES: dict[str, str] = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}

_HOUR_MIN = 60
_DAY_MIN = 24 * _HOUR_MIN


def plain(table: dict[str, str], code: str | None) -> str:
    """The words for `code` in one of the tables here; the code itself, with spaces, where it is not in it."""
    if code is None:
        return "none"
    return table.get(code, code.replace("_", " "))


def language(code: str | None) -> str:
    """A language's English name; a message without a code is in English."""
    return LANGUAGES.get(code or "en") or f"Another language ({code})"


def duration(span: timedelta) -> str:
    """A span in the two largest units that matter to somebody who waits: "2 days 3 h", "1 h 5 min", "12 min"."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 1:
        return "under a minute"
    if minutes < _HOUR_MIN:
        return f"{minutes} min"
    if minutes < _DAY_MIN:
        hours, rest = divmod(minutes, _HOUR_MIN)
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, rest = divmod(minutes // _HOUR_MIN, 24)
    name = "day" if days == 1 else "days"
    return f"{days} {name} {rest} h" if rest else f"{days} {name}"
