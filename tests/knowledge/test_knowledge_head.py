import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.head import Head, Mixture, softmax
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import LexicalHead

scores = arrays(np.float32, (3, 5), elements=st.floats(-200, 200, width=32))


@given(scores)
def test_softmax_gives_probabilities(given_scores: np.ndarray) -> None:
    probabilities = softmax(given_scores)
    assert (probabilities >= 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-5)


@given(scores, st.integers(-50, 50))
def test_softmax_sees_only_differences(given_scores: np.ndarray, shift: int) -> None:
    assert softmax(given_scores + np.float32(shift)) == pytest.approx(softmax(given_scores), abs=1e-4)


@pytest.fixture
def toy() -> dict[str, object]:
    """Two labels; each view prefers one of them by a known amount for the text 'ab' at EAST."""
    index = QuestionIndex.of(np.array([[1, 0], [0, 1]], dtype=np.float32), np.array([0, 1]), 2)
    lexical = LexicalHead(["ab"], np.ones(1, np.float32), np.array([[3, 5]], np.float32), np.zeros(2, np.float32))
    weights, bias = np.array([[2, 7], [0, 0]], dtype=np.float32), np.array([0.5, 0], dtype=np.float32)
    return {"weights": weights, "bias": bias, "index": index, "lexical": lexical}


@pytest.mark.parametrize(
    ("mixture", "expected"),
    [
        (Mixture(1, 0, 0), [2.5, 7]),
        (Mixture(0, 1, 0), [1 / 3, 0]),
        (Mixture(0, 0, 1), [3, 5]),
        (Mixture(2, 3, 0.5), [2 * 2.5 + 3 / 3 + 0.5 * 3, 2 * 7 + 0.5 * 5]),
    ],
)
def test_the_three_views_are_weighed_by_the_mixture(
    toy: dict[str, object], mixture: Mixture, expected: list[float]
) -> None:
    head = Head(**toy, mixture=mixture)  # type: ignore[arg-type]
    assert head.scores("ab", np.array([1, 0], dtype=np.float32)) == pytest.approx(expected)


def test_the_scale_makes_probabilities_surer_and_keeps_their_order(toy: dict[str, object]) -> None:
    east = np.array([1, 0], dtype=np.float32)
    doubtful = Head(**toy, mixture=Mixture(0.1, 0, 0, scale=1)).probabilities("ab", east)  # type: ignore[arg-type]
    sure = Head(**toy, mixture=Mixture(0.1, 0, 0, scale=4)).probabilities("ab", east)  # type: ignore[arg-type]
    assert doubtful[1] < sure[1] < 1
    assert sure.sum() == pytest.approx(1)


def test_cards_and_acts_share_one_sum(bundle: Bundle) -> None:
    vector = bundle.encoder.encode(["thanks, how long does it take"])[0]
    probabilities = bundle.head.probabilities("thanks, how long does it take", vector)
    assert {label.split(":")[0] for label in bundle.labels} == {"act", "card"}
    assert probabilities.shape == (len(bundle.labels),)
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
