"""The fixed order: normalise → triage → dialogue act → retrieval → decision.

One call a message, nothing compiled anew.
"""

from collections.abc import Callable

from mesofaq.chat.models import About
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.knowledge.bundle import Bundle
from mesofaq.screening import questions
from mesofaq.screening.answers import AnswerReader
from mesofaq.understanding.decision import answer_both, decide
from mesofaq.understanding.first_look import FirstLook, Raised, look_at, piece_of
from mesofaq.understanding.language import LanguageDetector
from mesofaq.understanding.models import Context, Decision, FindingRecord, Outcome, TriageRecord, Understanding
from mesofaq.understanding.retrieval import Retrieval, Retrieved
from mesofaq.understanding.screening_intent import in_context, says_stop, screening_intent
from mesofaq.understanding.triage import Triage, TriageClass, TriageResult

__all__ = ["Understander", "judge_only"]

_ACT_THRESHOLD = 0.5
_STRONG_OPINION = 0.8
_SHORTEST_QUESTION = 2
# Who is not sure whether it is happening now is told what to do if it is.
_IF_NOW = {"yes": str(TriageClass.EMERGENCY), "unsure": str(TriageClass.EMERGENCY), "no": "not_now"}
_INTENTS = {Outcome.ANSWER: "ask_faq", Outcome.CLARIFY: "ask_faq_unclear", Outcome.HANDOFF: "out_of_scope"}


class Understander:
    """Understands messages with one bundle.

    Args:
        triage: the compiled triage lexicon; it has its say first, whatever else is loaded.
        bundle: the knowledge to search.
        protocol: the screening protocol, to read answers to it.
        servable: whether a card (by id) may be shown.
        screens: whether the pre-screening may be offered; where it may not, a person is asked for instead.
    """

    def __init__(
        self,
        triage: Triage,
        bundle: Bundle,
        protocol: ScreeningProtocol,
        servable: Callable[[str], bool],
        screens: Callable[[], bool] = lambda: True,
    ) -> None:
        self._triage = triage
        self._bundle = bundle
        self._retrieval = Retrieval(bundle)
        self._reader = AnswerReader(protocol, triage.context, bundle.speller.in_dictionary)
        self._language = LanguageDetector(bundle.speller.knows)
        self._servable = servable
        self._screens = screens

    @property
    def bundle(self) -> Bundle:
        """The bundle that is searched."""
        return self._bundle

    def look(self, text: str) -> FirstLook:
        """Triage one message: rules and second opinion. Needs no context, so it can run before all else."""
        return look_at(text, self._triage, self._bundle)

    def understand(self, text: str, context: Context | None = None, look: FirstLook | None = None) -> Understanding:
        """Understand one message.

        Args:
            text: the message as typed.
            context: what the conversation is about.
            look: the first look at this very text, where it was taken already.

        Returns:
            Everything found, with the intent that the dialogue acts on.
        """
        around = context or Context()
        seen = look or self.look(text)
        plain, last = seen.whole.text, around.last_cards[0] if around.last_cards else None
        retrieved = self._retrieval.search(text, seen.whole, last)
        decision = decide(retrieved.candidates, self._bundle.thresholds, self._servable)
        if not retrieved.exact:
            threshold = self._bundle.thresholds.answer
            asked = self._retrieval.both(plain, seen.clauses, retrieved.candidates, threshold)
            decision = answer_both(decision, asked, self._servable)
        whose = self._whose(text, around)
        for_other = around.for_other or whose == About.OTHER
        item = around.pending_item if around.pending_follow_up is None else None
        told = self._reader.read(text, item, retrieved.act, for_other=for_other)
        found = Understanding(
            intent="out_of_scope",
            confidence=1.0,
            triage=_record(seen.rules, seen.opinion),
            act=retrieved.act,
            candidates=retrieved.candidates,
            decision=decision,
            screening=told.readings,
            screening_named=tuple(sorted(told.named)),
            screening_last=told.last,
            screening_plain=told.plain,
            screening_whose=whose,
            others_only=told.others_only,
            explained=told.explained,
            language=None if retrieved.exact else self._language.detect(text),
            context=around,
            bundle=self._bundle.id,
        )
        if around.pending_item is not None and told.readings and (aside := self._aside(text)) is not None:
            found = found.model_copy(update={"decision": aside})
        if_now = self._reader.answer(text, retrieved.act) if around.asked_if_now else None
        intent, confidence = self._intent(text, seen, retrieved, if_now, found)
        triage = found.triage.model_copy(update={"triage_class": intent if intent in set(TriageClass) else None})
        return found.model_copy(update={"intent": intent, "confidence": confidence, "triage": triage})

    def _whose(self, text: str, around: Context) -> str | None:
        """Whose answers they are, where the message says so."""
        whose = questions.whose(text) if around.asked_whose else questions.asks_for(text)
        return str(whose) if whose is not None else None

    def _aside(self, text: str) -> Decision | None:
        """What answers the question that is asked beside an answer: "no. does it hurt?"; None where no card is sure."""
        question = questions.question_in(text)
        if question is None or len(question.split()) < _SHORTEST_QUESTION:
            return None
        found = self._retrieval.search(question, piece_of(question, self._bundle))
        decided = decide(found.candidates, self._bundle.thresholds, self._servable)
        return decided if decided.outcome is Outcome.ANSWER and not found.top_is_act else None

    def _intent(
        self, text: str, seen: FirstLook, retrieved: Retrieved, if_now: str | None, found: Understanding
    ) -> tuple[str, float]:
        raised = in_context(seen, found)
        if raised is not None and seen.rules.triage_class is not None:
            return str(raised), 1.0
        if raised is TriageClass.EMERGENCY:
            return str(raised), seen.opinion.get(raised, 0.0)
        if if_now in _IF_NOW:
            return _IF_NOW[if_now], 1.0
        act = retrieved.act
        is_act = act is not None and retrieved.top_is_act and act.probability >= _ACT_THRESHOLD
        in_screening = screening_intent(text, found, act.name if is_act and act else None)
        if in_screening is not None:
            return in_screening, 1.0
        if found.language is not None:
            return "other_language", 1.0
        asked = found.context.pending_item is not None
        outcome = found.decision.outcome if found.decision else Outcome.HANDOFF
        if raised is not None and self._raises(raised, seen, outcome, exact=retrieved.exact, asked=asked):
            return str(raised), max(seen.opinion.values())
        act_is_outside = is_act and act is not None and act.name == "out_of_scope"
        if asked and act is not None and act.name in ("stop", "goodbye") and not says_stop(text):
            is_act, act_is_outside = False, True  # an odd answer must not end the questions
        if asked and act_is_outside:
            is_act = False  # what is to be made of it, is told below
        if is_act and act is not None:
            # "Why so long?" after an answer is about that answer.
            about_the_last = act.name == "ask_why" and not asked and found.context.last_cards
            if act.name == "start_screening" and not asked and not self._screens():
                return "ask_person", act.probability
            return ("repeat" if about_the_last else act.name), act.probability
        if asked and found.screening:
            # Something was volunteered while another item is asked: it is taken, and the item is asked again.
            return "inform_health", 1.0
        best = found.candidates[0].probability if found.candidates else 0.0
        if asked and (outcome is not Outcome.ANSWER or act_is_outside):
            # Neither an answer nor a question that a card answers: a person answers it, if it is one at all.
            asks = questions.question_in(text) is not None
            outcome = Outcome.HANDOFF if act_is_outside else outcome
            return ({Outcome.CLARIFY: "ask_faq_unclear"}.get(outcome, "ask_other") if asks else "out_of_scope"), best
        return _INTENTS[outcome], best

    @staticmethod
    def _raises(raised: TriageClass | Raised, seen: FirstLook, outcome: Outcome, *, exact: bool, asked: bool) -> bool:
        """Whether the opinion's word counts here.

        A wording of our own (a button's) means what it says. While a health question is asked, talk of conditions and
        medicines is its answer. Where a card is sure to answer, only the opinion that it is a complication, or a strong
        one, goes before it.
        """
        if exact or (asked and raised is not TriageClass.COMPLICATION):
            return False
        if outcome is not Outcome.ANSWER or raised is TriageClass.COMPLICATION:
            return True
        return isinstance(raised, TriageClass) and seen.opinion[raised] >= _STRONG_OPINION


def judge_only(triage: Triage, text: str) -> Understanding:
    """What can be said without a bundle: the triage alone. Anything that it lets pass goes to a person."""
    judged = triage.judge(text)
    return Understanding(intent=str(judged.triage_class or "out_of_scope"), confidence=1.0, triage=_record(judged, {}))


def _record(judged: TriageResult, opinion: dict[str, float]) -> TriageRecord:
    return TriageRecord(
        triage_class=judged.triage_class,
        phrase=judged.phrase,
        asks=judged.asks,
        opinion=opinion,
        findings=tuple(
            FindingRecord(
                rule=item.rule, triage_class=item.triage_class, words=item.words, turned_off_by=item.turned_off_by
            )
            for item in judged.findings
        ),
    )
