import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.head import Head, LinearHead, Mixture, softmax
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import Features, LexicalHead

scores = arrays(np.float32, (3, 5), elements=st.floats(-200, 200, width=32))


@given(scores)
def test_softmax_gives_probabilities(given_scores: np.ndarray) -> None:
    probabilities = softmax(given_scores)
    assert (probabilities >= 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)


@given(scores, st.integers(-50, 50))
def test_softmax_sees_only_differences(given_scores: np.ndarray, shift: int) -> None:
    assert softmax(given_scores + np.float32(shift)) == pytest.approx(softmax(given_scores), abs=1e-4)


EAST = np.array([1, 0], dtype=np.float32)


def _head(mixture: Mixture) -> Head:
    """Two labels; at EAST the linear head prefers the second by 4.5, and the index the first by a third."""
    index = QuestionIndex.of(np.array([[1, 0], [0, 1]], dtype=np.float32), np.array([0, 1]), 2)
    weights, bias = np.array([[2, 7], [0, 0]], dtype=np.float32), np.array([0.5, 0], dtype=np.float32)
    # One word, which speaks for the first label.
    words = LexicalHead(np.array([[2, 0]], dtype=np.float32), np.zeros(2, dtype=np.float32))
    return Head(LinearHead(("card:a", "card:b"), weights, bias), index, words, mixture, Mixture(0, 1))


SAID = Features(np.array([0]), np.array([1], dtype=np.float32))
NOTHING_KNOWN = Features(np.array([], dtype=np.int64), np.array([], dtype=np.float32))


def _lead(mixture: Mixture, wording: Features | None = NOTHING_KNOWN) -> float:
    """By how much the second label's score leads."""
    first, second = _head(mixture).probabilities(EAST, wording)
    return float(np.log(second) - np.log(first))


@pytest.mark.parametrize(("nearest", "expected"), [(0, 4.5), (3, 4.5 - 3 / 3), (12, 4.5 - 12 / 3)])
def test_nearness_is_weighed_against_the_linear_head(nearest: float, expected: float) -> None:
    assert _lead(Mixture(nearest, scale=1)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("weight", "expected"), [(0, 4.5), (0.5, 3.5), (1.5, 1.5)])
def test_the_wording_is_weighed_against_the_linear_head(weight: float, expected: float) -> None:
    assert _lead(Mixture(0, 1, weight), SAID) == pytest.approx(expected, abs=1e-4)


def test_where_words_do_not_count_the_mixture_without_them_is_used() -> None:
    assert _lead(Mixture(3, 2, 1.5), None) == pytest.approx(4.5, abs=1e-4)


def test_the_scale_makes_probabilities_surer_and_keeps_their_order() -> None:
    assert 0 < _lead(Mixture(0, scale=0.5)) < _lead(Mixture(0, scale=1)) < _lead(Mixture(0, scale=1.5))


def test_cards_and_acts_share_one_sum(bundle: Bundle) -> None:
    text = "thanks, how long does it take"
    probabilities = bundle.head.probabilities(bundle.encoder.encode([text])[0], bundle.wording.features(text))
    assert {label.split(":")[0] for label in bundle.labels} == {"act", "card"}
    assert probabilities.shape == (len(bundle.labels),)
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
