"""The area under the ROC curve against scikit-learn's, and the choice of a threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.evaluate.rejection import AtThreshold, apply_threshold, area, choose_threshold

_SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=30)


def _array(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


@given(inside=_SCORES, outside=_SCORES)
def test_the_area_is_scikit_learns_also_with_ties(inside: list[float], outside: list[float]) -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="the build dependencies are not installed")
    truth = [1] * len(inside) + [0] * len(outside)
    found = area(np.array(inside), np.array(outside))
    assert found.value == pytest.approx(metrics.roc_auc_score(truth, inside + outside), abs=1e-12)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_delongs_interval_holds_the_true_area_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    true_area = 0.9213503964748575  # of two normal distributions two standard deviations apart
    held = 0
    for _ in range(400):
        found = area(generator.normal(2, 1, 80), generator.normal(0, 1, 60))
        held += found.low <= true_area <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_no_area_without_both_kinds() -> None:
    with pytest.raises(ValueError, match="needs messages in scope and others"):
        area(_array(), _array(1))


def test_a_perfect_score_gets_a_threshold_in_the_middle_between_both_kinds() -> None:
    inside, outside = _array(3, 4, 5), _array(0, 1)
    right = np.array([True, True, True])
    assert choose_threshold(inside, right, outside) == 2
    assert apply_threshold(2, inside, right, outside) == AtThreshold(2, right=3, inside=3, rejected=2, outside=2)


def test_to_reject_what_is_wrong_anyway_costs_nothing() -> None:
    inside, right, outside = _array(1, 6, 7), np.array([False, True, True]), _array(0, 4)
    chosen = choose_threshold(inside, right, outside)
    assert chosen == 5
    assert apply_threshold(chosen, inside, right, outside).right == 2


def test_of_equally_good_thresholds_the_one_that_rejects_least() -> None:
    assert choose_threshold(_array(1, 2, 3), np.array([True, False, True]), _array(0)) == 0.5


@given(inside=_SCORES, outside=_SCORES, data=st.data())
def test_no_threshold_is_better_than_the_chosen_one(
    inside: list[float], outside: list[float], data: st.DataObject
) -> None:
    right = np.array(data.draw(st.lists(st.booleans(), min_size=len(inside), max_size=len(inside))))

    def worth(threshold: float) -> float:
        found = apply_threshold(threshold, np.array(inside), right, np.array(outside))
        return found.right / found.inside + found.rejected / found.outside

    best = max(worth(threshold / 2) for threshold in range(-11, 12))
    assert worth(choose_threshold(np.array(inside), right, np.array(outside))) == pytest.approx(best)


def test_scores_equal_to_the_threshold_are_in_scope() -> None:
    found = apply_threshold(1.0, _array(1), np.array([True]), _array(1))
    assert (found.right, found.rejected) == (1, 0)
