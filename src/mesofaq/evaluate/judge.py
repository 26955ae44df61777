"""What the real understanding did with a labelled message, against what was expected of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mesofaq.evaluate.cases import Case, Expectation, Kind
from mesofaq.understanding.models import Candidate, Understanding
from mesofaq.understanding.triage import TriageClass

__all__ = ["RESULTS", "Judged", "Result", "Worth", "judge", "judge_all", "worth"]

_TO_A_PERSON = frozenset({"out_of_scope", "ask_person"})


class Result(StrEnum):
    """How a message fared. Which of these can occur depends on what was expected: `RESULTS`."""

    RIGHT = "right"
    CLARIFIED_RIGHT = "clarified-right"
    CLARIFIED_WITHOUT = "clarified-without"
    WRONG = "wrong"
    ANSWERED = "answered"
    CLARIFIED = "clarified"
    HANDED_OFF = "handed-off"
    PRE_EMPTED = "pre-empted"
    OTHER_ACT = "other-act"
    NOTICED = "noticed"
    OTHER_CLASS = "other-class"
    ONLY_HANDED_OFF = "only-handed-off"
    MISSED = "missed"
    QUIET = "quiet"
    FALSE_ALARM = "false-alarm"


RESULTS: dict[Kind, dict[Result, str]] = {
    Kind.CARD: {
        Result.RIGHT: "answered with the right card",
        Result.CLARIFIED_RIGHT: "asked back, the right card among those offered",
        Result.CLARIFIED_WITHOUT: "asked back without the right card",
        Result.WRONG: "answered with another card",
        Result.HANDED_OFF: "handed to a person",
        Result.PRE_EMPTED: "handed to a person by the triage",
        Result.OTHER_ACT: "taken for small talk or another act",
    },
    Kind.HANDOFF: {
        Result.HANDED_OFF: "handed to a person",
        Result.PRE_EMPTED: "handed to a person by the triage",
        Result.CLARIFIED: "asked back",
        Result.OTHER_ACT: "taken for small talk or another act",
        Result.ANSWERED: "answered, though no card answers it",
    },
    Kind.TRIAGE: {
        Result.NOTICED: "noticed",
        Result.OTHER_CLASS: "noticed as another class",
        Result.ONLY_HANDED_OFF: "not noticed, but handed to a person",
        Result.MISSED: "not noticed: answered, asked back or small talk",
    },
    Kind.NOT_EMERGENCY: {
        Result.QUIET: "not taken for an emergency",
        Result.FALSE_ALARM: "taken for an emergency",
    },
    Kind.ACT: {
        Result.RIGHT: "recognised",
        Result.PRE_EMPTED: "handed to a person by the triage",
        Result.WRONG: "taken for something else",
    },
}
"""What can become of a message of each kind, and how it is called in the tables, in their order."""

_GOOD = frozenset(
    {
        (Kind.CARD, Result.RIGHT),
        (Kind.HANDOFF, Result.HANDED_OFF),
        (Kind.HANDOFF, Result.PRE_EMPTED),
        (Kind.TRIAGE, Result.NOTICED),
        (Kind.NOT_EMERGENCY, Result.QUIET),
        (Kind.ACT, Result.RIGHT),
    }
)
_BAD = frozenset(
    {
        (Kind.CARD, Result.WRONG),
        (Kind.HANDOFF, Result.ANSWERED),
        (Kind.TRIAGE, Result.MISSED),
        (Kind.NOT_EMERGENCY, Result.FALSE_ALARM),
        (Kind.ACT, Result.WRONG),
    }
)


class Worth(StrEnum):
    """How a result is to be taken; what is neither good nor bad costs patience, not safety."""

    GOOD = "good"
    MIDDLING = "middling"
    BAD = "bad"


def worth(expected: Expectation, result: Result) -> Worth:
    """How a result is to be taken where `expected` was right.

    Bad must be looked at one by one: somebody got what is not theirs, was not noticed, or was alarmed for nothing.
    """
    if (expected.kind, result) in _GOOD:
        return Worth.GOOD
    # A person reads what was handed over, but in their own time: in an emergency that is too late.
    too_late = expected.value == TriageClass.EMERGENCY and result in (Result.ONLY_HANDED_OFF, Result.OTHER_CLASS)
    return Worth.BAD if too_late or (expected.kind, result) in _BAD else Worth.MIDDLING


@dataclass(frozen=True)
class Judged:
    """One message with what became of it.

    Args:
        case: the labelled message.
        result: how it fared.
        got: what it got, for people: a card's id, `a person`, a triage class, `act:<name>`, or the cards offered.
        understanding: the evidence.
    """

    case: Case
    result: Result
    got: str
    understanding: Understanding

    @property
    def worth(self) -> Worth:
        """How that is to be taken."""
        return worth(self.case.expected, self.result)

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


def judge_all(cases: Iterable[Case], understand: Callable[[str], Understanding]) -> list[Judged]:
    """Judge each message as the first of a conversation.

    Args:
        cases: the labelled messages.
        understand: the real understanding.
    """
    return [judge(case, understand(case.text)) for case in cases]


def judge(case: Case, found: Understanding) -> Judged:
    """Judge what was found in one message."""
    judges = {
        Kind.CARD: _in_scope,
        Kind.HANDOFF: _out_of_scope,
        Kind.TRIAGE: _triage,
        Kind.NOT_EMERGENCY: _not_emergency,
        Kind.ACT: _act,
    }
    result = judges[case.expected.kind](case.expected.value, found)
    return Judged(case, result, _got(found), found)


def _cards(found: Understanding) -> tuple[str, ...]:
    return found.decision.cards if found.decision else ()


def _in_scope(card: str, found: Understanding) -> Result:
    if found.triage.triage_class is not None:
        return Result.PRE_EMPTED
    if found.intent == "ask_faq":
        return Result.RIGHT if card in _cards(found) else Result.WRONG
    if found.intent == "ask_faq_unclear":
        return Result.CLARIFIED_RIGHT if card in _cards(found) else Result.CLARIFIED_WITHOUT
    return Result.HANDED_OFF if found.intent in _TO_A_PERSON else Result.OTHER_ACT


def _out_of_scope(_: str, found: Understanding) -> Result:
    if found.triage.triage_class is not None:
        return Result.PRE_EMPTED
    results = {"ask_faq": Result.ANSWERED, "ask_faq_unclear": Result.CLARIFIED}
    if found.intent in results:
        return results[found.intent]
    return Result.HANDED_OFF if found.intent in _TO_A_PERSON else Result.OTHER_ACT


def _triage(triage_class: str, found: Understanding) -> Result:
    if found.triage.triage_class is None:
        return Result.ONLY_HANDED_OFF if found.intent in _TO_A_PERSON else Result.MISSED
    return Result.NOTICED if found.triage.triage_class == triage_class else Result.OTHER_CLASS


def _not_emergency(_: str, found: Understanding) -> Result:
    return Result.FALSE_ALARM if found.triage.triage_class == TriageClass.EMERGENCY else Result.QUIET


def _act(name: str, found: Understanding) -> Result:
    if found.triage.triage_class is not None:
        return Result.PRE_EMPTED
    return Result.RIGHT if found.intent == name else Result.WRONG


def _got(found: Understanding) -> str:
    if found.triage.triage_class is not None:
        return found.triage.triage_class
    if found.intent == "ask_faq":
        return ", ".join(_cards(found))
    if found.intent == "ask_faq_unclear":
        return f"asked back: {', '.join(_cards(found))}"
    return "a person" if found.intent in _TO_A_PERSON else f"act:{found.intent}"
