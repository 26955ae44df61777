"""Which label a message has: the tuned linear head, the FAISS index and the wording, weighed into probabilities.

A label is a card (`card:after-wash`) or a dialogue act (`act:greet`); one softmax over all makes "thanks", "how long"
and what no card answers (`act:out_of_scope`) compete on equal terms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import Features, LexicalHead

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
    """How much the other views count beside the linear head, and how sure the sum may sound.

    Fitted by `calibration` on messages that nothing was learnt from.

    Args:
        nearest: the weight of the nearness to single questions.
        scale: the factor on the sum.
        wording: the weight of the words.
    """

    nearest: float
    scale: float
    wording: float = 0.0


class Head:
    """The three views and their weights.

    Args:
        linear: the tuned head; its names are the labels.
        index: the FAISS index over the questions, with the same labels.
        lexical: the head on the wording, with the same labels.
        mixture: how the three are weighed.
        without_words: how the first two are weighed where the words do not count.
    """

    def __init__(
        self,
        linear: LinearHead,
        index: QuestionIndex,
        lexical: LexicalHead,
        mixture: Mixture,
        without_words: Mixture,
    ) -> None:
        self._linear = linear
        self._index = index
        self._lexical = lexical
        self._mixture = mixture
        self._without_words = without_words

    def probabilities(
        self,
        vector: Vectors,
        wording: Features | None,
        neighbours: Sequence[tuple[int, float]] | None = None,
    ) -> npt.NDArray[np.float32]:
        """The probability of each label for one message.

        Args:
            vector: its sentence vector, shape (dimensions,).
            wording: its features; None where its words do not count, as those of a message joined to the question
                before it.
            neighbours: the vector's neighbours in the index, where they were searched already.
        """
        nearness = self._index.nearness(vector, neighbours)
        mixture = self._without_words if wording is None else self._mixture
        mixed = self._linear.scores(vector) + np.float32(mixture.nearest) * nearness
        if wording is not None:
            mixed = mixed + np.float32(mixture.wording) * self._lexical.scores(wording)
        return softmax(mixed * np.float32(mixture.scale))
