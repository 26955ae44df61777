"""What the real understanding did with a labelled message, against what was expected of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mesofaq.evaluate.cases import Case
from mesofaq.evaluate.expectations import Kind
from mesofaq.evaluate.results import GROUPS, Result, Worth
from mesofaq.understanding.models import Candidate, Understanding
from mesofaq.understanding.triage import TriageClass

__all__ = ["Judged", "judge", "judge_all"]

_TO_A_PERSON = frozenset({"out_of_scope", "ask_person"})
_ASK_IF_NOW = "ask_if_now"


@dataclass(frozen=True)
class Judged:
    """One message with what became of it.

    Args:
        case: the labelled message.
        result: how it fared.
        got: what it got, for people: a card's id, `a person`, a triage class, `act:<name>`, the cards offered,
            or `language:<code>`.
        understanding: the evidence.
    """

    case: Case
    result: Result
    got: str
    understanding: Understanding

    @property
    def worth(self) -> Worth:
        """How that is to be taken."""
        return GROUPS[self.case.expected.group][self.result].worth

    @property
    def handed_off(self) -> Result | None:
        """How it fared among those that a person must answer; None where it is not one of them."""
        return _must_hand_off(self.understanding) if self.case.expected.kind is Kind.TRIAGE else None

    @property
    def best(self) -> Candidate | None:
        """The likeliest card."""
        return self.understanding.candidates[0] if self.understanding.candidates else None

    @property
    def runner_up(self) -> Candidate | None:
        """The next likeliest card."""
        return self.understanding.candidates[1] if len(self.understanding.candidates) > 1 else None

    @property
    def by_probability(self) -> bool:
        """Whether the probabilities decided it: neither the triage nor a dialogue act came before."""
        return self.understanding.triage.triage_class is None and self.understanding.intent in (
            "ask_faq",
            "ask_faq_unclear",
            "out_of_scope",
        )


def judge_all(
    cases: Iterable[Case], understand: Callable[[str], Understanding], *, judged: Callable[[int], None] = lambda _: None
) -> list[Judged]:
    """Judge each message as the first of a conversation.

    Args:
        cases: the labelled messages.
        understand: the real understanding.
        judged: is told after each message how many there were so far.
    """
    items: list[Judged] = []
    for case in cases:
        items.append(judge(case, understand(case.text)))
        judged(len(items))
    return items


def judge(case: Case, found: Understanding) -> Judged:
    """Judge what was found in one message."""
    judges = {
        Kind.CARD: _in_scope,
        Kind.HANDOFF: _out_of_scope,
        Kind.TRIAGE: _triage,
        Kind.NOT_EMERGENCY: _not_emergency,
        Kind.ACT: _act,
        Kind.LANGUAGE: _language,
    }
    result = judges[case.expected.kind](case.expected.value, found)
    got = f"language:{found.language or 'none'}" if case.expected.kind is Kind.LANGUAGE else _got(found)
    return Judged(case, result, got, found)


def _cards(found: Understanding) -> tuple[str, ...]:
    return found.decision.cards if found.decision else ()


def _in_scope(card: str, found: Understanding) -> Result:
    if found.triage.triage_class is not None:
        return Result.PRE_EMPTED
    if found.intent == "ask_faq":
        return Result.RIGHT if card in _cards(found) else Result.WRONG
    if found.intent == "ask_faq_unclear":
        return Result.CLARIFIED_RIGHT if card in _cards(found) else Result.CLARIFIED_WITHOUT
    return _otherwise(found)


def _out_of_scope(_: str, found: Understanding) -> Result:
    return Result.PRE_EMPTED if found.triage.triage_class is not None else _where_to(found)


def _triage(triage_class: str, found: Understanding) -> Result:
    if found.triage.triage_class is None:
        results = {Result.HANDED_OFF: Result.ONLY_HANDED_OFF, Result.ASKED_IF_NOW: Result.ASKED_IF_NOW}
        return results.get(_where_to(found), Result.MISSED)
    return Result.NOTICED if found.triage.triage_class == triage_class else Result.OTHER_CLASS


def _must_hand_off(found: Understanding) -> Result:
    return Result.HANDED_OFF if found.triage.triage_class is not None else _where_to(found)


def _not_emergency(_: str, found: Understanding) -> Result:
    if found.triage.triage_class == TriageClass.EMERGENCY:
        return Result.FALSE_ALARM
    return Result.ASKED_IF_NOW if found.intent == _ASK_IF_NOW else Result.QUIET


def _act(name: str, found: Understanding) -> Result:
    if found.triage.triage_class is not None:
        return Result.PRE_EMPTED
    return Result.RIGHT if found.intent == name else Result.WRONG


def _language(language: str, found: Understanding) -> Result:
    if language == "none":
        return Result.QUIET if found.language is None else Result.FALSE_ALARM
    if found.language is None:
        return Result.MISSED
    return Result.RIGHT if found.language == language else Result.OTHER_LANGUAGE


def _where_to(found: Understanding) -> Result:
    """Where a message goes that the triage lets pass."""
    results = {"ask_faq": Result.ANSWERED, "ask_faq_unclear": Result.CLARIFIED}
    return results[found.intent] if found.intent in results else _otherwise(found)


def _otherwise(found: Understanding) -> Result:
    """Where a message goes for which there is no card."""
    if found.intent == _ASK_IF_NOW:
        return Result.ASKED_IF_NOW
    return Result.HANDED_OFF if found.intent in _TO_A_PERSON else Result.OTHER_ACT


def _got(found: Understanding) -> str:
    if found.triage.triage_class is not None:
        return found.triage.triage_class
    if found.intent == "ask_faq":
        return ", ".join(_cards(found))
    if found.intent == "ask_faq_unclear":
        return f"asked back: {', '.join(_cards(found))}"
    if found.intent == _ASK_IF_NOW:
        return "asked whether it is happening now"
    return "a person" if found.intent in _TO_A_PERSON else f"act:{found.intent}"
