"""Cases and understandings made by hand, so that each test says what it is about."""

from mesofaq.evaluate.cases import Case, Expectation, Kind, Part
from mesofaq.evaluate.judge import Judged, judge
from mesofaq.understanding.models import Candidate, Decision, Outcome, TriageRecord, Understanding

_OUTCOMES = {"ask_faq": Outcome.ANSWER, "ask_faq_unclear": Outcome.CLARIFY}

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
