from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.evaluate.bounds import beta_cdf, beta_quantile, clopper_pearson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # The worked example of Clopper and Pearson's method in many textbooks, and R's binom.test.
        (5, 10, 0.1870860, 0.8129140),
        (81, 263, 0.2527367, 0.3676219),
        (1, 100, 0.0002531460, 0.05445939),
        # Closed forms: 1 - (alpha/2)^(1/n) and (alpha/2)^(1/n).
        (0, 10, 0.0, 1 - 0.025 ** (1 / 10)),
        (20, 20, 0.025 ** (1 / 20), 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_known_bounds(successes: int, trials: int, low: float, high: float) -> None:
    assert clopper_pearson(successes, trials) == pytest.approx((low, high), abs=1e-7)


def test_another_confidence() -> None:
    assert clopper_pearson(0, 10, confidence=0.99)[1] == pytest.approx(1 - 0.005 ** (1 / 10), abs=1e-12)


@given(st.integers(1, 60), st.data())
def test_the_bounds_are_where_the_exact_binomial_tails_are_a_fortieth(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(successes, trials)
    if successes > 0:
        assert float(1 - _binomial_cdf(successes - 1, trials, low)) == pytest.approx(0.025, rel=1e-6)
    if successes < trials:
        assert float(_binomial_cdf(successes, trials, high)) == pytest.approx(0.025, rel=1e-6)
    assert low <= successes / trials <= high


def _binomial_cdf(most: int, trials: int, probability: float) -> Fraction:
    """By definition, in exact fractions."""
    exact = Fraction(probability)
    terms = (comb(trials, count) * exact**count * (1 - exact) ** (trials - count) for count in range(most + 1))
    return sum(terms, Fraction(0))


def test_more_messages_with_the_same_share_narrow_the_bounds() -> None:
    widths = [high - low for low, high in (clopper_pearson(3 * n, 4 * n) for n in (1, 10, 100, 10_000))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.01


@pytest.mark.parametrize(("a", "b"), [(1, 1), (2, 5), (0.5, 0.5), (300, 2), (1500, 18500)])
def test_the_quantile_undoes_the_distribution(a: float, b: float) -> None:
    for probability in (0.001, 0.025, 0.5, 0.975):
        assert beta_cdf(beta_quantile(probability, a, b), a, b) == pytest.approx(probability, abs=1e-9)


def test_the_distribution_has_its_closed_forms() -> None:
    assert beta_cdf(0.3, 1, 1) == pytest.approx(0.3)  # the uniform distribution
    assert beta_cdf(0.3, 2, 1) == pytest.approx(0.09)
    assert beta_cdf(0.3, 1, 3) == pytest.approx(1 - 0.7**3)
    assert (beta_cdf(-1, 2, 3), beta_cdf(2, 2, 3)) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "trials", "confidence"), [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 0.0), (1, 5, 1)])
def test_what_is_no_share_is_refused(successes: int, trials: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="is no share"):
        clopper_pearson(successes, trials, confidence)


def test_what_is_no_beta_distribution_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameters"):
        beta_cdf(0.5, 0, 1)
