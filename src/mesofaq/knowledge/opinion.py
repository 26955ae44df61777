"""The encoder's second opinion on triage: does a message sound like an emergency, a complication, a medicine change?

It knows what rules cannot list ("my tongue feels too big for my mouth"). It may raise a message and never lowers one:
what the rules found stands. Fitted by `fit.fit_opinion` on `content/triage_examples/` against ordinary questions.
"""

import numpy as np
import numpy.typing as npt

from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.head import softmax
from mesofaq.knowledge.lexical import LexicalHead

__all__ = ["ORDINARY", "Opinion"]

ORDINARY = "ordinary"


class Opinion:
    """Two linear heads, one on the sentence vector and one on character n-grams, added up.

    Args:
        labels: the classes, in the order of the columns; `ordinary` is one of them.
        weights: shape (dimensions, classes).
        bias: shape (classes,).
        lexical: the head on n-grams.
    """

    def __init__(self, labels: tuple[str, ...], weights: Vectors, bias: Vectors, lexical: LexicalHead) -> None:
        self.labels = labels
        self._weights = weights
        self._bias = bias
        self._lexical = lexical

    def probabilities(self, text: str, vector: Vectors) -> dict[str, float]:
        """The probability of each class for a normalised `text` with its sentence vector (shape (dimensions,))."""
        scores: npt.NDArray[np.float32] = vector @ self._weights + self._bias + self._lexical.scores(text)
        # Two heads that mostly agree say the same thing twice: their sum is damped by what they have in common.
        damped = softmax(scores * np.float32(_DAMPING))
        return {label: round(float(value), 4) for label, value in zip(self.labels, damped, strict=True)}


_DAMPING = 0.7
