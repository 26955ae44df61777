"""Turns the evidence into one of answer, clarify, hand off, by the thresholds that the bundle carries."""

from collections.abc import Callable

from mesofaq.knowledge.calibration import Thresholds
from mesofaq.understanding.models import Candidate, Decision, Outcome

__all__ = ["answer_both", "decide"]

_OFFERED = 3
_WORTH_OFFERING = 0.04
"""A third card less likely than this is not offered in a clarify: a list of guesses helps nobody."""


def decide(candidates: tuple[Candidate, ...], thresholds: Thresholds, servable: Callable[[str], bool]) -> Decision:
    """Decide what to do with a question.

    Args:
        candidates: the likeliest cards, best first.
        thresholds: when to answer and when to ask.
        servable: whether a card may be shown; in production only approved, unexpired ones may.

    Returns:
        The decision. A best card that may not be shown is never replaced by the next best one: a person answers.
    """

    def decision(outcome: Outcome, *cards: str) -> Decision:
        return Decision(
            outcome=outcome,
            cards=cards,
            answer_threshold=thresholds.answer,
            clarify_threshold=thresholds.clarify,
        )

    if not candidates or not servable(candidates[0].card):
        return decision(Outcome.HANDOFF)
    if candidates[0].probability >= thresholds.answer:
        return decision(Outcome.ANSWER, candidates[0].card)
    best = candidates[:_OFFERED]
    # The two likeliest always: a card that is likely, though not sure enough, must not go unmentioned.
    likely = [item for place, item in enumerate(best) if place < 2 or item.probability >= _WORTH_OFFERING]
    offered = [item.card for item in likely if servable(item.card)]
    if sum(item.probability for item in best) >= thresholds.clarify and len(offered) >= 2:
        return decision(Outcome.CLARIFY, *offered)
    return decision(Outcome.HANDOFF)


def answer_both(decision: Decision, cards: tuple[str, ...], servable: Callable[[str], bool]) -> Decision:
    """`decision`, or answering both `cards` (two or none) where the message asks two questions.

    Where one of them may not be shown, nothing changes: half an answer would pass for a whole one.
    """
    if len(cards) != 2 or not all(servable(card) for card in cards):
        return decision
    return decision.model_copy(update={"outcome": Outcome.ANSWER, "cards": cards})
