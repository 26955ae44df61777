"""How well a score tells messages in scope from others: the area under its ROC curve, and a threshold.

Higher scores mean "in scope". The area is the share of pairs (one message in scope, one out of scope) in which the one
in scope has the higher score, ties counted half.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Area", "AtThreshold", "apply_threshold", "area", "choose_threshold"]

Scores = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NORMAL_975 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for an interval of 95 %."""


@dataclass(frozen=True)
class Area:
    """The area under the ROC curve with DeLong's 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AtThreshold:
    """What is counted when messages below a threshold are rejected.

    Args:
        threshold: the lowest score that is taken for in scope.
        right: messages in scope that are not rejected and have the right label.
        inside: messages in scope.
        rejected: messages out of scope that are rejected.
        outside: messages out of scope.
    """

    threshold: float
    right: int
    inside: int
    rejected: int
    outside: int


def area(inside: Scores, outside: Scores) -> Area:
    """The area under the ROC curve.

    The interval is DeLong's, on the scale of the logit, which keeps it within 0 and 1.

    Args:
        inside: the scores of messages in scope.
        outside: the scores of the others.

    Raises:
        ValueError: one of the two is empty.
    """
    if not len(inside) or not len(outside):
        raise ValueError("an area needs messages in scope and others")
    of_inside = _shares_below(inside, outside)
    of_outside = 1.0 - _shares_below(outside, inside)
    value = float(of_inside.mean())
    if value in (0.0, 1.0) or min(len(inside), len(outside)) < 2:
        return Area(value, 0.0 if value < 1.0 else value, 1.0 if value > 0.0 else value)
    variance = of_inside.var(ddof=1) / len(inside) + of_outside.var(ddof=1) / len(outside)
    logit = math.log(value / (1 - value))
    reach = _NORMAL_975 * math.sqrt(float(variance)) / (value * (1 - value))
    return Area(value, _expit(logit - reach), _expit(logit + reach))


def choose_threshold(inside: Scores, right: Flags, outside: Scores) -> float:
    """The threshold with the highest mean of two shares: right in scope, and rejected out of scope.

    It lies in the middle between two scores, so that it means the same for messages not seen yet. Of several as good,
    the one that rejects least.

    Args:
        inside: the scores of messages in scope.
        right: whether each of them got the right label.
        outside: the scores of the others.
    """
    found = np.unique(np.concatenate([inside, outside]))
    candidates = np.concatenate([found[:1] - 1.0, (found[:-1] + found[1:]) / 2, found[-1:] + 1.0])
    kept = 1.0 - np.searchsorted(np.sort(inside[right]), candidates, side="left") / max(1, int(right.sum()))
    rejected = np.searchsorted(np.sort(outside), candidates, side="left") / max(1, len(outside))
    worth = kept * right.mean() + rejected
    return float(candidates[int(np.argmax(worth.round(12)))])


def apply_threshold(threshold: float, inside: Scores, right: Flags, outside: Scores) -> AtThreshold:
    """Count what comes of `threshold`; the arguments are as for `choose_threshold`."""
    return AtThreshold(
        threshold=threshold,
        right=int((right & (inside >= threshold)).sum()),
        inside=len(inside),
        rejected=int((outside < threshold).sum()),
        outside=len(outside),
    )


def _shares_below(scores: Scores, others: Scores) -> Scores:
    """For each score the share of `others` that is lower, those that are equal counted half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, scores, side="left")
    not_above = np.searchsorted(ordered, scores, side="right")
    shares: Scores = (below + not_above) / (2.0 * len(others))
    return shares


def _expit(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))
