"""Cases, understandings, replies and dialogues made by hand, so that each test says what it is about."""

from typing import Any

from mesofaq.chat.models import CardRef, HandoffRef, Priority, Reply, ScreeningRef, Suggestion
from mesofaq.chat.models import Kind as ReplyKind
from mesofaq.dialogue.replies import HAPPENING_NOW_TEXT
from mesofaq.evaluate.cases import Case, Dialogue, Part, Turn
from mesofaq.evaluate.expectations import Expectation, Kind, read_expectation
from mesofaq.evaluate.judge import Judged, judge
from mesofaq.evaluate.turns import JudgedDialogue, Words, judge_dialogue
from mesofaq.understanding.models import Candidate, Decision, Outcome, TriageRecord, Understanding

_OUTCOMES = {"ask_faq": Outcome.ANSWER, "ask_faq_unclear": Outcome.CLARIFY}

LABELS = frozenset(f"card:{card}" for card in ("pain", "cost", "numbing")) | {
    f"act:{act}" for act in "greet thank goodbye repeat ask_person ask_sources start_screening stop deny".split()
}

PAIN = Expectation(Kind.CARD, "pain")
NOBODY = Expectation(Kind.HANDOFF)
EMERGENCY = Expectation(Kind.TRIAGE, "emergency")


def case(
    expected: Expectation = PAIN, *, id: str = "c-1", voice: str = "", part: Part = Part.HELD_BACK, seen: bool = False
) -> Case:
    return Case(id, f"text of {id}", expected, voice, part, seen, f"set.jsonl:{id}")


def understood(
    intent: str,
    *cards: str,
    triage: str | None = None,
    candidates: tuple[tuple[str, float], ...] = (("pain", 0.95), ("numbing", 0.03)),
) -> Understanding:
    return Understanding(
        intent=triage or intent,
        confidence=1.0,
        triage=TriageRecord(triage_class=triage),
        candidates=tuple(
            Candidate(card=card, probability=probability, nearest=f"what of {card}", cosine=0.5)
            for card, probability in candidates
        ),
        decision=Decision(
            outcome=_OUTCOMES.get(intent, Outcome.HANDOFF), cards=cards, answer_threshold=0.9, clarify_threshold=0.8
        ),
    )


ANSWERED_PAIN = understood("ask_faq", "pain")
ANSWERED_COST = understood("ask_faq", "cost", candidates=(("cost", 0.97), ("pain", 0.02)))
HANDED_OFF = understood("out_of_scope", candidates=(("pain", 0.3), ("cost", 0.1)))
ASKED_IF_NOW = understood("ask_if_now")


def judged(
    found: Understanding,
    expected: Expectation = PAIN,
    *,
    id: str = "c-1",
    voice: str = "",
    part: Part = Part.HELD_BACK,
    seen: bool = False,
) -> Judged:
    return judge(case(expected, id=id, voice=voice, part=part, seen=seen), found)


# ---- dialogues

WORDS = Words(
    named={
        "Hello!": "greet",
        "You are welcome.": "thank",
        "Bye.": "goodbye",
        "Nothing to repeat.": "nothing_to_repeat",
        "I asked nothing.": "nothing_asked",
        "A person comes.": "ask_person",
        "A person looks today.": "complication",
        "Ask who prescribed it.": "medicine_change",
    },
    intro="Some health questions.",
)


def _reply(kind: ReplyKind, text: str, **more: Any) -> Reply:
    return Reply.model_validate({"id": "r", "from": "bot", "kind": kind, "text": text, **more})


SOURCES = _reply(ReplyKind.SOURCES, "My last answer rests on:")
NOTICE = _reply(ReplyKind.NOTICE, "Something went wrong.")
ALARM = _reply(ReplyKind.EMERGENCY, "Call now.")
INTRO = _reply(ReplyKind.SCREENING, WORDS.intro, screening=ScreeningRef())
CANCELLED = _reply(ReplyKind.SCREENING, "Stopped.", screening=ScreeningRef(result="cancelled"))
FINISHED = _reply(ReplyKind.SCREENING, "Thank you.", screening=ScreeningRef(result="no_flags"))
IF_NOW = _reply(ReplyKind.CLARIFY, "Is it now?", suggestions=(Suggestion(title="Yes", text=HAPPENING_NOW_TEXT),))


def shows(card: str) -> Reply:
    return _reply(ReplyKind.ANSWER, f"About {card}.", card=CardRef(id=card, version="1", status="draft"))


def offers(*cards: str) -> Reply:
    offered = tuple(Suggestion(title=card, text=card, card=card) for card in cards)
    return _reply(ReplyKind.CLARIFY, "Which?", suggestions=offered)


def says(text: str) -> Reply:
    return _reply(ReplyKind.SMALLTALK, text)


def person(text: str = "No vetted answer.") -> Reply:
    return _reply(ReplyKind.HANDOFF, text, handoff=HandoffRef(id="h", priority=Priority.ROUTINE))


def asks(item: str) -> Reply:
    return _reply(ReplyKind.SCREENING, f"1 of 9. {item}?", screening=ScreeningRef(item=item))


def played(*turns: tuple[str, list[Reply]], id: str = "dlg-1", part: Part = Part.HELD_BACK) -> JudgedDialogue:
    """A judged dialogue: what is expected of each turn, and its replies."""
    said = tuple(
        Turn(f"turn {number} of {id}", read_expectation(expect, LABELS, of_turn=True))
        for number, (expect, _) in enumerate(turns, start=1)
    )
    return judge_dialogue(Dialogue(id, said, part, f"set.jsonl:{id}"), [replies for _, replies in turns], WORDS)
