"""How far the probabilities can be believed (reliability), and what caution buys (risk and coverage).

Both are about the messages that the probabilities decide; those that the triage or a dialogue act takes first are
left out. A message without a right card counts as one whose best card is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mesofaq.evaluate.expectations import Kind
from mesofaq.evaluate.judge import Judged
from mesofaq.evaluate.summary import Share

__all__ = ["Bin", "CurvePoint", "Scored", "calibration_error", "reliability", "risk_coverage", "scored"]

_BINS = 10
_FEWEST_IN_A_BIN = 12
"""A share of fewer messages says next to nothing: such bins are joined with their neighbours."""


@dataclass(frozen=True)
class Scored:
    """The best card's probability for one message, and whether that card is right."""

    probability: float
    right: bool
    in_scope: bool


@dataclass(frozen=True)
class Bin:
    """Messages with about the same probability: how sure the best card was on average, and how often it was right."""

    probability: float
    right: Share


@dataclass(frozen=True)
class CurvePoint:
    """What would happen if cards were answered from `threshold` on.

    Args:
        threshold: the lowest probability that is answered.
        coverage: the share of the messages that would be answered.
        risk: the share of wrong answers among the answers.
    """

    threshold: float
    coverage: float
    risk: float


def scored(judged: Sequence[Judged]) -> list[Scored]:
    """The messages whose fate the probabilities decide, of those in scope and out of scope."""
    return [
        Scored(
            probability=item.best.probability,
            right=item.case.expected.kind is Kind.CARD and item.best.card == item.case.expected.value,
            in_scope=item.case.expected.kind is Kind.CARD,
        )
        for item in judged
        if item.case.expected.kind in (Kind.CARD, Kind.HANDOFF) and item.by_probability and item.best is not None
    ]


def reliability(points: Sequence[Scored]) -> list[Bin]:
    """Ten bins of equal width over the probability, joined from below until each has twelve messages."""
    steps: list[list[Scored]] = [[] for _ in range(_BINS)]
    for point in points:
        steps[min(int(point.probability * _BINS), _BINS - 1)].append(point)
    joined: list[list[Scored]] = [[]]
    for step in steps:
        if len(joined[-1]) >= _FEWEST_IN_A_BIN:
            joined.append([])
        joined[-1] += step
    if len(joined) > 1 and len(joined[-1]) < _FEWEST_IN_A_BIN:
        last = joined.pop()
        joined[-1] += last
    return [
        Bin(
            probability=sum(point.probability for point in found) / len(found),
            right=Share(sum(point.right for point in found), len(found)),
        )
        for found in joined
        if found
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error: how far probability and truth lie apart, weighed by the messages of each bin."""
    total = sum(item.right.of for item in bins)
    apart = sum(abs(item.probability - item.right.rate) * item.right.of for item in bins)
    return apart / total if total else 0.0


def risk_coverage(points: Sequence[Scored]) -> list[CurvePoint]:
    """One point for each probability that occurs, from the most cautious threshold to the boldest."""
    curve: list[CurvePoint] = []
    ordered = sorted(points, key=lambda point: -point.probability)
    wrong = 0
    for position, point in enumerate(ordered, start=1):
        wrong += not point.right
        # Messages of the same probability are answered together or not at all.
        if position < len(ordered) and ordered[position].probability == point.probability:
            continue
        curve.append(CurvePoint(point.probability, position / len(ordered), wrong / position))
    return curve
