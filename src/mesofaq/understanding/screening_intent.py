"""What a message is for the pre-screening: an answer, a question about it, a correction; or none of its business."""

import re

from mesofaq.screening import questions
from mesofaq.understanding.first_look import FirstLook, Raised
from mesofaq.understanding.models import Outcome, Understanding
from mesofaq.understanding.triage import TriageClass

__all__ = ["in_context", "says_stop", "screening_intent"]

_ALARMING = 0.5
_VERY_ALARMING = 0.9

_READINGS = {"yes": "affirm", "no": "deny", "unsure": "unsure", "not_answered": "skip", "past": "inform_health"}
# Acts that are no answer to a follow-up question, however it is put.
_INTERRUPTS = frozenset(
    {"stop", "go_back", "ask_person", "ask_why", "privacy", "who_are_you", "ask_sources", "goodbye"}
)
_ENDS = frozenset({"stop", "ask_person", "goodbye"})
_STOP = re.compile(
    r"\b(stop|quit|cancel|end|enough|exit|leave|no more|abort|finish|done|forget (it|this)|never ?mind|not now|"
    r"later|bye|goodbye|"
    r"ciao|see (you|ya)|gotta go|have to go|got to go|another time|continue|carry on|out of here|fed up|bored|"
    r"drop it|that'?s it|"
    r"(do not|don'?t|dont) want|go away|no thanks|give up|cheers|take care|good ?night|ttyl|cya|over it|"
    r"too (many|long|much))\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"^\W*(wait|actually|sorry|oh|oops|hang on|hold on|correction|i forgot|forgot|i made a mistake|my mistake|"
    r"one more thing|also|btw|"
    r"by the way|i should (have )?(say|said|mention)|no wait|ah|hm+|just remembered|i just remembered|i lied)\b",
    re.IGNORECASE,
)


def screening_intent(text: str, found: Understanding, act: str | None) -> str | None:
    """The intent that the pre-screening gives a message.

    Args:
        text: the message as typed.
        found: what was found in it so far; its context says what is asked.
        act: the dialogue act, if it is likely one.

    Returns:
        The intent, or None where the message is to be understood as any other.
    """
    around = found.context
    if around.pending_item is None and not around.asked_whose:
        return "correct_screening" if _corrects(text, found, act) else None
    if questions.asks_why(text):
        return "ask_why"
    if questions.goes_on(text):
        return "start_screening"
    if around.asked_whose:
        return "inform_health" if found.screening_whose is not None and act not in _ENDS else None
    answers_question = found.decision is not None and found.decision.outcome is Outcome.ANSWER
    question = questions.question_in(text)
    if around.pending_follow_up is not None:
        return _beside_follow_up(act, asks=question is not None, answered=answers_question, text=text)
    if around.pending_item in found.screening:
        # Asked beside the answer: the card is shown, and the form takes the answer after it.
        if question is not None and answers_question:
            return "ask_faq"
        return _READINGS[found.screening[str(around.pending_item)]]
    if found.screening_last is not None:
        return "inform_health"
    if questions.asks_meaning(text):
        return "repeat"
    return None


def says_stop(text: str) -> bool:
    """Whether `text` says in so many words that it is enough."""
    return _STOP.search(text) is not None


def in_context(seen: FirstLook, found: Understanding) -> TriageClass | Raised | None:
    """What the first look makes of a message, in the light of what was asked.

    "No, she is 72" and "penicillin, I get hives" sound alarming alone, and are answers. What the rules of triage take
    for an emergency is one, whatever was asked; where only the opinion does, or a rule that asks, an answer is heard as
    one: nothing happens where every word of it was read, else it is asked whether it is happening now. What cannot be
    read at all stays an emergency only where the opinion is strong: alone it sounds grave easily.
    """
    raised = seen.triage_class
    around = found.context
    sure = seen.rules.triage_class is TriageClass.EMERGENCY and not seen.rules.asks
    if raised not in (TriageClass.EMERGENCY, Raised.ASK_IF_NOW) or sure or around.pending_item is None:
        return raised
    alarming = seen.opinion.get(TriageClass.EMERGENCY, 0.0) >= _ALARMING
    answers = around.pending_follow_up is not None or bool(found.screening) or found.others_only
    if not answers:
        return raised if seen.opinion.get(TriageClass.EMERGENCY, 0.0) >= _VERY_ALARMING else Raised.ASK_IF_NOW
    if found.explained and not seen.rules.asks:
        return None
    return Raised.ASK_IF_NOW if alarming or seen.rules.asks else None


def _beside_follow_up(act: str | None, *, asks: bool, answered: bool, text: str) -> str | None:
    """A follow-up question takes every text for its answer that is nothing else for certain."""
    if act in _INTERRUPTS:
        return None
    if asks and questions.asks_meaning(text):
        return "repeat"
    if asks:
        return None if answered else "ask_other"
    return "inform_health"


def _corrects(text: str, found: Understanding, act: str | None) -> bool:
    """Whether a message changes an answer of the screening that was finished before it."""
    finished = found.context.finished
    if finished is None or not found.screening or act == "start_screening":
        return False
    changed = any(finished.answers.get(item, {}).get("reading") != reading for item, reading in found.screening.items())
    return changed and (questions.question_in(text) is None or _CORRECTS.match(text) is not None)
