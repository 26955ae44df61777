"""Which label a message has: three views of it, weighed together into one probability a label.

A label is a card (`card:after-wash`) or a dialogue act (`act:greet`); one softmax over both makes "thanks" and "how
long" compete on equal terms.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import LexicalHead

__all__ = ["Head", "Mixture", "softmax"]


def softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Probabilities from scores along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: npt.NDArray[np.float32] = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


@dataclass(frozen=True)
class Mixture:
    """How much each view counts (fitted out of fold), and how sure their sum may sound (fitted by `calibration`)."""

    linear: float
    nearest: float
    lexical: float
    scale: float = 1.0


class Head:
    """The three views and their weights.

    Args:
        weights: the linear head over sentence vectors, shape (dimensions, labels).
        bias: shape (labels,).
        index: the FAISS index, the second view.
        lexical: the n-gram head, the third.
        mixture: how the three are weighed.
    """

    def __init__(
        self, weights: Vectors, bias: Vectors, index: QuestionIndex, lexical: LexicalHead, mixture: Mixture
    ) -> None:
        self._weights = weights
        self._bias = bias
        self._index = index
        self._lexical = lexical
        self._mixture = mixture

    def scores(self, text: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """The mixed score (logit) of each label for `text` with its sentence vector (shape (dimensions,))."""
        mixed: npt.NDArray[np.float32] = (
            self._mixture.linear * (vector @ self._weights + self._bias)
            + self._mixture.nearest * self._index.nearness(vector)
            + self._mixture.lexical * self._lexical.scores(text)
        )
        return mixed

    def probabilities(self, text: str, vector: Vectors) -> npt.NDArray[np.float32]:
        """The probability of each label for `text` with its sentence vector (shape (dimensions,))."""
        return softmax(self.scores(text, vector) * self._mixture.scale)
