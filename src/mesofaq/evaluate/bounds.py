"""Exact bounds of a share: how far the true share may lie from the one counted.

The Clopper-Pearson interval holds the true share at least as often as it says, however few messages there are and
however near to 0 or 1 the share is, where simpler intervals are wrong. Its ends are quantiles of beta distributions,
found here by bisection on the regularised incomplete beta function, which is computed as a continued fraction (DLMF
8.17.22, evaluated by Lentz's method): the service needs no SciPy.
"""

import math

__all__ = ["beta_cdf", "beta_quantile", "clopper_pearson"]

_TINY = 1e-300
_PRECISION = 1e-15
_MOST_TERMS = 10_000


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact two-sided interval of a share.

    Args:
        successes: how many of the trials counted.
        trials: how many there were.
        confidence: how often the interval must hold the true share, between 0 and 1.

    Returns:
        The lower and the upper end; 0 and 1 where there was no trial.

    Raises:
        ValueError: the numbers are no counts of such a share.
    """
    if not 0 <= successes <= trials or not 0 < confidence < 1:
        raise ValueError(f"{successes} of {trials} at a confidence of {confidence} is no share")
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else beta_quantile(tail, successes, trials - successes + 1)
    high = 1.0 if successes == trials else beta_quantile(1 - tail, successes + 1, trials - successes)
    return low, high


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The value below which a beta variable with the parameters `a` and `b` lies with `probability`."""
    low, high = 0.0, 1.0
    # Each step halves the interval; below 2**-60 no float between 0.5 and 1 tells the halves apart.
    for _ in range(60):
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b): the probability that a beta variable is at most `x`.

    Raises:
        ValueError: `a` or `b` is not positive.
    """
    if a <= 0 or b <= 0:
        raise ValueError(f"a beta distribution has no parameters {a} and {b}")
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    # The fraction converges fast on this side of the mean; the other side is its mirror image.
    if x < (a + 1) / (a + b + 2):
        return math.exp(logarithm) / (a * _fraction(x, a, b))
    return 1 - math.exp(logarithm) / (b * _fraction(1 - x, b, a))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1 + d1/(1 + d2/(1 + …)) by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, _MOST_TERMS):
        half = term // 2
        if term % 2:
            factor = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            factor = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1 / _not_zero(1 + factor * denominator)
        numerator = _not_zero(1 + factor / numerator)
        value *= numerator * denominator
        if abs(numerator * denominator - 1) < _PRECISION:
            return value
    raise ArithmeticError(f"the incomplete beta function does not converge at {x} for {a} and {b}")


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
