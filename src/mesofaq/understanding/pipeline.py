"""The fixed order: normalise → triage → dialogue act → retrieval → decision.

One call a message, nothing compiled anew.
"""

from collections.abc import Callable

from mesofaq.content.models import ScreeningProtocol
from mesofaq.knowledge.bundle import Bundle
from mesofaq.screening.answers import AnswerReader
from mesofaq.understanding.decision import decide
from mesofaq.understanding.models import Context, FindingRecord, Outcome, TriageRecord, Understanding
from mesofaq.understanding.retrieval import Retrieval, Retrieved
from mesofaq.understanding.triage import Triage, TriageResult

__all__ = ["Understander", "judge_only"]

_ACT_THRESHOLD = 0.5
_READINGS = {"yes": "affirm", "no": "deny", "unsure": "unsure", "not_answered": "skip"}
_INTENTS = {Outcome.ANSWER: "ask_faq", Outcome.CLARIFY: "ask_faq_unclear", Outcome.HANDOFF: "out_of_scope"}


class Understander:
    """Understands messages with one bundle.

    Args:
        triage: the compiled triage lexicon; it has its say first, whatever else is loaded.
        bundle: the knowledge to search.
        protocol: the screening protocol, to read answers to it.
        servable: whether a card (by id) may be shown.
    """

    def __init__(
        self, triage: Triage, bundle: Bundle, protocol: ScreeningProtocol, servable: Callable[[str], bool]
    ) -> None:
        self._triage = triage
        self._bundle = bundle
        self._retrieval = Retrieval(bundle)
        self._reader = AnswerReader(protocol)
        self._servable = servable

    @property
    def bundle(self) -> Bundle:
        """The bundle that is searched."""
        return self._bundle

    def understand(self, text: str, context: Context | None = None) -> Understanding:
        """Understand one message.

        Args:
            text: the message as typed.
            context: what the conversation is about.

        Returns:
            Everything found, with the intent that the dialogue acts on.
        """
        around = context or Context()
        judged = self._triage.judge(text)
        retrieved = self._retrieval.search(text)
        readings = self._reader.read(text, around.pending_item, retrieved.act)
        decision = decide(retrieved.candidates, self._bundle.thresholds, self._servable)
        found = Understanding(
            intent="out_of_scope",
            confidence=1.0,
            triage=_record(judged),
            act=retrieved.act,
            candidates=retrieved.candidates,
            decision=decision,
            screening=readings,
            context=around,
            bundle=self._bundle.id,
        )
        intent, confidence = self._intent(judged, retrieved, readings, found)
        return found.model_copy(update={"intent": intent, "confidence": confidence})

    def _intent(
        self, judged: TriageResult, retrieved: Retrieved, readings: dict[str, str], found: Understanding
    ) -> tuple[str, float]:
        if judged.triage_class is not None:
            return str(judged.triage_class), 1.0
        pending = found.context.pending_item
        if pending is not None and pending in readings:
            return _READINGS[readings[pending]], 1.0
        act = retrieved.act
        if act is not None and retrieved.top_is_act and act.probability >= _ACT_THRESHOLD:
            return act.name, act.probability
        if pending is not None and readings:
            # Something was volunteered while another item is asked: it is taken, and the item is asked again.
            return "inform_health", 1.0
        best = found.candidates[0].probability if found.candidates else 0.0
        outcome = found.decision.outcome if found.decision else Outcome.HANDOFF
        return _INTENTS[outcome], best


def judge_only(triage: Triage, text: str) -> Understanding:
    """What can be said without a bundle: the triage alone. Anything that it lets pass goes to a person."""
    judged = triage.judge(text)
    return Understanding(intent=str(judged.triage_class or "out_of_scope"), confidence=1.0, triage=_record(judged))


def _record(judged: TriageResult) -> TriageRecord:
    return TriageRecord(
        triage_class=judged.triage_class,
        phrase=judged.phrase,
        findings=tuple(
            FindingRecord(
                rule=item.rule, triage_class=item.triage_class, words=item.words, turned_off_by=item.turned_off_by
            )
            for item in judged.findings
        ),
    )
