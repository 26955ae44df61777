"""Which label a message has: the tuned linear head and the FAISS index, weighed together into one probability a label.

A label is a card (`card:after-wash`) or a dialogue act (`act:greet`); one softmax over all makes "thanks", "how long"
and what no card answers (`act:out_of_scope`) compete on equal terms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.index import QuestionIndex

__all__ = ["Head", "LinearHead", "Mixture", "softmax"]


def softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Probabilities from scores along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: npt.NDArray[np.float32] = shifted / shifted.sum(axis=-1, keepdims=True)
    return result


@dataclass(frozen=True)
class LinearHead:
    """A linear head over sentence vectors.

    Args:
        names: what its columns stand for.
        weights: shape (dimensions, names).
        bias: shape (names,).
    """

    names: tuple[str, ...]
    weights: Vectors
    bias: Vectors

    def scores(self, vectors: Vectors) -> npt.NDArray[np.float32]:
        """The score (logit) of each name for vectors of shape (…, dimensions)."""
        scores: npt.NDArray[np.float32] = vectors @ self.weights + self.bias
        return scores


@dataclass(frozen=True)
class Mixture:
    """How much nearness to single questions counts beside the linear head, and how sure the sum may sound.

    Both are fitted by `calibration` on messages that nothing else has seen.
    """

    nearest: float
    scale: float


class Head:
    """The two views and their weights.

    Args:
        linear: the tuned head; its names are the labels.
        index: the FAISS index over the questions, with the same labels.
        mixture: how the two are weighed.
    """

    def __init__(self, linear: LinearHead, index: QuestionIndex, mixture: Mixture) -> None:
        self._linear = linear
        self._index = index
        self._mixture = mixture

    def probabilities(
        self, vector: Vectors, neighbours: Sequence[tuple[int, float]] | None = None
    ) -> npt.NDArray[np.float32]:
        """The probability of each label for a sentence vector of shape (dimensions,).

        Args:
            vector: the sentence vector.
            neighbours: its neighbours in the index, where they were searched already.
        """
        nearness = self._index.nearness(vector, neighbours)
        mixed = self._linear.scores(vector) + np.float32(self._mixture.nearest) * nearness
        return softmax(mixed * np.float32(self._mixture.scale))
